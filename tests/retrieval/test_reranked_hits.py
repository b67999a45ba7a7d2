"""Hits in the order of a reranker: a real server that judges by counting a word."""

import asyncio
import json
import random
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace

import pytest
from filling import fill

from kefu.llm import FakeEmbedder, open_endpoints
from kefu.resources import Resources
from kefu.retrieval import Hit, search
from kefu.retrieval.rerank import describe, rerank
from kefu.settings import EndpointSettings, RetrievalSettings, Settings
from kefu.viewer import ANONYMOUS, DataClass, highest_class
from tests.answering.hits import make_hit
from tests.llm.misbehaving import Request, Server, hang, respond, serve
from tests.llm.rankers import FORMS, PATHS, ranker

TEXTS = {
    "A": "Refunds take three days. Refunds of refunds do not exist.",
    "B": "A refund: see the chapter on money, money, money.",
    "C": "The refund of a domain takes money and patience.",
    "D": "No refund is given for gifts.",
}


async def by_money(request: Request, writer: asyncio.StreamWriter) -> None:
    """Ranks by how often "money" stands in a text."""
    documents = request.body["documents"]
    assert isinstance(documents, list)
    results = [
        {"index": index, "relevance_score": text.count("money")}
        for index, text in enumerate(documents)
    ]
    results.sort(key=lambda each: -each["relevance_score"])
    await respond(json.dumps({"results": results}))(request, writer)


@asynccontextmanager
async def reranking(
    resources: Resources, server: Server, *, retrieval: dict[str, object], **changes: object
) -> AsyncIterator[Resources]:
    given = {"name": "ranks", "purpose": "rerank", "url": server.url, "model": "m"} | changes
    settings = resources.settings.model_copy(
        update={
            "endpoints": (EndpointSettings.model_validate(given),),
            "retrieval": RetrievalSettings.model_validate({"rerank_seconds": 20} | retrieval),
        }
    )
    async with open_endpoints(settings) as endpoints:
        yield replace(resources, settings=settings, endpoints=endpoints)


async def find(resources: Resources, **options: int) -> list[Hit]:
    return await search(resources, "refund", viewer=ANONYMOUS, **options)


def order(hits: list[Hit]) -> list[tuple[str, float, float | None]]:
    return [(hit.title, hit.score, hit.parts.rerank) for hit in hits]


async def test_a_reranker_orders_the_best_hits(resources: Resources) -> None:
    await fill(resources, TEXTS)
    before = await find(resources)
    async with serve(by_money) as server, reranking(resources, server, retrieval={}) as reranked:
        hits = await find(reranked)
        first = await find(reranked, top_k=1)
    assert [hit.title for hit in hits][:2] == ["B", "C"]
    assert [hit.parts.rerank for hit in hits] == [3, 1, 0, 0]
    assert [hit.title for hit in first] == ["B"]
    assert {hit.title for hit in hits} == {hit.title for hit in before}
    assert [hit.score for hit in hits] == [hit.score for hit in before]
    assert all(hit.parts.rerank is None for hit in before)
    (request, _) = server.requests
    assert request.body["query"] == "refund"
    assert f"B\n{TEXTS['B']}" in request.body["documents"]


@pytest.mark.parametrize("form", FORMS)
async def test_a_reranker_of_any_make_orders_the_hits(resources: Resources, form: str) -> None:
    """Judged by how much a text is like the question, the least first."""
    await fill(resources, TEXTS)
    judge = ranker(form, FakeEmbedder(), key="k-1", is_reversed=True)
    async with serve(judge) as server:
        changes = {"url": server.url.removesuffix("/v1") + PATHS[form], "key": "k-1"}
        async with reranking(resources, server, retrieval={}, **changes) as reranked:
            hits = await find(reranked)
    given = [hit.parts.rerank for hit in hits]
    assert len(set(given)) > 1
    assert given == sorted(given, reverse=True)  # type: ignore[type-var]
    (query,) = await FakeEmbedder().embed_queries(["refund"])
    likenesses = (await FakeEmbedder().embed_documents([describe(hit) for hit in hits])) @ query
    assert given == pytest.approx([float(-each) for each in likenesses])


async def test_only_so_many_hits_are_sent(resources: Resources) -> None:
    await fill(resources, TEXTS)
    before = [hit.title for hit in await find(resources)]
    async with (
        serve(by_money) as server,
        reranking(resources, server, retrieval={"rerank_candidates": 2}) as reranked,
    ):
        after = [hit.title for hit in await find(reranked)]
    assert len(server.requests[0].body["documents"]) == 2
    assert after[2:] == before[2:]


@pytest.mark.parametrize("broken", [hang, respond("{}", status=500), respond("nonsense")])
async def test_without_an_answer_in_time_the_order_stays(
    resources: Resources, broken: object
) -> None:
    await fill(resources, TEXTS)
    before = await find(resources)
    async with (
        serve(broken) as server,  # type: ignore[arg-type]
        reranking(resources, server, retrieval={"rerank_seconds": 0.5}) as reranked,
    ):
        assert order(await find(reranked)) == order(before)
        assert server.requests
        await server.wait_until_idle()


async def test_a_question_above_its_class_is_not_sent(resources: Resources) -> None:
    await fill(resources, TEXTS)
    before = await find(resources)
    async with (
        serve(by_money) as server,
        reranking(resources, server, retrieval={}, data_class="public") as reranked,
    ):
        assert order(await find(reranked)) == order(before)
        assert not server.requests


@pytest.mark.parametrize("seed", range(40))
async def test_no_chunk_above_the_class_of_a_reranker_is_sent(seed: int) -> None:
    """Seen on the bytes; those that are not sent keep their places."""
    chance = random.Random(seed)
    classes = [chance.choice(list(DataClass)) for _ in range(chance.randint(1, 8))]
    hits = [
        make_hit(f"secret-{place}-{each}. " + "money " * chance.randint(0, 3), data_class=each)
        for place, each in enumerate(classes)
    ]
    may_see = [chance.choice(list(DataClass)[1:]) for _ in range(chance.randint(1, 3))]
    async with serve(by_money) as server:
        endpoints = tuple(
            EndpointSettings(
                name=f"e{number}",
                purpose="rerank",
                url=server.url,
                model=f"may-see-{each}",
                data_class=each,
            )
            for number, each in enumerate(may_see)
        )
        settings = Settings(endpoints=endpoints, retrieval=RetrievalSettings(rerank_seconds=20))
        async with open_endpoints(settings) as opened:
            resources = Resources(
                settings=settings,
                database=None,  # type: ignore[arg-type]
                embedder=None,  # type: ignore[arg-type]
                endpoints=opened,
            )
            ceiling = highest_class(*may_see)
            ordered = await rerank(resources, "refund", hits, ceiling=ceiling)
    for request in server.requests:
        seen = DataClass(str(request.body["model"]).removeprefix("may-see-"))
        held = [each for each in DataClass if f"-{each}.".encode() in request.sent]
        assert all(each.rank <= seen.rank for each in held)
    assert sorted(hit.text for hit in ordered) == sorted(hit.text for hit in hits)
    for hit, after in zip(hits, ordered, strict=True):
        if hit.data_class.rank > ceiling.rank:
            assert after == hit
