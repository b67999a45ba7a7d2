"""Where the chatbot ends: customers are handed to people, who answer in the same place."""

from collections.abc import AsyncIterator
from dataclasses import replace
from typing import Any
from uuid import UUID

import pytest
from documents import answer_with
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from psycopg import AsyncConnection
from scripted import ScriptedAnswerer
from signing_in import sign_in

from kefu.answering import Answer, Intent, Outcome
from kefu.chatbot import begin_turn, finish_turn
from kefu.chatbot.turns import wait_for_answer
from kefu.conversations import get_conversation, replace_customer
from kefu.db import Database
from kefu.knowledge import ensure_base
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings
from kefu.viewer import ANONYMOUS


@pytest.fixture
async def resources(database: Database) -> Resources:
    settings = Settings(hand_over={"to_desk": True, "topics": ("refund in cash",)})
    resources = Resources(settings=settings, database=database, embedder=FakeEmbedder())
    await ensure_base(resources, "main")
    return resources


@pytest.fixture
async def desk(app: FastAPI, database: Database) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
        await sign_in(client, database, "staff")
        yield client


async def ask(client: AsyncClient, question: str, id: str | None = None) -> Any:
    body = {"question": question, "conversation_id": id}
    response = await client.post("/api/chat", json=body)
    assert response.status_code == 200, response.text
    return response.json()


async def test_an_answer_that_hands_over_puts_the_conversation_into_the_queue(
    client: AsyncClient, conn: AsyncConnection, answerer: ScriptedAnswerer
) -> None:
    *before, told = answer_with()
    assert isinstance(told, Answer)
    handed = replace(told, answer="A colleague.", outcome=Outcome.HANDED_OVER, intent=Intent.URGENT)
    answerer.scripts["It burns!"] = [*before, handed]
    first = await ask(client, "My kettle is new.")
    answer = await ask(client, "It burns!", first["conversation_id"])
    assert (answer["outcome"], answer["answer"]) == ("handed_over", "A colleague.")
    conversation = await get_conversation(conn, UUID(first["conversation_id"]))
    assert (conversation.served_by, conversation.priority) == ("staff", "high")
    assert conversation.hand_over_reason == "urgent"
    lines = conversation.hand_over_summary.splitlines()
    assert (lines[0], lines[-1]) == ("My kettle is new.", "It burns!")
    assert "[1]" in first["answer"]
    assert "[1]" not in conversation.hand_over_summary


async def test_the_chatbot_is_silent_while_people_serve(
    client: AsyncClient, desk: AsyncClient, answerer: ScriptedAnswerer
) -> None:
    answer = await ask(client, "I want a refund in cash!")
    id = answer["conversation_id"]
    assert (answer["outcome"], answerer.asked) == ("handed_over", [])
    waiting = await ask(client, "Hello?", id)
    assert (waiting["outcome"], waiting["conversation_id"]) == ("handed_over", id)
    assert "number 1 in line" in waiting["answer"]
    path = f"/api/desk/conversations/{id}"
    assert (await desk.post(f"{path}/messages", json={"text": "Hi"})).status_code == 200
    assert "Staff has your message" in (await ask(client, "There you are.", id))["answer"]
    messages = (await desk.get(path)).json()["messages"]
    assert [each["role"] for each in messages] == [
        "customer", "chatbot", "customer", "staff", "customer",
    ]  # fmt: skip
    assert answerer.asked == []
    await desk.post(f"{path}/resolve", json={})
    again = await ask(client, "One more thing", id)
    assert (again["outcome"], len(answerer.asked)) == ("answered", 1)


async def test_a_stream_tells_who_has_the_message(client: AsyncClient) -> None:
    id = (await ask(client, "A refund in cash?"))["conversation_id"]
    body = {"question": "Hello?", "conversation_id": id, "stream": True}
    response = await client.post("/api/chat", json=body)
    assert [line for line in response.text.splitlines() if line.startswith("event")] == [
        "event: sentence", "event: answer",
    ]  # fmt: skip


async def test_a_vip_goes_to_people_at_once(
    resources: Resources, conn: AsyncConnection, answerer: ScriptedAnswerer
) -> None:
    resources = replace(resources, settings=Settings(hand_over={"to_desk": True, "vip": True}))
    await replace_customer(
        conn, "4711", name="Wang", email="", language="zh", is_vip=True, attributes={}
    )
    viewer = replace(ANONYMOUS, customer_id="4711")
    turn = await begin_turn(resources, "你好", viewer=viewer)
    told = await wait_for_answer(finish_turn(resources, turn, viewer=viewer, answerer=answerer))
    assert (told.outcome, answerer.asked) == (Outcome.HANDED_OVER, [])
    assert (await get_conversation(conn, told.conversation_id)).hand_over_reason == "vip"


async def test_the_page_without_scripts_shows_people_and_takes_stars(
    client: AsyncClient, desk: AsyncClient
) -> None:
    headers = {"Accept-Language": "en"}
    await client.post("/messages", data={"question": "A refund in cash?"})
    page = await client.get("/", headers=headers)
    assert "number 1 in line" in page.text
    id = client.cookies["kefu_conversation"]
    path = f"/api/desk/conversations/{id}"
    await desk.post(f"{path}/messages", json={"text": "Hi <b>there</b>"})
    await client.post("/messages", data={"question": "Good."})
    page = await client.get("/", headers=headers)
    assert "You are talking to Staff." in page.text
    assert "<b>there" not in page.text
    assert "This question has no answer yet" not in page.text.split("<template")[0]
    assert (await client.post("/conversations/rating", data={"rating": "4"})).status_code == 409
    await desk.post(f"{path}/resolve", json={})
    await client.post("/conversations/rating", data={"rating": "4"})
    page = await client.get("/", headers=headers)
    assert "Thank you for your rating." in page.text
    assert page.text.count('aria-pressed="true"') == 1
