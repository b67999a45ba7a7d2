"""The daily partitions of the spans; a day is one of UTC."""

import re
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from datetime import date, timedelta

from psycopg import AsyncConnection, errors, sql

from kefu.errors import Conflict

LOCK = 0x5350414E  # "SPAN"; one process makes a partition, the others wait
LOCK_TIMEOUT = "2s"  # queries on spans never wait longer for one that is made or dropped
_NAME = re.compile(r"spans_(\d{4})(\d{2})(\d{2})")


def partition_name(day: date) -> str:
    """The table of a day."""
    return f"spans_{day:%Y%m%d}"


def partition_statement(day: date) -> sql.Composed:
    """What makes the partition of a day where it is missing.

    The table is attached when it is complete, which lets others read and write meanwhile.
    """
    name = partition_name(day)
    return sql.SQL(
        "do $do$ begin perform pg_advisory_xact_lock({lock});"
        " if to_regclass({text}) is null then"
        " create table {name} (like spans including all);"
        " alter table spans attach partition {name}"
        " for values from ({first}) to ({last});"
        " end if; end $do$"
    ).format(
        lock=LOCK,
        text=name,
        name=sql.Identifier(name),
        first=f"{day:%Y-%m-%d} 00:00+00",
        last=f"{day + timedelta(days=1):%Y-%m-%d} 00:00+00",
    )


async def make_partition(conn: AsyncConnection, day: date) -> None:
    """Make the partition of a day where it is missing.

    Raises:
        Conflict: traces are being read or written all the time.
    """
    async with _short_lock(conn):
        await conn.execute(partition_statement(day))


async def list_partitions(conn: AsyncConnection) -> Sequence[date]:
    """The days that have a partition, oldest first."""
    cursor = await conn.execute(
        "select inhrelid::regclass::text from pg_inherits where inhparent = 'spans'::regclass"
    )
    names = [_NAME.fullmatch(row[0]) for row in await cursor.fetchall()]
    return sorted(date(int(name[1]), int(name[2]), int(name[3])) for name in names if name)


async def drop_partition(conn: AsyncConnection, day: date) -> None:
    """Delete every span of a day at once.

    Raises:
        Conflict: traces are being read or written all the time.
    """
    async with _short_lock(conn):
        await conn.execute(
            sql.SQL("drop table if exists {}").format(sql.Identifier(partition_name(day)))
        )


@asynccontextmanager
async def _short_lock(conn: AsyncConnection) -> AsyncIterator[None]:
    try:
        async with conn.transaction():
            await conn.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
            yield
    except errors.LockNotAvailable as error:
        raise Conflict("The traces are in use; try again in a moment.") from error
