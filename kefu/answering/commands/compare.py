"""kefu prompts compare and kefu llm compare."""

import json
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kefu.answering.cases import Case, read_cases
from kefu.answering.compare import (
    ComparedCase,
    Comparison,
    Contender,
    Result,
    compare,
    contend_by_endpoints,
    contend_by_prompts,
    sum_up,
)
from kefu.answering.write import PROMPT_NAME
from kefu.errors import BadInput
from kefu.knowledge import DEFAULT_BASE
from kefu.llm import MILLION
from kefu.prompts import Specification, load_live, load_text, read_specification
from kefu.resources import Resources, open_resources
from kefu.settings import load_settings
from kefu.viewer import OPERATOR

BARE = ".txt"
PROMPT_HELP = "A version, a specification in a .md file, or bare instructions in a .txt file."

QuestionOption = Annotated[list[str] | None, typer.Option(help="A question, as often as you like.")]
BaseOption = Annotated[str, typer.Option("--base", help="Name of the knowledge base.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


async def compare_prompts_command(
    left: Annotated[str, typer.Argument(help=PROMPT_HELP, show_default=False)],
    right: Annotated[str, typer.Argument(help=PROMPT_HELP, show_default=False)],
    *,
    question: QuestionOption = None,
    questions: Annotated[
        Path | None, typer.Option(help="JSON Lines with question, values and facts.")
    ] = None,
    base: BaseOption = DEFAULT_BASE,
    as_json: JsonOption = False,
) -> None:
    """Have two prompts write the same questions, and show answers, facts, tokens and cost."""
    cases = _gather(question, questions)
    async with open_resources(load_settings()) as resources:
        first, second = await _read_pair(resources, left, right)
        names = (left, right) if left != right else (left, f"{right} (again)")
        contenders = await contend_by_prompts(
            resources, dict(zip(names, (first, second), strict=True))
        )
        await _compare(resources, contenders, cases, base=base, as_json=as_json)


async def compare_endpoints_command(
    names: Annotated[
        list[str] | None, typer.Argument(help="Chat endpoints; none: all.", show_default=False)
    ] = None,
    *,
    question: QuestionOption = None,
    questions: Annotated[
        Path | None, typer.Option(help="JSON Lines with question and facts.")
    ] = None,
    base: BaseOption = DEFAULT_BASE,
    as_json: JsonOption = False,
) -> None:
    """Have several endpoints answer the same questions, and show answers, facts, time and cost.

    Each answers from the knowledge by the live prompt, within its data class, limits and budget.
    """
    cases = _gather(question, questions)
    async with open_resources(load_settings()) as resources:
        assert resources.endpoints is not None
        contenders = await contend_by_endpoints(resources.endpoints, names or ())
        await _compare(resources, contenders, cases, base=base, as_json=as_json)


def _gather(questions: list[str] | None, file: Path | None) -> list[Case]:
    cases = [Case(question=each) for each in questions or ()]
    if file or not cases:
        cases += read_cases(load_text(file) if file else "")
    return cases


async def _compare(
    resources: Resources,
    contenders: Sequence[Contender],
    cases: Sequence[Case],
    *,
    base: str,
    as_json: bool,
) -> None:
    console, names, compared = Console(), [each.name for each in contenders], list[ComparedCase]()
    async for each in compare(resources, contenders, cases, viewer=OPERATOR, base=base):
        compared.append(each)
        if not as_json:
            _print_case(console, each, names)
    comparison = sum_up(contenders, compared)
    if as_json:
        typer.echo(json.dumps(asdict(comparison), ensure_ascii=False))
    else:
        _print_sums(console, comparison)


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


def _print_case(console: Console, case: ComparedCase, names: Sequence[str]) -> None:
    console.print(Text(case.question, style="bold"))
    table = _open_table(names)
    table.add_row("answer", *(Text(each.shown) for each in case.sides))
    if any(each.written != each.shown for each in case.sides):
        table.add_row("model's words", *(Text(each.written, style="dim") for each in case.sides))
    if any(each.problem for each in case.sides):
        table.add_row("problem", *(Text(each.problem, style="yellow") for each in case.sides))
    _add_figures(table, [each.result for each in case.sides], fact_count=case.fact_count)
    console.print(table)
    console.print()


def _print_sums(console: Console, comparison: Comparison) -> None:
    console.print(Text(f"All {len(comparison.cases)}", style="bold"))
    table = _open_table(comparison.names)
    counts: dict[str, Callable[[Result], int]] = {
        "from the model": lambda result: result.shown_count,
        "may not see": lambda result: result.forbidden_count,
        "failed": lambda result: result.failed_count,
    }
    for name, count in counts.items():
        table.add_row(name, *(str(count(each)) for each in comparison.results))
    _add_figures(table, comparison.results, fact_count=comparison.fact_count)
    console.print(table)


def _open_table(names: Sequence[str]) -> Table:
    table = Table(box=SIMPLE_HEAD, pad_edge=False, expand=True)
    table.add_column("")
    for name in names:
        table.add_column(Text(name), overflow="fold", ratio=1)
    return table


def _add_figures(table: Table, results: Sequence[Result], *, fact_count: int) -> None:
    if fact_count:
        table.add_row("facts right", *(f"{each.right_count} of {fact_count}" for each in results))
        table.add_row(
            "in its words", *(f"{each.written_right_count} of {fact_count}" for each in results)
        )
    table.add_row("tokens in", *(f"{each.input_tokens:,}" for each in results))
    table.add_row("tokens out", *(f"{each.output_tokens:,}" for each in results))
    table.add_row("cost", *map(_show_cost, results))
    table.add_row("first token", *(_show_seconds(each.first_token_seconds) for each in results))
    table.add_row("whole answer", *(_show_seconds(each.seconds) for each in results))


def _show_cost(result: Result) -> str:
    if result.cost_micros is None:
        return "not known"
    return f"{result.cost_micros / MILLION:.6f} {result.currency}".rstrip()


def _show_seconds(seconds: float | None) -> str:
    return "–" if seconds is None else f"{seconds:.2f} s"
