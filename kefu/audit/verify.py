"""Verify the audit log in the database, or one that was exported."""

from collections.abc import Sequence
from pathlib import Path

from kefu.audit.anchor import find_anchor, replace_anchor
from kefu.audit.chain import AuditVerdict, ChainCheck
from kefu.audit.export import read_export
from kefu.audit.records import Anchor, AuditEntry
from kefu.audit.store import begin_snapshot, find_head, stream_entries
from kefu.db import Database, sealing_keys
from kefu.settings import Settings


async def verify_audit(
    database: Database, settings: Settings, *, expected: Sequence[Anchor] = ()
) -> AuditVerdict:
    """Verify the whole log; when it is whole, its end is noted down in the data folder.

    Raises:
        Unavailable: the log, its keys or the anchor cannot be read.
    """
    noted = find_anchor(settings)
    anchors = [*expected, *([noted] if noted else [])]
    check = ChainCheck(sealing_keys(), anchors=anchors)
    async with database.transaction() as conn:
        await begin_snapshot(conn)
        async for entry in stream_entries(conn):
            check.add(entry)
        verdict = check.judge(await find_head(conn))
    if verdict.is_whole and verdict.anchor is not None:
        replace_anchor(settings, verdict.anchor)
    return verdict


def verify_export(file: Path, *, expected: Sequence[Anchor] = ()) -> AuditVerdict:
    """Verify what `export_audit` has written; the database is not asked.

    Raises:
        BadInput: the file is no such export.
    """
    check = ChainCheck(sealing_keys(), anchors=expected)
    head = None
    for entry_or_head in read_export(file):
        if isinstance(entry_or_head, AuditEntry):
            check.add(entry_or_head)
        else:
            head = entry_or_head
    return check.judge(head)
