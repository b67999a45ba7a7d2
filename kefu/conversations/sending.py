"""What customers and staff write to each other, and the notes of the staff."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID, uuid4

from pydantic import Field

from kefu.conversations.assigning import give, give_out, require_assignee
from kefu.conversations.changing import keep, require_unresolved
from kefu.conversations.content import check_content
from kefu.conversations.ownership import require_own, require_staff
from kefu.conversations.recording import keep_message
from kefu.conversations.records import Conversation, Message, NewMessage
from kefu.conversations.store.conversations import (
    find_follower,
    insert_conversation,
    lock_conversation,
)
from kefu.conversations.store.desk import list_desk_staff
from kefu.conversations.store.events import insert_event
from kefu.conversations.store.messages import find_sent, insert_sent
from kefu.db import Connection
from kefu.errors import BadInput
from kefu.text import clean_text
from kefu.viewer import Viewer

MAX_MESSAGE_CHARACTERS = 4000
MOST_ATTACHMENTS = 10
LONGEST_KEY = 100
ClientKey = Annotated[
    str, Field(min_length=1, max_length=LONGEST_KEY, pattern=r"^[^\x00-\x1f\x7f]+$")
]
"""By which a sender knows a message, so that it is one however often it is sent."""


async def send_as_customer(
    conn: Connection,
    conversation_id: UUID,
    sent: NewMessage,
    *,
    viewer: Viewer,
    reopen_days: int,
) -> Message:
    """Append what a customer writes; see `go_on` for what is resolved.

    Raises:
        BadInput: the message is empty, too long, or holds what customers may not send.
        NotFound: the conversation is not the viewer's.
    """
    sent = _check(sent, is_customer=True)
    conversation = await lock_conversation(conn, conversation_id)
    require_own(conversation, viewer)
    if known := await _find_known(conn, conversation_id, sent):
        return known
    conversation = await go_on(conn, conversation, reopen_days=reopen_days)
    message = await insert_sent(conn, sent, conversation_id=conversation.id, role="customer")
    conversation = await keep_message(conn, await _wake(conn, conversation, message), message)
    await give_out(conn, conversation)
    return message


async def go_on(conn: Connection, conversation: Conversation, *, reopen_days: int) -> Conversation:
    """The conversation in which a customer goes on who writes in a locked one.

    What was resolved less than `reopen_days` ago is reopened and served by the chatbot; later
    another conversation follows it, which is the one to write in from then on.
    """
    if conversation.status != "resolved":
        return conversation
    follower_id = await find_follower(conn, conversation.id)
    if follower_id is not None:
        follower = await lock_conversation(conn, follower_id)
        return await go_on(conn, follower, reopen_days=reopen_days)
    now = datetime.now(UTC)
    resolved_at = conversation.resolved_at
    if resolved_at is not None and now - resolved_at <= timedelta(days=reopen_days):
        return await keep(
            conn,
            replace(
                conversation,
                status="open",
                served_by="chatbot",
                assignee_id=None,
                resolved_at=None,
                disposition="",
                waiting_since=None,
                first_staff_reply_at=None,
                reopened_count=conversation.reopened_count + 1,
            ),
            "reopened",
            data={"by": "customer"},
        )
    follower = await insert_conversation(
        conn,
        id=uuid4(),
        customer_id=conversation.customer_id,
        base=conversation.base,
        language=conversation.language,
        channel=conversation.channel,
        follows_id=conversation.id,
    )
    data = {"channel": follower.channel, "follows_id": str(conversation.id)}
    await insert_event(conn, follower.id, "started", data=data)
    return follower


async def send_as_staff(
    conn: Connection, conversation_id: UUID, sent: NewMessage, *, viewer: Viewer
) -> Message:
    """Append what a person here writes to the customer; who writes first serves the conversation.

    Raises:
        BadInput: the message is empty, too long, or its content is not what it should be.
        Conflict: somebody else serves the conversation, or it is resolved.
    """
    sent = _check(sent)
    staff_id = require_staff(viewer)
    conversation = await lock_conversation(conn, conversation_id)
    if known := await _find_known(conn, conversation_id, sent):
        return known
    require_unresolved(conversation)
    if conversation.assignee_id is None:
        conversation = await give(conn, conversation, staff_id, viewer=viewer)
    await require_assignee(conn, conversation, staff_id)
    message = await insert_sent(
        conn, sent, conversation_id=conversation_id, role="staff", staff_id=staff_id
    )
    changed = replace(
        conversation,
        status="open",
        snoozed_until=None,
        waiting_since=None,
        first_staff_reply_at=conversation.first_staff_reply_at or message.created_at,
        last_message_at=message.created_at,
    )
    data = {"role": "staff", "is_first": conversation.first_staff_reply_at is None}
    await keep(conn, changed, "message", viewer=viewer, message=message, data=data)
    return message


async def add_note(
    conn: Connection, conversation_id: UUID, sent: NewMessage, *, viewer: Viewer
) -> Message:
    """Append what only people here read; whom it mentions hears of it.

    Raises:
        BadInput: the note is empty or too long, or mentions somebody who does not work here.
    """
    sent = _check(sent)
    staff_id = require_staff(viewer)
    await lock_conversation(conn, conversation_id)
    if known := await _find_known(conn, conversation_id, sent):
        return known
    await _require_known_people(conn, sent.mentions)
    message = await insert_sent(
        conn,
        sent,
        conversation_id=conversation_id,
        role="staff",
        staff_id=staff_id,
        is_internal=True,
    )
    await insert_event(
        conn,
        conversation_id,
        "message",
        staff_id=staff_id,
        message_id=message.id,
        data={"role": "staff", "is_internal": True},
    )
    return message


async def _wake(conn: Connection, conversation: Conversation, message: Message) -> Conversation:
    """What a customer's message does to a locked conversation that people serve."""
    if conversation.served_by == "chatbot" and conversation.status != "snoozed":
        return replace(conversation, status="open")
    is_left = conversation.status == "pending" and conversation.waiting_since is not None
    changed = replace(
        conversation,
        status="pending" if is_left else "open",
        snoozed_until=None,
        waiting_since=conversation.waiting_since or message.created_at,
    )
    if conversation.status not in {"open", changed.status}:
        return await keep(conn, changed, "woken", data={"by": "customer"})
    return changed


async def _find_known(conn: Connection, conversation_id: UUID, sent: NewMessage) -> Message | None:
    if sent.client_key is None:
        return None
    return await find_sent(conn, conversation_id, sent.client_key)


async def _require_known_people(conn: Connection, mentions: Sequence[int]) -> None:
    known = {staff.staff_id for staff in await list_desk_staff(conn)}
    for staff_id in mentions:
        if staff_id not in known:
            raise BadInput("Nobody with the number %(number)s works here.", number=staff_id)


def _check(sent: NewMessage, *, is_customer: bool = False) -> NewMessage:
    text = clean_text(sent.text).strip()
    if len(text) > MAX_MESSAGE_CHARACTERS:
        raise BadInput("A message has at most %(most)s characters.", most=MAX_MESSAGE_CHARACTERS)
    if len(sent.attachment_ids) > MOST_ATTACHMENTS:
        raise BadInput("A message has at most %(most)s files.", most=MOST_ATTACHMENTS)
    content = check_content(sent.content, is_customer=is_customer)
    if not (text or content or sent.attachment_ids):
        raise BadInput("The message is empty.")
    return replace(sent, text=text, content=content)
