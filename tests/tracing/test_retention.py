"""Spans live in daily partitions, which come and go."""

import asyncio
from datetime import date, timedelta

from spans import a_span, days_ago

from kefu.db import Database
from kefu.tracing import prune_traces
from kefu.tracing.conversion import as_record
from kefu.tracing.retention import DAYS_AHEAD, keep_partitions, make_partitions_ahead
from kefu.tracing.store.partitions import drop_partition, list_partitions
from kefu.tracing.store.spans import SpanWriter


def write(database: Database, *days: int) -> None:
    writer = SpanWriter(database.url)
    writer.write([as_record(a_span(at=days_ago(day))) for day in days])
    writer.close()


async def drop_all(database: Database) -> None:
    async with database.connection() as conn:
        for day in await list_partitions(conn):
            await drop_partition(conn, day)


async def read(database: Database) -> tuple[list[date], int]:
    """Days with a partition, and how many spans there are."""
    async with database.connection() as conn:
        cursor = await conn.execute("select count(*) from spans")
        row = await cursor.fetchone()
        assert row is not None
        return list(await list_partitions(conn)), row[0]


async def test_a_span_makes_the_partition_of_its_day(committed_database: Database) -> None:
    await drop_all(committed_database)
    await asyncio.to_thread(write, committed_database, 0, 0, 3)
    today = days_ago(0).date()
    assert await read(committed_database) == ([today - timedelta(days=3), today], 3)


async def test_writers_that_make_the_same_partition_wait_for_each_other(
    committed_database: Database,
) -> None:
    await drop_all(committed_database)
    tries = [asyncio.to_thread(write, committed_database, 5, 6) for _ in range(4)]
    await asyncio.gather(*tries)
    days, count = await read(committed_database)
    assert (len(days), count) == (2, 8)


async def test_pruning_drops_the_days_that_are_too_old(committed_database: Database) -> None:
    await drop_all(committed_database)
    await asyncio.to_thread(write, committed_database, 0, 29, 30, 31, 400)
    async with committed_database.connection() as conn:
        gone = await prune_traces(conn, keep_days=30)
        assert list(gone) == [days_ago(400).date(), days_ago(31).date()]
        assert list(await prune_traces(conn, keep_days=30)) == []
    assert (await read(committed_database))[1] == 3


async def test_a_writer_goes_on_after_its_partition_was_dropped(
    committed_database: Database,
) -> None:
    writer = SpanWriter(committed_database.url)
    span = as_record(a_span(at=days_ago(9)))
    await asyncio.to_thread(writer.write, [span])
    async with committed_database.connection() as conn:
        await drop_partition(conn, days_ago(9).date())
    for _ in range(2):  # the first try finds out
        try:
            await asyncio.to_thread(writer.write, [span])
        except ConnectionError:
            continue
    writer.close()
    assert days_ago(9).date() in (await read(committed_database))[0]


async def test_a_running_server_makes_partitions_ahead_and_drops_old_ones(
    committed_database: Database,
) -> None:
    await drop_all(committed_database)
    await asyncio.to_thread(write, committed_database, 50)
    upkeep = asyncio.create_task(keep_partitions(committed_database, keep_days=30))
    async with asyncio.timeout(20):
        while days_ago(50).date() in (await read(committed_database))[0]:  # noqa: ASYNC110
            await asyncio.sleep(0.05)
    upkeep.cancel()
    await asyncio.wait([upkeep])
    days, _ = await read(committed_database)
    assert days == [days_ago(-ahead).date() for ahead in range(DAYS_AHEAD + 1)]


async def test_partitions_that_exist_are_left_as_they_are(committed_database: Database) -> None:
    await asyncio.to_thread(write, committed_database, 0)
    async with committed_database.connection() as conn:
        await make_partitions_ahead(conn)
        await make_partitions_ahead(conn)
    assert (await read(committed_database))[1] == 1


async def test_a_span_that_is_written_twice_stands_there_once(
    committed_database: Database,
) -> None:
    writer = SpanWriter(committed_database.url)
    span = as_record(a_span())
    await asyncio.to_thread(writer.write, [span, span])
    await asyncio.to_thread(writer.write, [span])
    writer.close()
    assert (await read(committed_database))[1] == 1
