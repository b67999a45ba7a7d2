"""An endpoint of the settings or of the page as the embedder, within its limits."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from decimal import Decimal

import pytest

from kefu.db import Database
from kefu.errors import BadSettings, BudgetSpent, ModelBusy, ModelForbidden, ModelUnavailable
from kefu.llm import (
    Embedder,
    Endpoints,
    FakeEmbedder,
    delete_endpoint,
    open_embedder,
    open_endpoints,
    replace_endpoint,
)
from kefu.settings import EmbeddingSettings, EndpointSettings, Settings
from kefu.viewer import DataClass
from tests.llm.misbehaving import Request, Server, respond, serve

KEY = "sk-of-the-embedder"
TOKENS = 7


async def embed(request: Request, writer: asyncio.StreamWriter) -> None:
    """The protocol of OpenAI; every call is said to have taken seven tokens."""
    rows = await FakeEmbedder(dimensions=8).embed_documents(request.body["input"])  # type: ignore[arg-type]
    items = [{"index": place, "embedding": row.tolist()} for place, row in enumerate(rows)]
    usage = {"prompt_tokens": TOKENS, "total_tokens": TOKENS}
    await respond(json.dumps({"data": items, "model": "m", "usage": usage}))(request, writer)


def settings_for(server: Server, *, chosen: str = "vectors", **changes: object) -> Settings:
    given = {"name": "vectors", "purpose": "embedding", "url": server.url, "model": "m", "key": KEY}
    endpoint = EndpointSettings.model_validate(given | changes)
    return Settings(endpoints=(endpoint,), embedding=EmbeddingSettings(endpoint=chosen))


@asynccontextmanager
async def opened(
    settings: Settings, database: Database | None = None
) -> AsyncIterator[tuple[Embedder, Endpoints]]:
    connect = database.connection if database else None
    async with (
        open_endpoints(settings, connect=connect) as endpoints,
        open_embedder(settings.embedding, endpoints=endpoints) as embedder,
    ):
        yield embedder, endpoints


async def test_the_chosen_endpoint_embeds_with_its_model_key_and_class() -> None:
    async with serve(embed) as server:
        settings = settings_for(server, data_class="confidential")
        prefixes = {"query_prefix": "query: ", "document_prefix": "passage: "}
        chosen = settings.embedding.model_copy(update=prefixes)
        async with opened(settings.model_copy(update={"embedding": chosen})) as (embedder, _):
            assert (embedder.name, embedder.dimensions) == ("m", 8)
            assert embedder.data_class is DataClass.CONFIDENTIAL
            assert (await embedder.embed_documents(["b"] * 23)).shape == (23, 8)
            await embedder.embed_queries(["a"])
            await embedder.embed_queries(["a"])
    assert [len(each.body["input"]) for each in server.requests] == [1, 10, 10, 3, 1]  # type: ignore[arg-type]
    assert server.requests[1].body["input"] == ["passage: b"] * 10
    assert server.requests[-1].body["input"] == ["query: a"]
    assert server.requests[-1].headers["authorization"] == f"Bearer {KEY}"


@pytest.mark.parametrize(
    ("embedding", "changes", "sentence"),
    [
        ({"endpoint": "gone"}, {}, "names gone, which is not there. Endpoints that embed: vectors"),
        ({}, {"purpose": "rerank"}, "has the purpose rerank. Endpoints that embed: none"),
        (
            {"url": "http://127.0.0.1:9/v1", "model": "x"},
            {},
            "so embedding.model, embedding.url must not be set beside it",
        ),
    ],
)
async def test_a_choice_that_cannot_be_is_refused(
    embedding: dict[str, str], changes: dict[str, str], sentence: str
) -> None:
    async with serve(embed) as server:
        settings = settings_for(server, **changes).model_copy(
            update={"embedding": EmbeddingSettings(**({"endpoint": "vectors"} | embedding))}
        )
        with pytest.raises(BadSettings, match=sentence):
            async with opened(settings):
                pass
        assert not server.requests


async def test_a_full_queue_refuses_with_a_time_to_come_again() -> None:
    is_asked = asyncio.Event()

    async def embed_once(request: Request, writer: asyncio.StreamWriter) -> None:
        if request.body["input"] == ["a"]:
            is_asked.set()
            await request.gone.wait()
        else:
            await embed(request, writer)

    async with (
        serve(embed_once) as server,
        opened(settings_for(server, concurrency=1, queue=0)) as (embedder, _),
    ):
        asking = asyncio.create_task(embedder.embed_queries(["a"]))
        await is_asked.wait()
        with pytest.raises(ModelBusy, match="queue is full") as caught:
            await embedder.embed_queries(["b"])
        assert caught.value.retry_after_seconds
        asking.cancel()
        await asyncio.gather(asking, return_exceptions=True)
        await embedder.embed_queries(["b"])


async def test_requests_and_tokens_per_minute_are_kept() -> None:
    async with serve(embed) as server:
        async with opened(settings_for(server, requests_per_minute=3)) as (embedder, _):
            await embedder.embed_queries(["a"])
            await embedder.embed_queries(["b"])
            with pytest.raises(ModelBusy, match="limit per minute"):
                await embedder.embed_queries(["c"])
        async with opened(settings_for(server, tokens_per_minute=100)) as (embedder, _):
            await embedder.embed_documents(["退款" * 40])
            with pytest.raises(ModelBusy, match="limit per minute"):
                await embedder.embed_documents(["退款" * 49])


async def test_an_endpoint_that_keeps_failing_is_left_alone() -> None:
    async with (
        serve(respond("{}", status=401)) as server,
        opened(settings_for(server)) as (embedder, endpoints),
    ):
        for _ in range(8):
            with pytest.raises(ModelUnavailable):
                await embedder.embed_queries(["a"])
        state = endpoints.find_state("vectors")
        assert state is not None
        assert state.is_left_alone
        with pytest.raises(ModelUnavailable, match="left alone"):
            await embedder.embed_queries(["a"])
        assert len(server.requests) == 5


async def test_a_text_too_long_for_the_endpoint_is_not_sent() -> None:
    async with (
        serve(embed) as server,
        opened(settings_for(server, context_tokens=256)) as (embedder, _),
    ):
        with pytest.raises(ModelUnavailable, match=r"300 tokens is more than .* takes \(256\)"):
            await embedder.embed_documents(["short", "长" * 300])
        assert len(server.requests) == 1


async def test_the_budget_holds_for_several_processes_at_once(committed_database: Database) -> None:
    """A call of one letter may cost 65 millionths and costs 7."""
    prices = {"input_price": 1, "budget_per_day": Decimal("0.0005")}
    waits = {"queue": 100, "queue_seconds": 60}
    async with serve(embed) as server:
        settings = settings_for(server, **prices, **waits)
        async with (
            opened(settings, committed_database) as (first, _),
            opened(settings, committed_database) as (second, _),
        ):
            asked = (each.embed_documents([f"{n}"]) for n in range(60) for each in (first, second))
            ended = await asyncio.gather(*asked, return_exceptions=True)
    async with committed_database.connection() as conn:
        cursor = await conn.execute("select reserved_micros, spent_micros from llm_spending")
        ((reserved, spent),) = await cursor.fetchall()
    problems = [each for each in ended if isinstance(each, BaseException)]
    assert problems
    assert all(isinstance(each, BudgetSpent) for each in problems)
    assert (reserved, spent) == (0, TOKENS * len(server.requests))
    assert spent <= 500
    assert len(server.requests) == 2 + len(ended) - len(problems)


async def test_a_process_starts_although_its_embedder_does_not_answer(
    committed_database: Database,
) -> None:
    async with serve(embed) as server:
        spent = settings_for(server, input_price=1, budget_per_day=Decimal("0.00001"))
        async with opened(spent, committed_database) as (embedder, _):
            with pytest.raises(BudgetSpent, match="vectors has spent its budget"):
                await embedder.embed_queries(["a"])
            with pytest.raises(ModelUnavailable, match="has not answered yet"):
                _ = embedder.dimensions
        assert not server.requests


async def enter(database: Database, url: str, **changes: object) -> None:
    """As the page does it."""
    given = {"name": "entered", "purpose": "embedding", "url": url, "model": "m"} | changes
    async with database.connection() as conn:
        await replace_endpoint(
            conn, "entered", settings=given, encrypted_key=None, changed_by="admin"
        )


async def test_an_entered_endpoint_embeds_and_follows_what_is_entered(
    committed_database: Database,
) -> None:
    async with serve(embed) as server, serve(embed) as elsewhere:
        await enter(committed_database, server.url)
        async with opened(settings_for(server, chosen="entered"), committed_database) as (
            embedder,
            endpoints,
        ):
            await enter(committed_database, elsewhere.url)
            endpoints.forget()
            assert (await embedder.embed_queries(["a"])).shape == (1, 8)
    assert (len(server.requests), len(elsewhere.requests)) == (1, 1)


@pytest.mark.parametrize(
    ("changes", "kind", "sentence"),
    [
        ({"model": "other"}, ModelUnavailable, "runs other and embedded with m"),
        ({"purpose": "chat"}, ModelForbidden, "No embedding endpoint"),
        ({"data_class": "public"}, ModelForbidden, r"may see restricted data.*entered \(public\)"),
        (None, ModelForbidden, "The embedder is endpoint entered. No embedding endpoint"),
    ],
)
async def test_nothing_is_sent_to_an_entered_endpoint_that_is_no_longer_the_same(
    committed_database: Database,
    changes: dict[str, str] | None,
    kind: type[ModelUnavailable],
    sentence: str,
) -> None:
    async with serve(embed) as server:
        await enter(committed_database, server.url)
        settings = settings_for(server, chosen="entered", purpose="rerank")
        async with opened(settings, committed_database) as (embedder, endpoints):
            if changes is None:
                async with committed_database.connection() as conn:
                    assert await delete_endpoint(conn, "entered")
            else:
                await enter(committed_database, server.url, **changes)
            endpoints.forget()
            with pytest.raises(kind, match=sentence):
                await embedder.embed_documents(["a"])
    assert len(server.requests) == 1
