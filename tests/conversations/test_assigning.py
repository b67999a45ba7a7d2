"""Who gets which conversation, where it waits, and for how long."""

from datetime import UTC, datetime, timedelta

import pytest
from desk_people import CUSTOMER, ask, ask_for_person, hire, says, seat

from kefu.conversations import (
    HandOver,
    NewQueue,
    Queue,
    add_queue,
    change_queue,
    drop_queue,
    find_place,
    get_conversation,
    hand_over,
    list_desk_staff,
    list_queues,
    resolve,
    send_as_customer,
    send_as_staff,
    sort,
    take,
)
from kefu.conversations.presence import settle_absent
from kefu.conversations.records import Assignment
from kefu.db import Connection
from kefu.errors import BadInput, Conflict


async def give_out_by(conn: Connection, assignment: Assignment) -> Queue:
    queue = (await list_queues(conn))[0]
    return await change_queue(
        conn, queue.id, NewQueue(name="General", assignment=assignment), actor="test"
    )


async def test_round_robin_goes_round(conn: Connection) -> None:
    await give_out_by(conn, "round_robin")
    people = [(await seat(conn, name)).staff_id for name in ("A", "B", "C")]
    given = [
        (await get_conversation(conn, await ask_for_person(conn))).assignee_id for _ in range(6)
    ]
    assert given == people * 2


async def test_the_least_busy_comes_first_and_nobody_gets_more_than_fits(conn: Connection) -> None:
    await give_out_by(conn, "least_busy")
    small, large = await seat(conn, "A", capacity=1), await seat(conn, "B", capacity=3)
    ids = [await ask_for_person(conn) for _ in range(5)]
    given = [(await get_conversation(conn, id)).assignee_id for id in ids]
    assert sorted(map(str, given)) == sorted(
        map(str, [small.staff_id, large.staff_id, large.staff_id, large.staff_id, None])
    )
    mine = ids[given.index(small.staff_id)]
    await resolve(conn, mine, viewer=small)
    waiting = ids[given.index(None)]
    assert (await get_conversation(conn, waiting)).assignee_id == small.staff_id


async def test_skill_and_language_decide(conn: Connection) -> None:
    await seat(conn, "A", languages=("en",))
    lin = await seat(conn, "Lin", languages=("zh",), skills=("billing",))
    billing = NewQueue(name="Billing", skills=("billing",), assignment="round_robin")
    queue = await add_queue(conn, billing, actor="test")
    chinese = (await ask(conn, "发票开错了怎么办")).id
    handed = await hand_over(conn, chinese, HandOver(reason="asked", skills=("billing",)))
    assert (handed.queue_id, handed.assignee_id) == (queue.id, lin.staff_id)
    english = (await ask(conn)).id
    handed = await hand_over(conn, english, HandOver(reason="asked", skills=("billing",)))
    assert (handed.queue_id, handed.assignee_id) == (queue.id, None)
    other = (await ask(conn)).id
    assert (await hand_over(conn, other, HandOver(reason="asked"))).queue_id != queue.id


async def test_who_comes_to_the_desk_gets_what_waits_most_urgent_first(conn: Connection) -> None:
    await give_out_by(conn, "least_busy")
    first, second = await ask_for_person(conn), await ask_for_person(conn)
    await sort(conn, second, viewer=await hire(conn, "Boss"), priority="urgent")
    lin = await seat(conn, capacity=1)
    assigned = [(await get_conversation(conn, id)).assignee_id for id in (first, second)]
    assert assigned == [None, lin.staff_id]


async def test_who_falls_silent_loses_what_is_open(conn: Connection) -> None:
    lin, ann = await seat(conn), await seat(conn, "Ann")
    mine, waiting = await ask_for_person(conn), await ask_for_person(conn)
    for id in (mine, waiting):
        await send_as_staff(conn, id, says("Hello"), viewer=lin)
    await send_as_customer(conn, waiting, says("And?"), viewer=CUSTOMER, reopen_days=7)
    await conn.execute(
        "update desk_staff set seen_at = seen_at - interval '11 minutes' where staff_id = %s",
        [lin.staff_id],
    )
    ten_minutes_ago = datetime.now(UTC) - timedelta(minutes=10)
    assert await settle_absent(conn, seen_before=ten_minutes_ago) == 2
    assert await settle_absent(conn, seen_before=ten_minutes_ago) == 0
    states = {staff.name: staff.presence for staff in await list_desk_staff(conn)}
    assert (states["Lin"], states["Ann"]) == ("offline", "online")
    left = await get_conversation(conn, waiting)
    assert (left.assignee_id, left.waiting_since is not None) == (None, True)
    await take(conn, waiting, viewer=ann)


async def test_the_place_in_the_queue_follows_priority_and_time(conn: Connection) -> None:
    ids = [await ask_for_person(conn) for _ in range(3)]
    await sort(conn, ids[2], viewer=await hire(conn), priority="high")
    places = [await find_place(conn, await get_conversation(conn, id)) for id in ids]
    assert [place.position for place in places] == [2, 3, 1]
    assert [place.expected_wait_seconds for place in places] == [None] * 3


async def test_the_expected_wait_is_what_those_before_take(conn: Connection) -> None:
    ids = [await ask_for_person(conn) for _ in range(4)]
    await seat(conn, capacity=2)
    places = [await find_place(conn, await get_conversation(conn, id)) for id in ids]
    assert [place.expected_wait_seconds for place in places] == [0, 0, 150, 300]  # 300 s / 2 each
    lin = await hire(conn, "Ann")
    await send_as_staff(conn, ids[0], says("x"), viewer=lin)
    await resolve(conn, ids[0], viewer=lin)
    await conn.execute(
        "update conversations set resolved_at = first_staff_reply_at + interval '100 seconds'"
        " where status = 'resolved'"
    )
    place = await find_place(conn, await get_conversation(conn, ids[3]))
    assert place.expected_wait_seconds == 50  # third, two places are free, 100 s / 2


async def test_queues_are_kept_in_order(conn: Connection) -> None:
    queue = await add_queue(conn, NewQueue(name="Billing"), actor="test")
    with pytest.raises(Conflict):
        await add_queue(conn, NewQueue(name=" Billing "), actor="test")
    for wrong in (NewQueue(name=""), NewQueue(name="x", timezone="Mars/Base")):
        with pytest.raises(BadInput):
            await add_queue(conn, wrong, actor="test")
    id = (await ask(conn)).id
    await hand_over(conn, id, HandOver(reason="asked", queue_id=queue.id))
    await drop_queue(conn, queue.id, actor="test")
    usual = (await list_queues(conn))[0]
    assert (await get_conversation(conn, id)).queue_id == usual.id
    with pytest.raises(Conflict):
        await drop_queue(conn, usual.id, actor="test")
