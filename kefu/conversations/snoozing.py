"""Conversations that wait: until a time, until the customer writes, or until people are back."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kefu.conversations.assigning import give_out
from kefu.conversations.changing import keep, require_unresolved
from kefu.conversations.hours import is_open
from kefu.conversations.ownership import require_staff
from kefu.conversations.records import Conversation
from kefu.conversations.store.conversations import lock_conversation, lock_due, lock_left
from kefu.conversations.store.desk import list_queues
from kefu.db import Connection
from kefu.errors import BadInput, Conflict
from kefu.viewer import Viewer

LONGEST_DAYS = 365
BATCH = 100


async def snooze(
    conn: Connection, conversation_id: UUID, *, until: datetime | None, viewer: Viewer
) -> Conversation:
    """Put a conversation aside until a time, or with None until the customer writes.

    Raises:
        BadInput: the time is past, or more than a year away.
        Conflict: the conversation is resolved, or people have not taken it over.
    """
    require_staff(viewer)
    now = datetime.now(UTC)
    if until is not None and not now < until <= now + timedelta(days=LONGEST_DAYS):
        raise BadInput("A conversation sleeps until a time in the coming year.")
    conversation = await lock_conversation(conn, conversation_id)
    require_unresolved(conversation)
    if conversation.served_by == "chatbot":
        raise Conflict("The chatbot serves this conversation. Take it over first.")
    changed = replace(
        conversation,
        status="pending" if until is None else "snoozed",
        snoozed_until=until,
        waiting_since=None,
    )
    if until is None:
        return await keep(conn, changed, "parked", viewer=viewer)
    data = {"until": until.isoformat()}
    return await keep(conn, changed, "snoozed", viewer=viewer, data=data)


async def wake(conn: Connection, conversation_id: UUID, *, viewer: Viewer) -> Conversation:
    """Go on with a conversation that waits.

    Raises:
        Conflict: it does not wait.
    """
    require_staff(viewer)
    conversation = await lock_conversation(conn, conversation_id)
    if conversation.status not in {"snoozed", "pending"}:
        raise Conflict("The conversation is neither snoozed nor pending.")
    changed = replace(conversation, status="open", snoozed_until=None)
    return await keep(conn, changed, "woken", viewer=viewer, data={"by": "staff"})


async def wake_due(conn: Connection, *, now: datetime) -> int:
    """Open what slept until now, and what was left in queues that are open again."""
    due = await lock_due(conn, now=now, limit=BATCH)
    for conversation in due:
        changed = replace(conversation, status="open", snoozed_until=None)
        await keep(conn, changed, "woken", data={"by": "time"})
    open_ids = [queue.id for queue in await list_queues(conn) if is_open(queue, now)]
    left = await lock_left(conn, open_ids, limit=BATCH)
    for conversation in left:
        changed = replace(conversation, status="open", waiting_since=now)
        await give_out(conn, await keep(conn, changed, "woken", data={"by": "hours"}))
    return len(due) + len(left)
