"""Who serves a conversation: taken, given, given back, or given out by skill and load."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from kefu.conversations.changing import keep, require_unresolved
from kefu.conversations.ownership import require_staff
from kefu.conversations.queueing import can_serve
from kefu.conversations.records import Conversation, DeskStaff, Queue
from kefu.conversations.store.conversations import lock_conversation, lock_waiting
from kefu.conversations.store.desk import (
    get_queue,
    list_desk_staff,
    list_queues,
    lock_assigning,
    update_assigned,
)
from kefu.db import Connection
from kefu.errors import Conflict, NotFound
from kefu.viewer import Viewer

BATCH = 50


async def take(
    conn: Connection, conversation_id: UUID, *, viewer: Viewer, expected: int | None = None
) -> Conversation:
    """Serve a conversation oneself; of two who take it at once one gets it.

    `expected` is whom the taker believes to serve it now, None: nobody.

    Raises:
        Conflict: somebody else has it, or it is resolved.
    """
    return await assign(
        conn, conversation_id, require_staff(viewer), viewer=viewer, expected=expected
    )


async def assign(
    conn: Connection,
    conversation_id: UUID,
    staff_id: int | None,
    *,
    viewer: Viewer,
    expected: int | None,
) -> Conversation:
    """Give a conversation to somebody, or with None back to its queue.

    Raises:
        Conflict: it is not with whom it is expected to be, or it is resolved.
        NotFound: nobody of that number works here.
    """
    require_staff(viewer)
    conversation = await lock_conversation(conn, conversation_id)
    require_unresolved(conversation)
    if staff_id == conversation.assignee_id:
        return conversation
    await require_assignee(conn, conversation, expected)
    if staff_id is None:
        return await give_back(conn, conversation, viewer=viewer)
    await require_at_work(conn, staff_id)
    return await give(conn, conversation, staff_id, viewer=viewer)


async def require_assignee(
    conn: Connection, conversation: Conversation, expected: int | None
) -> None:
    """Refuse when a conversation is with others than the one who acts believes.

    Raises:
        Conflict: naming with whom.
    """
    if conversation.assignee_id == expected:
        return
    everybody = await list_desk_staff(conn)
    names = {staff.staff_id: staff.name for staff in everybody}
    if conversation.assignee_id is None:
        raise Conflict("Nobody serves the conversation any more. Look at it again.")
    raise Conflict(
        "%(name)s serves this conversation already.",
        name=names.get(conversation.assignee_id, "?"),
    )


async def require_at_work(conn: Connection, staff_id: int) -> None:
    """Refuse people who cannot sign in.

    Raises:
        NotFound: there is nobody of that number.
    """
    if all(staff.staff_id != staff_id for staff in await list_desk_staff(conn)):
        raise NotFound("Nobody with the number %(number)s works here.", number=staff_id)


async def give(
    conn: Connection, conversation: Conversation, staff_id: int, *, viewer: Viewer | None = None
) -> Conversation:
    """Put a locked conversation into somebody's hands, out of the chatbot's too."""
    now = datetime.now(UTC)
    is_new = conversation.served_by == "chatbot"
    changed = replace(
        conversation,
        served_by="staff",
        assignee_id=staff_id,
        status="open",
        snoozed_until=None,
        handed_over_at=now if is_new else conversation.handed_over_at,
        hand_over_reason="taken" if is_new else conversation.hand_over_reason,
        first_staff_reply_at=None if is_new else conversation.first_staff_reply_at,
    )
    if is_new:
        changed = await keep(conn, changed, "handed_over", viewer=viewer, data={"reason": "taken"})
    await update_assigned(conn, staff_id)
    data = {"assignee_id": staff_id, "replaced_id": conversation.assignee_id}
    return await keep(conn, changed, "assigned", viewer=viewer, data=data)


async def give_back(
    conn: Connection,
    conversation: Conversation,
    *,
    viewer: Viewer | None = None,
    reason: str = "given_back",
) -> Conversation:
    """Take a locked conversation out of somebody's hands; who waits waits in the queue."""
    queue_id = conversation.queue_id or (await list_queues(conn))[0].id
    return await keep(
        conn,
        replace(conversation, assignee_id=None, queue_id=queue_id),
        "unassigned",
        viewer=viewer,
        data={"replaced_id": conversation.assignee_id, "reason": reason},
    )


def choose_staff(
    everybody: Sequence[DeskStaff], queue: Queue, *, language: str, spared: int | None = None
) -> DeskStaff | None:
    """Who gets the next conversation of a queue; `everybody` comes by when each last got one."""
    able = [
        staff
        for staff in everybody
        if can_serve(staff, queue, language=language)
        and staff.load < staff.capacity
        and staff.staff_id != spared
    ]
    if queue.assignment == "least_busy":
        return min(able, key=lambda staff: staff.load / staff.capacity, default=None)
    return able[0] if able else None


async def give_out(
    conn: Connection, conversation: Conversation, *, spared: int | None = None
) -> Conversation:
    """Give a locked conversation that waits to whoever is next, where its queue does so."""
    if conversation.queue_id is None or conversation.assignee_id is not None:
        return conversation
    queue = await get_queue(conn, conversation.queue_id)
    if queue.assignment == "manual":
        return conversation
    await lock_assigning(conn)
    staff = choose_staff(
        await list_desk_staff(conn), queue, language=conversation.language, spared=spared
    )
    return conversation if staff is None else await give(conn, conversation, staff.staff_id)


async def give_out_waiting(conn: Connection) -> int:
    """Give out what waits in the queues that do so, as far as people have room."""
    count = 0
    for queue in await list_queues(conn):
        if queue.assignment == "manual":
            continue
        for conversation in await lock_waiting(conn, queue.id, limit=BATCH):
            given = await give_out(conn, conversation)
            count += given.assignee_id is not None
    return count
