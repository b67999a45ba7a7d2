"""What goes to people at once is each company's choice; outside their hours it waits for them."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
from filling import fill
from psycopg import AsyncConnection

from kefu.answering import Outcome, stream_answer
from kefu.chatbot import begin_turn, finish_turn
from kefu.chatbot.records import ChatAnswer
from kefu.chatbot.turns import wait_for_answer
from kefu.conversations import (
    Conversation,
    NewQueue,
    Opening,
    change_queue,
    get_conversation,
    list_queues,
)
from kefu.resources import Resources
from kefu.settings import Settings
from kefu.viewer import ANONYMOUS

COMPLAINT = "I want to make a complaint"
INSULT = "you stupid bot"
REFUNDS = "A complaint is filed with the team lead. A refund takes five working days."


async def ask(
    resources: Resources, conn: AsyncConnection, question: str, **hand_over: object
) -> tuple[ChatAnswer, Conversation]:
    await fill(resources, {"Complaints": REFUNDS})
    resources = replace(resources, settings=Settings(hand_over=hand_over))
    turn = await begin_turn(resources, question, viewer=ANONYMOUS)
    events = finish_turn(resources, turn, viewer=ANONYMOUS, answerer=stream_answer)
    given = await wait_for_answer(events)
    return given, await get_conversation(conn, given.conversation_id)


@pytest.mark.parametrize(
    ("question", "intent", "words"),
    [
        (COMPLAINT, "complaint", "I am sorry for the trouble. A colleague takes over"),
        (INSULT, "abusive", "I am sorry for the trouble. A colleague takes over"),
    ],
)
async def test_what_a_company_names_goes_to_people_at_once(
    resources: Resources, conn: AsyncConnection, question: str, intent: str, words: str
) -> None:
    given, conversation = await ask(resources, conn, question, to_desk=True, intents=(intent,))
    assert (given.outcome, given.intent) == (Outcome.HANDED_OVER, intent)
    assert words in given.answer
    assert (conversation.served_by, conversation.hand_over_reason) == ("staff", intent)


@pytest.mark.parametrize(
    "hand_over",
    [
        {"to_desk": True},
        {"to_desk": True, "intents": ("urgent", "complaint", "out_of_scope")},
        {"to_desk": False, "intents": ("abusive",)},
    ],
)
async def test_other_messages_stay_with_the_chatbot(
    resources: Resources, conn: AsyncConnection, hand_over: dict[str, object]
) -> None:
    given, conversation = await ask(resources, conn, INSULT, **hand_over)
    assert (given.outcome, conversation.served_by) == (Outcome.REPLIED, "chatbot")


async def test_outside_the_hours_it_is_left_as_a_message(
    resources: Resources, conn: AsyncConnection
) -> None:
    later = (datetime.now(UTC) + timedelta(days=2)).weekday()
    hours = (Opening(weekday=later, opens="09:00", closes="17:00"),)
    (queue,) = await list_queues(conn)
    await change_queue(conn, queue.id, NewQueue(name="General", hours=hours), actor="test")
    _, conversation = await ask(resources, conn, COMPLAINT, to_desk=True, intents=("complaint",))
    assert (conversation.served_by, conversation.status) == ("staff", "pending")
    cursor = await conn.execute(
        "select kind from conversation_events where conversation_id = %s order by id",
        [conversation.id],
    )
    assert (await cursor.fetchall())[-1] == ("message_left",)
