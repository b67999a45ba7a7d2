"""Chunks get their vectors from an endpoint with limits, and none is lost on the way."""

import asyncio
import json
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from taken_in import rows, take_in, write_lines

from kefu.errors import BudgetSpent, Conflict, ModelUnavailable
from kefu.knowledge import embed_waiting, get_base
from kefu.llm import Endpoints, FakeEmbedder, open_embedder, open_endpoints
from kefu.llm.guarded import GuardedEmbedder
from kefu.resources import Resources
from kefu.settings import EmbeddingSettings, EndpointSettings
from kefu.tracing import record_traces
from tests.llm.misbehaving import Behaviour, Request, Server, respond, serve

WAITING = "select count(*) from chunks where embedding is null"
LINES = 96


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    write_lines(tmp_path / "faq.jsonl", [{"id": n, "text": f"Answer {n}."} for n in range(LINES)])
    return tmp_path / "faq.jsonl"


def vectors_of(dimensions: int) -> Behaviour:
    async def embed(request: Request, writer: asyncio.StreamWriter) -> None:
        texts: list[str] = request.body["input"]  # type: ignore[assignment]
        found = await FakeEmbedder(dimensions=dimensions).embed_documents(texts)
        items = [{"index": place, "embedding": row.tolist()} for place, row in enumerate(found)]
        usage = {"prompt_tokens": 7}
        await respond(json.dumps({"data": items, "usage": usage}))(request, writer)

    return embed


@asynccontextmanager
async def embedding_by(
    resources: Resources, server: Server, **changes: object
) -> AsyncIterator[tuple[Resources, Endpoints]]:
    given = {"name": "vectors", "purpose": "embedding", "url": server.url, "model": "m"} | changes
    settings = resources.settings.model_copy(
        update={
            "endpoints": (EndpointSettings.model_validate(given),),
            "embedding": EmbeddingSettings(endpoint="vectors"),
        }
    )
    connect = resources.database.connection
    async with (
        open_endpoints(settings, connect=connect) as endpoints,
        open_embedder(settings.embedding, endpoints=endpoints) as embedder,
    ):
        yield replace(resources, settings=settings, embedder=embedder), endpoints


def times_sent(server: Server) -> Counter[str]:
    return Counter(text for each in server.requests[1:] for text in each.body["input"])  # type: ignore[attr-defined]


async def test_a_limit_per_minute_is_waited_for_and_every_chunk_is_sent_once(
    resources: Resources, lines: Path
) -> None:
    """Twelve requests and the first one; the thirteenth waits."""
    async with (
        serve(vectors_of(8)) as server,
        embedding_by(resources, server, requests_per_minute=12) as (given, _),
    ):
        report = await take_in(given, lines)
    assert (report.embedded_count, report.waiting_count) == (LINES, 0)
    assert set(times_sent(server).values()) == {1}
    assert len(times_sent(server)) == LINES
    assert await rows(resources.database, "select distinct vector_dims(embedding) from chunks") == [
        (8,)
    ]


async def test_a_failure_that_passes_and_an_open_breaker_are_waited_for(
    resources: Resources, lines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.llm.breaker.OPEN_SECONDS", 2.0)
    asked: list[int] = []

    async def fail_at_times(request: Request, writer: asyncio.StreamWriter) -> None:
        asked.append(1)
        is_broken = 4 <= len(asked) < 8
        await (respond("{}", status=503) if is_broken else vectors_of(8))(request, writer)

    async with (
        serve(fail_at_times) as server,
        embedding_by(resources, server) as (given, endpoints),
    ):
        (endpoint,) = endpoints.list_endpoints()
        for _ in range(5):
            endpoints.directory.open(endpoint, GuardedEmbedder).breaker.fail()
        report = await take_in(given, lines)
    assert (report.embedded_count, report.waiting_count) == (LINES, 0)


async def test_a_spent_budget_keeps_what_is_embedded_and_the_rest_waits(
    resources: Resources, lines: Path
) -> None:
    """A request of eight chunks may cost some 640 millionths and costs 7."""
    async with serve(vectors_of(8)) as server:
        paid = {"input_price": 1, "budget_per_day": Decimal("0.000650")}
        async with embedding_by(resources, server, **paid) as (given, _):
            with pytest.raises(BudgetSpent, match="vectors has spent its budget"):
                await take_in(given, lines)
        ((waiting,),) = await rows(resources.database, WAITING)
        assert 0 < waiting < LINES
        async with embedding_by(resources, server) as (given, _):
            async with given.database.connection() as conn:
                base = await get_base(conn, "main")
            assert await embed_waiting(given.database, given.embedder, base) == waiting
    assert set((times_sent(server) - Counter(["kefu"])).values()) == {1}


async def test_an_embedder_that_fails_for_good_is_named_and_the_rest_waits(
    resources: Resources, lines: Path
) -> None:
    asked: list[int] = []

    async def refuse_later(request: Request, writer: asyncio.StreamWriter) -> None:
        asked.append(1)
        is_broken = len(asked) > 3
        await (respond("{}", status=401) if is_broken else vectors_of(8))(request, writer)

    async with serve(refuse_later) as server, embedding_by(resources, server) as (given, _):
        with pytest.raises(ModelUnavailable, match="Set key of endpoint vectors"):
            await take_in(given, lines)
    assert await rows(resources.database, WAITING) == [(LINES - 16,)]


async def test_vectors_of_another_length_are_not_mixed_in_under_the_same_name(
    resources: Resources, lines: Path
) -> None:
    async with serve(vectors_of(8)) as server, embedding_by(resources, server) as (given, _):
        await take_in(given, lines)
    async with serve(vectors_of(16)) as server, embedding_by(resources, server) as (given, _):
        with pytest.raises(Conflict, match="vectors of 8 numbers, 'm' now answers 16"):
            await take_in(given, lines)


async def test_without_an_answer_of_the_embedder_no_base_is_made(
    resources: Resources, lines: Path
) -> None:
    async with (
        serve(respond("{}", status=401)) as server,
        embedding_by(resources, server) as (given, _),
    ):
        with pytest.raises(ModelUnavailable, match=r"has not answered yet. Run `kefu doctor`"):
            await take_in(given, lines)
    assert await rows(resources.database, "select count(*) from knowledge_bases") == [(0,)]


async def test_calls_stand_in_the_trace_with_tokens_class_and_cost(
    resources: Resources, lines: Path
) -> None:
    async with (
        serve(vectors_of(8)) as server,
        embedding_by(resources, server, input_price=3, data_class="internal") as (given, _),
        record_traces(given),
    ):
        await take_in(given, lines)
    found = await rows(
        resources.database,
        "select distinct s.product, s.operation, s.endpoint, s.data_class, s.input_tokens,"
        " s.output_tokens, s.cost_micros, s.attributes ->> 'kefu.text_count', w.name"
        " from spans s join spans w on w.trace_id = s.trace_id and w.span_id = s.parent_id"
        " where s.name = 'embeddings m'",
    )
    assert found == [("knowledge", "embeddings", "vectors", "internal", 7, 0, 21, "8", "ingest")]
