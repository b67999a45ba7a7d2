"""One person hands a conversation to another, or to a queue."""

from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from kefu.conversations.assigning import give_out, require_assignee, require_at_work
from kefu.conversations.changing import keep, require_unresolved
from kefu.conversations.ownership import require_staff
from kefu.conversations.records import Conversation, NewMessage
from kefu.conversations.sending import add_note
from kefu.conversations.store.conversations import lock_conversation
from kefu.conversations.store.desk import get_queue, update_assigned
from kefu.db import Connection
from kefu.errors import BadInput
from kefu.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Transfer:
    """Where a conversation goes, to a person or to a queue, and what is said with it.

    Attributes:
        expected: whom the one who transfers it believes to serve it.
    """

    expected: int | None
    staff_id: int | None = None
    queue_id: int | None = None
    note: str = ""


async def transfer(
    conn: Connection, conversation_id: UUID, wanted: Transfer, *, viewer: Viewer
) -> Conversation:
    """Hand a conversation on, with a note.

    Raises:
        BadInput: neither a person nor a queue is named, or both.
        Conflict: it is not with whom it is expected to be, or it is resolved.
        NotFound: there is no such person or queue.
    """
    require_staff(viewer)
    if (wanted.staff_id is None) == (wanted.queue_id is None):
        raise BadInput("Name a person or a queue to transfer to.")
    conversation = await lock_conversation(conn, conversation_id)
    require_unresolved(conversation)
    await require_assignee(conn, conversation, wanted.expected)
    if wanted.note.strip():
        await add_note(conn, conversation_id, NewMessage(text=wanted.note), viewer=viewer)
    if wanted.staff_id is not None:
        await require_at_work(conn, wanted.staff_id)
        await update_assigned(conn, wanted.staff_id)
    else:
        await get_queue(conn, wanted.queue_id or 0)
    changed = await keep(
        conn,
        _move(conversation, wanted),
        "transferred",
        viewer=viewer,
        data={
            "replaced_id": conversation.assignee_id,
            "assignee_id": wanted.staff_id,
            "queue_id": wanted.queue_id,
        },
    )
    return await give_out(conn, changed, spared=viewer.staff_id)


def _move(conversation: Conversation, wanted: Transfer) -> Conversation:
    now = datetime.now(UTC)
    is_new = conversation.served_by == "chatbot"
    return replace(
        conversation,
        served_by="staff",
        status="open",
        snoozed_until=None,
        assignee_id=wanted.staff_id,
        queue_id=wanted.queue_id or conversation.queue_id,
        waiting_since=conversation.waiting_since or now,
        handed_over_at=now if is_new else conversation.handed_over_at,
        hand_over_reason="transferred" if is_new else conversation.hand_over_reason,
        first_staff_reply_at=None if is_new else conversation.first_staff_reply_at,
    )
