"""A messenger's adapter brings in what customers write, and hears what they are answered."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from documents import REFUNDS
from filling import fill
from hooked import QUESTION, Hooked
from httpx import AsyncClient, Response
from scripted import ScriptedAnswerer
from signing_in import sign_in
from standardwebhooks import Webhook as Signer

from kefu.accounts import view_as
from kefu.chatbot.webhooks.answering import MOST_ATTEMPTS, answer_waiting
from kefu.conversations import HandOver, NewMessage, hand_over, send_as_staff
from kefu.errors import ModelUnavailable
from tests.llm.misbehaving import respond, serve

NAME = "wecom"


class Adapter:
    """Speaks for a messenger, with the library of the specification."""

    def __init__(self, hooked: Hooked, client: AsyncClient) -> None:
        self.hooked = hooked
        self.client = client

    async def say(
        self, text: object, *, id: str = "wx_1", thread: str = "t1", at: float = 0, **more: Any
    ) -> Response:
        body = json.dumps({"type": "message", "data": {"thread": thread, "text": text, **more}})
        return await self.post(body, id=id, at=at)

    async def post(self, body: str, *, id: str, at: float = 0, name: str = NAME) -> Response:
        moment = datetime.fromtimestamp(datetime.now(UTC).timestamp() + at, UTC)
        headers = {
            "webhook-id": id,
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Signer(self.hooked.secrets[NAME]).sign(id, moment, body),
        }
        url = f"/api/channels/{name}/messages"
        return await self.client.post(url, content=body, headers=headers)

    async def count(self, table: str = "messages") -> int:
        async with self.hooked.resources.database.connection() as conn:
            cursor = await conn.execute(f"select count(*) from {table}".encode())
            row = await cursor.fetchone()
        assert row is not None
        return int(row[0])


@pytest.fixture
async def adapter(hooked: Hooked, client: AsyncClient) -> Adapter:
    await fill(hooked.resources, {"退款政策": REFUNDS}, embed=False)
    async with serve(respond("{}")) as server:
        await hooked.add(server, NAME, is_full=True, channel_base="main")
        await hooked.add(server, "own", channel_base="main", kinds=["message"])
    return Adapter(hooked, client)


async def hear(hooked: Hooked) -> list[Any]:
    """What the messenger is sent."""
    async with serve(respond("{}")) as server:
        async with hooked.resources.database.connection() as conn:
            await conn.execute("update webhooks set url = %s", [server.url])
        await hooked.send()
    return [hooked.read(request, NAME) for request in server.requests]


async def test_a_message_is_acknowledged_and_its_answer_comes_back(
    adapter: Adapter, hooked: Hooked, answerer: ScriptedAnswerer
) -> None:
    response = await adapter.say(QUESTION, customer_id="4711")
    assert response.status_code == 202, response.text
    await answer_waiting(hooked.resources, answerer=answerer)
    await answer_waiting(hooked.resources, answerer=answerer)
    heard = [each["data"] for each in await hear(hooked)]
    (said,) = [each for each in heard if "message" in each]
    assert said["thread"] == "t1"
    assert said["conversation_id"] == response.json()["conversation_id"]
    assert said["message"]["role"] == "chatbot"
    assert said["message"]["citations"]
    assert [asked[0] for asked in answerer.asked] == [QUESTION]
    assert await adapter.count() == 2


async def test_the_same_message_again_is_the_same(adapter: Adapter) -> None:
    first = await adapter.say(QUESTION)
    again = await adapter.say(QUESTION)
    assert (again.status_code, again.json()) == (202, first.json())
    assert await adapter.count() == 1


async def test_a_thread_is_one_conversation(
    adapter: Adapter, hooked: Hooked, answerer: ScriptedAnswerer
) -> None:
    first = await adapter.say(QUESTION)
    await answer_waiting(hooked.resources, answerer=answerer)
    second = await adapter.say("节假日呢？", id="wx_2")
    other = await adapter.say(QUESTION, id="wx_3", thread="t2")
    await answer_waiting(hooked.resources, answerer=answerer)
    assert second.json()["conversation_id"] == first.json()["conversation_id"]
    assert other.json()["conversation_id"] != first.json()["conversation_id"]
    (followed,) = [history for question, _, history in answerer.asked if question == "节假日呢？"]
    assert [turn.question for turn in followed] == [QUESTION]


async def test_what_people_serve_is_theirs_to_answer(
    adapter: Adapter, hooked: Hooked, answerer: ScriptedAnswerer, client: AsyncClient
) -> None:
    taken = (await adapter.say(QUESTION)).json()
    database = hooked.resources.database
    staff = await sign_in(AsyncClient(), database, "staff")
    async with database.transaction() as conn:
        await hand_over(conn, taken["conversation_id"], HandOver(reason="asked"))
        sent = NewMessage(text="您好，我来处理。")
        await send_as_staff(conn, taken["conversation_id"], sent, viewer=view_as(staff))
    await answer_waiting(hooked.resources, answerer=answerer)
    assert answerer.asked == []
    told = [each["data"]["message"] for each in await hear(hooked) if "message" in each["data"]]
    assert [(each["role"], each["text"]) for each in told] == [("staff", "您好，我来处理。")]


async def test_a_failure_is_tried_again_and_leaves_no_trace(
    adapter: Adapter, hooked: Hooked, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts["broken"] = [ModelUnavailable("The model does not answer.")]
    await adapter.say("broken")
    for _ in range(MOST_ATTEMPTS + 2):
        await answer_waiting(hooked.resources, answerer=answerer)
        async with hooked.resources.database.connection() as conn:
            await conn.execute("update webhook_messages set next_attempt_at = now()")
    assert len(answerer.asked) == MOST_ATTEMPTS
    assert await adapter.count() == 1
    await adapter.say(QUESTION, id="wx_2")  # what was given up holds nothing up
    await answer_waiting(hooked.resources, answerer=answerer)
    assert await adapter.count() == 3


async def test_what_nobody_foresaw_holds_nothing_else_up(
    adapter: Adapter, hooked: Hooked, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts["broken"] = [RuntimeError("a fault")]
    await adapter.say("broken", thread="t2")
    await adapter.say(QUESTION, id="wx_2")
    await answer_waiting(hooked.resources, answerer=answerer)
    assert await adapter.count("webhook_messages where answered_at is null") == 1
    assert await adapter.count("webhook_messages where last_problem like 'Something went%'") == 1


async def test_what_a_killed_process_had_answered_is_not_answered_again(
    adapter: Adapter, hooked: Hooked, answerer: ScriptedAnswerer
) -> None:
    await adapter.say(QUESTION)
    await answer_waiting(hooked.resources, answerer=answerer)
    async with hooked.resources.database.connection() as conn:
        await conn.execute(
            "update webhook_messages set answered_at = null, next_attempt_at = now()"
        )
    await answer_waiting(hooked.resources, answerer=answerer)
    assert len(answerer.asked) == 1
    assert await adapter.count("webhook_messages where answered_at is null") == 0


async def test_what_is_forged_or_old_is_refused(adapter: Adapter) -> None:
    body = json.dumps({"type": "message", "data": {"thread": "t1", "text": QUESTION}})
    plain = await adapter.client.post(f"/api/channels/{NAME}/messages", content=body)
    refused = [
        plain,
        await adapter.say(QUESTION, at=-301),
        await adapter.say(QUESTION, at=301),
        await adapter.post(body, id="wx_1", name="own"),
        await adapter.post(body, id="wx_1", name="nobody"),
    ]
    assert [each.status_code for each in refused] == [401] * 5
    assert await adapter.count() == 0


@pytest.mark.parametrize("text", ["", "x" * 2001, None, 1])
async def test_what_is_no_message_is_refused(adapter: Adapter, text: object) -> None:
    assert (await adapter.say(text)).status_code == 400
    assert (await adapter.post("[]", id="wx_2")).status_code == 400
    assert await adapter.count() == 0
