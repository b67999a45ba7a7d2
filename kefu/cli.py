"""The command line: every area's commands, and the one place where an event loop is started."""

import asyncio
import functools
import io
import json
import logging
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, ParamSpec

import typer
from rich.console import Console
from rich.markup import escape

from kefu import __version__
from kefu.accounts.commands import (
    add_staff_command,
    disable_staff_command,
    list_staff_command,
    reset_link_command,
)
from kefu.answering.commands import (
    ask_command,
    compare_endpoints_command,
    compare_prompts_command,
)
from kefu.audit import give_up_audit, record_audit, replace_anchor, this_operator
from kefu.audit.commands import export_command, list_command, verify_command
from kefu.chatbot.webhooks import commands as webhook_commands
from kefu.chatbot.widget import commands as channel_commands
from kefu.conversations import commands as conversation_commands
from kefu.copilot import commands as copilot_commands
from kefu.db import Database, back_up, open_database, prepare, restore
from kefu.demo.commands import demo_command
from kefu.doctor import Finding, examine
from kefu.endpoints.commands import check_endpoints_command, list_endpoints_command
from kefu.errors import BadInput, KefuError
from kefu.evaluation import choose_judge
from kefu.evaluation import commands as evaluation_commands
from kefu.knowledge import list_bases
from kefu.knowledge.commands import (
    build_ingest_command,
    build_withdraw_command,
    embed_command,
    status_command,
)
from kefu.llm import Recording, open_endpoints
from kefu.processes import LOG_FORMAT
from kefu.prompts import commands as prompts_commands
from kefu.retrieval.commands import search_command
from kefu.rollout import commands as release_commands
from kefu.settings import Settings, load_settings
from kefu.tracing.commands import list_traces_command, prune_traces_command, show_trace_command
from kefu.viewer import DataClass

P = ParamSpec("P")
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
EXIT_CODES = (
    "Ends with 0 when all went well, 1 when something Kefu needs fails, 2 when what was given "
    "cannot be used, 3 when some files could not be taken in, 130 after Ctrl-C."
)

