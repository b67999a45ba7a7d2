"""Every SQL statement about model endpoints, their spending and their checks."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import asdict, replace
from datetime import date, datetime
from typing import Any

import psycopg
from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from kefu.llm.records import CheckFinding, Spending, StoredCheck, StoredEndpoint

Connection = AsyncConnection
StatementFailed = psycopg.Error
Connect = Callable[[], AbstractAsyncContextManager[AsyncConnection]]
"""Opens a connection on which every statement commits by itself."""


async def reserve(
    conn: AsyncConnection, endpoint: str, day: date, *, micros: int, budget_micros: int
) -> bool:
    """Set money aside if so much is left; one statement, so that nobody comes between."""
    cursor = await conn.execute(
        "insert into llm_spending as s (endpoint, day, reserved_micros)"
        " select %(endpoint)s, %(day)s, %(micros)s where %(micros)s <= %(budget)s"
        " on conflict (endpoint, day) do update"
        " set reserved_micros = s.reserved_micros + excluded.reserved_micros"
        " where s.reserved_micros + s.spent_micros + excluded.reserved_micros <= %(budget)s"
        " returning 1",
        {"endpoint": endpoint, "day": day, "micros": micros, "budget": budget_micros},
    )
    return await cursor.fetchone() is not None


async def settle(
    conn: AsyncConnection, endpoint: str, day: date, *, reserved_micros: int, spent_micros: int
) -> None:
    await conn.execute(
        "update llm_spending set reserved_micros = reserved_micros - %s,"
        " spent_micros = spent_micros + %s where endpoint = %s and day = %s",
        [reserved_micros, spent_micros, endpoint, day],
    )


async def list_spending(conn: AsyncConnection, day: date) -> list[Spending]:
    cursor = conn.cursor(row_factory=class_row(Spending))
    await cursor.execute(
        "select endpoint, day, reserved_micros, spent_micros from llm_spending where day = %s",
        [day],
    )
    return await cursor.fetchall()


async def list_endpoints(conn: AsyncConnection) -> list[StoredEndpoint]:
    cursor = conn.cursor(row_factory=class_row(StoredEndpoint))
    await cursor.execute(
        "select name, settings, encrypted_key, changed_by, changed_at"
        " from llm_endpoints order by position, name"
    )
    return await cursor.fetchall()


async def last_change(conn: AsyncConnection) -> tuple[int, datetime | None]:
    """Number of stored endpoints and when one was last changed: differs after every change."""
    cursor = await conn.execute("select count(*), max(changed_at) from llm_endpoints")
    row = await cursor.fetchone()
    assert row is not None
    return row[0], row[1]


async def find_endpoint(conn: AsyncConnection, name: str) -> StoredEndpoint | None:
    return next((each for each in await list_endpoints(conn) if each.name == name), None)


async def lock_endpoints(conn: AsyncConnection) -> None:
    """Let nobody else change them until the transaction ends."""
    await conn.execute("lock table llm_endpoints in share row exclusive mode")


async def replace_endpoint(
    conn: AsyncConnection,
    name: str,
    *,
    settings: dict[str, Any],
    encrypted_key: bytes | None,
    changed_by: str,
    drops_key: bool = False,
) -> None:
    """Keep an endpoint; without a key the one that is kept stays, unless it is dropped."""
    await conn.execute(
        "insert into llm_endpoints (name, settings, encrypted_key, position, changed_by)"
        " values (%(name)s, %(settings)s, %(key)s,"
        " (select coalesce(max(position), 0) + 1 from llm_endpoints), %(by)s)"
        " on conflict (name) do update set settings = excluded.settings,"
        " encrypted_key = coalesce(excluded.encrypted_key,"
        " case when not %(drops)s then llm_endpoints.encrypted_key end),"
        " changed_by = excluded.changed_by, changed_at = clock_timestamp()",
        {
            "name": name,
            "settings": Jsonb(settings),
            "key": encrypted_key,
            "by": changed_by,
            "drops": drops_key,
        },
    )


async def reorder_endpoints(
    conn: AsyncConnection, names: Sequence[str], *, changed_by: str
) -> None:
    """Have them asked in this order."""
    await conn.execute(
        "update llm_endpoints e set position = o.position, changed_by = %s,"
        " changed_at = clock_timestamp()"
        " from unnest(%s::text[]) with ordinality as o (name, position)"
        " where e.name = o.name and e.position <> o.position",
        [changed_by, list(names)],
    )


async def delete_endpoint(conn: AsyncConnection, name: str) -> bool:
    """Whether it was there."""
    cursor = await conn.execute("delete from llm_endpoints where name = %s", [name])
    return cursor.rowcount > 0


async def insert_check(
    conn: AsyncConnection, endpoint: str, findings: Sequence[CheckFinding]
) -> None:
    await conn.execute(
        "insert into llm_checks (endpoint, findings) values (%s, %s)",
        [endpoint, Jsonb([asdict(each) for each in findings])],
    )


async def list_last_checks(conn: AsyncConnection) -> list[StoredCheck]:
    """The last check of each endpoint."""
    cursor = conn.cursor(row_factory=class_row(StoredCheck))
    await cursor.execute(
        "select distinct on (endpoint) endpoint, checked_at, findings"
        " from llm_checks order by endpoint, checked_at desc"
    )
    rows = await cursor.fetchall()
    return [replace(row, findings=tuple(map(_read_finding, row.findings))) for row in rows]


def _read_finding(kept: Any) -> CheckFinding:
    return CheckFinding(**kept)
