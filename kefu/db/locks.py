"""Advisory locks that one process holds while it is at something; a killed process frees them."""

from psycopg import AsyncConnection


async def is_locked(conn: AsyncConnection, what: int, which: int) -> bool:
    """Whether some process holds the lock of these two keys."""
    cursor = await conn.execute(
        "select from pg_locks where locktype = 'advisory' and granted"
        " and database = (select oid from pg_database where datname = current_database())"
        " and (classid, objid, objsubid) = (%s::oid, %s::oid, 2)",
        [what, which],
    )
    return await cursor.fetchone() is not None
