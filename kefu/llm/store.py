"""Every SQL statement about model endpoints, their spending and their checks."""

from collections.abc import Callable, Sequence
from contextlib import AbstractAsyncContextManager
from datetime import date, datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from kefu.llm.records import Spending, StoredCheck, StoredEndpoint

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


async def replace_endpoint(
    conn: AsyncConnection,
    name: str,
    *,
    settings: dict[str, Any],
    encrypted_key: bytes | None,
    changed_by: str,
) -> None:
    """Keep an endpoint; without a key the one that is kept stays."""
    await conn.execute(
        "insert into llm_endpoints (name, settings, encrypted_key, position, changed_by)"
        " values (%s, %s, %s, (select coalesce(max(position), 0) + 1 from llm_endpoints), %s)"
        " on conflict (name) do update set settings = excluded.settings,"
        " encrypted_key = coalesce(excluded.encrypted_key, llm_endpoints.encrypted_key),"
        " changed_by = excluded.changed_by, changed_at = clock_timestamp()",
        [name, Jsonb(settings), encrypted_key, changed_by],
    )


async def delete_endpoint(conn: AsyncConnection, name: str) -> bool:
    """Whether it was there."""
    cursor = await conn.execute("delete from llm_endpoints where name = %s", [name])
    return cursor.rowcount > 0


async def insert_check(
    conn: AsyncConnection, endpoint: str, findings: Sequence[dict[str, Any]]
) -> None:
    await conn.execute(
        "insert into llm_checks (endpoint, findings) values (%s, %s)",
        [endpoint, Jsonb(list(findings))],
    )


async def list_last_checks(conn: AsyncConnection) -> list[StoredCheck]:
    """The last check of each endpoint."""
    cursor = conn.cursor(row_factory=class_row(StoredCheck))
    await cursor.execute(
        "select distinct on (endpoint) endpoint, checked_at, findings"
        " from llm_checks order by endpoint, checked_at desc"
    )
    return await cursor.fetchall()
