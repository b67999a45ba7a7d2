"""What becomes of a conversation between the chatbot, its customer and the people at the desk."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from desk_people import CUSTOMER, OTHER, ask, ask_for_person, hire, says, seat

from kefu.conversations import (
    EventKind,
    HandOver,
    NewQueue,
    Opening,
    Transfer,
    add_note,
    add_queue,
    change_queue,
    get_conversation,
    get_state,
    hand_over,
    leave_contact,
    list_queues,
    mark_read,
    rate,
    read_messages,
    reopen,
    resolve,
    send_as_customer,
    send_as_staff,
    snooze,
    sort,
    take,
    transfer,
    wake,
)
from kefu.conversations.assigning import assign
from kefu.conversations.snoozing import wake_due
from kefu.db import Connection
from kefu.errors import BadInput, Conflict, NotAllowed, NotFound


async def list_kinds(conn: Connection, id: object) -> list[EventKind]:
    cursor = await conn.execute(
        "select kind from conversation_events where conversation_id = %s order by id", [id]
    )
    return [row[0] for row in await cursor.fetchall()]


async def test_a_whole_conversation_leaves_its_events(conn: Connection) -> None:
    lin = await hire(conn)
    id = await ask_for_person(conn, summary="Order 5 is late.")
    await send_as_staff(conn, id, says("It comes today."), viewer=lin)
    await send_as_customer(conn, id, says("Thanks!"), viewer=CUSTOMER, reopen_days=7)
    await resolve(conn, id, viewer=lin, disposition="Late delivery", labels=["b", "a", "b"])
    given = await rate(conn, id, 5, viewer=CUSTOMER, comment="quick")
    conversation = await get_conversation(conn, id)
    assert (conversation.status, conversation.labels) == ("resolved", ["a", "b"])
    assert (given.rating, given.episode) == (5, 0)
    assert await list_kinds(conn, id) == [
        "started", "message", "handed_over", "assigned", "message", "message", "resolved", "rated",
    ]  # fmt: skip


async def test_a_customer_waits_until_the_staff_answers(conn: Connection) -> None:
    lin = await hire(conn)
    id = await ask_for_person(conn)
    waiting = await get_conversation(conn, id)
    assert waiting.waiting_since is not None
    assert waiting.first_staff_reply_at is None
    await send_as_staff(conn, id, says("One moment."), viewer=lin)
    served = await get_conversation(conn, id)
    assert (served.waiting_since, served.assignee_id) == (None, lin.staff_id)
    first = served.first_staff_reply_at
    await send_as_customer(conn, id, says("And?"), viewer=CUSTOMER, reopen_days=7)
    assert (await get_conversation(conn, id)).waiting_since is not None
    await send_as_staff(conn, id, says("Done."), viewer=lin)
    assert (await get_conversation(conn, id)).first_staff_reply_at == first


async def test_a_message_sent_twice_is_one(conn: Connection) -> None:
    id = (await ask(conn)).id
    sent = says("Hello?", client_key="k1")
    first = await send_as_customer(conn, id, sent, viewer=CUSTOMER, reopen_days=7)
    assert await send_as_customer(conn, id, sent, viewer=CUSTOMER, reopen_days=7) == first
    lin = await hire(conn)
    reply = says("Hi", client_key="k2")
    answer = await send_as_staff(conn, id, reply, viewer=lin)
    assert await send_as_staff(conn, id, reply, viewer=lin) == answer


async def test_a_conversation_is_its_customers_alone(conn: Connection) -> None:
    id = (await ask(conn)).id
    with pytest.raises(NotFound):
        await send_as_customer(conn, id, says("x"), viewer=OTHER, reopen_days=7)
    for read in (get_state(conn, id, viewer=OTHER), leave_contact(conn, id, "a@b", viewer=OTHER)):
        with pytest.raises(NotFound):
            await read
    with pytest.raises(NotFound):
        await read_messages(conn, id, viewer=OTHER, limit=9)


async def test_a_note_is_read_by_the_staff_only(conn: Connection) -> None:
    lin, ann = await hire(conn), await hire(conn, "Ann")
    id = await ask_for_person(conn)
    note = says("Was rude last time.", mentions=[ann.staff_id])
    await add_note(conn, id, note, viewer=lin)
    assert [m.text for m in await read_messages(conn, id, viewer=lin, limit=9)][-1] == note.text
    shown = await read_messages(conn, id, viewer=CUSTOMER, limit=9)
    assert [message.text for message in shown] == ["Where is my order?"]
    with pytest.raises(BadInput):
        await add_note(conn, id, says("x", mentions=[10**6]), viewer=lin)


async def test_who_writes_into_anothers_conversation_is_told_whose_it_is(conn: Connection) -> None:
    lin, ann = await hire(conn), await hire(conn, "Ann")
    id = await ask_for_person(conn)
    await take(conn, id, viewer=lin)
    with pytest.raises(Conflict, match="Lin serves"):
        await take(conn, id, viewer=ann)
    with pytest.raises(Conflict, match="Lin serves"):
        await send_as_staff(conn, id, says("x"), viewer=ann)
    taken = await assign(conn, id, ann.staff_id, viewer=ann, expected=lin.staff_id)
    assert taken.assignee_id == ann.staff_id
    with pytest.raises(Conflict, match="Ann serves"):
        await assign(conn, id, None, viewer=lin, expected=lin.staff_id)


async def test_only_people_who_work_here_serve(conn: Connection) -> None:
    id = await ask_for_person(conn)
    with pytest.raises(NotAllowed):
        await take(conn, id, viewer=CUSTOMER)
    with pytest.raises(NotAllowed):
        await send_as_staff(conn, id, says("x"), viewer=CUSTOMER)


async def test_a_reply_takes_a_conversation_from_the_chatbot(conn: Connection) -> None:
    lin = await hire(conn)
    id = (await ask(conn)).id
    await send_as_staff(conn, id, says("Let me."), viewer=lin)
    conversation = await get_conversation(conn, id)
    assert (conversation.served_by, conversation.hand_over_reason) == ("staff", "taken")


async def test_a_resolved_conversation_goes_on_where_the_customer_writes_soon(
    conn: Connection,
) -> None:
    lin = await hire(conn)
    id = await ask_for_person(conn)
    await resolve(conn, id, viewer=lin)
    with pytest.raises(Conflict):
        await send_as_staff(conn, id, says("x"), viewer=lin)
    message = await send_as_customer(conn, id, says("Again!"), viewer=CUSTOMER, reopen_days=7)
    assert message.conversation_id == id
    reopened = await get_conversation(conn, id)
    assert (reopened.status, reopened.served_by, reopened.reopened_count) == ("open", "chatbot", 1)


async def test_another_conversation_follows_where_the_customer_writes_late(
    conn: Connection,
) -> None:
    lin = await hire(conn)
    id = await ask_for_person(conn)
    await resolve(conn, id, viewer=lin)
    sent = says("Again!", client_key="k")
    message = await send_as_customer(conn, id, sent, viewer=CUSTOMER, reopen_days=0)
    assert message.conversation_id != id
    assert (await get_conversation(conn, message.conversation_id)).follows_id == id
    again = await send_as_customer(conn, id, sent, viewer=CUSTOMER, reopen_days=0)
    assert again.id == message.id
    more = await send_as_customer(conn, id, says("More"), viewer=CUSTOMER, reopen_days=0)
    assert more.conversation_id == message.conversation_id


async def test_the_staff_reopens_for_itself(conn: Connection) -> None:
    lin = await hire(conn)
    id = await ask_for_person(conn)
    with pytest.raises(Conflict):
        await reopen(conn, id, viewer=lin)
    await resolve(conn, id, viewer=lin)
    reopened = await reopen(conn, id, viewer=lin)
    assert (reopened.status, reopened.assignee_id) == ("open", lin.staff_id)


async def test_a_rating_counts_once_for_each_time_it_was_resolved(conn: Connection) -> None:
    lin = await hire(conn)
    id = await ask_for_person(conn)
    with pytest.raises(Conflict):
        await rate(conn, id, 4, viewer=CUSTOMER)
    await resolve(conn, id, viewer=lin)
    await rate(conn, id, 1, viewer=CUSTOMER)
    await rate(conn, id, 2, viewer=CUSTOMER)
    assert (await get_state(conn, id, viewer=CUSTOMER)).rating == 2
    await reopen(conn, id, viewer=lin)
    assert (await get_state(conn, id, viewer=CUSTOMER)).rating is None
    with pytest.raises(BadInput):
        await rate(conn, id, 6, viewer=CUSTOMER)


async def test_a_snoozed_conversation_wakes_at_its_time(conn: Connection) -> None:
    lin = await hire(conn)
    id = await ask_for_person(conn)
    await take(conn, id, viewer=lin)
    until = datetime.now(UTC) + timedelta(hours=1)
    assert (await snooze(conn, id, until=until, viewer=lin)).status == "snoozed"
    assert await wake_due(conn, now=until - timedelta(seconds=1)) == 0
    assert await wake_due(conn, now=until) == 1
    assert (await get_conversation(conn, id)).status == "open"
    with pytest.raises(BadInput):
        await snooze(conn, id, until=datetime.now(UTC), viewer=lin)


async def test_a_conversation_that_waits_wakes_when_the_customer_writes(conn: Connection) -> None:
    lin = await hire(conn)
    id = await ask_for_person(conn)
    await take(conn, id, viewer=lin)
    for until in (None, datetime.now(UTC) + timedelta(hours=1)):
        await snooze(conn, id, until=until, viewer=lin)
        await send_as_customer(conn, id, says("So?"), viewer=CUSTOMER, reopen_days=7)
        woken = await get_conversation(conn, id)
        assert (woken.status, woken.assignee_id) == ("open", lin.staff_id)
        assert woken.waiting_since is not None
    await snooze(conn, id, until=None, viewer=lin)
    assert (await wake(conn, id, viewer=lin)).status == "open"
    with pytest.raises(Conflict):
        await wake(conn, id, viewer=lin)


async def test_what_is_left_outside_the_hours_waits_for_the_opening(conn: Connection) -> None:
    queue = (await list_queues(conn))[0]
    hours = (Opening(weekday=0, opens="09:00", closes="17:00"),)
    await change_queue(conn, queue.id, NewQueue(name="General", hours=hours), actor="test")
    sunday = datetime(2026, 11, 22, 12, tzinfo=UTC)
    id = (await ask(conn)).id
    left = await hand_over(conn, id, HandOver(reason="asked"), now=sunday)
    assert (left.status, left.served_by) == ("pending", "staff")
    assert (await leave_contact(conn, id, " a@b.example ", viewer=CUSTOMER)).contact == (
        "a@b.example"
    )
    with pytest.raises(BadInput):
        await leave_contact(conn, id, "nowhere", viewer=CUSTOMER)
    await send_as_customer(conn, id, says("Please!"), viewer=CUSTOMER, reopen_days=7)
    assert (await get_conversation(conn, id)).status == "pending"
    assert await wake_due(conn, now=sunday + timedelta(hours=12)) == 0
    monday = sunday + timedelta(hours=21, minutes=5)
    assert await wake_due(conn, now=monday) == 1
    opened = await get_conversation(conn, id)
    assert (opened.status, opened.waiting_since) == ("open", monday)
    kinds = await list_kinds(conn, id)
    assert [kind for kind in kinds if kind != "message"] == [
        "started", "message_left", "contact_left", "woken",
    ]  # fmt: skip


async def test_a_transfer_takes_its_note_along(conn: Connection) -> None:
    lin, ann = await hire(conn), await hire(conn, "Ann")
    queue = await add_queue(conn, NewQueue(name="Billing"), actor="test")
    id = await ask_for_person(conn)
    await take(conn, id, viewer=lin)
    to_ann = Transfer(expected=lin.staff_id, staff_id=ann.staff_id, note="Yours, I think.")
    assert (await transfer(conn, id, to_ann, viewer=lin)).assignee_id == ann.staff_id
    with pytest.raises(Conflict):
        await transfer(conn, id, replace(to_ann, note=""), viewer=lin)
    to_queue = Transfer(expected=ann.staff_id, queue_id=queue.id)
    moved = await transfer(conn, id, to_queue, viewer=ann)
    assert (moved.assignee_id, moved.queue_id) == (None, queue.id)
    with pytest.raises(BadInput):
        await transfer(conn, id, Transfer(expected=None), viewer=ann)
    messages = await read_messages(conn, id, viewer=ann, limit=9)
    assert (messages[-1].text, messages[-1].is_internal) == ("Yours, I think.", True)


async def test_priority_and_labels_are_not_overwritten_unseen(conn: Connection) -> None:
    lin = await hire(conn)
    id = await ask_for_person(conn)
    seen = (await get_conversation(conn, id)).version
    changed = await sort(conn, id, viewer=lin, priority="high", expected_version=seen)
    with pytest.raises(Conflict):
        await sort(conn, id, viewer=lin, labels=["x"], expected_version=seen)
    await sort(conn, id, viewer=lin, labels=["x"], expected_version=changed.version)
    kept = await get_conversation(conn, id)
    assert (kept.priority, kept.labels) == ("high", ["x"])
    with pytest.raises(BadInput):
        await sort(conn, id, viewer=lin, labels=["x" * 100])


async def test_nobody_reads_backwards(conn: Connection) -> None:
    lin = await seat(conn)
    id = await ask_for_person(conn)
    for position in (3, 1):
        await mark_read(conn, id, position=position, viewer=lin)
    cursor = await conn.execute("select position from conversation_reads")
    assert await cursor.fetchall() == [(3,)]


async def test_what_people_serve_is_not_handed_over_again(conn: Connection) -> None:
    id = await ask_for_person(conn, summary="first")
    again = await hand_over(conn, id, HandOver(reason="failed", summary="second"))
    assert (again.hand_over_reason, again.hand_over_summary) == ("asked", "first")


@pytest.mark.parametrize(
    "sent",
    [
        says("  "),
        says("x" * 4001),
        says("", content=[{"type": "card", "title": "Order"}]),
        says("", content=[{"type": "unknown"}]),
        says("", content=[{"type": "form_reply", "values": {}, "more": 1}]),
    ],
)
async def test_what_customers_may_not_send_is_refused(conn: Connection, sent: object) -> None:
    id = (await ask(conn)).id
    with pytest.raises(BadInput):
        await send_as_customer(conn, id, sent, viewer=CUSTOMER, reopen_days=7)  # type: ignore[arg-type]


async def test_cards_and_forms_are_kept_as_they_are(conn: Connection) -> None:
    lin = await hire(conn)
    id = (await ask(conn)).id
    form = {"type": "form", "fields": [{"name": "order", "label": "Order", "pattern": "\\d+"}]}
    card = {"type": "card", "title": "Kettle", "facts": [["Price", "30"]]}
    message = await send_as_staff(conn, id, says("", content=[form, card]), viewer=lin)
    assert [block["type"] for block in message.content] == ["form", "card"]
    bad = {"type": "card", "title": "x", "link_url": "javascript:alert(1)"}
    with pytest.raises(BadInput, match="https"):
        await send_as_staff(conn, id, says("", content=[bad]), viewer=lin)
