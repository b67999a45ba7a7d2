"""Failed sign-ins, counted in the database so that all processes share one count."""

from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.rows import class_row

WINDOW = "make_interval(mins => %(minutes)s)"
IS_OVER = f"a.began_at < clock_timestamp() - {WINDOW}"
COUNT = f"""
insert into attempts as a (key, failure_count) values (%(key)s, 1)
on conflict (key) do update set
  failure_count = case when {IS_OVER} then 1 else a.failure_count + 1 end,
  began_at = case when {IS_OVER} then clock_timestamp() else a.began_at end
returning failure_count,
  ceil(extract(epoch from began_at + {WINDOW} - clock_timestamp()))::int as wait_seconds
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class Attempts:
    """Failures since the first one of this window, this one included.

    Attributes:
        wait_seconds: until the count begins anew.
    """

    failure_count: int
    wait_seconds: int


async def count_attempt(conn: AsyncConnection, key: str, *, minutes: int) -> Attempts:
    """Count a failure; a count begins anew when its window is over."""
    cursor = conn.cursor(row_factory=class_row(Attempts))
    await cursor.execute(COUNT, {"key": key, "minutes": minutes})
    attempts = await cursor.fetchone()
    assert attempts is not None
    return attempts


async def take_back_attempt(conn: AsyncConnection, key: str) -> None:
    """It was no failure after all."""
    await conn.execute(
        "update attempts set failure_count = failure_count - 1"
        " where key = %s and failure_count > 0",
        [key],
    )


async def delete_attempts(conn: AsyncConnection, key: str, *, minutes: int) -> None:
    """Forget the failures of one key, and those of all others whose window is over."""
    await conn.execute(
        "delete from attempts as a where key = %(key)s"
        " or began_at < clock_timestamp() - make_interval(mins => %(minutes)s)",
        {"key": key, "minutes": minutes},
    )
