"""Write the audit log to a file that can be verified on its own, and read it back."""

import json
from collections.abc import Iterator
from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path

from pydantic import TypeAdapter, ValidationError

from kefu.audit.records import Anchor, AuditEntry, AuditHead
from kefu.audit.store import begin_snapshot, find_head, stream_entries
from kefu.db import Database
from kefu.errors import BadInput
from kefu.settings import Settings

ROW: TypeAdapter[AuditEntry | AuditHead] = TypeAdapter(AuditEntry | AuditHead)


async def export_audit(database: Database, file: Path) -> int:
    """Write every entry and the head as JSON Lines, for the owner of the file alone.

    The file appears when it is whole.

    Raises:
        BadInput: the file cannot be written.
    """
    partial = file.with_name(file.name + ".part")
    count = 0
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with partial.open("w", encoding="utf-8") as lines:
            async with database.transaction() as conn:
                await begin_snapshot(conn)
                async for entry in stream_entries(conn):
                    lines.write(_line(entry))
                    count += 1
                head = await find_head(conn)
            if head is not None:
                lines.write(_line(head))
        partial.replace(file)
    except OSError as error:
        raise BadInput(f"{file} cannot be written: {error.strerror}.") from error
    finally:
        partial.unlink(missing_ok=True)
    return count


async def give_up_audit(database: Database, settings: Settings) -> Anchor | None:
    """Keep the log that a restore is about to replace as a file in the data folder."""
    async with database.connection() as conn:
        head = await find_head(conn)
    name = f"audit-before-restore-{datetime.now(UTC):%Y%m%dT%H%M%S}.jsonl"
    file = settings.data_dir.expanduser() / name
    if head is None or head.number == 0:
        return None
    file.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    await export_audit(database, file)
    return Anchor(number=head.number, seal=head.entry_seal)


def read_export(file: Path) -> Iterator[AuditEntry | AuditHead]:
    """What an export holds, in its order.

    Raises:
        BadInput: the file cannot be read or is no export.
    """
    try:
        with file.open(encoding="utf-8") as lines:
            for place, line in enumerate(lines, start=1):
                yield _read(file, place, line)
    except (OSError, UnicodeDecodeError) as error:
        raise BadInput(f"{file} cannot be read as an export of the audit log: {error}.") from error


def _read(file: Path, place: int, line: str) -> AuditEntry | AuditHead:
    try:
        return ROW.validate_json(line, extra="forbid")
    except ValidationError as error:
        raise BadInput(f"Line {place} of {file} is no entry of an audit log.") from error


def _line(row: AuditEntry | AuditHead) -> str:
    return json.dumps(asdict(row), default=str, ensure_ascii=False) + "\n"
