"""A request that is made again with its key: one conversation, one question, one answer."""

import asyncio
import re
import time
from collections.abc import Sequence
from typing import Any

import pytest
from documents import refund_answer
from httpx import AsyncClient
from scripted import ScriptedAnswerer
from signing_in import sign_in

from kefu.answering import Progress, Stage
from kefu.chatbot import turns
from kefu.chatbot.repeating import wait_for_other
from kefu.conversations import Message
from kefu.db import Database
from kefu.errors import ModelUnavailable
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings

QUESTION = "退款多久到账？"
KEY = "5f1c7d8e-0a51-4c1b-8f0e-0c6f7f2f9a11"
ANSWER = refund_answer(1)


@pytest.fixture
def resources(committed_database: Database) -> Resources:
    return Resources(settings=Settings(), database=committed_database, embedder=FakeEmbedder())


async def ask(client: AsyncClient, question: str = QUESTION, **more: Any) -> dict[str, Any]:
    response = await client.post("/api/chat", json={"question": question, **more})
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()
    return answer


async def complete(client: AsyncClient, **more: Any) -> dict[str, Any]:
    body = {"model": "kefu", "messages": [{"role": "user", "content": QUESTION}], "kefu": more}
    response = await client.post("/v1/chat/completions", json=body)
    assert response.status_code == 200, response.text
    answer: dict[str, Any] = response.json()["kefu"]
    return answer


async def count_messages(resources: Resources) -> tuple[int, int]:
    """How many conversations there are, and how many messages in them."""
    async with resources.database.connection() as conn:
        cursor = await conn.execute(
            "select (select count(*) from conversations), (select count(*) from messages)"
        )
        row = await cursor.fetchone()
    assert row is not None
    return row[0], row[1]


async def wait_until_asked(answerer: ScriptedAnswerer) -> None:
    async with asyncio.timeout(30):
        while not answerer.asked:  # noqa: ASYNC110 - the answerer is called or the test fails
            await asyncio.sleep(0.01)


def place(answer: dict[str, Any]) -> tuple[str, str]:
    return answer["conversation_id"], answer["message_id"]


async def test_a_first_question_that_is_sent_again_begins_no_second_conversation(
    client: AsyncClient, resources: Resources, answerer: ScriptedAnswerer
) -> None:
    answers = [await ask(client, client_key=KEY) for _ in range(3)]
    assert len({place(each) for each in answers}) == 1
    assert await count_messages(resources) == (1, 2)
    assert len(answerer.asked) == 1
    later = await ask(client, "And now?", conversation_id=answers[0]["conversation_id"])
    assert later["conversation_id"] == answers[0]["conversation_id"]
    assert place(await ask(client, client_key=KEY)) == place(answers[0])


async def test_chat_completions_take_a_key_too(
    client: AsyncClient, resources: Resources, answerer: ScriptedAnswerer
) -> None:
    await sign_in(client, resources.database, "staff")
    answers = [await complete(client, client_key="1") for _ in range(2)]
    assert place(answers[0]) == place(answers[1])
    known = {"conversation_id": answers[0]["conversation_id"], "client_key": "2"}
    more = [await complete(client, **known) for _ in range(2)]
    assert place(more[0]) == place(more[1]) != place(answers[0])
    assert await count_messages(resources) == (1, 4)
    assert len(answerer.asked) == 2


@pytest.mark.parametrize("earlier", [(), ("Hello?",)])
async def test_of_two_equal_requests_at_once_one_is_answered_and_the_other_waits_for_it(
    client: AsyncClient, resources: Resources, answerer: ScriptedAnswerer, earlier: Sequence[str]
) -> None:
    more: dict[str, Any] = {"client_key": KEY}
    for question in earlier:
        more |= {"conversation_id": (await ask(client, question))["conversation_id"]}
    answerer.asked.clear()
    release = answerer.hold(QUESTION, ANSWER[:3], ANSWER[3:])
    asking = [asyncio.create_task(ask(client, **more)) for _ in range(4)]
    await wait_until_asked(answerer)
    await asyncio.sleep(0.5)
    assert not any(each.done() for each in asking)
    release.set()
    answers = await asyncio.gather(*asking)
    assert len({place(each) for each in answers}) == 1
    assert len(answerer.asked) == 1
    assert await count_messages(resources) == (1, 2 + 2 * len(earlier))


