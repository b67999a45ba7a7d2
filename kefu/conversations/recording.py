"""A question and its answer become messages of a conversation."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from uuid import UUID, uuid4

from kefu.conversations.changing import keep
from kefu.conversations.records import Conversation, Message
from kefu.conversations.store.conversations import insert_conversation
from kefu.conversations.store.events import insert_event
from kefu.conversations.store.messages import (
    insert_message,
    list_messages,
    update_key,
)
from kefu.db import Connection
from kefu.text import detect_language


async def start_conversation(
    conn: Connection,
    question: str,
    *,
    base: str,
    customer_id: str | None = None,
    channel: str = "chat",
    beginning: str | None = None,
) -> Conversation:
    """Begin a conversation in the language of its first question.

    With the same `beginning` twice it is the conversation that was begun the first time, locked.
    """
    id = uuid4()
    conversation = await insert_conversation(
        conn,
        id=id,
        customer_id=customer_id,
        base=base,
        language=detect_language(question),
        channel=channel,
        beginning=beginning,
    )
    if conversation.id == id:
        await insert_event(conn, id, "started", data={"channel": channel})
    return conversation


async def record_question(
    conn: Connection,
    question: str,
    *,
    conversation_id: UUID,
    latest: Sequence[Message] | None = None,
    client_key: str | None = None,
) -> Message:
    """Append a customer's question to a conversation that this transaction began or locked.

    A question that is asked again while it has no answer stays one message, so that a retry
    after a failure leaves no trace of the failure; it has the last key that it was sent with.
    `latest` are its last messages, where they were read already. A `client_key` that another
    message has is left out.
    """
    if latest is None:
        latest = await list_messages(conn, conversation_id, limit=1)
    last = latest[-1] if latest else None
    if last is not None and last.role == "customer" and last.text == question:
        if client_key not in {None, last.client_key}:
            await update_key(conn, last.id, client_key)
        return last
    return await insert_message(
        conn,
        conversation_id=conversation_id,
        role="customer",
        text=question,
        client_key=client_key,
    )


async def record_answer(  # noqa: PLR0913 - one parameter a column
    conn: Connection,
    text: str,
    *,
    conversation_id: UUID,
    answer: Mapping[str, object],
    trace_id: UUID | None = None,
    release_id: int | None = None,
    reply_to: UUID | None = None,
) -> Message:
    """Append what the chatbot answered to a conversation that this transaction began or locked.

    With the trace of how the answer came about, the release that gave it, and the message of the
    question.
    """
    return await insert_message(
        conn,
        conversation_id=conversation_id,
        role="chatbot",
        text=text,
        answer=answer,
        trace_id=trace_id,
        release_id=release_id,
        reply_to=reply_to,
    )


async def keep_message(conn: Connection, changed: Conversation, message: Message) -> Conversation:
    """Tell of a message that was appended to a locked conversation."""
    return await keep(
        conn,
        replace(changed, last_message_at=message.created_at),
        "message",
        message=message,
        data={"role": message.role},
    )
