"""A question that is sent again: once it is stored, and once it is answered."""

from typing import Any

import pytest
from documents import ABSTENTION
from httpx import AsyncClient
from psycopg import AsyncConnection
from scripted import ScriptedAnswerer

from kefu.chatbot.records import ChatAnswer, PendingTurn
from kefu.chatbot.turns import HISTORY_TURNS, begin_turn, finish_turn, wait_for_answer
from kefu.conversations import HandOver, get_conversation, hand_over, list_messages
from kefu.errors import ModelUnavailable
from kefu.resources import Resources
from kefu.viewer import ANONYMOUS

QUESTION = "退款多久到账？"


async def begin(resources: Resources, question: str, **given: Any) -> PendingTurn:
    return await begin_turn(resources, question, viewer=ANONYMOUS, **given)


async def finish(resources: Resources, turn: PendingTurn, answerer: ScriptedAnswerer) -> ChatAnswer:
    events = finish_turn(resources, turn, viewer=ANONYMOUS, answerer=answerer)
    return await wait_for_answer(events)


async def ask_twice(resources: Resources, answerer: ScriptedAnswerer, **given: Any) -> ChatAnswer:
    """The one answer to the same question, sent twice."""
    first, second = [
        await finish(resources, await begin(resources, QUESTION, **given), answerer)
        for _ in range(2)
    ]
    assert (first.message_id, first.citations) == (second.message_id, second.citations)
    return first


async def fail(resources: Resources, answerer: ScriptedAnswerer) -> PendingTurn:
    """A question with the key k1 whose answer failed."""
    answerer.scripts[QUESTION] = [ModelUnavailable("It does not answer.")]
    failed = await begin(resources, QUESTION, client_key="k1")
    with pytest.raises(ModelUnavailable):
        await finish(resources, failed, answerer)
    del answerer.scripts[QUESTION]
    return failed


async def test_the_same_key_is_one_question_with_one_answer(
    resources: Resources, conn: AsyncConnection, answerer: ScriptedAnswerer, chunk_id: int
) -> None:
    first = await finish(resources, await begin(resources, "Hello?"), answerer)
    given = {"conversation_id": first.conversation_id, "client_key": "k1"}
    answer = await ask_twice(resources, answerer, **given)
    assert answer.citations != ()
    assert [asked for asked, *_ in answerer.asked] == ["Hello?", QUESTION]
    other = await finish(resources, await begin(resources, "And now?", **given), answerer)
    assert other.message_id != answer.message_id
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


async def test_an_answer_is_given_again_however_much_was_said_since(
    resources: Resources, answerer: ScriptedAnswerer
) -> None:
    first = await finish(resources, await begin(resources, QUESTION, client_key="k1"), answerer)
    place = {"conversation_id": first.conversation_id}
    for n in range(HISTORY_TURNS + 1):
        await finish(resources, await begin(resources, f"And {n}?", **place), answerer)
    again = await finish(
        resources, await begin(resources, QUESTION, client_key="k1", **place), answerer
    )
    assert again.message_id == first.message_id


async def test_two_questions_that_are_answered_at_once_each_get_their_own_answer(
    resources: Resources, answerer: ScriptedAnswerer
) -> None:
    one = await begin(resources, QUESTION, client_key="k1")
    place = {"conversation_id": one.conversation_id}
    other = await begin(resources, "Hello?", client_key="k2", **place)
    answerer.scripts["Hello?"] = ABSTENTION
    first = await finish(resources, one, answerer)
    second = await finish(resources, other, answerer)
    assert (first.outcome, second.outcome) == ("answered", "abstained")
    for question, key, given in ((QUESTION, "k1", first), ("Hello?", "k2", second)):
        again = await begin(resources, question, client_key=key, **place)
        assert (await finish(resources, again, answerer)).message_id == given.message_id


async def test_what_failed_before_other_questions_is_asked_again_after_them(
    resources: Resources, conn: AsyncConnection, answerer: ScriptedAnswerer
) -> None:
    failed = await fail(resources, answerer)
    place = {"conversation_id": failed.conversation_id}
    await finish(resources, await begin(resources, "Next?", **place), answerer)
    await ask_twice(resources, answerer, client_key="k1", **place)
    messages = await list_messages(conn, failed.conversation_id, limit=10)
    asked = [each.text for each in messages if each.role == "customer"]
    assert asked == [QUESTION, "Next?", QUESTION]
    assert messages[-1].role == "chatbot"


async def test_what_failed_with_one_key_and_is_asked_with_another_is_known_by_that(
    resources: Resources, answerer: ScriptedAnswerer
) -> None:
    failed = await fail(resources, answerer)
    await ask_twice(resources, answerer, client_key="k2", conversation_id=failed.conversation_id)


async def test_what_was_answered_opens_no_resolved_conversation_again(
    resources: Resources, conn: AsyncConnection, answerer: ScriptedAnswerer
) -> None:
    first = await finish(resources, await begin(resources, QUESTION, client_key="k1"), answerer)
    id = first.conversation_id
    await conn.execute(
        "update conversations set status = 'resolved', resolved_at = now() where id = %s", [id]
    )
    again = await begin(resources, QUESTION, client_key="k1", conversation_id=id)
    assert (await finish(resources, again, answerer)).message_id == first.message_id
    assert (await get_conversation(conn, id)).status == "resolved"


async def test_what_the_chatbot_answered_is_not_sent_to_the_people_who_came_after(
    resources: Resources, conn: AsyncConnection, answerer: ScriptedAnswerer
) -> None:
    first = await finish(resources, await begin(resources, QUESTION, client_key="k1"), answerer)
    id = first.conversation_id
    await hand_over(conn, id, HandOver(reason="asked"))
    again = await begin(resources, QUESTION, client_key="k1", conversation_id=id)
    assert (await finish(resources, again, answerer)).message_id == first.message_id
    other = await begin(resources, "Are you there?", client_key="k1", conversation_id=id)
    assert other.left_id is not None
    messages = await list_messages(conn, id, limit=10)
    assert [each.text for each in messages if each.role == "customer"] == [
        QUESTION,
        "Are you there?",
    ]


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