async def test_whoever_waits_for_an_answer_gets_it_as_events(
    client: AsyncClient, answerer: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    release = answerer.hold(QUESTION, [Progress(stage=Stage.SEARCHING)], ANSWER)

    async def wait(resources: Resources, asked: Message) -> Message | None:
        release.set()  # not before somebody waits
        return await wait_for_other(resources, asked)

    monkeypatch.setattr(turns, "wait_for_other", wait)
    asking = asyncio.create_task(ask(client, client_key=KEY))
    await wait_until_asked(answerer)
    body = {"question": QUESTION, "client_key": KEY, "stream": True}
    events = (await client.post("/api/chat", json=body)).text
    names = [line for line in events.splitlines() if line.startswith("event: ")]
    assert names == ["event: progress", "event: sentence", "event: answer"]
    assert (await asking)["message_id"] in events


async def test_what_the_sender_gave_up_is_answered_at_once_when_it_is_sent_again(
    client: AsyncClient, resources: Resources, answerer: ScriptedAnswerer
) -> None:
    answerer.hold(QUESTION, ANSWER[:1], [])
    asking = asyncio.create_task(ask(client, client_key=KEY))
    await wait_until_asked(answerer)
    asking.cancel()
    await asyncio.wait([asking])
    del answerer.scripts[QUESTION]
    started = time.monotonic()
    assert (await ask(client, client_key=KEY))["outcome"] == "answered"
    assert time.monotonic() - started < 4  # a process that says nothing more is given 8
    assert await count_messages(resources) == (1, 2)


async def test_whoever_waited_for_an_answer_that_failed_is_answered_all_the_same(
    client: AsyncClient, resources: Resources, answerer: ScriptedAnswerer
) -> None:
    release = answerer.hold(QUESTION, ANSWER[:1], [ModelUnavailable("It does not answer.")])
    body = {"question": QUESTION, "client_key": KEY}
    failing = asyncio.create_task(client.post("/api/chat", json=body))
    await wait_until_asked(answerer)
    waiting = asyncio.create_task(ask(client, client_key=KEY))
    await asyncio.sleep(0.3)
    answerer.scripts[QUESTION] = ANSWER
    release.set()
    assert (await failing).status_code == 503
    assert (await waiting)["outcome"] == "answered"
    assert await count_messages(resources) == (1, 2)


async def test_the_same_key_with_another_text_is_another_question(
    client: AsyncClient, resources: Resources
) -> None:
    first = await ask(client, client_key=KEY)
    known = {"conversation_id": first["conversation_id"], "client_key": KEY}
    other = await ask(client, "And now?", **known)
    assert other["conversation_id"] == first["conversation_id"]
    assert place(await ask(client, **known)) == place(first)
    apart = await ask(client, "And now?", client_key=KEY)
    assert apart["conversation_id"] != first["conversation_id"]
    assert await count_messages(resources) == (2, 6)


async def test_the_key_of_one_sender_is_not_that_of_another(
    client: AsyncClient, resources: Resources
) -> None:
    unknown = [await ask(client, client_key="1") for _ in range(2)]
    known = []
    for _ in range(2):
        await sign_in(client, resources.database, "staff")
        known += [await ask(client, client_key=KEY) for _ in range(2)]
    conversations = [each["conversation_id"] for each in (*unknown, *known)]
    assert len(set(conversations)) == 4  # two of "1", which anybody may think of
    assert conversations[2:4] != conversations[4:]


async def test_the_page_begins_no_second_conversation_either(
    client: AsyncClient, resources: Resources, answerer: ScriptedAnswerer
) -> None:
    form = {"question": QUESTION, "client_key": KEY}
    begun = set()
    for _ in range(2):
        asked = await client.post("/messages", data=form, headers={"accept": "text/event-stream"})
        begun.add(asked.cookies["kefu_conversation"])
        client.cookies.clear()  # the response never arrived
    assert len(begun) == 1
    assert await count_messages(resources) == (1, 2)
    assert len(answerer.asked) == 1


async def test_a_form_without_a_script_that_is_sent_twice_is_one_question(
    client: AsyncClient, resources: Resources
) -> None:
    page = (await client.get("/")).text
    (key,) = set(
        re.findall(r'<noscript><input type="hidden" name="client_key" value="(.+?)"', page)
    )
    for _ in range(2):
        asked = await client.post("/messages", data={"question": QUESTION, "client_key": key})
        assert asked.status_code == 303
        client.cookies.clear()  # as when the connection is lost and the page is loaded again
    assert await count_messages(resources) == (1, 2)
    assert key not in (await client.get("/")).text


@pytest.mark.parametrize("key", ["", "k" * 101, "a\u0000b", "a\nb"])
async def test_a_key_is_short_and_can_be_written(client: AsyncClient, key: str) -> None:
    response = await client.post("/api/chat", json={"question": QUESTION, "client_key": key})
    assert response.status_code == 400
    assert "client_key" in response.json()["error"]["message"]
