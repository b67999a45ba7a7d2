"""A second endpoint is asked when the first is slow to begin; servers see who was asked."""

import asyncio
from collections.abc import Sequence
from contextlib import aclosing

import pytest
from pydantic import BaseModel

from kefu.errors import ModelBusy, ModelUnavailable
from kefu.llm import Call, CallOutcome, Endpoints
from kefu.settings import Settings
from kefu.viewer import DataClass
from tests.llm.misbehaving import (
    Behaviour,
    Request,
    begin_stream,
    chunk,
    hang,
    hang_after,
    respond,
    serve,
    stream,
)
from tests.llm.opening import SOON, ask, endpoint, opened, patient

REFUSAL = respond("{}", status=401)


def after(moment: asyncio.Event, then: Behaviour) -> Behaviour:
    """Silence until that moment."""

    async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
        await moment.wait()
        await then(request, writer)

    return behaviour


def in_two_parts(moment: asyncio.Event) -> Behaviour:
    """A word at once, and another one at that moment."""

    async def behaviour(_request: Request, writer: asyncio.StreamWriter) -> None:
        begin_stream(writer)
        writer.write(chunk("one "))
        await writer.drain()
        await moment.wait()
        writer.write(chunk("two") + chunk({}, finish="stop") + b"data: [DONE]\n\n")

    return behaviour


def told(calls: Sequence[Call]) -> set[tuple[str, CallOutcome, str | None, str | None]]:
    return {(each.endpoint, each.outcome, each.fallback_from, each.hedge_of) for each in calls}


def is_idle(registry: Endpoints, name: str) -> bool:
    state = registry.find_state(name)
    return state is not None and not (state.running_count or state.waiting_count)


async def test_nobody_is_asked_twice_unless_it_is_set() -> None:
    assert Settings().routing.hedge_seconds is None
    moment = asyncio.Event()
    async with (
        serve(after(moment, stream("first"))) as slow,
        serve(stream("second")) as quick,
        opened(patient("a", slow), patient("b", quick)) as registry,
    ):
        asking = asyncio.create_task(ask(registry))
        await asyncio.sleep(4 * SOON)
        moment.set()
        assert await asking == "first"
        assert not quick.requests


async def test_whoever_speaks_first_writes_and_the_other_is_given_up_at_once() -> None:
    moment = asyncio.Event()
    calls: list[Call] = []
    async with (
        serve(hang) as slow,
        serve(in_two_parts(moment)) as quick,
        opened(patient("a", slow), patient("b", quick), hedge_seconds=SOON) as registry,
    ):
        pieces = registry.stream(
            instructions="",
            prompt="?",
            max_tokens=5,
            data_class=DataClass.PUBLIC,
            on_call=calls.append,
        )
        async with aclosing(pieces):
            assert await anext(pieces) == "one "
            await slow.wait_until_idle()
            assert is_idle(registry, "a")
            assert told(calls) == {("a", CallOutcome.STOPPED, None, None)}
            moment.set()
            assert [piece async for piece in pieces] == ["two"]
        await quick.wait_until_idle()
    assert told(calls[1:]) == {("b", CallOutcome.DONE, None, "a")}


async def test_the_first_goes_on_when_it_speaks_before_the_second() -> None:
    is_asked = asyncio.Event()

    async def wait_for_ever(request: Request, _writer: asyncio.StreamWriter) -> None:
        is_asked.set()
        await request.gone.wait()

    calls: list[Call] = []
    async with (
        serve(after(is_asked, stream("first"))) as slow,
        serve(wait_for_ever) as slower,
        opened(patient("a", slow), patient("b", slower), hedge_seconds=SOON) as registry,
    ):
        assert await ask(registry, on_call=calls.append) == "first"
        await slower.wait_until_idle()
        assert is_idle(registry, "b")
    assert told(calls) == {
        ("a", CallOutcome.DONE, None, None),
        ("b", CallOutcome.STOPPED, None, "a"),
    }


async def test_the_second_goes_on_when_the_first_fails() -> None:
    is_asked, has_failed = asyncio.Event(), asyncio.Event()

    async def answer_then(request: Request, writer: asyncio.StreamWriter) -> None:
        is_asked.set()
        await has_failed.wait()
        await stream("second")(request, writer)

    async with (
        serve(after(is_asked, REFUSAL)) as bad,
        serve(answer_then) as good,
        serve(stream("third")) as third,
        opened(
            patient("a", bad), patient("b", good), patient("c", third), hedge_seconds=SOON
        ) as registry,
    ):
        asking = asyncio.create_task(ask(registry))
        await is_asked.wait()
        await bad.wait_until_idle()
        has_failed.set()
        assert await asking == "second"
        assert not third.requests


async def test_the_first_is_waited_for_when_the_second_fails_and_no_third_is_asked() -> None:
    moment = asyncio.Event()
    async with (
        serve(after(moment, stream("first"))) as slow,
        serve(REFUSAL) as bad,
        serve(stream("third")) as third,
        opened(
            patient("a", slow),
            patient("b", bad),
            patient("c", third),
            hedge_seconds=SOON,
        ) as registry,
    ):
        asking = asyncio.create_task(ask(registry))
        await bad.wait_until_asked()
        await bad.wait_until_idle()
        await asyncio.sleep(4 * SOON)
        moment.set()
        assert await asking == "first"
        assert (len(bad.requests), len(third.requests)) == (1, 0)