app = typer.Typer(
    name="kefu",
    help="Customer service with large language models, self-hosted.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
webhooks = typer.Typer(help="Other systems that hear of conversations.", no_args_is_help=True)
app.add_typer(webhooks, name="webhooks")
knowledge = typer.Typer(help="What the company knows.", no_args_is_help=True)
app.add_typer(knowledge, name="knowledge")
audit = typer.Typer(help="Who did what, and the proof of it.", no_args_is_help=True)
app.add_typer(audit, name="audit")
llm = typer.Typer(help="Model endpoints.", no_args_is_help=True)
app.add_typer(llm, name="llm")
traces = typer.Typer(help="How answers came about.", no_args_is_help=True)
app.add_typer(traces, name="traces")
staff = typer.Typer(help="Who works here.", no_args_is_help=True)
app.add_typer(staff, name="staff")
prompts = typer.Typer(help="What language models are told.", no_args_is_help=True)
app.add_typer(prompts, name="prompts")
evaluation = typer.Typer(help="Whether answers hold.", no_args_is_help=True)
app.add_typer(evaluation, name="evaluation")
releases = typer.Typer(help="What answers customers.", no_args_is_help=True)
app.add_typer(releases, name="releases")
channels = typer.Typer(help="Web sites on which the chatbot stands.", no_args_is_help=True)
app.add_typer(channels, name="channels")
copilot = typer.Typer(help="What helps staff serve customers.", no_args_is_help=True)
app.add_typer(copilot, name="copilot")
conversations = typer.Typer(help="What customers wrote and who served them.", no_args_is_help=True)
app.add_typer(conversations, name="conversations")


def run_async(command: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Make an asynchronous command one that Typer can call."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def main() -> None:
            await command(*args, **kwargs)

        asyncio.run(main())

    return run


choose_telling_judge = functools.partial(choose_judge, on_check=evaluation_commands.tell_read)

for group in (app, knowledge):
    group.command("ingest")(run_async(build_ingest_command(choose_telling_judge)))
    group.command("status")(run_async(status_command))
    group.command("embed")(run_async(embed_command))
knowledge.command("withdraw")(run_async(build_withdraw_command(choose_telling_judge)))
audit.command("list")(run_async(list_command))
audit.command("verify")(run_async(verify_command))
audit.command("export")(run_async(export_command))
traces.command("list")(run_async(list_traces_command))
traces.command("show")(run_async(show_trace_command))
traces.command("prune")(run_async(prune_traces_command))
staff.command("add")(run_async(add_staff_command))
staff.command("list")(run_async(list_staff_command))
staff.command("disable")(run_async(disable_staff_command))
staff.command("reset-link")(run_async(reset_link_command))
llm.command("list")(run_async(list_endpoints_command))
llm.command("check")(run_async(check_endpoints_command))
llm.command("compare")(run_async(compare_endpoints_command))
conversations.command("list")(run_async(conversation_commands.list_command))
conversations.command("show")(run_async(conversation_commands.show_command))
conversations.command("metrics")(run_async(conversation_commands.metrics_command))
copilot.command("figures")(run_async(copilot_commands.figures_command))
copilot.command("export")(run_async(copilot_commands.export_command))
copilot.command("articles")(run_async(copilot_commands.articles_command))
prompts.command("list")(run_async(prompts_commands.list_command))
prompts.command("show")(run_async(prompts_commands.show_command))
prompts.command("lint")(run_async(prompts_commands.lint_command))
prompts.command("diff")(run_async(prompts_commands.diff_command))
prompts.command("save")(run_async(prompts_commands.save_command))
prompts.command("restore")(run_async(prompts_commands.restore_command))
prompts.command("label")(run_async(prompts_commands.label_command))
prompts.command("render")(run_async(prompts_commands.render_command))
prompts.command("import")(run_async(prompts_commands.import_command))
prompts.command("export")(run_async(prompts_commands.export_command))
prompts.command("compare")(run_async(compare_prompts_command))
evaluation.command("import")(run_async(evaluation_commands.import_command))
evaluation.command("export")(run_async(evaluation_commands.export_command))
evaluation.command("list")(run_async(evaluation_commands.list_command))
evaluation.command("show")(run_async(evaluation_commands.show_command))
evaluation.command("remove")(run_async(evaluation_commands.remove_command))
evaluation.command("unseal")(run_async(evaluation_commands.unseal_command))
evaluation.command("run")(run_async(evaluation_commands.run_command))
evaluation.command("compare")(run_async(evaluation_commands.compare_command))
evaluation.command("gate")(run_async(evaluation_commands.gate_command))
evaluation.command("coverage")(run_async(evaluation_commands.coverage_command))
evaluation.command("affected")(run_async(evaluation_commands.affected_command))
evaluation.command("try-reader")(run_async(evaluation_commands.try_reader_command))
evaluation.command("propose")(run_async(evaluation_commands.propose_command))
evaluation.command("review")(run_async(evaluation_commands.review_command))
evaluation.command("label")(run_async(evaluation_commands.label_command))
evaluation.command("preferences")(run_async(evaluation_commands.preferences_command))
evaluation.command("tune-retrieval")(run_async(release_commands.tune_retrieval_command))
evaluation.command("calibrate")(run_async(release_commands.calibrate_command))
evaluation.command("monitor")(run_async(release_commands.monitor_command))
releases.command("list")(run_async(release_commands.list_command))
releases.command("show")(run_async(release_commands.show_command))
releases.command("compare")(run_async(release_commands.compare_command))
releases.command("propose")(run_async(release_commands.propose_command))
releases.command("evaluate")(run_async(release_commands.evaluate_command))
releases.command("promote")(run_async(release_commands.promote_command))
releases.command("override")(run_async(release_commands.override_command))
releases.command("rollback")(run_async(release_commands.rollback_command))
releases.command("try")(run_async(release_commands.try_command))
releases.command("arms")(run_async(release_commands.arms_command))
releases.command("end")(run_async(release_commands.end_command))
channels.command("add")(run_async(channel_commands.add_command))
channels.command("allow")(run_async(channel_commands.allow_command))
channels.command("list")(run_async(channel_commands.list_command))
channels.command("show-snippet")(run_async(channel_commands.show_snippet_command))
channels.command("rotate-secret")(run_async(channel_commands.rotate_secret_command))
channels.command("remove")(run_async(channel_commands.remove_command))
webhooks.command("add")(run_async(webhook_commands.add_command))
webhooks.command("list")(run_async(webhook_commands.list_command))
webhooks.command("test")(run_async(webhook_commands.test_command))
webhooks.command("deliveries")(run_async(webhook_commands.list_deliveries_command))
webhooks.command("redeliver")(run_async(webhook_commands.redeliver_command))
webhooks.command("move")(run_async(webhook_commands.move_command))
webhooks.command("rotate")(run_async(webhook_commands.rotate_command))
webhooks.command("switch")(run_async(webhook_commands.switch_command))
webhooks.command("remove")(run_async(webhook_commands.remove_command))
app.command("search")(run_async(search_command))
app.command("ask")(run_async(ask_command))
app.command("demo")(run_async(demo_command))


@app.command()
@run_async
async def serve(
    *,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="How many answer behind the one port.")
    ] = 1,
) -> None:
    """Serve the chat page and the API."""
    from kefu import server  # noqa: PLC0415 - half a second, rarely needed

    settings = load_settings()
    typer.echo(f"Chat page: {settings.server.url}/  (Ctrl-C ends it)")
    if processes == 1:
        await server.serve(settings, tell=typer.echo)
    else:
        await server.serve_together(settings, count=processes, tell=typer.echo)


