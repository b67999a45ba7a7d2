"""kefu backup, and kefu restore."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from kefu.audit import give_up_audit, record_audit, replace_anchor, this_operator
from kefu.cli.loading import CommandTable
from kefu.db import Database, back_up, open_database, prepare, restore
from kefu.errors import BadInput
from kefu.knowledge import list_bases
from kefu.settings import Settings, load_settings

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


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


COMMANDS: CommandTable = {"backup": backup_command, "restore": restore_command}
