"""A question that is sent again, as after a lost connection, is one question with one answer."""

import asyncio
from collections.abc import Sequence
from dataclasses import fields, replace
from json import dumps
from uuid import UUID

from kefu.answering import Answer
from kefu.chatbot.answerer import ANSWER
from kefu.chatbot.records import ChatAnswer, PendingTurn
from kefu.conversations import (
    Conversation,
    Message,
    NewMessage,
    claim_question,
    find_reply,
    find_sent,
    get_message,
    record_question,
    update_key,
)
from kefu.db import Connection
from kefu.releases import Serving
from kefu.resources import Resources
from kefu.text import content_digest
from kefu.viewer import Viewer, is_unknown

SHORTEST_UNKNOWN_KEY = 16
"""Of senders who are known by nothing but the key; one that another would think of too is none."""

LOOKED_AFTER_SECONDS = 0.25


def name_beginning(
    sent: NewMessage, *, base: str, viewer: Viewer, channel: str = "chat"
) -> str | None:
    """By what the conversation is known again that a question with this key began.

    None: the key tells nobody from anybody else.
    """
    key, is_open = sent.client_key, is_unknown(viewer)
    if key is None or (is_open and len(key) < SHORTEST_UNKNOWN_KEY):
        return None
    sender = [channel, is_open, viewer.staff_id, viewer.customer_id]
    return content_digest(dumps([*sender, base, key, sent.text]))


async def find_known(
    conn: Connection, conversation: Conversation, sent: NewMessage
) -> tuple[NewMessage, Message | None]:
    """The question that was sent with the same key, and what is sent.

    With the key of another message it is another question, and goes without.
    """
    if sent.client_key is None:
        return sent, None
    known = await find_sent(conn, conversation.id, sent.client_key)
    if known is not None and (known.role, known.text) != ("customer", sent.text):
        return replace(sent, client_key=None), None
    return sent, known


async def store_once(
    conn: Connection,
    sent: NewMessage,
    *,
    conversation: Conversation,
    latest: Sequence[Message],
    known: Message | None,
) -> tuple[Message, bool]:
    """Store a question unless it is; whether somebody else is writing its answer.

    One that got no answer before others were asked is asked again after them.
    """
    if known is not None and known.id not in {each.id for each in latest[-1:]}:
        if not await claim_question(conn, known.id):
            return known, True
        await update_key(conn, known.id, None)
    asked = await record_question(
        conn,
        sent.text,
        conversation_id=conversation.id,
        latest=latest,
        client_key=sent.client_key,
    )
    is_known = asked.id in {each.id for each in latest}
    return asked, is_known and not await claim_question(conn, asked.id)


async def wait_for_other(resources: Resources, asked: Message) -> Message | None:
    """The answer that somebody else writes; None: it was given up, and is the caller's to write.

    Raises:
        NotFound: the question is there no more.
    """
    while True:
        async with resources.database.transaction() as conn:
            await get_message(conn, asked.id, conversation_id=asked.conversation_id)
            given = await find_reply(conn, asked)
            if given is not None or await claim_question(conn, asked.id):
                return given
        await asyncio.sleep(LOOKED_AFTER_SECONDS)


def repeat_turn(given: Message, *, question: str, base: str) -> PendingTurn:
    """A turn that was taken before."""
    return PendingTurn(
        conversation_id=given.conversation_id,
        question=question,
        base=base,
        history=(),
        serving=Serving(release=None, trial=None, shadow=None),
        given=given,
    )


def read_answer(message: Message) -> ChatAnswer:
    """An answer that is stored."""
    answer = ANSWER.validate_python(message.answer)
    return address(answer, message.conversation_id, message.id)


def address(answer: Answer, conversation_id: UUID, message_id: UUID) -> ChatAnswer:
    """An answer with its place."""
    said = {field.name: getattr(answer, field.name) for field in fields(Answer)}
    return ChatAnswer(**said, conversation_id=conversation_id, message_id=message_id)
