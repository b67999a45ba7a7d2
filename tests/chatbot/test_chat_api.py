"""POST /api/chat and what can be read and said afterwards."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from uuid import UUID, uuid4

import pytest
from documents import ABSTENTION, ASKING_BACK, REFUNDS, refund_answer
from fastapi import FastAPI
from filling import fill
from httpx import AsyncClient
from scripted import ScriptedAnswerer

from kefu.answering import Turn
from kefu.conversations import get_conversation
from kefu.errors import ModelUnavailable
from kefu.resources import Resources
from kefu.web import Gate

QUESTION = "退款多久到账？"


async def ask(client: AsyncClient, question: str = QUESTION, **more: object) -> dict[str, object]:
    response = await client.post("/api/chat", json={"question": question, **more})
    assert response.status_code == 200, response.text
    answer: dict[str, object] = response.json()
    return answer


async def ask_for_events(client: AsyncClient, question: str) -> list[tuple[str, dict[str, object]]]:
    response = await client.post("/api/chat", json={"question": question, "stream": True})
    assert response.headers["content-type"].startswith("text/event-stream")
    return parse(response.text)


def parse(stream: str) -> list[tuple[str, dict[str, object]]]:
    """Names and data of events."""
    blocks = [block.split("\n") for block in stream.strip().split("\n\n")]
    return [
        (name.removeprefix("event: "), json.loads(data.removeprefix("data: ")))
        for name, data in blocks
    ]


async def read_messages(client: AsyncClient, conversation_id: object) -> list[dict[str, object]]:
    transcript = (await client.get(f"/api/conversations/{conversation_id}")).json()
    messages: list[dict[str, object]] = transcript["messages"]
    return messages


async def count_rows(resources: Resources, table: str) -> int:
    async with resources.database.connection() as conn:
        cursor = await conn.execute(f"select count(*) from {table}".encode())
        row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def test_a_question_gets_an_answer_with_its_citations(client: AsyncClient) -> None:
    answer = await ask(client)
    assert answer["outcome"] == "answered"
    assert answer["mode"] == "extractive"
    citations = answer["citations"]
    assert isinstance(citations, list)
    assert [citation["marker"] for citation in citations] == [1, 2]
    assert citations[0]["title"] == "退款政策"


async def test_question_and_answer_can_be_read_again(client: AsyncClient) -> None:
    answer = await ask(client)
    customer, chatbot = await read_messages(client, answer["conversation_id"])
    assert (customer["role"], customer["text"]) == ("customer", QUESTION)
    assert chatbot["id"] == answer["message_id"]
    sent = {key: value for key, value in answer.items() if not key.endswith("_id")}
    assert chatbot["answer"] == sent


async def test_events_come_sentence_by_sentence_and_end_with_the_answer(
    client: AsyncClient,
) -> None:
    events = await ask_for_events(client, QUESTION)
    names = [name for name, _ in events]
    assert names == ["progress", "progress", "sentence", "sentence", "sentence", "answer"]
    answer = events[-1][1]
    assert (
        "".join(str(data["text"]) for name, data in events if name == "sentence")
        == (answer["answer"])
    )
    messages = await read_messages(client, answer["conversation_id"])
    assert messages[-1]["id"] == answer["message_id"]


async def test_an_accept_header_asks_for_events_too(client: AsyncClient) -> None:
    headers = {"accept": "text/event-stream"}
    response = await client.post("/api/chat", json={"question": QUESTION}, headers=headers)
    assert parse(response.text)[-1][0] == "answer"


async def test_a_follow_up_is_answered_knowing_what_was_said(
    client: AsyncClient, answerer: ScriptedAnswerer
) -> None:
    first = await ask(client)
    await ask(client, "节假日呢？", conversation_id=first["conversation_id"])
    assert answerer.asked[0][2] == ()
    before = Turn(question=QUESTION, answer=str(first["answer"]), titles=("退款政策",))
    assert answerer.asked[1][2] == (before,)
    assert len(await read_messages(client, first["conversation_id"])) == 4


async def test_a_question_is_stored_before_it_is_answered(
    client: AsyncClient, answerer: ScriptedAnswerer, resources: Resources
) -> None:
    is_released = asyncio.Event()
    answerer.scripts["slow"] = [is_released, *refund_answer(1)]
    asking = asyncio.create_task(ask(client, "slow"))
    async with asyncio.timeout(30):
        while not answerer.asked:  # noqa: ASYNC110 - the answerer is called or the test fails
            await asyncio.sleep(0.01)
    assert await count_rows(resources, "messages") == 1
    is_released.set()
    await asking
    assert await count_rows(resources, "messages") == 2


@pytest.mark.parametrize(
    ("bases", "expected"),
    [({"shop"}, "shop"), ({"shop", "main"}, "main")],
)
async def test_the_only_base_is_asked_where_there_is_no_main_one(
    client: AsyncClient, resources: Resources, bases: set[str], expected: str
) -> None:
    for name in sorted(bases):
        await fill(resources, {"退款政策": REFUNDS}, base=name)
    answer = await ask(client)
    async with resources.database.connection() as conn:
        conversation = await get_conversation(conn, UUID(str(answer["conversation_id"])))
    assert conversation.base == expected


async def test_a_failure_keeps_the_question_and_a_retry_answers_it(
    client: AsyncClient, answerer: ScriptedAnswerer
) -> None:
    first = await ask(client)
    place = {"conversation_id": first["conversation_id"]}
    answerer.scripts["again"] = [ModelUnavailable("The model does not answer.")]
    response = await client.post("/api/chat", json={"question": "again", **place})
    assert response.status_code == 503
    assert response.json()["error"]["message"] == "The model does not answer."
    assert len(await read_messages(client, first["conversation_id"])) == 3
    answerer.scripts["again"] = refund_answer(1)
    await ask(client, "again", **place)
    messages = await read_messages(client, first["conversation_id"])
    assert [message["text"] for message in messages][2] == "again"
    assert len(messages) == 4


async def test_a_failure_after_the_first_sentence_ends_the_stream_with_an_error(
    client: AsyncClient, answerer: ScriptedAnswerer, resources: Resources
) -> None:
    answerer.scripts["fail"] = [*refund_answer(1)[:3], RuntimeError("secret")]
    events = await ask_for_events(client, "fail")
    assert [name for name, _ in events][-2:] == ["sentence", "error"]
    error = events[-1][1]
    assert error["type"] == "internal"
    assert "secret" not in str(error)
    assert await count_rows(resources, "messages") == 1


async def test_an_abstention_is_an_answer(client: AsyncClient, answerer: ScriptedAnswerer) -> None:
    answerer.scripts["weather"] = ABSTENTION
    answer = await ask(client, "weather")
    assert answer["outcome"] == "abstained"
    assert answer["citations"] == []


async def test_choices_come_with_a_question_back(
    client: AsyncClient, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts["备份"] = ASKING_BACK
    asked = await ask(client, "备份")
    assert (asked["outcome"], asked["choices"]) == (
        "asked_back",
        ["云数据库 MySQL", "Site <Large>"],
    )
    read = (await client.get(f"/api/conversations/{asked['conversation_id']}")).json()
    assert read["messages"][-1]["answer"]["choices"] == asked["choices"]
    await ask(client, "Site <Large>", conversation_id=asked["conversation_id"])
    assert list(answerer.asked[-1][2][-1].choices) == asked["choices"]


@pytest.mark.parametrize(
    ("body", "status", "told"),
    [
        ("{", 400, "not valid JSON"),
        ("[]", 400, "JSON object"),
        ('"x"', 400, "JSON object"),
        ("", 400, "JSON object"),
        ("{}", 400, "question"),
        ('{"question": ""}', 400, "question"),
        ('{"question": " \\n\\u3000"}', 400, "question is empty"),
        ('{"question": "\\u0000\\u200b"}', 400, "question is empty"),
        ('{"question": 5}', 400, "question"),
        ('{"question": null}', 400, "question"),
        ('{"question": "\\ud800"}', 400, "question"),
        (json.dumps({"question": "长" * 2001}), 400, "2000"),
        ('{"question": "x", "colour": "red"}', 400, "colour"),
        ('{"question": "x", "stream": "perhaps"}', 400, "stream"),
        ('{"question": "x", "conversation_id": "7"}', 400, "conversation_id"),
        (
            json.dumps(
                {"question": "x", "conversation_id": "0b8a9b1e-6c1d-4f0e-9d2a-3f5b7c1e2a40"}
            ),
            404,
            "no conversation",
        ),
        ('{"question": "x", "base": "nowhere"}', 404, "nowhere"),
        (json.dumps({"question": "x" * 70_000}), 413, "larger"),
    ],
)
async def test_bad_input_gets_one_sentence_and_leaves_nothing(
    client: AsyncClient, resources: Resources, body: str, status: int, told: str
) -> None:
    headers = {"content-type": "application/json"}
    response = await client.post("/api/chat", content=body, headers=headers)
    assert response.status_code == status
    error = response.json()["error"]
    assert told in error["message"]
    assert error["message"].endswith(".")
    assert await count_rows(resources, "conversations") == 0


async def test_a_question_of_2000_characters_is_taken(client: AsyncClient) -> None:
    await ask(client, "长" * 2000)


@pytest.mark.usefixtures("chunk_id")
async def test_a_conversation_stays_with_its_base(client: AsyncClient) -> None:
    first = await ask(client, base="main")
    body = {"question": "x", "base": "other", "conversation_id": first["conversation_id"]}
    response = await client.post("/api/chat", json=body)
    assert response.status_code == 404
    await ask(client, "x", base="main", conversation_id=first["conversation_id"])


@pytest.mark.parametrize("content_type", ["text/plain", "application/x-www-form-urlencoded", ""])
async def test_only_json_is_taken(client: AsyncClient, content_type: str) -> None:
    headers = {"content-type": content_type} if content_type else {}
    response = await client.post("/api/chat", content='{"question": "x"}', headers=headers)
    assert response.status_code == 415


async def test_other_sites_cannot_make_a_browser_ask(client: AsyncClient) -> None:
    headers = {"origin": "http://evil.example"}
    response = await client.post("/api/chat", json={"question": "x"}, headers=headers)
    assert response.status_code == 403


async def test_questions_beyond_the_limit_are_told_when_to_come_back(
    app: FastAPI, client: AsyncClient, answerer: ScriptedAnswerer
) -> None:
    app.state.gate = Gate(1, wait_seconds=0.01)
    is_released = asyncio.Event()
    answerer.scripts["slow"] = [is_released, *refund_answer(1)]
    async with running(ask_for_events(client, "slow")) as asking:
        while not answerer.asked:  # noqa: ASYNC110
            await asyncio.sleep(0.01)
        refused = await client.post("/api/chat", json={"question": "x"})
        assert refused.status_code == 503
        assert int(refused.headers["retry-after"]) > 0
        is_released.set()
        await asking
    await ask(client)


@asynccontextmanager
async def running(work: object) -> AsyncIterator[asyncio.Task[object]]:
    """Run something beside the test and never beyond it."""
    task = asyncio.ensure_future(work)  # type: ignore[call-overload]
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)


@pytest.mark.parametrize("stream", [True, False])
async def test_a_client_that_leaves_ends_the_work_and_frees_its_place(
    app: FastAPI, site: str, answerer: ScriptedAnswerer, *, stream: bool
) -> None:
    app.state.gate = Gate(1, wait_seconds=30)
    answerer.scripts["for ever"] = [refund_answer(1)[0], asyncio.Event()]
    async with AsyncClient(base_url=site) as client:
        body = {"question": "for ever", "stream": stream}
        async with running(client.post("/api/chat", json=body)):
            while not answerer.asked:  # noqa: ASYNC110
                await asyncio.sleep(0.01)
        async with asyncio.timeout(30):
            await answerer.was_cancelled.wait()
        await ask(client)


async def test_feedback_is_kept_and_the_last_one_counts(client: AsyncClient) -> None:
    answer = await ask(client)
    path = f"/api/messages/{answer['message_id']}/feedback"
    place = {"conversation_id": answer["conversation_id"]}
    given = await client.post(path, json={"rating": "down", "comment": " 不对 ", **place})
    assert given.status_code == 200
    assert (given.json()["rating"], given.json()["comment"]) == ("down", "不对")
    await client.post(path, json={"rating": "up", **place})
    await client.post(path, json={"rating": "up", **place})
    feedback = (await read_messages(client, answer["conversation_id"]))[1]["feedback"]
    assert isinstance(feedback, dict)
    assert (feedback["rating"], feedback["comment"]) == ("up", None)


async def test_feedback_needs_the_conversation_and_an_answer(client: AsyncClient) -> None:
    answer = await ask(client)
    place = {"conversation_id": answer["conversation_id"]}
    customer, chatbot = await read_messages(client, answer["conversation_id"])
    for message_id, body, status in (
        (chatbot["id"], {"rating": "up", "conversation_id": str(uuid4())}, 404),
        (uuid4(), {"rating": "up", **place}, 404),
        (customer["id"], {"rating": "up", **place}, 400),
        (chatbot["id"], {"rating": "sideways", **place}, 400),
        (chatbot["id"], {"rating": "up"}, 400),
        (chatbot["id"], {"rating": "up", "comment": "x" * 2001, **place}, 400),
        ("7", {"rating": "up", **place}, 400),
    ):
        response = await client.post(f"/api/messages/{message_id}/feedback", json=body)
        assert response.status_code == status, response.text


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/api/conversations/0b8a9b1e-6c1d-4f0e-9d2a-3f5b7c1e2a40", 404),
        ("/api/conversations/7", 400),
        ("/api/chunks/999999999", 404),
        ("/api/chunks/0", 400),
        ("/api/chunks/99999999999999999999", 400),
        ("/api/chunks/x", 400),
        ("/api/nothing", 404),
    ],
)
async def test_what_is_not_there_is_said_to_be_missing(
    client: AsyncClient, path: str, status: int
) -> None:
    response = await client.get(path)
    assert response.status_code == status
    assert response.json()["error"]["message"]


async def test_a_citation_can_be_read_in_its_place(client: AsyncClient, chunk_id: int) -> None:
    excerpt = (await client.get(f"/api/chunks/{chunk_id}")).json()
    assert "原路退回" in excerpt["text"]
    assert excerpt["title"] == "退款政策"


async def test_health_is_told_while_the_database_answers(client: AsyncClient) -> None:
    response = await client.get("/healthz")
    assert (response.status_code, response.json()) == (200, {"status": "ok"})


async def test_the_description_names_every_route_with_examples(client: AsyncClient) -> None:
    description = (await client.get("/api/openapi.json")).json()
    chat = description["paths"]["/api/chat"]["post"]
    assert {"200", "400", "404", "413", "415", "503"} <= chat["responses"].keys()
    assert "422" not in str(description["paths"])
    content = chat["responses"]["200"]["content"]
    assert parse(content["text/event-stream"]["example"])[-1][0] == "answer"
    schema = description["components"]["schemas"]["ChatAnswer"]
    assert content["application/json"]["example"].keys() <= schema["properties"].keys()
    assert not any(path.startswith("/sources") for path in description["paths"])
