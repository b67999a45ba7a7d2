"""Routing by data class, fallback, limits and money, on a server that records every byte."""

import asyncio
from contextlib import aclosing
from decimal import Decimal

import pytest

from kefu.db import Database
from kefu.errors import BudgetSpent, ModelBusy, ModelForbidden, ModelUnavailable
from kefu.llm import Call, CallOutcome, open_endpoints
from kefu.llm.registry import LAST_RESORT_SECONDS
from kefu.settings import EndpointSettings, ModelSettings, Settings
from kefu.viewer import DataClass
from tests.llm.misbehaving import (
    Behaviour,
    Request,
    break_after,
    hang,
    priced,
    respond,
    serve,
    stream,
)
from tests.llm.opening import ask, endpoint, opened

ANSWER = stream("fine")


@pytest.mark.parametrize(
    ("model", "name"),
    [("Qwen/Qwen3-8B", "qwen-qwen3-8b"), ("/models/" + "deep-" * 12 + "er", "deep-" * 12 + "er")],
)
async def test_the_endpoint_of_the_model_settings_is_named_for_its_model(
    model: str, name: str
) -> None:
    """Names have at most 63 letters and begin with none of the marks."""
    given = ModelSettings(url="http://127.0.0.1:9/v1", name=model)
    async with open_endpoints(Settings(model=given)) as registry:
        assert registry.name == name


async def test_without_an_allowed_endpoint_nothing_is_sent_and_the_reason_is_clear() -> None:
    async with (
        serve(ANSWER) as server,
        opened(endpoint("cloud", server, location="public_cloud")) as registry,
    ):
        with pytest.raises(ModelForbidden, match=r"may see confidential data.*cloud \(internal\)"):
            await ask(registry, data_class=DataClass.CONFIDENTIAL)
        assert not server.requests


async def test_unstated_class_is_taken_for_the_highest() -> None:
    async with (
        serve(ANSWER) as server,
        opened(endpoint("cloud", server, data_class="confidential")) as registry,
    ):
        with pytest.raises(ModelForbidden):
            await anext(registry.stream(instructions="", prompt="?", max_tokens=5))
        assert not server.requests


@pytest.mark.parametrize(
    ("given", "location", "data_class"),
    [
        ({"url": "http://127.0.0.1:1/v1"}, "own_premises", "restricted"),
        ({"url": "http://10.1.2.3/v1"}, "own_premises", "restricted"),
        ({"url": "http://llm.internal/v1"}, "own_premises", "restricted"),
        ({"url": "https://api.example.com/v1"}, "public_cloud", "internal"),
        ({"preset": "dashscope"}, "public_cloud", "internal"),
        ({"preset": "ollama"}, "own_premises", "restricted"),
        ({"preset": "ollama", "url": "https://gpu.example.com/v1"}, "public_cloud", "internal"),
        ({"preset": "openai", "data_class": "public"}, "public_cloud", "public"),
        (
            {"url": "https://vpc.example.com/v1", "location": "private_cloud"},
            "private_cloud",
            "confidential",
        ),
    ],
)
async def test_location_and_class_follow_from_the_address(
    given: dict[str, str], location: str, data_class: str
) -> None:
    settings = EndpointSettings.model_validate({"name": "x", "model": "m"} | given)
    async with opened(settings) as registry:
        (found,) = registry.list_endpoints()
    assert (found.location, found.data_class) == (location, data_class)


@pytest.mark.parametrize(
    "broken",
    [
        respond("{}", status=500),
        respond("{}", status=429),
        respond("{}", status=401),
        respond("<html>", content_type="text/html"),
        respond("garbage", content_type="text/event-stream"),
        hang,
    ],
)
async def test_the_next_endpoint_answers_when_one_fails(broken: Behaviour) -> None:
    calls: list[Call] = []
    async with (
        serve(broken) as bad,
        serve(ANSWER) as good,
        opened(endpoint("first", bad), endpoint("second", good)) as registry,
    ):
        assert await ask(registry, on_call=calls.append) == "fine"
        await bad.wait_until_idle()
        await good.wait_until_idle()
    first, second = calls
    assert (first.outcome, first.endpoint) == (CallOutcome.FAILED, "first")
    assert (second.outcome, second.fallback_from) == (CallOutcome.DONE, "first")


async def test_hanging_endpoints_have_some_seconds_together_after_the_first_time_out() -> None:
    """Each that is asked hangs for the second it may, so that few are asked in the time there is.

    The number of those does not depend on how busy the machine is, unlike the time that passes.
    """
    names = [f"e{number}" for number in range(60)]
    async with (
        serve(hang) as server,
        opened(*(endpoint(name, server) for name in names)) as registry,
    ):
        with pytest.raises(ModelUnavailable, match="did not answer in time"):
            await ask(registry)
        await server.wait_until_idle()
        assert 0 < len(server.requests) <= 1 + LAST_RESORT_SECONDS


async def test_a_stream_that_breaks_is_not_begun_again_elsewhere() -> None:
    async with (
        serve(break_after("half an ans")) as bad,
        serve(ANSWER) as good,
        opened(endpoint("first", bad), endpoint("second", good)) as registry,
    ):
        with pytest.raises(ModelUnavailable):
            await ask(registry)
        assert not good.requests


