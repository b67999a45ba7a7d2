"""kefu llm list and check."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kefu.db import Database, open_database
from kefu.endpoints.overview import EndpointView, list_views
from kefu.errors import NotFound
from kefu.llm import CheckFinding, Effort, Endpoint, insert_check, measure_endpoint
from kefu.settings import Settings, load_settings

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


async def list_endpoints_command(*, as_json: JsonOption = False) -> None:
    """Show every model endpoint in the order in which they are asked."""
    settings = load_settings()
    async with open_database(settings) as database:
        views = await _read(database, settings)
    if as_json:
        typer.echo(json.dumps([_as_json(each) for each in views], ensure_ascii=False))
        return
    table = Table("", "Endpoint", "Purpose", "Model", "Location", "May see", "Checked")
    for number, view in enumerate(views, 1):
        found = view.endpoint
        shown = (found.purpose, found.model, found.location, str(found.data_class)) if found else ()
        checked = f"{view.check.checked_at:%Y-%m-%d}" if view.check else "never"
        table.add_row(str(number), view.name, *(shown or (str(view.problem), "", "", "")), checked)
    Console().print(table)


async def check_endpoints_command(
    names: Annotated[list[str] | None, typer.Argument(help="Endpoints; none: all.")] = None,
    *,
    quick: Annotated[
        bool, typer.Option("--quick", help="Leave out how many calls at once are useful.")
    ] = False,
    tokens: Annotated[
        int, typer.Option(min=100, max=10_000_000, help="Most tokens to find that out.")
    ] = 20_000,
    as_json: JsonOption = False,
) -> None:
    """Measure endpoints by asking them, and keep what was found."""
    settings = load_settings()
    effort = Effort(is_quick=quick, tokens=tokens)
    results: dict[str, list[CheckFinding]] = {}
    async with open_database(settings) as database:
        for endpoint in _choose(await _read(database, settings), names or ()):
            findings = measure_endpoint(endpoint, effort=effort, connect=database.connection)
            results[endpoint.name] = [finding async for finding in findings]
            async with database.transaction() as conn:
                await insert_check(conn, endpoint.name, results[endpoint.name])
            if not as_json:
                _print(endpoint, results[endpoint.name])
    if as_json:
        found = {name: [asdict(each) for each in each_of] for name, each_of in results.items()}
        typer.echo(json.dumps(found, ensure_ascii=False))
    if not all(findings[0].is_ok for findings in results.values()):
        raise typer.Exit(code=1)


async def _read(database: Database, settings: Settings) -> Sequence[EndpointView]:
    async with database.connection() as conn:
        return await list_views(conn, settings=settings, endpoints=None)


def _choose(views: Sequence[EndpointView], names: Sequence[str]) -> list[Endpoint]:
    usable = {each.name: each.endpoint for each in views if each.endpoint}
    for name in names:
        if name not in usable:
            raise NotFound(f"There is no endpoint {name} that can be used. See kefu llm list.")
    return [each for each in usable.values() if not names or each.name in names]


def _print(endpoint: Endpoint, findings: Sequence[CheckFinding]) -> None:
    table = Table("", "Found", "Value", "Detail", title=endpoint.name, title_justify="left")
    for finding in findings:
        value = "" if finding.value is None else f"{finding.value:.4g} {finding.unit}"
        mark = "[green]✓[/]" if finding.is_ok else "[red]✗[/]"
        table.add_row(mark, finding.kind, value, Text(finding.detail))
    Console().print(table)


def _as_json(view: EndpointView) -> dict[str, object]:
    found, check = view.endpoint, view.check
    return {
        "name": view.name,
        "origin": found.origin if found else "page",
        "purpose": found.purpose if found else None,
        "model": found.model if found else None,
        "location": found.location if found else None,
        "data_class": found.data_class if found else None,
        "problem": str(view.problem or ""),
        "checked_at": check.checked_at.isoformat() if check else None,
        "findings": [asdict(each) for each in check.findings] if check else [],
    }
