"""kefu evaluation coverage."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from kefu.db import open_database
from kefu.evaluation.commands.printing import JsonOption, build_table, print_json
from kefu.evaluation.coverage import DocumentCoverage, measure_coverage
from kefu.knowledge import DEFAULT_BASE, get_base
from kefu.settings import load_settings


async def coverage_command(
    *,
    base: Annotated[str, typer.Option("--base", help="Knowledge base.")] = DEFAULT_BASE,
    document: Annotated[
        str, typer.Option(help="End of a document's path: its statements that no case asks.")
    ] = "",
    as_json: JsonOption = False,
) -> None:
    """Show which statements of the documents no case asks, least covered documents first."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        measured = await measure_coverage(conn, await get_base(conn, base))
    found = [each for each in measured if each.uri.endswith(document)]
    found.sort(key=lambda each: each.asked_count - each.statement_count)
    if as_json:
        print_json([_as_json(each) for each in found])
    elif document:
        _print_statements(found)
    else:
        _print_documents(found)


def _print_documents(found: list[DocumentCoverage]) -> None:
    table = build_table("document", "cases", "statements", "asked")
    for each in found:
        counts = (each.case_count, each.statement_count, each.asked_count)
        name = f"{each.uri}#{each.id}" if each.id else each.uri
        table.add_row(Text(name), *map(str, counts))
    Console().print(table)
    asked = sum(each.asked_count for each in found)
    typer.echo(f"{asked} of {sum(each.statement_count for each in found)} statements are asked.")


def _print_statements(found: list[DocumentCoverage]) -> None:
    table = build_table("place", "statement")
    for each in found:
        for section in each.sections:
            for statement in section.unasked:
                table.add_row(Text(" > ".join(section.place)), Text(statement.text))
    Console().print(table)


def _as_json(coverage: DocumentCoverage) -> dict[str, object]:
    return {
        "uri": coverage.uri,
        "id": coverage.id,
        "title": coverage.title,
        "case_count": coverage.case_count,
        "statement_count": coverage.statement_count,
        "asked_count": coverage.asked_count,
        "sections": [asdict(each) for each in coverage.sections],
    }
