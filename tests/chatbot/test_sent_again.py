"""A question that is sent again: once it is stored, and once it is answered."""

from typing import Any

from httpx import AsyncClient
from psycopg import AsyncConnection
from scripted import ScriptedAnswerer

from kefu.chatbot.records import ChatAnswer, PendingTurn
from kefu.chatbot.turns import begin_turn, finish_turn, wait_for_answer
from kefu.conversations import HandOver, hand_over, list_messages
from kefu.errors import ModelUnavailable
from kefu.resources import Resources
from kefu.viewer import ANONYMOUS

QUESTION = "退款多久到账？"


async def begin(resources: Resources, question: str, **given: Any) -> PendingTurn:
    return await begin_turn(resources, question, viewer=ANONYMOUS, **given)


async def finish(resources: Resources, turn: PendingTurn, answerer: ScriptedAnswerer) -> ChatAnswer:
    events = finish_turn(resources, turn, viewer=ANONYMOUS, answerer=answerer)
    return await wait_for_answer(events)


async def test_the_same_key_is_one_question_with_one_answer(
    resources: Resources, conn: AsyncConnection, answerer: ScriptedAnswerer, chunk_id: int
) -> None:
    first = await finish(resources, await begin(resources, "Hello?"), answerer)
    given = {"conversation_id": first.conversation_id, "client_key": "k1"}
    answers = [
        await finish(resources, await begin(resources, QUESTION, **given), answerer)
        for _ in range(2)
    ]
    assert answers[0].message_id == answers[1].message_id
    assert answers[0].citations == answers[1].citations != ()
    assert [asked for asked, *_ in answerer.asked] == ["Hello?", QUESTION]
    other = await finish(resources, await begin(resources, "And now?", **given), answerer)
    assert other.message_id != answers[0].message_id
    messages = await list_messages(conn, first.conversation_id, limit=10)
    assert [each.role for each in messages] == ["customer", "chatbot"] * 3
    assert [each.client_key for each in messages[::2]] == [None, "k1", None]


async def test_a_question_that_two_answer_at_once_gets_the_answer_that_was_stored_first(
    resources: Resources, conn: AsyncConnection, answerer: ScriptedAnswerer
) -> None:
    one = await begin(resources, QUESTION, client_key="k1")
    other = await begin(resources, QUESTION, client_key="k1", conversation_id=one.conversation_id)
    first = await finish(resources, one, answerer)
    second = await finish(resources, other, answerer)
    assert first.message_id == second.message_id
    messages = await list_messages(conn, one.conversation_id, limit=10)
    assert [each.role for each in messages] == ["customer", "chatbot"]


async def test_what_failed_before_other_questions_is_asked_again_after_them(
    resources: Resources, conn: AsyncConnection, answerer: ScriptedAnswerer
) -> None:
    failed = await begin(resources, QUESTION, client_key="k1")
    id = failed.conversation_id
    await finish(resources, await begin(resources, "Next?", conversation_id=id), answerer)
    again = await begin(resources, QUESTION, client_key="k1", conversation_id=id)
    await finish(resources, again, answerer)
    messages = await list_messages(conn, id, limit=10)
    asked = [each.text for each in messages if each.role == "customer"]
    assert asked == [QUESTION, "Next?", QUESTION]
    assert messages[-1].role == "chatbot"


async def test_the_same_key_is_one_message_to_people(
    resources: Resources, conn: AsyncConnection, answerer: ScriptedAnswerer
) -> None:
    first = await finish(resources, await begin(resources, QUESTION), answerer)
    id = first.conversation_id
    await hand_over(conn, id, HandOver(reason="asked"))
    turns = [
        await begin(resources, "Hello?", conversation_id=id, client_key="k1") for _ in range(2)
    ]
    assert turns[0].left_id == turns[1].left_id is not None


async def test_the_page_without_scripts_sends_what_has_no_answer_with_its_key(
    client: AsyncClient, conn: AsyncConnection, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts[QUESTION] = [ModelUnavailable("It does not answer.")]
    sent = {"question": QUESTION, "client_key": "k1"}
    html = {"accept": "text/html"}
    await client.post("/messages", data={"question": "Hello?"}, headers=html)
    failed = await client.post("/messages", data=sent, headers=html)
    assert failed.status_code == 503
    del answerer.scripts[QUESTION]
    page = await client.get("/")
    assert '<input type="hidden" name="client_key" value="k1">' in page.text
    for _ in range(2):
        answered = await client.post("/messages", data=sent, headers=html)
        assert answered.status_code == 303
    cursor = await conn.execute("select role from messages order by position")
    assert [role for (role,) in await cursor.fetchall()] == ["customer", "chatbot"] * 2
