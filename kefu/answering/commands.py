"""kefu ask, and kefu prompts compare."""

import json
from collections.abc import AsyncGenerator
from contextlib import aclosing
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from opentelemetry import trace
from opentelemetry.trace import Span
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kefu.answering.answer import describe_event, stream_answer
from kefu.answering.compare import (
    Case,
    ComparedCase,
    Comparison,
    Result,
    compare_prompts,
    read_cases,
    sum_up,
)
from kefu.answering.records import Answer, AnswerEvent, Citation, Outcome, Sentence
from kefu.answering.write import PROMPT_NAME
from kefu.errors import BadInput
from kefu.knowledge import DEFAULT_BASE
from kefu.prompts import Specification, load_live, load_text, read_specification
from kefu.resources import Resources, open_resources
from kefu.settings import load_settings
from kefu.tracing import find_trace_id, record_traces, trace_steps
from kefu.viewer import OPERATOR, Viewer

tracer = trace.get_tracer("kefu.cli")
BARE = ".txt"
PROMPT_HELP = "A version, a specification in a .md file, or bare instructions in a .txt file."


async def ask_command(
    question: Annotated[str, typer.Argument(help="In Chinese or English.", show_default=False)],
    *,
    base: Annotated[str, typer.Option("--base", help="Name of the knowledge base.")] = DEFAULT_BASE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Answer a question from the knowledge, with citations."""
    async with open_resources(load_settings()) as resources, record_traces(resources):
        if as_json:
            span = _start(question, base=base)
            async with aclosing(_answer(span, resources, question, OPERATOR, base)) as events:
                async for event in events:
                    if isinstance(event, Answer):
                        typer.echo(json.dumps(asdict(event), ensure_ascii=False))
        else:
            await print_answer(resources, question, viewer=OPERATOR, base=base)


async def print_answer(resources: Resources, question: str, *, viewer: Viewer, base: str) -> None:
    """Show the answer as it comes and its citations below."""
    console = Console()
    span = _start(question, base=base)
    async with aclosing(_answer(span, resources, question, viewer, base)) as events:
        async for event in events:
            if isinstance(event, Sentence):
                console.print(Text(event.text), end="")
            elif isinstance(event, Answer):
                if event.outcome is Outcome.ABSTAINED:
                    console.print(Text(event.answer, style="yellow"), end="")
                console.print("\n")
                _print_citations(console, event)
    if trace_id := find_trace_id(span):
        console.print(Text(f"trace {trace_id.hex}", style="dim"))


def _start(question: str, *, base: str) -> Span:
    return tracer.start_span(
        "ask", attributes={"kefu.product": "cli", "kefu.base": base, "kefu.input": question}
    )


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
    seconds = answer.timings["total"]
    console.print(
        Text(f"{answer.mode}, confidence {answer.confidence:.2f}, {seconds:.2f} s", style="dim")
    )


def _by_place(answer: Answer) -> dict[str, list[Citation]]:
    """The citations under the title, headings and page they stand at, in order."""
    places: dict[str, list[Citation]] = {}
    for citation in answer.citations:
        path = " > ".join((citation.title or citation.uri, *citation.heading_path))
        page = f", page {citation.page}" if citation.page else ""
        places.setdefault(path + page, []).append(citation)
    return places


async def compare_command(
    left: Annotated[str, typer.Argument(help=PROMPT_HELP, show_default=False)],
    right: Annotated[str, typer.Argument(help=PROMPT_HELP, show_default=False)],
    *,
    question: Annotated[
        list[str] | None, typer.Option(help="A question, as often as you like.")
    ] = None,
    questions: Annotated[
        Path | None, typer.Option(help="JSON Lines with question, values and facts.")
    ] = None,
    base: Annotated[str, typer.Option("--base", help="Name of the knowledge base.")] = DEFAULT_BASE,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """Have two prompts write the same questions, and show answers, facts, tokens and cost."""
    cases = [Case(question=each) for each in question or ()]
    if questions or not cases:
        cases += read_cases(load_text(questions) if questions else "")
    async with open_resources(load_settings()) as resources:
        pair = await _read_pair(resources, left, right)
        compared = []
        comparing = compare_prompts(resources, pair, cases, viewer=OPERATOR, base=base)
        async for each in comparing:
            compared.append(each)
            if not as_json:
                _print_case(Console(), each, (left, right))
    comparison = sum_up(compared)
    if as_json:
        typer.echo(json.dumps(asdict(comparison), ensure_ascii=False))
    else:
        _print_sums(Console(), comparison, (left, right))


async def _read_pair(
    resources: Resources, left: str, right: str
) -> tuple[Specification, Specification]:
    """Bare instructions in a file are for the use of the other prompt, or for answers."""
    async with resources.database.connection() as conn:
        use = (await load_live(conn, PROMPT_NAME, language="en")).specification
        if left.endswith(BARE):
            use = await read_specification(conn, right, use=use)
        first = await read_specification(conn, left, use=use)
        second = await read_specification(conn, right, use=first)
    if first.key.name != second.key.name:
        raise BadInput(f"{first.key} and {second.key} are prompts for different uses.")
    return first, second


def _print_case(console: Console, case: ComparedCase, names: tuple[str, str]) -> None:
    console.print(Text(case.question, style="bold"))
    table = _two_columns(names)
    table.add_row("answer", Text(case.left.shown), Text(case.right.shown))
    if (case.left.written, case.right.written) != (case.left.shown, case.right.shown):
        written = [Text(each.written, style="dim") for each in (case.left, case.right)]
        table.add_row("model's words", *written)
    _add_figures(table, case.left.result, case.right.result, fact_count=case.fact_count)
    console.print(table)
    console.print()


def _print_sums(console: Console, comparison: Comparison, names: tuple[str, str]) -> None:
    console.print(Text(f"All {len(comparison.cases)}", style="bold"))
    table = _two_columns(names)
    left, right = comparison.left, comparison.right
    table.add_row("from the model", str(left.shown_count), str(right.shown_count))
    _add_figures(table, left, right, fact_count=comparison.fact_count)
    console.print(table)


def _two_columns(names: tuple[str, str]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False)
    table.add_column("")
    for name in names:
        table.add_column(Text(name), overflow="fold", ratio=1)
    table.expand = True
    return table


def _add_figures(table: Table, left: Result, right: Result, *, fact_count: int) -> None:
    sides = (left, right)
    if fact_count:
        table.add_row("facts right", *(f"{each.right_count} of {fact_count}" for each in sides))
        table.add_row(
            "in its words", *(f"{each.written_right_count} of {fact_count}" for each in sides)
        )
    table.add_row("tokens in", *(f"{each.input_tokens:,}" for each in sides))
    table.add_row("tokens out", *(f"{each.output_tokens:,}" for each in sides))
    table.add_row("cost", *map(_show_cost, sides))
    table.add_row("seconds", *(f"{each.seconds:.1f}" for each in sides))


def _show_cost(result: Result) -> str:
    if result.cost_micros is None:
        return "not known"
    return f"{result.cost_micros / 1e6:.6f} {result.currency}"
