"""kefu demo."""

from importlib.resources import as_file, files
from typing import Annotated

import typer
from rich.console import Console

from kefu.answering.commands import print_answer
from kefu.audit import this_operator
from kefu.chatbot.widget import ChannelLook, ProactiveRule, add_channel, list_channels
from kefu.evaluation import DatasetVersion, read_lines, save_version
from kefu.knowledge import ingest
from kefu.knowledge.commands import IngestBars
from kefu.releases import apply_live
from kefu.resources import Resources, open_resources
from kefu.settings import load_settings
from kefu.tracing import record_traces
from kefu.viewer import ANONYMOUS

BASE = "demo"
CHANNEL = "demo"
LOOK = ChannelLook(
    base=BASE,
    title="Lanhe Cloud 澜禾云",
    accent="#0b6e4f",
    starters=(
        "退款多久到账？",
        "备份保留多久？",
        "How do I get a full refund?",
        "What does error LH-4031 mean?",
    ),
    proactive_rules=(
        ProactiveRule(pattern="/demo-shop", seconds=8, text="需要帮您选套餐吗？"),
        ProactiveRule(pattern="/demo-shop", seconds=8, text="Can I help you choose a plan?"),
    ),
)
QUESTIONS = (
    "网站部署在香港，还需要备案吗？",
    "How many days do I have to get a full refund?",
)


async def demo_command(
    *,
    serve_page: Annotated[
        bool, typer.Option("--serve/--no-serve", help="Serve the chat page afterwards.")
    ] = True,
) -> None:
    """Load the invented company Lanhe Cloud, ask it two questions, and serve the chat page."""
    console = Console()
    settings = load_settings()
    async with open_resources(settings) as resources, record_traces(resources):
        with as_file(files("kefu.demo") / "documents") as documents:
            console.print(
                "[bold]Lanhe Cloud[/], an invented hosting company: loading its documents …"
            )
            with IngestBars(Console(stderr=True), is_shown=True) as bars:
                report = await ingest(resources, [documents], base_name=BASE, on_progress=bars.show)
        console.print(
            f"{report.file_count} files, {report.unchanged_count} unchanged, "
            f"{report.chunk_count} chunks stored in {report.seconds:.0f} s.\n"
        )
        version = await load_cases(resources)
        console.print(
            f"{version.case_count} questions with their facts: [bold]kefu evaluation run"
            f" --dataset {version.dataset}[/]\n"
        )
        await open_channel(resources)
        answering = await apply_live(resources)
        for question in QUESTIONS:
            console.print(f"[bold cyan]? {question}[/]")
            await print_answer(answering, question, viewer=ANONYMOUS, base=BASE)
            console.print()
    if serve_page:
        from kefu import server  # noqa: PLC0415 - half a second that other commands save

        url = settings.server.url
        with server.open_port(settings.server) as port:
            console.print(f"A shop with the widget on it: [bold]{url}/demo-shop[/]")
            console.print(f"Chat page: [bold]{url}/?base={BASE}[/]  (Ctrl-C ends it)")
            await server.serve(settings, port, tell=typer.echo)


async def open_channel(resources: Resources) -> None:
    """Let the widget be tried on the page of the demo shop."""
    async with resources.database.transaction() as conn:
        if CHANNEL not in {each.name for each in await list_channels(conn)}:
            actor = this_operator()
            await add_channel(conn, CHANNEL, LOOK, settings=resources.settings, actor=actor)


async def load_cases(resources: Resources) -> DatasetVersion:
    """Keep the questions with their facts as the latest version of a dataset."""
    text = (files("kefu.demo") / "questions.jsonl").read_text(encoding="utf-8")
    async with resources.database.transaction() as conn:
        return await save_version(conn, BASE, read_lines(text), author=this_operator(), base=BASE)
