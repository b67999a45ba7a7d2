"""What a check finds of endpoints that can, cannot, and do not answer, on a real HTTP server."""

import asyncio
import io
import json
import wave
from collections.abc import AsyncIterator
from typing import Any

import pytest

from kefu.db import Database
from kefu.llm import (
    CheckFinding,
    Effort,
    Embedder,
    FakeEmbedder,
    insert_check,
    list_last_checks,
    measure_endpoint,
    open_embedder,
    resolve_all,
)
from kefu.llm.failures import KINDS
from kefu.settings import EmbeddingSettings, EndpointSettings, Settings
from tests.llm.misbehaving import Behaviour, Request, Server, hang, respond, serve, stream
from tests.llm.rankers import FORMS, PATHS, ranker

KEY = "sk-of-the-check"
ORDER = json.dumps({"order_number": 4711, "city": "Hamburg"})


def completion(message: dict[str, Any]) -> str:
    choice = {"index": 0, "finish_reason": "stop", "message": {"role": "assistant"} | message}
    usage = {"prompt_tokens": 9, "completion_tokens": 9, "total_tokens": 18}
    head = {"id": "1", "object": "chat.completion", "created": 1, "model": "m", "usage": usage}
    return json.dumps(head | {"choices": [choice]})


async def able(request: Request, writer: asyncio.StreamWriter) -> None:
    body = request.body
    if "tools" in body:
        call = {"name": "order_status", "arguments": ORDER}
        message = {
            "content": None,
            "tool_calls": [{"id": "1", "type": "function", "function": call}],
        }
        await respond(completion(message))(request, writer)
    elif "response_format" in body:
        await respond(completion({"content": ORDER}))(request, writer)
    else:
        text = json.dumps(body["messages"], ensure_ascii=False)
        words = (
            ("北京",) if "首都" in text else ("Par", "is") if "France" in text else ("one, ",) * 9
        )
        await asyncio.sleep(0.02)
        await stream(*words)(request, writer)


@pytest.fixture(scope="module")
async def built_in() -> AsyncIterator[Embedder]:
    async with open_embedder(EmbeddingSettings()) as embedder:
        yield embedder


def embedding_by(embedder: Embedder) -> Behaviour:
    """The protocol of OpenAI over an embedder."""

    async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
        rows = await embedder.embed_documents(request.body["input"])
        items = [{"index": place, "embedding": row.tolist()} for place, row in enumerate(rows)]
        await respond(json.dumps({"data": items, "model": "m", "usage": {}}))(request, writer)

    return behaviour


async def measure(
    server: Server | str, *, is_quick: bool = False, **changes: object
) -> dict[str, CheckFinding]:
    url = server if isinstance(server, str) else server.url
    given = {"name": "a", "url": url, "model": "m", "concurrency": 4, "key": KEY} | changes
    (endpoint,) = resolve_all(Settings(endpoints=(EndpointSettings.model_validate(given),)))
    effort = Effort(is_quick=is_quick)
    return {each.kind: each async for each in measure_endpoint(endpoint, effort=effort)}


async def test_an_able_endpoint_is_measured_in_all_respects() -> None:
    async with serve(able) as server:
        found = await measure(server)
    assert list(found) == [
        "reachable", "first_token", "speed", "json", "tools", "chinese", "english", "concurrency"
    ]  # fmt: skip
    assert all(each.is_ok for each in found.values())
    assert found["concurrency"].value in {1, 2, 4}
    assert (found["first_token"].value or 0) > 0.01


async def test_what_an_endpoint_cannot_do_is_found() -> None:
    async with serve(stream("I count one, two, three")) as server:
        found = await measure(server, is_quick=True)
    assert found["reachable"].is_ok
    assert "concurrency" not in found
    assert not any(found[kind].is_ok for kind in ("json", "tools", "chinese", "english"))


async def test_of_an_endpoint_that_does_not_answer_only_that_is_found() -> None:
    found = await measure("http://127.0.0.1:9/v1")
    assert list(found) == ["reachable"]
    assert not found["reachable"].is_ok
    assert "cannot be reached" in found["reachable"].detail