async def test_a_request_that_fails_at_once_is_tried_once_more() -> None:
    tries: list[int] = []

    async def second_time(request: Request, writer: asyncio.StreamWriter) -> None:
        tries.append(1)
        await (ANSWER if len(tries) == 2 else respond("{}", status=503))(request, writer)

    async with serve(second_time) as server, opened(endpoint("a", server)) as registry:
        assert await ask(registry) == "fine"
    assert len(tries) == 2


async def test_a_request_that_is_not_accepted_is_not_sent_again_and_opens_no_breaker() -> None:
    async with (
        serve(respond("{}", status=400)) as server,
        opened(endpoint("a", server)) as registry,
    ):
        for _ in range(8):
            with pytest.raises(ModelUnavailable, match="does not accept the request"):
                await ask(registry)
        assert len(server.requests) == 8


async def test_the_breaker_opens_after_failures_in_a_row() -> None:
    async with (
        serve(respond("{}", status=401)) as server,
        opened(endpoint("a", server)) as registry,
    ):
        for _ in range(8):
            with pytest.raises(ModelUnavailable):
                await ask(registry)
        assert len(server.requests) == 5
        with pytest.raises(ModelUnavailable, match="left alone"):
            await ask(registry)


async def test_no_more_calls_in_flight_than_allowed_and_all_are_served() -> None:
    running, most = 0, 0

    async def count(request: Request, writer: asyncio.StreamWriter) -> None:
        nonlocal running, most
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.02)
        await ANSWER(request, writer)
        running -= 1

    async with (
        serve(count) as server,
        opened(endpoint("a", server, concurrency=3, queue=50, queue_seconds=20)) as registry,
    ):
        answers = await asyncio.gather(*(ask(registry) for _ in range(30)))
    assert answers == ["fine"] * 30
    assert most <= 3


async def test_a_full_queue_says_when_to_come_again() -> None:
    async with (
        serve(hang) as server,
        opened(endpoint("a", server, concurrency=1, queue=1)) as registry,
    ):
        asking = [asyncio.create_task(ask(registry)) for _ in range(2)]
        await server.wait_until_asked()
        with pytest.raises(ModelBusy, match="queue is full") as caught:
            await ask(registry)
        assert caught.value.status == 429
        assert caught.value.retry_after_seconds > 0
        for task in asking:
            task.cancel()
        await asyncio.gather(*asking, return_exceptions=True)


async def test_requests_per_minute_are_kept() -> None:
    async with (
        serve(ANSWER) as server,
        opened(endpoint("a", server, requests_per_minute=2)) as registry,
    ):
        await ask(registry)
        await ask(registry)
        with pytest.raises(ModelBusy, match="limit per minute") as caught:
            await ask(registry)
        assert 0 < caught.value.retry_after_seconds <= 30
        assert len(server.requests) == 2


async def test_a_place_is_free_again_after_a_customer_left() -> None:
    async with (
        serve(stream("one", "two")) as server,
        opened(endpoint("a", server, concurrency=1, queue=0)) as registry,
    ):
        for _ in range(3):
            pieces = registry.stream(
                instructions="", prompt="?", max_tokens=5, data_class=DataClass.PUBLIC
            )
            async with aclosing(pieces):
                await anext(pieces)
            await server.wait_until_idle()
        assert await ask(registry) == "onetwo"


async def test_budgets_hold_under_races(committed_database: Database) -> None:
    """Each call costs 30 millionths; two processes' worth of callers, one budget."""
    settings = {"input_price": 1, "output_price": 1, "budget_per_day": Decimal("0.0009")}
    async with serve(priced) as server:
        one = endpoint("paid", server, concurrency=8, queue=100, **settings)
        how = {"connect": committed_database.connection}
        async with opened(one, **how) as first, opened(one, **how) as second:
            asked = (ask(each) for _ in range(40) for each in (first, second))
            ended = await asyncio.gather(*asked, return_exceptions=True)
        async with committed_database.connection() as conn:
            rows = await conn.execute("select reserved_micros, spent_micros from llm_spending")
            ((reserved, spent),) = await rows.fetchall()
    answered = sum(each == "fine" for each in ended)
    assert all(each == "fine" or isinstance(each, BudgetSpent) for each in ended)
    assert 0 < answered == len(server.requests) < 80
    assert (reserved, spent) == (0, 30 * answered)
    assert spent <= 900


async def test_costs_and_tokens_are_told(committed_database: Database) -> None:
    calls: list[Call] = []
    async with (
        serve(priced) as server,
        opened(endpoint("paid", server, input_price=2, output_price="8.5")) as registry,
    ):
        await ask(registry, on_call=calls.append)
    (call,) = calls
    assert (call.input_tokens, call.output_tokens, call.cost_micros) == (20, 10, 125)
    assert not call.is_estimated
    assert call.first_token_seconds is not None


async def test_a_prompt_too_long_for_the_endpoint_goes_to_one_with_room() -> None:
    async with (
        serve(ANSWER) as small,
        serve(ANSWER) as large,
        opened(
            endpoint("small", small, context_tokens=256),
            endpoint("large", large, context_tokens=100_000),
        ) as registry,
    ):
        assert await ask(registry, "很长的问题" * 100) == "fine"
        assert not small.requests
