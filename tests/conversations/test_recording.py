"""Conversations in the database."""

from uuid import uuid4

import pytest

from kefu.conversations import (
    Conversation,
    get_conversation,
    get_message,
    list_messages,
    lock_conversation,
    record_answer,
    record_question,
    start_conversation,
)
from kefu.db import Connection
from kefu.errors import NotFound

ANSWER = {"answer": "三天。", "citations": []}


@pytest.fixture
async def conversation(conn: Connection) -> Conversation:
    return await start_conversation(conn, "退款多久到账？", base="main")


async def ask(conn: Connection, conversation: Conversation, question: str) -> None:
    await record_question(conn, question, conversation_id=conversation.id)


async def answer(conn: Connection, conversation: Conversation, text: str) -> None:
    await record_answer(conn, text, conversation_id=conversation.id, answer=ANSWER)


async def texts(conn: Connection, conversation: Conversation, *, limit: int = 10) -> list[str]:
    return [each.text for each in await list_messages(conn, conversation.id, limit=limit)]


@pytest.mark.parametrize(
    ("question", "language"), [("退款多久到账？", "zh"), ("How long does it take?", "en")]
)
async def test_a_conversation_has_the_language_of_its_first_question(
    conn: Connection, question: str, language: str
) -> None:
    started = await start_conversation(conn, question, base="main")
    assert (await get_conversation(conn, started.id)).language == language


async def test_messages_keep_their_order_and_their_answers(
    conn: Connection, conversation: Conversation
) -> None:
    await ask(conn, conversation, "退款多久到账？")
    await answer(conn, conversation, "三天。")
    await ask(conn, conversation, "节假日呢？")
    messages = await list_messages(conn, conversation.id, limit=10)
    assert [(each.position, each.role, each.text) for each in messages] == [
        (0, "customer", "退款多久到账？"),
        (1, "chatbot", "三天。"),
        (2, "customer", "节假日呢？"),
    ]
    assert messages[1].answer == ANSWER
    assert messages[0].answer is None


async def test_the_last_messages_are_listed_oldest_first(
    conn: Connection, conversation: Conversation
) -> None:
    for number in range(5):
        await ask(conn, conversation, str(number))
    assert await texts(conn, conversation, limit=2) == ["3", "4"]


async def test_a_question_asked_again_before_its_answer_stays_one_message(
    conn: Connection, conversation: Conversation
) -> None:
    await ask(conn, conversation, "退款？")
    await ask(conn, conversation, "退款？")
    assert await texts(conn, conversation) == ["退款？"]


async def test_a_question_asked_again_after_its_answer_is_another_message(
    conn: Connection, conversation: Conversation
) -> None:
    await ask(conn, conversation, "退款？")
    await answer(conn, conversation, "三天。")
    await ask(conn, conversation, "退款？")
    assert await texts(conn, conversation) == ["退款？", "三天。", "退款？"]


async def test_a_message_is_found_only_in_its_conversation(
    conn: Connection, conversation: Conversation
) -> None:
    message = await record_question(conn, "退款？", conversation_id=conversation.id)
    found = await get_message(conn, message.id, conversation_id=conversation.id)
    assert found == message
    with pytest.raises(NotFound):
        await get_message(conn, message.id, conversation_id=uuid4())


async def test_an_unknown_conversation_is_not_found(conn: Connection) -> None:
    with pytest.raises(NotFound):
        await get_conversation(conn, uuid4())
    with pytest.raises(NotFound):
        await lock_conversation(conn, uuid4())