@pytest.mark.parametrize(
    "broken",
    [
        respond("{}", status=401),
        respond("{}", status=500),
        respond("<html>", content_type="text/html"),
        respond("[]"),
        respond('{"data": [], "results": []}'),
        hang,
    ],
)
@pytest.mark.parametrize("purpose", ["embedding", "rerank", "transcription"])
async def test_a_broken_endpoint_of_any_purpose_is_not_reachable(
    purpose: str, broken: Behaviour
) -> None:
    async with serve(broken) as server:
        found = await measure(server, purpose=purpose, first_token_seconds=0.5)
        await server.wait_until_idle()
    assert list(found) == ["reachable"]
    assert not found["reachable"].is_ok
    assert found["reachable"].detail.startswith(f'The {KINDS[purpose]} "m" at http://127.0.0.1')
    assert KEY not in found["reachable"].detail


async def test_a_refused_key_is_named_as_it_is_set() -> None:
    async with serve(respond("{}", status=401)) as server:
        found = await measure(server, purpose="embedding")
    assert found["reachable"].detail.endswith("refuses the key. Set key of endpoint a.")


async def test_the_length_of_vectors_is_measured(built_in: Embedder) -> None:
    async with serve(embedding_by(built_in)) as server:
        found = await measure(server, purpose="embedding")
    assert (found["vectors"].is_ok, found["vectors"].value) == (True, 384)


async def test_an_embedder_of_one_language_is_found_out() -> None:
    async with serve(embedding_by(FakeEmbedder(dimensions=4096))) as server:
        found = await measure(server, purpose="embedding")
    assert not found["vectors"].is_ok
    assert "Chinese and English" in found["vectors"].detail


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("first", ["best", "worst"])
async def test_a_reranker_of_any_make_is_measured(
    built_in: Embedder, form: str, first: str
) -> None:
    is_reversed = first == "worst"
    async with serve(ranker(form, built_in, key=KEY, is_reversed=is_reversed)) as server:
        url = server.url.removesuffix("/v1") + PATHS[form]
        found = await measure(server, purpose="rerank", url=url)
    assert found["reachable"].is_ok
    assert found["ranking"].is_ok != is_reversed
    assert found["ranking"].detail.startswith("English: ")


async def test_a_speech_model_is_given_a_tone() -> None:
    async with serve(respond(json.dumps({"text": "嗡"}))) as server:
        found = await measure(server, purpose="transcription")
    (request,) = server.requests
    _, _, rest = request.sent.partition(b"RIFF")
    with wave.open(io.BytesIO(b"RIFF" + rest)) as sound:
        assert sound.getnframes() == sound.getframerate()
        assert len(set(sound.readframes(1000))) > 100
    assert list(found) == ["reachable"]
    assert (found["reachable"].value or 0) > 0
    assert "嗡" in found["reachable"].detail


@pytest.mark.parametrize("purpose", ["rerank", "chat", "embedding"])
async def test_a_check_counts_against_the_budget(
    committed_database: Database, built_in: Embedder, purpose: str
) -> None:
    given = EndpointSettings.model_validate(
        {
            "name": "paid",
            "purpose": purpose,
            "url": "http://127.0.0.1:9/v1",
            "model": "m",
            "input_price": 1000,
            "budget_per_day": "0.000001",
        }
    )
    (endpoint,) = resolve_all(Settings(endpoints=(given,)))
    measuring = measure_endpoint(endpoint, effort=Effort(), connect=committed_database.connection)
    (finding,) = [each async for each in measuring]
    assert "paid" in finding.detail
    assert "budget" in finding.detail


async def test_findings_are_kept_as_they_were(database: Database) -> None:
    finding = CheckFinding(kind="speed", is_ok=True, value=4.5, unit="tokens/s", detail="x")
    async with database.connection() as conn:
        await insert_check(conn, "a", [finding])
        (kept,) = await list_last_checks(conn)
    assert kept.findings == (finding,)
