"""Rerankers as Jina, Cohere, vLLM and DashScope speak, and as none should."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from time import monotonic

import pytest

from kefu.db import Database
from kefu.errors import BadSettings, BudgetSpent, ModelForbidden, ModelUnavailable
from kefu.llm import Call, CallOutcome, Endpoints, open_endpoints
from kefu.settings import EndpointSettings, Settings
from kefu.viewer import DataClass
from tests.llm.misbehaving import Behaviour, Server, hang, respond, serve
from tests.llm.rankers import FORMS, PATHS, WRAPPED

TEXTS = ["Refunds take three days.", "我们的办公时间", "Shipping is free."]
RESULTS = [
    {"index": 2, "relevance_score": 0.5},
    {"index": 0, "relevance_score": 0.9},
    {"index": 1, "relevance_score": -1.5},
]
SHAPES = {form: answer(RESULTS) for form, answer in FORMS.items()}


def reranker(server: Server, name: str = "ranks", **changes: object) -> EndpointSettings:
    given = {"name": name, "purpose": "rerank", "url": server.url, "model": "bge-reranker"}
    return EndpointSettings.model_validate(given | changes)


def address(server: Server, form: str) -> str:
    """What is set as `url`: without the path where it is the usual one."""
    return server.url.removesuffix("/v1") + PATHS[form].removesuffix("/rerank")


@asynccontextmanager
async def opened(*endpoints: EndpointSettings, **how: object) -> AsyncIterator[Endpoints]:
    async with open_endpoints(Settings(endpoints=endpoints), **how) as registry:
        yield registry


async def scores(endpoints: Endpoints, **changes: object) -> list[float]:
    asked = {"data_class": DataClass.PUBLIC} | changes
    return await endpoints.rerank("How long do refunds take?", TEXTS, **asked)


@pytest.mark.parametrize("shape", SHAPES)
async def test_scores_come_in_the_order_of_the_texts(shape: str) -> None:
    calls: list[Call] = []
    async with (
        serve(respond(json.dumps(SHAPES[shape]))) as server,
        opened(reranker(server, url=address(server, shape), key="k-1", input_price=3)) as registry,
    ):
        assert await scores(registry, on_call=calls.append) == [0.9, -1.5, 0.5]
    (request,) = server.requests
    assert request.path == PATHS[shape]
    assert request.headers["authorization"] == "Bearer k-1"
    asked = {"query": "How long do refunds take?", "documents": TEXTS}
    how = {"top_n": 3}
    rest = {"input": asked, "parameters": how} if shape == WRAPPED else asked | how
    assert request.body == {"model": "bge-reranker"} | rest
    (call,) = calls
    assert call.is_estimated == (shape == "cohere, units")
    assert call.cost_micros == (3 * call.input_tokens)
    assert call.input_tokens == 40 or call.is_estimated


async def test_dashscope_has_an_address_of_its_own_for_reranking() -> None:
    given = EndpointSettings(name="b", purpose="rerank", preset="dashscope", model="qwen3-rerank")
    async with opened(given) as registry:
        (endpoint,) = registry.list_endpoints()
    assert endpoint.url == "https://dashscope.aliyuncs.com/compatible-api/v1/reranks"
    assert endpoint.location == "public_cloud"


@pytest.mark.parametrize(
    "broken",
    [
        respond("{}", status=500),
        respond("<html>", content_type="text/html"),
        respond("garbage"),
        respond("[]"),
        respond(json.dumps({"results": RESULTS[:2]})),
        respond(json.dumps({"results": [*RESULTS, RESULTS[0]]})),
        respond(json.dumps({"results": [{"index": n} for n in range(3)]})),
        respond('{"results": [{"index": 0, "relevance_score": NaN}]}'),
    ],
)
async def test_a_broken_reranker_is_left_for_the_next(broken: Behaviour) -> None:
    calls: list[Call] = []
    async with (
        serve(broken) as bad,
        serve(respond(json.dumps(SHAPES["jina"]))) as good,
        opened(reranker(bad, "first"), reranker(good, "second")) as registry,
    ):
        assert await scores(registry, on_call=calls.append) == [0.9, -1.5, 0.5]
        await bad.wait_until_idle()
    assert [each.outcome for each in calls] == [CallOutcome.FAILED, CallOutcome.DONE]
    assert calls[1].fallback_from == "first"


async def test_one_that_hangs_fails_in_time_and_is_left_alone_after_five_times() -> None:
    async with serve(hang) as server, opened(reranker(server)) as registry:
        for _ in range(5):
            with pytest.raises(ModelUnavailable, match="did not answer in"):
                await scores(registry, within_seconds=0.3)
        begun = monotonic()
        with pytest.raises(ModelUnavailable, match="left alone"):
            await scores(registry, within_seconds=60)
        assert monotonic() - begun < 30
        assert len(server.requests) <= 5
        await server.wait_until_idle()


async def test_one_for_which_no_time_is_left_is_not_to_blame() -> None:
    async with (
        serve(hang) as slow,
        serve(respond(json.dumps(SHAPES["jina"]))) as good,
        opened(reranker(slow, "slow"), reranker(good, "good")) as registry,
    ):
        for _ in range(5):
            with pytest.raises(ModelUnavailable, match="good was not asked: the time was up"):
                await scores(registry, within_seconds=0.2)
        assert not good.requests
        assert await scores(registry) == [0.9, -1.5, 0.5]


async def test_nothing_above_its_class_is_sent() -> None:
    async with (
        serve(respond(json.dumps(SHAPES["jina"]))) as server,
        opened(reranker(server, data_class="internal")) as registry,
    ):
        for refused in (DataClass.CONFIDENTIAL, DataClass.RESTRICTED):
            with pytest.raises(ModelForbidden, match=r"No rerank endpoint may see"):
                await scores(registry, data_class=refused)
        assert not server.requests


async def test_its_budget_holds(committed_database: Database) -> None:
    async with (
        serve(respond(json.dumps(SHAPES["jina"]))) as server,
        opened(
            reranker(server, input_price=1, budget_per_day="0.0006"),
            connect=committed_database.connection,
        ) as registry,
    ):
        asked = (scores(registry) for _ in range(30))
        ended = await asyncio.gather(*asked, return_exceptions=True)
        async with committed_database.connection() as conn:
            rows = await conn.execute("select reserved_micros, spent_micros from llm_spending")
            ((reserved, spent),) = await rows.fetchall()
    answered = sum(isinstance(each, list) for each in ended)
    assert all(isinstance(each, list | BudgetSpent) for each in ended)
    assert (reserved, spent) == (0, 40 * answered)
    assert 0 < spent <= 600


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"purpose": "rerank", "preset": "local"}, "can only chat"),
        (
            {"purpose": "transcription", "preset": "openai", "budget_per_day": 1},
            "requests_per_minute",
        ),
    ],
)
async def test_what_makes_no_sense_is_refused(given: dict[str, object], says: str) -> None:
    settings = EndpointSettings.model_validate({"name": "x", "model": "m"} | given)
    with pytest.raises(BadSettings, match=says):
        async with opened(settings):
            pass
