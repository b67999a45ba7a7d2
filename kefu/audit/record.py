"""Append to the audit log, in the transaction of what is recorded."""

import json
import os
import pwd
import re
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime

from kefu.audit.records import AuditEntry, seal_head
from kefu.audit.store import insert_entry, lock_head
from kefu.db import Connection, SealingKey, sealing_keys
from kefu.errors import Unavailable

ACTION = re.compile(r"[a-z_]{1,40}(\.[a-z_]{1,40})+")
LONGEST_TEXT = 500  # what strangers type is recorded too: the name of a failed sign-in
LONGEST_LIST = 100

Detail = str | int | float | bool | Sequence[str] | None


async def record_audit(
    conn: Connection,
    *,
    actor: str,
    action: str,
    subject: str,
    details: Mapping[str, Detail] | None = None,
) -> AuditEntry:
    """Record who did what to what; it is kept if and only if the transaction is committed.

    Others who record wait until this transaction ends: call it last. Long texts are cut. Secrets
    do not belong into the details.

    Raises:
        Unavailable: the log has lost its head, so nothing may be done that must be recorded.
    """
    assert ACTION.fullmatch(action), action
    facts = {name: _fit(value) for name, value in (details or {}).items()}
    async with conn.transaction():
        head = await lock_head(conn)
        if head is None:
            raise Unavailable("The audit log was tampered with: it has no head. See kefu audit.")
        key = sealing_keys()[-1]
        entry = _sealed(
            AuditEntry(
                number=head.number + 1,
                recorded_at=datetime.now(UTC),
                actor=_cut(actor),
                action=action,
                subject=_cut(subject),
                details=json.dumps(facts, sort_keys=True),
                key_id=key.id,
                previous_seal=head.entry_seal,
                seal="",
            ),
            key,
        )
        await insert_entry(conn, entry, head_seal=seal_head(entry.number, entry.seal, key))
    return entry


def this_operator() -> str:
    """Whoever runs the command line, as an actor."""
    name = str(os.geteuid())
    with suppress(KeyError):  # a container may run under a number without a name
        name = pwd.getpwuid(os.geteuid()).pw_name
    return f"operator:{name}"


def _sealed(entry: AuditEntry, key: SealingKey) -> AuditEntry:
    return replace(entry, seal=key.seal(entry.content()))


def _fit(value: Detail) -> Detail:
    match value:
        case str():
            return _cut(value)
        case Sequence():
            return [_cut(text) for text in value[:LONGEST_LIST]]
        case _:
            return value


def _cut(text: str) -> str:
    """At most so long, and nothing in it that PostgreSQL cannot hold."""
    held = text.replace("\0", "\ufffd").encode("utf-8", "replace").decode()
    return held if len(held) <= LONGEST_TEXT else held[: LONGEST_TEXT - 1] + "…"
