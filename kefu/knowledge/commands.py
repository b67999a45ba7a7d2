"""kefu ingest, status, embed."""

import json
import sys
from collections.abc import Awaitable, Callable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Protocol

import typer
from rich.console import Console
from rich.markup import escape
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kefu.db import open_database
from kefu.knowledge.candidate import Judge
from kefu.knowledge.embedding import embed_waiting, trace_embedding
from kefu.knowledge.ingest import DEFAULT_BASE, ingest, renew_embeddings
from kefu.knowledge.records import BaseStatus, Handling, IngestReport, Problem
from kefu.knowledge.store.bases import get_base
from kefu.knowledge.store.chunks import count_waiting
from kefu.knowledge.store.status import list_statuses
from kefu.knowledge.withdraw import withdraw
from kefu.resources import Resources, open_resources
from kefu.settings import load_settings
from kefu.tracing import record_traces
from kefu.viewer import DataClass

SHOWN_PROBLEMS = 20

BaseOption = Annotated[str, typer.Option("--base", help="Name of the knowledge base.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
GateOption = Annotated[
    bool,
    typer.Option("--gate", help="Change nothing that makes answers worse or that no case asks."),
]
AcknowledgeOption = Annotated[
    str | None,
    typer.Option(help="With the gate: what no case asks is right, and why; it is audited."),
]
OverrideOption = Annotated[
    str | None,
    typer.Option("--override", help="Change it although answers become worse; say why."),
]


class ChooseJudge(Protocol):
    """What a change of the knowledge is held against; None where it is not."""

    def __call__(
        self,
        resources: Resources,
        *,
        is_asked: bool,
        override: str | None,
        acknowledge: str | None,
    ) -> Judge | None:
        """A judge, where somebody asks for it here or gates.toml does always."""


def build_ingest_command(choose_judge: ChooseJudge) -> Callable[..., Awaitable[None]]:
    """The command that takes files in."""

    async def ingest_command(  # noqa: PLR0913 - one parameter an option
        paths: Annotated[list[Path], typer.Argument(help="Files and folders.", show_default=False)],
        *,
        base: BaseOption = DEFAULT_BASE,
        audience: Annotated[
            str | None,
            typer.Option(help="Who may read it; customers read what is 'public', the default."),
        ] = None,
        data_class: Annotated[
            DataClass | None,
            typer.Option(help="How sensitive it is: only model endpoints of that class see it."),
        ] = None,
        wait: Annotated[
            bool, typer.Option("--wait/--no-wait", help="Wait until every chunk has its vector.")
        ] = True,
        gate: GateOption = False,
        acknowledge: AcknowledgeOption = None,
        override: OverrideOption = None,
        as_json: JsonOption = False,
    ) -> None:
        """Bring a knowledge base up to date with files and folders.

        Run it again at any time: unchanged files cost nothing, changed ones replace what they held,
        vanished ones are withdrawn. Press Ctrl-C at any time: the next run goes on from there.
        Ends with code 3 when some files could not be taken in.
        """
        console = Console(stderr=True)
        async with open_resources(load_settings()) as resources, record_traces(resources):
            with IngestBars(console, is_shown=not as_json) as bars:
                report = await ingest(
                    resources, paths, base_name=base, wait=wait, on_progress=bars.show,
                    handling=Handling(audience=audience, data_class=data_class),
                    judge=choose_judge(
                        resources, is_asked=gate, override=override, acknowledge=acknowledge
                    ),
                )  # fmt: skip
        _tell(console, report, as_json=as_json)

    return ingest_command


def _tell(console: Console, report: IngestReport, *, as_json: bool) -> None:
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False))
    else:
        _print_report(console, report)
    if report.problems:
        raise typer.Exit(code=3)


def build_withdraw_command(choose_judge: ChooseJudge) -> Callable[..., Awaitable[None]]:
    """The command that takes files out."""

    async def withdraw_command(
        path: Annotated[
            Path, typer.Argument(help="A file or folder.", show_default=False, resolve_path=True)
        ],
        *,
        base: BaseOption = DEFAULT_BASE,
        gate: GateOption = False,
        acknowledge: AcknowledgeOption = None,
        override: OverrideOption = None,
    ) -> None:
        """Withdraw everything that came from a file or folder, whether it is still there or not.

        It is no longer found. Taken in again, the documents are the same ones as before.
        """
        async with open_resources(load_settings()) as resources:
            judge = choose_judge(
                resources, is_asked=gate, override=override, acknowledge=acknowledge
            )
            count = await withdraw(resources.database, path, base_name=base, judge=judge)
        typer.echo(f"Documents withdrawn: {count}.")

    return withdraw_command


