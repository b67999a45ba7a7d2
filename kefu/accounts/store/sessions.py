"""Browser sessions; of the secret in the cookie only a hash is kept."""

from collections.abc import Sequence

from psycopg import AsyncConnection
from psycopg.rows import class_row

from kefu.accounts.records import Session
from kefu.errors import NotFound

SESSION = "id, staff_id, browser, created_at, seen_at, expires_at"
LIVE = (
    "expires_at > clock_timestamp()"
    " and seen_at > clock_timestamp() - make_interval(mins => %(idle_minutes)s)"
)


async def insert_session(
    conn: AsyncConnection, token_hash: bytes, *, staff_id: int, browser: str, hours: int
) -> Session:
    """Keep a session and forget those that ran out."""
    await conn.execute(
        "delete from sessions where id in (select id from sessions"
        " where expires_at < clock_timestamp() for update skip locked)"
    )
    cursor = conn.cursor(row_factory=class_row(Session))
    await cursor.execute(
        "insert into sessions (token_hash, staff_id, browser, expires_at)"
        " values (%s, %s, %s, clock_timestamp() + make_interval(hours => %s))"
        f" returning {SESSION}",
        [token_hash, staff_id, browser, hours],
    )
    session = await cursor.fetchone()
    assert session is not None
    return session


async def find_session(
    conn: AsyncConnection, token_hash: bytes, *, idle_minutes: int
) -> Session | None:
    """A session that has neither ended nor been idle for too long."""
    cursor = conn.cursor(row_factory=class_row(Session))
    await cursor.execute(
        f"select {SESSION} from sessions where token_hash = %(token_hash)s and {LIVE}",
        {"token_hash": token_hash, "idle_minutes": idle_minutes},
    )
    return await cursor.fetchone()


async def list_sessions(
    conn: AsyncConnection, staff_id: int, *, idle_minutes: int
) -> Sequence[Session]:
    """Where a person is signed in, the last used first."""
    cursor = conn.cursor(row_factory=class_row(Session))
    await cursor.execute(
        f"select {SESSION} from sessions where staff_id = %(staff_id)s and {LIVE}"
        " order by seen_at desc, id desc",
        {"staff_id": staff_id, "idle_minutes": idle_minutes},
    )
    return await cursor.fetchall()


async def touch_session(conn: AsyncConnection, id: int, *, after_seconds: int) -> None:
    """Note that a session was used, unless that was noted a moment ago."""
    await conn.execute(
        "update sessions set seen_at = clock_timestamp() where id = %s"
        " and seen_at < clock_timestamp() - make_interval(secs => %s)",
        [id, after_seconds],
    )


async def delete_session(conn: AsyncConnection, id: int, *, staff_id: int) -> None:
    """End one session of a person.

    Raises:
        NotFound: the person has no such session.
    """
    cursor = await conn.execute(
        "delete from sessions where id = %s and staff_id = %s", [id, staff_id]
    )
    if cursor.rowcount == 0:
        raise NotFound("You have no such session.")


async def delete_session_by_hash(conn: AsyncConnection, token_hash: bytes) -> int | None:
    """End the session that belongs to a cookie and tell whose it was."""
    cursor = await conn.execute(
        "delete from sessions where token_hash = %s returning staff_id", [token_hash]
    )
    row = await cursor.fetchone()
    return None if row is None else int(row[0])


async def delete_sessions(conn: AsyncConnection, staff_id: int) -> None:
    """End every session of a person."""
    await conn.execute("delete from sessions where staff_id = %s", [staff_id])
