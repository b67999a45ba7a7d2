"""kefu audit list, verify, export."""

import json
import re
from collections.abc import Sequence
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kefu.audit.chain import AuditVerdict
from kefu.audit.export import export_audit
from kefu.audit.record import record_audit, this_operator
from kefu.audit.records import AuditEntry, AuditFilter, parse_anchor
from kefu.audit.store import list_entries
from kefu.audit.verify import verify_audit, verify_export
from kefu.db import open_database, use_keys_of
from kefu.settings import load_settings

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
DIGEST = re.compile(r"\b([0-9a-f]{12})[0-9a-f]{52}\b")
Moment = Annotated[datetime | None, typer.Option(help="UTC, as in 2026-11-21.")]


async def list_command(  # noqa: PLR0913 - one option a column
    *,
    actor: Annotated[str | None, typer.Option(help="A part of who did it.")] = None,
    action: Annotated[
        str | None, typer.Option(help="What was done, as api_key.revoked or api_key.")
    ] = None,
    subject: Annotated[str | None, typer.Option(help="A part of what it was done to.")] = None,
    since: Moment = None,
    until: Moment = None,
    limit: Annotated[int, typer.Option(min=1, max=100_000, help="How many at most.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """Show what was recorded, newest first."""
    wanted = AuditFilter(
        actor=actor,
        action=action,
        subject=subject,
        since=since and since.replace(tzinfo=UTC),
        until=until and until.replace(tzinfo=UTC),
    )
    async with open_database(load_settings()) as database, database.connection() as conn:
        entries = await list_entries(conn, wanted, limit=limit)
    if as_json:
        rows = [asdict(each) | {"details": each.facts} for each in entries]
        typer.echo(json.dumps(rows, ensure_ascii=False, default=str))
    elif not entries:
        typer.echo("Nothing was recorded.")
    else:
        Console().print(_table(entries))


async def verify_command(
    *,
    file: Annotated[
        Path | None, typer.Option(help="Verify this export instead of the database.")
    ] = None,
    expect: Annotated[
        list[str] | None,
        typer.Option(help="An anchor that was printed before and must still be held."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Prove that no entry of the audit log was edited, removed, moved or forged.

    Prints an anchor. Note it down where others cannot reach it and give it to a later proof: it
    shows that nothing was cut from the end. Ends with code 1 when the log is not whole.
    """
    settings = load_settings()
    anchors = [parse_anchor(text) for text in expect or []]
    if file is None:
        async with open_database(settings) as database:
            verdict = await verify_audit(database, settings, expected=anchors)
    else:
        use_keys_of(settings)
        verdict = verify_export(file.expanduser(), expected=anchors)
    if as_json:
        typer.echo(json.dumps(_as_json(verdict), default=str))
    else:
        _print_verdict(verdict)
    if not verdict.is_whole:
        raise typer.Exit(code=1)


async def export_command(
    file: Annotated[Path, typer.Argument(help="File to write.", show_default=False)],
    *,
    as_json: JsonOption = False,
) -> None:
    """Write the audit log as JSON Lines; `kefu audit verify --file` verifies it."""
    target = file.expanduser()
    async with open_database(load_settings()) as database:
        async with database.transaction() as conn:
            await record_audit(
                conn, actor=this_operator(), action="audit.exported", subject=str(target)
            )
        count = await export_audit(database, target)
    if as_json:
        typer.echo(json.dumps({"file": str(target), "entry_count": count}))
    else:
        typer.echo(f"{file}: {count} entries.")


def _table(entries: Sequence[AuditEntry]) -> Table:
    """Details below the rest: six columns do not fit a terminal."""
    table = Table.grid(padding=(0, 2))
    table.add_column(justify="right", no_wrap=True)
    table.add_column(overflow="fold")
    for entry in entries:
        at = f"{entry.recorded_at.astimezone(UTC):%Y-%m-%d %H:%M:%S} UTC"
        line = "  ".join((at, entry.actor, entry.action, entry.subject))
        told = "\n".join(filter(None, (line, _tell_facts(entry))))
        table.add_row(str(entry.number), escape(DIGEST.sub(r"\1", told)))
    return table


def _tell_facts(entry: AuditEntry) -> str:
    facts = {name: value for name, value in entry.facts.items() if value not in ([], None, "")}
    return ", ".join(
        f"{name}: {', '.join(map(str, value)) if isinstance(value, list) else value}"
        for name, value in facts.items()
    )


def _as_json(verdict: AuditVerdict) -> dict[str, object]:
    anchor = None if verdict.anchor is None else str(verdict.anchor)
    return asdict(verdict) | {"anchor": anchor, "is_whole": verdict.is_whole}


def _print_verdict(verdict: AuditVerdict) -> None:
    console = Console(soft_wrap=True, highlight=False)
    for problem in verdict.problems:
        console.print(f"[red]✗[/] {escape(problem)}")
    hidden = verdict.problem_count - len(verdict.problems)
    if hidden:
        console.print(f"... and {hidden} more.")
    if verdict.first_at is None or verdict.last_at is None:
        console.print("Nothing was recorded.")
        return
    mark = "[green]✓[/]" if verdict.is_whole else "[red]✗[/]"
    state = "the log is whole" if verdict.is_whole else "the log is NOT whole"
    console.print(
        f"{mark} {verdict.entry_count} entries from {verdict.first_at:%Y-%m-%d %H:%M} to "
        f"{verdict.last_at:%Y-%m-%d %H:%M} UTC: {state}."
    )
    if verdict.is_whole:
        console.print(f"Anchor: {verdict.anchor}")
