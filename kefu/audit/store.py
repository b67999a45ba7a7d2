"""Every SQL statement of the audit log."""

from collections.abc import AsyncIterator, Sequence

from psycopg.rows import class_row

from kefu.audit.records import AuditEntry, AuditFilter, AuditHead
from kefu.db import Connection
from kefu.errors import Unavailable

COLUMNS = (
    "number, case when recorded_at between '1970-01-02' and '9999-01-01' then recorded_at"
    " else 'epoch' end as recorded_at,"  # Python cannot hold what a forger may have written
    " actor, action, subject, details::text as details, key_id, previous_seal, seal"
)
BATCH = 1000


async def lock_head(conn: Connection) -> AuditHead | None:
    """The head, with everybody else who records waiting until this transaction ends."""
    cursor = conn.cursor(row_factory=class_row(AuditHead))
    await cursor.execute("select number, entry_seal, key_id, seal from audit_head for update")
    return await cursor.fetchone()


async def find_head(conn: Connection) -> AuditHead | None:
    """The head; None when somebody has removed it."""
    cursor = conn.cursor(row_factory=class_row(AuditHead))
    await cursor.execute("select number, entry_seal, key_id, seal from audit_head")
    return await cursor.fetchone()


async def insert_entry(conn: Connection, entry: AuditEntry, *, head_seal: str) -> None:
    """Append the entry and move the head to it."""
    await conn.execute(
        "with entry as (insert into audit_entries (number, recorded_at, actor, action, subject,"
        " details, key_id, previous_seal, seal) values (%s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " returning number, seal, key_id)"
        " update audit_head set number = entry.number, entry_seal = entry.seal,"
        " key_id = entry.key_id, seal = %s from entry",
        [
            entry.number,
            entry.recorded_at,
            entry.actor,
            entry.action,
            entry.subject,
            entry.details,
            entry.key_id,
            entry.previous_seal,
            entry.seal,
            head_seal,
        ],
    )


async def find_entry(conn: Connection, number: int) -> AuditEntry | None:
    """The entry with this number."""
    cursor = conn.cursor(row_factory=class_row(AuditEntry))
    await cursor.execute(f"select {COLUMNS} from audit_entries where number = %s", [number])
    return await cursor.fetchone()


async def stream_entries(conn: Connection) -> AsyncIterator[AuditEntry]:
    """All of them, oldest first, a batch at a time; needs a transaction."""
    async with conn.cursor(name="audit_entries", row_factory=class_row(AuditEntry)) as cursor:
        cursor.itersize = BATCH
        await cursor.execute(f"select {COLUMNS} from audit_entries order by number")
        async for entry in cursor:
            yield entry


async def list_entries(
    conn: Connection, wanted: AuditFilter, *, limit: int
) -> Sequence[AuditEntry]:
    """Entries that pass the filter, newest first."""
    conditions = {
        "strpos(lower(actor), lower(%s)) > 0": wanted.actor,
        "%s in (action, split_part(action, '.', 1))": wanted.action,
        "strpos(lower(subject), lower(%s)) > 0": wanted.subject,
        "recorded_at >= %s": wanted.since,
        "recorded_at < %s": wanted.until,
        "number < %s": wanted.before,
    }
    given = {sql: value for sql, value in conditions.items() if value is not None}
    where = " and ".join(given) or "true"
    cursor = conn.cursor(row_factory=class_row(AuditEntry))
    await cursor.execute(
        f"select {COLUMNS} from audit_entries where {where} order by number desc limit %s".encode(),
        [*given.values(), limit],
    )
    return await cursor.fetchall()


async def list_actions(conn: Connection) -> Sequence[str]:
    """Every action that was ever recorded, by name."""
    cursor = await conn.execute("select distinct action from audit_entries order by action")
    return [action for (action,) in await cursor.fetchall()]


async def begin_snapshot(conn: Connection) -> None:
    """Let the transaction that has just begun see one moment of the database throughout.

    Raises:
        Unavailable: somebody has removed the log.
    """
    await conn.execute("set transaction isolation level repeatable read, read only")
    cursor = await conn.execute(
        "select to_regclass('audit_entries') is null or to_regclass('audit_head') is null"
    )
    row = await cursor.fetchone()
    if row is None or row[0]:
        raise Unavailable("The tables of the audit log are gone: somebody has removed them.")
