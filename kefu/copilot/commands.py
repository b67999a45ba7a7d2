"""kefu copilot figures, export, articles."""

import json
from collections.abc import Sequence
from contextlib import aclosing
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kefu.audit import record_audit, this_operator
from kefu.copilot.records import Aid, AidFigures
from kefu.copilot.store import list_figures, list_kept
from kefu.copilot.suggestions import export_suggestions
from kefu.db import open_database
from kefu.errors import BadInput
from kefu.settings import load_settings

DaysOption = Annotated[float, typer.Option(min=0.01, max=3650, help="Of the last days.")]


async def figures_command(
    *,
    days: DaysOption = 30.0,
    as_json: Annotated[bool, typer.Option("--json", help="Print JSON for machines.")] = False,
) -> None:
    """How staff take up what the copilot shows: accepted, edited, rejected, and how fast."""
    since = datetime.now(UTC) - timedelta(days=days)
    async with open_database(load_settings()) as database, database.connection() as conn:
        figures = await list_figures(conn, since=since)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in figures]))
    elif figures:
        _print(figures)
    else:
        typer.echo("Nothing was shown.")


async def export_command(
    file: Annotated[Path, typer.Argument(help="JSON Lines to write.", show_default=False)],
    *,
    days: DaysOption = 30.0,
) -> None:
    """Write what was shown and what became of it, without personal data, for datasets."""
    since = datetime.now(UTC) - timedelta(days=days)
    target, count = file.expanduser(), 0
    async with open_database(load_settings()) as database, database.transaction() as conn:
        try:
            with target.open("w", encoding="utf-8") as lines:
                async with aclosing(export_suggestions(conn, since=since)) as rows:
                    async for row in rows:
                        lines.write(json.dumps(row, ensure_ascii=False) + "\n")
                        count += 1
        except OSError as error:
            raise BadInput(f"{file} cannot be written: {error.strerror}.") from error
        await record_audit(
            conn,
            actor=this_operator(),
            action="copilot.exported",
            subject=str(target),
            details={"count": count},
        )
    typer.echo(f"{file}: {count} suggestions")


async def articles_command(
    folder: Annotated[
        Path, typer.Argument(help="Where Markdown files are written.", show_default=False)
    ],
    *,
    days: DaysOption = 30.0,
) -> None:
    """Write the articles that staff kept as files, to be reviewed and taken in like any other."""
    since = datetime.now(UTC) - timedelta(days=days)
    target, count = folder.expanduser(), 0
    async with open_database(load_settings()) as database, database.connection() as conn:
        articles = await list_kept(conn, Aid.ARTICLE, since=since)
    try:
        target.mkdir(parents=True, exist_ok=True)
        for each in articles:
            (target / f"{each.id}.md").write_text(each.sent or "", encoding="utf-8")
            count += 1
    except OSError as error:
        raise BadInput(f"{folder} cannot be written: {error.strerror}.") from error
    typer.echo(f"{folder}: {count} articles")


def _print(figures: Sequence[AidFigures]) -> None:
    table = Table("aid", "shown", "accepted", "edited", "rejected", "words changed", "seconds")
    for each in figures:
        changed, seconds = each.median_edit_share, each.median_seconds
        table.add_row(
            each.aid,
            *(str(n) for n in (each.shown_count, each.accepted_count, each.edited_count)),
            str(each.rejected_count),
            "–" if changed is None else f"{changed:.0%}",
            "–" if seconds is None else f"{seconds:.0f}",
        )
    Console().print(table)
