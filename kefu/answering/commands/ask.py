"""kefu ask."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from typing import Annotated

import typer
from opentelemetry import trace
from opentelemetry.trace import Span
from rich.console import Console
from rich.text import Text

from kefu.answering.answer import stream_answer
from kefu.answering.describing import describe_event
from kefu.answering.records import Answer, AnswerEvent, Citation, Outcome, Sentence
from kefu.knowledge import choose_base
from kefu.releases import apply_live
from kefu.resources import Resources, open_resources
from kefu.settings import load_settings
from kefu.tracing import find_trace_id, record_traces, trace_steps
from kefu.viewer import OPERATOR, Viewer

tracer = trace.get_tracer("kefu.cli")


async def ask_command(
    question: Annotated[str, typer.Argument(help="In Chinese or English.", show_default=False)],
    *,
    base: Annotated[
        str | None,
        typer.Option("--base", help="Name of the base; else main, or the only one that there is."),
    ] = None,
    unreleased: Annotated[
        bool,
        typer.Option("--unreleased", help="By the settings as they are, not by the live release."),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Answer a question from the knowledge as customers are answered, with citations."""
    async with open_resources(load_settings()) as opened, record_traces(opened):
        resources = opened if unreleased else await apply_live(opened)
        async with opened.database.connection() as conn:
            asked = base or await choose_base(conn, OPERATOR)
        if as_json:
            span = _start(resources, question, base=asked)
            async with aclosing(_answer(span, resources, question, OPERATOR, asked)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        typer.echo(json.dumps(asdict(event), ensure_ascii=False))
        else:
            await print_answer(resources, question, viewer=OPERATOR, base=asked)


async def print_answer(resources: Resources, question: str, *, viewer: Viewer, base: str) -> None:
    """Show the answer as it comes and its citations below."""
    console = Console()
    span = _start(resources, question, base=base)
    async with aclosing(_answer(span, resources, question, viewer, base)) as events:
        async for event in events:
            if isinstance(event, Sentence):
                console.print(Text(event.text), end="")
            elif isinstance(event, Answer):
                if event.outcome is not Outcome.ANSWERED:
                    said = "\n".join([event.answer, *(f"  {each}" for each in event.choices)])
                    console.print(Text(said, style="yellow"), end="")
                console.print("\n")
                _print_citations(console, event)
                console.print(Text(_sum_up(event, resources), style="dim"))
    if trace_id := find_trace_id(span):
        console.print(Text(f"trace {trace_id.hex}", style="dim"))


def _start(resources: Resources, question: str, *, base: str) -> Span:
    asked: dict[str, str | int] = {
        "kefu.product": "cli",
        "kefu.base": base,
        "kefu.input": question,
    }
    if resources.release_id is not None:
        asked["kefu.release"] = resources.release_id
    return tracer.start_span("ask", attributes=asked)


def _answer(
    span: Span, resources: Resources, question: str, viewer: Viewer, base: str
) -> AsyncGenerator[AnswerEvent, None]:
    events = stream_answer(resources, question, viewer=viewer, base=base)
    return trace_steps(span, events, describe=describe_event)


def _print_citations(console: Console, answer: Answer) -> None:
    if answer.notice:
        console.print(Text(answer.notice, style="yellow"))
    for place, citations in _by_place(answer).items():
        markers = "".join(f"[{citation.marker}]" for citation in citations)
        console.print(Text.assemble((f"{markers} ", "bold cyan"), (place, "bold")))
        console.print(Text(f"    {citations[0].uri}", style="dim"), soft_wrap=True)


def _sum_up(answer: Answer, resources: Resources) -> str:
    """Who wrote it, how sure, how fast, and by which release."""
    parts = [
        answer.mode,
        f"confidence {answer.confidence:.2f}",
        f"{answer.timings['total']:.2f} s",
    ]
    if resources.release_id is not None:
        parts.append(f"release {resources.release_id}")
    return ", ".join(parts)


def _by_place(answer: Answer) -> dict[str, list[Citation]]:
    """The citations under the title, headings and page they stand at, in order."""
    places: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        path = " > ".join((citation.title or citation.uri, *citation.heading_path))
        page = f", page {citation.page}" if citation.page else ""
        places.setdefault(path + page, []).append(citation)
    return places
