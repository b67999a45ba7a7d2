"""Chat completions with an answerer that says what a test tells it to: what no client can show."""

import json
from typing import Any

import pytest
from documents import ASKING_BACK, REFUNDS, refund_answer
from filling import fill
from httpx import AsyncClient
from psycopg import AsyncConnection
from scripted import ScriptedAnswerer
from signing_in import sign_in

from kefu.answering import Turn
from kefu.errors import ModelUnavailable
from kefu.resources import Resources
from kefu.viewer import DataClass

QUESTION = "退款多久到账？"


@pytest.fixture
async def client(client: AsyncClient, resources: Resources) -> AsyncClient:
    """Somebody who works here, beside a base that is for them."""
    await sign_in(client, resources.database, "staff")
    await fill(resources, {"退款政策": REFUNDS}, audience="staff")
    return client


async def complete(client: AsyncClient, *said: str, **more: object) -> Any:
    roles = ("user", "assistant")
    messages = [{"role": roles[at % 2], "content": text} for at, text in enumerate(said)]
    body = {"model": "kefu", "messages": messages, **more}
    return await client.post("/v1/chat/completions", json=body)


async def test_the_turns_of_the_request_are_the_history(
    client: AsyncClient, answerer: ScriptedAnswerer, conn: AsyncConnection
) -> None:
    await conn.execute("update sources set data_class = 'confidential'")
    response = await complete(client, "能退款吗？", "可以。[1]", QUESTION)
    assert response.status_code == 200, response.text
    turn = Turn(question="能退款吗？", answer="可以。[1]", data_class=DataClass.CONFIDENTIAL)
    assert answerer.asked == [(QUESTION, "main", (turn,))]


async def test_a_failure_in_a_stream_is_its_last_event(
    client: AsyncClient, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts[""] = [*refund_answer(1)[:3], ModelUnavailable("The model does not answer.")]
    response = await complete(client, QUESTION, stream=True)
    error = json.loads(response.text.strip().split("\n\n")[-1].removeprefix("data: "))["error"]
    assert (error["type"], error["message"]) == ("server_error", "The model does not answer.")


async def test_choices_are_written_out(client: AsyncClient, answerer: ScriptedAnswerer) -> None:
    answerer.scripts[""] = ASKING_BACK
    completion = (await complete(client, QUESTION)).json()
    content = completion["choices"][0]["message"]["content"]
    choices = completion["kefu"]["choices"]
    assert choices
    assert content.endswith("\n".join(f"- {choice}" for choice in choices))
    streamed = (await complete(client, QUESTION, stream=True)).text
    assert json.dumps(content, ensure_ascii=False) in streamed


async def test_what_is_refused_is_not_stored(client: AsyncClient, conn: AsyncConnection) -> None:
    assert (await complete(client, QUESTION, n=2)).status_code == 400
    cursor = await conn.execute("select count(*) from messages")
    assert await cursor.fetchone() == (0,)


async def test_bases_of_others_are_no_models(client: AsyncClient, resources: Resources) -> None:
    await fill(resources, {"工资": "工资每月十日发放。"}, base="board", audience="board")
    models = (await client.get("/v1/models")).json()["data"]
    assert [model["id"] for model in models] == ["kefu"]
    assert (await client.get("/v1/models/kefu/board")).status_code == 404