@app.command("mcp")
@run_async
async def mcp_command() -> None:
    """Serve the Model Context Protocol on standard input and output, for one client."""
    from kefu.chatbot.mcp.stdio import serve_stdio  # noqa: PLC0415 - half a second, rarely needed

    await serve_stdio(load_settings())


@app.command()
@run_async
async def doctor(*, as_json: JsonOption = False) -> None:
    """Check settings, gates, database, embedder, model endpoint, and say how to mend what fails.

    Ends with code 1 when something fails.
    """
    console, findings = Console(), []
    async for finding in examine():
        findings.append(finding)
        if not as_json:
            _print_finding(console, finding)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in findings], ensure_ascii=False))
    if not all(finding.is_fine for finding in findings):
        raise typer.Exit(code=1)


@llm.command("transcribe")
@run_async
async def transcribe_command(
    file: Annotated[Path, typer.Argument(help="Sound: wav, mp3, m4a, ...", show_default=False)],
    *,
    language: Annotated[
        str | None, typer.Option(help="Of what is said, as in zh; else the model finds out.")
    ] = None,
    data_class: Annotated[
        DataClass,
        typer.Option(help="How sensitive it is: only model endpoints of that class hear it."),
    ] = DataClass.RESTRICTED,
    as_json: JsonOption = False,
) -> None:
    """Write down what is said in a file."""
    settings = load_settings()
    try:
        sound = await asyncio.to_thread(file.expanduser().read_bytes)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    recording = Recording(sound=sound, name=file.name, language=language)
    async with (
        open_database(settings) as database,
        open_endpoints(settings, connect=database.connection) as endpoints,
    ):
        text = await endpoints.transcribe(recording, data_class=data_class)
    typer.echo(json.dumps({"text": text}, ensure_ascii=False) if as_json else text)


@app.command("backup")
@run_async
async def backup_command(
    file: Annotated[Path, typer.Argument(help="File to write.", show_default=False)],
    *,
    as_json: JsonOption = False,
) -> None:
    """Write everything Kefu keeps to one file; `kefu restore` reads it back."""
    target = file.expanduser()
    async with open_database(load_settings()) as database:
        async with database.transaction() as conn:
            await record_audit(
                conn, actor=this_operator(), action="database.backed_up", subject=str(target)
            )
        await asyncio.to_thread(back_up, database.url, target)
    size_bytes = target.stat().st_size
    if as_json:
        typer.echo(json.dumps({"file": str(target), "size_bytes": size_bytes}))
    else:
        typer.echo(f"{file}: {size_bytes / 1e6:.1f} MB")


@app.command("restore")
@run_async
async def restore_command(
    file: Annotated[Path, typer.Argument(help="What `kefu backup` wrote.", show_default=False)],
    *,
    replace: Annotated[
        bool, typer.Option("--replace", help="Give up the knowledge that is there.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Put a back-up in the place of everything in the database, wholly or not at all."""
    settings = load_settings()
    async with open_database(settings) as database:
        async with database.connection() as conn:
            bases = [base.name for base in await list_bases(conn)]
        if bases and not replace:
            raise BadInput(
                f"The database holds knowledge already ({', '.join(bases)}). "
                "Add --replace to give it up for the back-up."
            )
        await _restore(database, settings, file.expanduser())
        async with database.connection() as conn:
            bases = [base.name for base in await list_bases(conn)]
    if as_json:
        typer.echo(json.dumps({"bases": bases}))
    else:
        typer.echo(f"Restored: {', '.join(bases) or 'no knowledge'}.")


async def _restore(database: Database, settings: Settings, file: Path) -> None:
    """Restore and record it; the audit log that is replaced is kept as a file."""
    given_up = await give_up_audit(database, settings)
    await asyncio.to_thread(restore, database.url, file)
    await prepare(database.url)
    async with database.transaction() as conn:
        entry = await record_audit(
            conn,
            actor=this_operator(),
            action="database.restored",
            subject=str(file),
            details={"given_up": str(given_up)} if given_up else None,
        )
    replace_anchor(settings, entry.anchor)


@app.callback(invoke_without_command=True)
def options(
    *, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False
) -> None:
    """Customer service with large language models, self-hosted."""
    if version:
        typer.echo(f"kefu {__version__}")
        raise typer.Exit


def _print_finding(console: Console, finding: Finding) -> None:
    mark = "[green]✓[/]" if finding.is_fine else "[red]✗[/]"
    console.print(f"{mark} [bold]{finding.name:<9}[/] {escape(finding.detail)}", soft_wrap=True)
    if finding.how_to_mend:
        console.print(f"            {escape(finding.how_to_mend)}", soft_wrap=True)


def main() -> None:
    """Run a command; what goes wrong on purpose ends as one sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # terminals that lack a letter
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    try:
        app()
    except KefuError as error:
        Console(stderr=True).print(f"[red]kefu:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(2 if isinstance(error, BadInput) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