async def test_when_both_fail_those_behind_them_are_asked() -> None:
    is_asked = asyncio.Event()

    async def refuse(request: Request, writer: asyncio.StreamWriter) -> None:
        is_asked.set()
        await REFUSAL(request, writer)

    calls: list[Call] = []
    async with (
        serve(after(is_asked, REFUSAL)) as first,
        serve(refuse) as second,
        serve(stream("third")) as third,
        opened(
            patient("a", first), patient("b", second), patient("c", third), hedge_seconds=SOON
        ) as registry,
    ):
        assert await ask(registry, on_call=calls.append) == "third"
        assert (len(first.requests), len(second.requests)) == (1, 1)
    assert told(calls) == {
        ("a", CallOutcome.FAILED, None, None),
        ("b", CallOutcome.FAILED, None, "a"),
        ("c", CallOutcome.DONE, "b", None),
    }


async def test_when_all_hang_the_call_fails_in_time() -> None:
    async with (
        serve(hang) as server,
        opened(endpoint("a", server), endpoint("b", server), hedge_seconds=SOON) as registry,
    ):
        with pytest.raises(ModelUnavailable, match="did not answer in time"):
            await ask(registry)
        await server.wait_until_idle()
        assert is_idle(registry, "a")
        assert is_idle(registry, "b")


@pytest.mark.parametrize("behaviour", [hang, hang_after("one ")])
async def test_a_customer_who_leaves_ends_both_calls(behaviour: Behaviour) -> None:
    calls: list[Call] = []
    async with (
        serve(hang) as slow,
        serve(behaviour) as second,
        opened(patient("a", slow), patient("b", second), hedge_seconds=SOON) as registry,
    ):
        asking = asyncio.create_task(ask(registry, on_call=calls.append))
        await slow.wait_until_asked()
        await second.wait_until_asked()
        if behaviour is not hang:
            await slow.wait_until_idle()
        asking.cancel()
        with pytest.raises(asyncio.CancelledError):
            await asking
        assert is_idle(registry, "a")
        assert is_idle(registry, "b")
        await slow.wait_until_idle()
        await second.wait_until_idle()
    assert told(calls) == {
        ("a", CallOutcome.STOPPED, None, None),
        ("b", CallOutcome.STOPPED, None, "a"),
    }


async def test_only_who_has_a_free_place_is_asked_as_well() -> None:
    """Nobody waits in the queue of the full one."""
    async with (
        serve(hang) as slow,
        serve(hang) as full,
        serve(stream("third")) as third,
        opened(
            patient("a", slow),
            patient("b", full, concurrency=1, queue=5),
            patient("c", third),
            hedge_seconds=SOON,
        ) as registry,
    ):
        held = registry.choose(["b"]).stream(
            instructions="", prompt="?", max_tokens=5, data_class=DataClass.PUBLIC
        )
        holding = asyncio.create_task(anext(held))
        await full.wait_until_asked()
        assert await asyncio.gather(*(ask(registry) for _ in range(5))) == ["third"] * 5
        assert len(full.requests) == 1
        holding.cancel()
        await asyncio.gather(holding, return_exceptions=True)
        await slow.wait_until_idle()
        await full.wait_until_idle()


async def test_who_is_not_let_in_as_a_second_is_asked_in_turn() -> None:
    is_refused = asyncio.Event()
    calls: list[Call] = []

    def note(call: Call) -> None:
        calls.append(call)
        is_refused.set()

    async with (
        serve(after(is_refused, REFUSAL)) as bad,
        serve(stream("second")) as paced,
        opened(
            patient("a", bad),
            patient("b", paced, requests_per_minute=1),
            hedge_seconds=SOON,
        ) as registry,
    ):
        only = registry.choose(["b"]).stream(
            instructions="", prompt="?", max_tokens=5, data_class=DataClass.PUBLIC
        )
        assert [piece async for piece in only] == ["second"]
        with pytest.raises(ModelBusy, match="limit per minute"):
            await ask(registry, on_call=note)
        assert len(paced.requests) == 1
    assert told(calls) == {
        ("b", CallOutcome.FAILED, None, "a"),
        ("a", CallOutcome.FAILED, None, None),
        ("b", CallOutcome.FAILED, "a", None),
    }


async def test_the_slower_one_counts_as_no_failure() -> None:
    async with (
        serve(hang) as slow,
        serve(stream("fine")) as quick,
        opened(patient("a", slow), patient("b", quick), hedge_seconds=SOON) as registry,
    ):
        assert [await ask(registry) for _ in range(8)] == ["fine"] * 8
        assert len(slow.requests) == 8
        state = registry.find_state("a")
        assert state is not None
        assert not state.is_left_alone


class Reason(BaseModel):
    topic: str


async def test_an_answer_as_json_is_asked_for_once() -> None:
    moment = asyncio.Event()
    async with (
        serve(after(moment, stream('{"topic": "refund"}'))) as slow,
        serve(stream('{"topic": "other"}')) as quick,
        opened(patient("a", slow), patient("b", quick), hedge_seconds=SOON) as registry,
    ):
        asked = registry.complete(
            Reason, instructions="", prompt="?", max_tokens=20, data_class=DataClass.PUBLIC
        )
        asking = asyncio.create_task(asked)
        await asyncio.sleep(4 * SOON)
        moment.set()
        assert await asking == Reason(topic="refund")
        assert not quick.requests
