"""What happens reaches everybody who listens: in order, once, in every process, after any break."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing, asynccontextmanager, suppress
from uuid import UUID

import psycopg
import pytest
from desk_people import CUSTOMER, ask, ask_for_person, hire, says, seat
from psycopg import AsyncConnection

from kefu.conversations import (
    Event,
    Feed,
    NewQueue,
    Signal,
    add_note,
    change_queue,
    list_desk_staff,
    list_messages,
    list_queues,
    send_as_customer,
    send_as_staff,
    set_presence,
    snooze,
    take,
    tell_typing,
)
from kefu.conversations import feed as feeding
from kefu.conversations.presence import tell_here
from kefu.db import Database, open_database
from kefu.errors import Conflict, Unavailable
from kefu.settings import Settings

SECONDS = 30.0


@asynccontextmanager
async def run_feed(database: Database, *, most_listeners: int = 10) -> AsyncIterator[Feed]:
    feed = Feed(database, most_listeners=most_listeners)
    running = asyncio.create_task(feed.run())
    try:
        yield feed
    finally:
        feed.close()
        running.cancel()
        with suppress(asyncio.CancelledError):
            await running


async def hear(
    feed: Feed,
    *,
    count: int,
    id: UUID | None = None,
    is_staff: bool = True,
    after: int | None = 0,
) -> list[Event | Signal]:
    listener = feed.join(conversation_id=id, is_staff=is_staff)
    told: list[Event | Signal] = []
    async with (
        asyncio.timeout(SECONDS),
        aclosing(feed.follow(listener, after=after, seconds=SECONDS)) as events,
    ):
        async for event in events:
            told.append(event)
            if len(told) == count:
                break
    return told


async def begin(database: Database) -> UUID:
    async with database.transaction() as conn:
        return (await ask(conn)).id


async def write(database: Database, id: UUID, text: str) -> None:
    async with database.transaction() as conn:
        await send_as_customer(conn, id, says(text), viewer=CUSTOMER, reopen_days=7)


def texts(told: list[Event | Signal]) -> list[str]:
    return [each.message.text for each in told if isinstance(each, Event) and each.message]


async def test_many_writers_are_heard_in_order_and_once_in_two_processes(
    committed_database: Database, migrated_url: str
) -> None:
    id = await begin(committed_database)
    async with (
        open_database(Settings(database_url=migrated_url)) as second,
        run_feed(committed_database) as here,
        run_feed(second) as there,
    ):
        hearing = [
            asyncio.create_task(hear(feed, count=52, id=given))
            for feed in (here, there)
            for given in (id, None)
        ]
        writers = (committed_database, second)
        await asyncio.gather(*(write(writers[n % 2], id, f"m{n}") for n in range(50)))
        heard = await asyncio.gather(*hearing)
    async with committed_database.connection() as conn:
        kept = await list_messages(conn, id, limit=100)
    assert [message.position for message in kept] == list(range(51))
    for told in heard:
        assert texts(told) == [message.text for message in kept]
        numbers = [each.number for each in told if isinstance(each, Event)]
        assert numbers == sorted(set(numbers))


async def test_a_long_transaction_elsewhere_holds_nobody_up_and_loses_nothing(
    committed_database: Database, migrated_url: str
) -> None:
    slow_id, id = await begin(committed_database), await begin(committed_database)
    async with (
        run_feed(committed_database) as feed,
        await AsyncConnection.connect(migrated_url) as slow,
    ):
        await send_as_customer(slow, slow_id, says("slow"), viewer=CUSTOMER, reopen_days=7)
        await write(committed_database, id, "fast")
        told = await hear(feed, count=5)
        assert texts(told)[-1] == "fast"
        last = told[-1]
        assert isinstance(last, Event)
        await slow.commit()
        assert texts(await hear(feed, count=1, after=last.number)) == ["slow"]


async def test_who_comes_back_goes_on_where_the_stream_broke(committed_database: Database) -> None:
    id = await begin(committed_database)
    async with run_feed(committed_database) as feed:
        for n in range(6):
            await write(committed_database, id, f"m{n}")
        first = await hear(feed, count=4, id=id)
        last = first[-1]
        assert isinstance(last, Event)
        hearing = asyncio.create_task(hear(feed, count=5, id=id, after=last.number))
        await write(committed_database, id, "late")
        assert texts(first) + texts(await hearing) == [
            "Where is my order?", *(f"m{n}" for n in range(6)), "late",
        ]  # fmt: skip


async def test_the_feed_goes_on_when_its_connection_is_cut(
    committed_database: Database, migrated_url: str
) -> None:
    id = await begin(committed_database)
    async with run_feed(committed_database) as feed:
        hearing = asyncio.create_task(hear(feed, count=2, id=id, after=None))
        await wait_for_listening(migrated_url)
        await asyncio.sleep(0.2)
        async with await AsyncConnection.connect(migrated_url, autocommit=True) as conn:
            await conn.execute(
                "select pg_terminate_backend(pid) from pg_stat_activity where query like 'listen%'"
                " and datname = current_database()"
            )
        await write(committed_database, id, "one")
        await write(committed_database, id, "two")
        assert texts(await hearing) == ["one", "two"]


async def wait_for_listening(url: str) -> None:
    async with await psycopg.AsyncConnection.connect(url, autocommit=True) as conn:
        while True:
            cursor = await conn.execute(
                "select count(*) from pg_stat_activity where query like 'listen%'"
                " and datname = current_database()"
            )
            row = await cursor.fetchone()
            if row is not None and row[0]:
                return
            await asyncio.sleep(0.02)


async def test_a_listener_who_falls_behind_reads_what_was_missed(
    committed_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(feeding, "MOST_WAITING", 3)
    id = await begin(committed_database)
    async with run_feed(committed_database) as feed:
        listener = feed.join(conversation_id=id, is_staff=True)
        told = feed.follow(listener, after=0, seconds=SECONDS)
        async with asyncio.timeout(SECONDS), aclosing(told):
            heard = [await anext(told), await anext(told)]
            for n in range(10):
                await write(committed_database, id, f"m{n}")
            heard += [await anext(told) for _ in range(10)]
        assert texts(heard) == ["Where is my order?", *(f"m{n}" for n in range(10))]


async def test_customers_hear_what_is_theirs_and_no_note(committed_database: Database) -> None:
    async with committed_database.transaction() as conn:
        lin = await hire(conn)
        id, _ = await ask_for_person(conn), await ask(conn, "Mine!", customer_id="4712")
        await take(conn, id, viewer=lin)
        await add_note(conn, id, says("Careful."), viewer=lin)
        await snooze(conn, id, until=None, viewer=lin)
        await send_as_staff(conn, id, says("Hello"), viewer=lin)
    async with run_feed(committed_database) as feed:
        told = await hear(feed, count=5, id=id, is_staff=False)
        assert [each.kind for each in told] == [
            "started", "message", "handed_over", "assigned", "message",
        ]  # fmt: skip
        assert texts(told) == ["Where is my order?", "Hello"]
        events = [each for each in told if isinstance(each, Event)]
        assert all(not each.data and each.staff_id is None for each in events)
        assert events[-1].message is not None
        assert events[-1].message.staff_name == "Lin"
        assert events[-1].message.staff_id is None


async def test_typing_is_told_to_the_other_side_and_not_kept(committed_database: Database) -> None:
    async with committed_database.transaction() as conn:
        lin, id = await hire(conn), await ask_for_person(conn)
    async with run_feed(committed_database) as feed:
        staff = asyncio.create_task(hear(feed, count=3, after=None))
        customer = asyncio.create_task(hear(feed, count=1, id=id, is_staff=False, after=None))
        await wait_for_listening(committed_database.url)
        await asyncio.sleep(0.3)
        async with committed_database.transaction() as conn:
            await tell_typing(conn, id, role="customer", is_typing=True, viewer=CUSTOMER)
            await tell_here(conn, id, is_here=True, viewer=lin)
            await tell_typing(conn, id, role="staff", is_typing=True, viewer=lin)
        signals = [each for each in await staff if isinstance(each, Signal)]
        assert [(each.kind, each.role) for each in signals] == [
            ("typing", "customer"), ("here", "staff"), ("typing", "staff"),
        ]  # fmt: skip
        heard = await customer
        assert isinstance(heard[0], Signal)
        assert (heard[0].kind, heard[0].role, heard[0].staff_id) == ("typing", "staff", None)


async def test_streams_are_limited_and_end_with_the_server(committed_database: Database) -> None:
    async with run_feed(committed_database, most_listeners=1) as feed:
        hearing = asyncio.create_task(hear(feed, count=1, after=None))
        await asyncio.sleep(0.1)
        with pytest.raises(Unavailable):
            feed.join(conversation_id=None, is_staff=True)
        feed.close()
        assert await hearing == []
        with pytest.raises(Unavailable):
            feed.join(conversation_id=None, is_staff=True)


async def test_of_two_who_take_a_conversation_at_once_one_gets_it(
    committed_database: Database,
) -> None:
    async with committed_database.transaction() as conn:
        id = await ask_for_person(conn)
        people = [await hire(conn, name) for name in ("A", "B", "C", "D")]

    async def grab(n: int) -> int | None:
        async with committed_database.transaction() as conn:
            return (await take(conn, id, viewer=people[n])).assignee_id

    outcomes = await asyncio.gather(*map(grab, range(4)), return_exceptions=True)
    winners = [each for each in outcomes if isinstance(each, int)]
    assert len(winners) == 1
    assert sum(isinstance(each, Conflict) for each in outcomes) == 3


async def test_what_happened_is_only_added_to(conn: AsyncConnection) -> None:
    await ask(conn)
    await conn.execute("set constraints all immediate")
    with pytest.raises(psycopg.errors.RaiseException):
        await conn.execute("update conversation_events set kind = 'resolved'")


async def test_coming_to_the_desk_and_handing_over_do_not_block_each_other(
    committed_database: Database,
) -> None:
    async with committed_database.transaction() as conn:
        usual = (await list_queues(conn))[0]
        await change_queue(
            conn, usual.id, NewQueue(name="General", assignment="round_robin"), actor="test"
        )
        people = [await seat(conn, name, capacity=50) for name in ("A", "B")]

    async def come(n: int) -> None:
        async with committed_database.transaction() as conn:
            await set_presence(conn, "online", viewer=people[n % 2])

    async def ask_here(_: int) -> None:
        async with committed_database.transaction() as conn:
            await ask_for_person(conn)

    async with asyncio.timeout(SECONDS):
        await asyncio.gather(*map(come, range(20)), *map(ask_here, range(20)))
    async with committed_database.connection() as conn:
        loads = sorted(staff.load for staff in await list_desk_staff(conn))
        await change_queue(conn, usual.id, NewQueue(name="General"), actor="test")
    assert loads == [10, 10]
