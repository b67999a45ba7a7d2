"""Every SQL statement about what visitors did whom nobody knows."""

from psycopg import AsyncConnection
from psycopg.rows import scalar_row

STEP = "%(step)s * interval '1 second'"
WINDOW = "%(window)s * interval '1 second'"
PAID = f"greatest(l.paid_until, statement_timestamp()) + {STEP}"


async def pay(conn: AsyncConnection, key: str, *, step: float, window: float) -> bool:
    """Count one act that takes `step` of the seconds of the window; False: there are none left."""
    cursor = await conn.execute(
        f"insert into visitor_limits as l (key, paid_until)"
        f" values (%(key)s, statement_timestamp() + {STEP}) on conflict (key) do update"
        f" set paid_until = {PAID} where {PAID} <= statement_timestamp() + {WINDOW}",
        {"key": key, "step": step, "window": window},
    )
    return cursor.rowcount == 1


async def find_wait(conn: AsyncConnection, key: str, *, step: float, window: float) -> float:
    """Seconds until there is room for one act."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        f"select extract(epoch from {PAID} - {WINDOW} - statement_timestamp())::float"
        " from visitor_limits l where key = %(key)s",
        {"key": key, "step": step, "window": window},
    )
    return await cursor.fetchone() or 0.0


async def delete_paid(conn: AsyncConnection) -> None:
    """Forget what counts no longer; what others are at is left to them."""
    await conn.execute(
        "delete from visitor_limits where key in (select key from visitor_limits"
        " where paid_until < statement_timestamp() for update skip locked)"
    )