async def status_command(*, as_json: JsonOption = False) -> None:
    """Show what every knowledge base holds and what waits."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        statuses = await list_statuses(conn)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in statuses], default=str))
    elif not statuses:
        Console().print("No knowledge yet. Begin with: [bold]kefu ingest PATH[/]")
    else:
        for status in statuses:
            _print_status(Console(), status)


async def embed_command(
    *,
    base: BaseOption = DEFAULT_BASE,
    renew: Annotated[
        bool, typer.Option("--renew", help="Embed everything again, after a change of embedder.")
    ] = False,
    as_json: JsonOption = False,
) -> None:
    """Give the chunks that wait their vectors; may run on several machines at once."""
    async with open_resources(load_settings()) as resources, record_traces(resources):
        if renew:
            await renew_embeddings(resources, base)
        async with resources.database.connection() as conn:
            known = await get_base(conn, base)
            waiting = await count_waiting(conn, known.id)
        with (
            trace_embedding(known),
            _bars(Console(stderr=True), is_shown=not as_json) as progress,
        ):
            bar = progress.add_task("Embedding", total=waiting, unit="chunks")
            done = await embed_waiting(
                resources.database,
                resources.embedder,
                known,
                on_progress=lambda count: progress.update(bar, advance=count),
            )
    if as_json:
        typer.echo(json.dumps({"base": base, "embedded_count": done}))
    else:
        typer.echo(f"{done} chunks embedded.")


class IngestBars:
    """Two bars on standard error: files read and chunks embedded."""

    def __init__(self, console: Console, *, is_shown: bool) -> None:
        self._progress = _bars(console, is_shown=is_shown)
        self._reading = self._progress.add_task("Reading", total=None, unit="files")
        self._embedding = self._progress.add_task("Embedding", total=None, unit="chunks")

    def __enter__(self) -> "IngestBars":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, report: IngestReport) -> None:
        self._progress.update(
            self._reading, total=report.to_read_count, completed=report.read_count
        )
        self._progress.update(
            self._embedding,
            total=max(report.chunk_count, report.embedded_count),
            completed=report.embedded_count,
        )


class _RateColumn(TextColumn):
    """Finished steps a second."""

    def __init__(self) -> None:
        super().__init__("{task.speed:.1f} {task.fields[unit]}/s")

    def render(self, task):  # type: ignore[no-untyped-def]
        """Empty until something was finished."""
        return super().render(task) if task.speed else ""


def _bars(console: Console, *, is_shown: bool) -> Progress:
    return Progress(
        TextColumn("{task.description:<10}"),
        BarColumn(),
        MofNCompleteColumn(),
        _RateColumn(),
        TimeRemainingColumn(),
        console=console,
        disable=not is_shown or not sys.stderr.isatty(),
    )


def _print_report(console: Console, report: IngestReport) -> None:
    console.print(
        f"[bold]{escape(report.base)}[/]: {report.file_count} files, "
        f"{report.unchanged_count} unchanged, {report.renamed_count} renamed, "
        f"{len(report.problems)} with problems. "
        f"Documents: {report.added_count} added, {report.changed_count} changed, "
        f"{report.withdrawn_count} withdrawn. "
        f"Chunks: {report.chunk_count} stored, {report.embedded_count} embedded, "
        f"{report.waiting_count} waiting. {report.seconds:.1f} s."
    )
    if report.unsupported:
        kinds = ", ".join(
            f"{_on_one_line(suffix) or 'no suffix'} ({count})"
            for suffix, count in sorted(report.unsupported.items())
        )
        console.print(f"Not read, as their format is not supported: {escape(kinds)}.")
    for problem in report.problems[:SHOWN_PROBLEMS]:
        told = f"{escape(_on_one_line(problem.path))}: {escape(problem.reason)}"
        console.print(f"[red]✗[/] {told}{escape(_tell_held(problem))}")
    if len(report.problems) > SHOWN_PROBLEMS:
        console.print(f"... and {len(report.problems) - SHOWN_PROBLEMS} more; --json shows all.")
    for suspicion in report.suspicions[:SHOWN_PROBLEMS]:
        console.print(
            f"[yellow]![/] {escape(_on_one_line(suspicion.path))}: {escape(suspicion.title)} holds"
            f" text that addresses a model ({', '.join(suspicion.signs)}); it is never used."
        )
    if len(report.suspicions) > SHOWN_PROBLEMS:
        console.print(f"... and {len(report.suspicions) - SHOWN_PROBLEMS} more; --json shows all.")


def _tell_held(problem: Problem) -> str:
    if not problem.held_count:
        return ""
    return (
        f" What it held before still answers ({problem.held_count} documents): mend it, or take"
        f" them out with `kefu knowledge withdraw {_on_one_line(problem.path)}`."
    )


def _on_one_line(path: str) -> str:
    return "".join(letter if letter.isprintable() else repr(letter)[1:-1] for letter in path)


def _print_status(console: Console, status: BaseStatus) -> None:
    """A block of labelled lines; those that have nothing to say are left out."""
    withdrawn = f", {status.withdrawn_count} withdrawn" if status.withdrawn_count else ""
    problems = f", {status.problem_count} with problems" if status.problem_count else ""
    suspicious = f", {status.suspicious_count} suspicious" if status.suspicious_count else ""
    waiting = f", {status.waiting_count} wait for their vectors" if status.waiting_count else ""
    lines = {
        "Documents": f"{status.document_count:,}{withdrawn}{suspicious}",
        "Files": f"{status.file_count:,}{problems}",
        "Chunks": f"{status.chunk_count:,}{waiting}",
        "Text": f"{status.character_count / 1e6:,.1f} M characters",
        "Languages": _counts(status.languages),
        "Formats": _counts(status.formats),
        "Embedder": status.embedder,
        "On disk": f"{status.index_bytes / 1e6:,.1f} MB",
        "Updated": f"{status.updated_at:%Y-%m-%d %H:%M} UTC" if status.updated_at else "",
    }
    console.print(f"[bold]{escape(status.name)}[/]")
    for label, value in lines.items():
        if value:
            console.print(f"  {label:<10} {escape(value)}", highlight=False)


def _counts(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {count:,}" for name, count in sorted(counts.items()))
