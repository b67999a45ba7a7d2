"""The chatbot gives a conversation to people: with a reason, a summary and a queue."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from uuid import UUID

from kefu.conversations.assigning import give_out
from kefu.conversations.changing import keep, require_unresolved
from kefu.conversations.hours import is_open
from kefu.conversations.ownership import require_own
from kefu.conversations.queueing import choose_queue
from kefu.conversations.records import Conversation, Priority
from kefu.conversations.store.conversations import lock_conversation
from kefu.conversations.store.desk import get_queue
from kefu.db import Connection
from kefu.errors import BadInput
from kefu.viewer import Viewer

MAX_CONTACT_CHARACTERS = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class HandOver:
    """Why a person has to go on, and what the person should know.

    Attributes:
        reason: one word, as `asked`, `failed`, `complaint`, `urgent`, `abusive`, `vip`, `topic`.
        queue_id: None: by skills and language.
        priority: None: as it is.
    """

    reason: str
    summary: str = ""
    skills: Sequence[str] = ()
    queue_id: int | None = None
    priority: Priority | None = None


async def hand_over(
    conn: Connection,
    conversation_id: UUID,
    wanted: HandOver,
    *,
    viewer: Viewer | None = None,
    now: datetime | None = None,
) -> Conversation:
    """Let people go on; outside the opening hours the conversation waits for them as `pending`.

    What people serve already stays as it is.

    Raises:
        Conflict: the conversation is resolved.
        NotFound: there is no such conversation or queue.
    """
    now = now or datetime.now(UTC)
    conversation = await lock_conversation(conn, conversation_id)
    require_unresolved(conversation)
    if conversation.served_by == "staff":
        return conversation
    queue = (
        await choose_queue(conn, conversation, skills=wanted.skills)
        if wanted.queue_id is None
        else await get_queue(conn, wanted.queue_id)
    )
    is_attended = is_open(queue, now)
    changed = await keep(
        conn,
        replace(
            conversation,
            served_by="staff",
            status="open" if is_attended else "pending",
            queue_id=queue.id,
            snoozed_until=None,
            handed_over_at=now,
            hand_over_reason=wanted.reason,
            hand_over_summary=wanted.summary,
            waiting_since=now,
            first_staff_reply_at=None,
            priority=wanted.priority or conversation.priority,
        ),
        "handed_over" if is_attended else "message_left",
        viewer=viewer,
        data={"reason": wanted.reason, "queue_id": queue.id},
    )
    return await give_out(conn, changed) if is_attended else changed


async def leave_contact(
    conn: Connection, conversation_id: UUID, contact: str, *, viewer: Viewer
) -> Conversation:
    """Note where the customer wants to be answered when people are back.

    Raises:
        BadInput: there is no @ in it, or it is too long.
        NotFound: the conversation is not the viewer's.
    """
    conversation = await lock_conversation(conn, conversation_id)
    require_own(conversation, viewer)
    kept = " ".join(contact.split())
    name, _, host = kept.partition("@")
    if not name or not host or len(kept) > MAX_CONTACT_CHARACTERS or " " in kept:
        raise BadInput("Give an e-mail address, as in ann@example.com.")
    return await keep(conn, replace(conversation, contact=kept), "contact_left", viewer=viewer)
