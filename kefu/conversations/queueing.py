"""Which queue a conversation waits in, where in it, and for how long."""

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from math import ceil

from kefu.conversations.hours import find_opening, is_open
from kefu.conversations.records import Conversation, DeskStaff, NewQueue, Place, Queue
from kefu.conversations.store.conversations import count_before, find_mean_handling
from kefu.conversations.store.desk import get_queue, list_desk_staff, list_queues
from kefu.db import Connection

RECENT = timedelta(days=14)
RECENT_COUNT = 100
USUAL_HANDLING_SECONDS = 300.0
"""What a conversation takes where none has ended yet."""


async def choose_queue(
    conn: Connection, conversation: Conversation, *, skills: Sequence[str] = ()
) -> Queue:
    """The queue whose skills and language fit best; the usual one when none does."""
    queues = await list_queues(conn)

    def fit(queue: Queue) -> tuple[int, bool, bool]:
        has_language = conversation.language in queue.languages
        return len(set(skills) & set(queue.skills)), has_language, queue.is_default

    able = [
        queue
        for queue in queues
        if queue.is_default
        or (
            (not queue.languages or conversation.language in queue.languages)
            and set(queue.skills) <= set(skills)
            and (queue.skills or queue.languages)
        )
    ]
    return max(able, key=fit)


def can_serve(staff: DeskStaff, queue: NewQueue, *, language: str) -> bool:
    """Whether somebody who is there has the skills of the queue and writes the language."""
    return staff.presence == "online" and is_able(staff, queue, language=language)


def is_able(staff: DeskStaff, queue: NewQueue, *, language: str) -> bool:
    """Whether somebody has the skills of the queue and writes the language, there or not."""
    writes_it = not staff.languages or language in staff.languages
    return writes_it and set(queue.skills) <= set(staff.skills)


async def find_place(
    conn: Connection, conversation: Conversation, *, now: datetime | None = None
) -> Place:
    """Where a conversation stands in its queue, and how long that takes.

    Of c conversations handled side by side, each taking h seconds on average, one ends every h / c
    seconds, and the one at position p waits for p of them: p * h / c. h is the mean of the latest
    100 conversations of the queue in two weeks, from the first reply to the end; c is what people
    who are online and can serve the queue take on. With a place free nobody waits.
    """
    now = now or datetime.now(UTC)
    if conversation.queue_id is None:
        return Place(position=None, expected_wait_seconds=None, is_open=True, opens_at=None)
    queue = await get_queue(conn, conversation.queue_id)
    place = Place(
        position=None,
        expected_wait_seconds=None,
        is_open=is_open(queue, now),
        opens_at=find_opening(queue, now),
    )
    is_waiting = (
        conversation.served_by == "staff"
        and conversation.status == "open"
        and conversation.assignee_id is None
        and conversation.waiting_since is not None
    )
    if not is_waiting:
        return place
    position = await count_before(conn, conversation) + 1
    return Place(
        position=position,
        expected_wait_seconds=await _expect(conn, conversation, queue, position, now=now),
        is_open=place.is_open,
        opens_at=place.opens_at,
    )


async def _expect(
    conn: Connection, conversation: Conversation, queue: Queue, position: int, *, now: datetime
) -> int | None:
    able = [
        staff
        for staff in await list_desk_staff(conn)
        if can_serve(staff, queue, language=conversation.language)
    ]
    side_by_side = sum(staff.capacity for staff in able)
    if not side_by_side:
        return None
    free_count = sum(max(staff.capacity - staff.load, 0) for staff in able)
    seconds = await find_mean_handling(conn, queue.id, since=now - RECENT, most=RECENT_COUNT)
    mean = USUAL_HANDLING_SECONDS if seconds is None else seconds
    return ceil(max(position - free_count, 0) * mean / side_by_side)
