"""Partitions are made ahead and dropped when they are too old."""

import asyncio
import logging
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from kefu.db import Connection, Database
from kefu.errors import KefuError
from kefu.tracing.store.partitions import drop_partition, list_partitions, make_partition

DAYS_AHEAD = 2
ROUND_SECONDS = 3600.0

log = logging.getLogger(__name__)


async def make_partitions_ahead(conn: Connection, *, today: date | None = None) -> None:
    """Have a place for the spans of today and the next days."""
    first = today or datetime.now(UTC).date()
    for ahead in range(DAYS_AHEAD + 1):
        await make_partition(conn, first + timedelta(days=ahead))


async def prune_traces(
    conn: Connection, *, keep_days: int, today: date | None = None
) -> Sequence[date]:
    """Delete the traces of days before the last `keep_days` and today; returns those days."""
    oldest = (today or datetime.now(UTC).date()) - timedelta(days=keep_days)
    gone = [day for day in await list_partitions(conn) if day < oldest]
    for day in gone:
        await drop_partition(conn, day)
    return gone


async def keep_partitions(database: Database, *, keep_days: int) -> None:
    """Make and drop partitions every hour, until cancelled."""
    while True:
        try:
            async with database.connection() as conn:
                await make_partitions_ahead(conn)
                gone = await prune_traces(conn, keep_days=keep_days)
            if gone:
                log.info("Traces of %d days were dropped.", len(gone))
        except KefuError as error:
            log.warning("The upkeep of traces pauses: %s", error)
        await asyncio.sleep(ROUND_SECONDS)
