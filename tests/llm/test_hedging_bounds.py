"""What holds when a second endpoint is asked: data classes, budgets, and what the trace tells."""

import asyncio
from contextlib import suppress
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan

from kefu.db import Database
from kefu.errors import BudgetSpent, ModelUnavailable
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings
from kefu.tracing import record_traces
from kefu.viewer import DataClass
from tests.llm.markers import mark, model_for, require_no_leak, who_may_see
from tests.llm.misbehaving import (
    Request,
    Server,
    hang,
    priced,
    respond,
    serve,
    stream,
)
from tests.llm.opening import SOON, ask, endpoint, opened, patient


async def test_budgets_hold_when_calls_are_made_twice(committed_database: Database) -> None:
    """The slower one spends all that was set aside for it, the quicker one what it tells."""
    money = {"input_price": 1, "output_price": 1, "budget_per_day": Decimal("0.0009")}
    async with (
        serve(hang) as slow,
        serve(priced) as quick,
        opened(
            endpoint("slow", slow, concurrency=100, **money),
            patient("quick", quick, concurrency=100, **money),
            hedge_seconds=SOON,
            connect=committed_database.connection,
        ) as registry,
    ):
        ended = await asyncio.gather(*(ask(registry) for _ in range(40)), return_exceptions=True)
    answered = sum(each == "fine" for each in ended)
    assert all(each == "fine" or isinstance(each, BudgetSpent) for each in ended)
    async with committed_database.connection() as conn:
        rows = await conn.execute(
            "select endpoint, reserved_micros, spent_micros from llm_spending order by endpoint"
        )
        of_quick, of_slow = await rows.fetchall()
    assert 0 < answered == len(quick.requests) < 40
    assert of_quick == ("quick", 0, 30 * answered)
    assert of_quick[2] <= 900
    assert 0 < len(slow.requests) < 40
    assert of_slow[1] == 0
    assert 0 < of_slow[2] <= 900
    assert of_slow[2] % len(slow.requests) == 0


async def test_the_trace_tells_who_was_slow_and_who_was_asked(
    committed_database: Database,
) -> None:
    spans: list[ReadableSpan] = []
    resources = Resources(settings=Settings(), database=committed_database, embedder=FakeEmbedder())
    async with (
        serve(hang) as slow,
        serve(stream("fine")) as quick,
        opened(patient("a", slow), patient("b", quick), hedge_seconds=SOON) as registry,
        record_traces(resources, also=[spans.append]),
    ):
        with trace.get_tracer("kefu.test").start_as_current_span("turn"):
            await ask(registry)
    (turn,) = [each for each in spans if each.name == "turn"]
    (hedge,) = [each for each in turn.events if each.name == "kefu.hedge"]
    assert dict(hedge.attributes or {}) == {
        "kefu.after_seconds": SOON,
        "kefu.hedge_of": "a",
        "kefu.endpoint": "b",
    }
    calls = {each.attributes["kefu.endpoint"]: each for each in spans if each is not turn}
    of_a, of_b = (dict(calls[name].attributes or {}) for name in "ab")
    assert (of_a["kefu.hedge_of"], of_a["kefu.outcome"]) == ("", "stopped")
    assert (of_b["kefu.hedge_of"], of_b["kefu.outcome"]) == ("a", "done")
    assert all(each.parent.span_id == turn.context.span_id for each in calls.values())


CLASSES = st.sampled_from(list(DataClass))


@settings(max_examples=15, deadline=None)
@given(seeing=st.lists(CLASSES, max_size=5), sent=st.lists(CLASSES, min_size=1, max_size=4))
def test_nothing_above_its_class_reaches_the_second(
    seeing: list[DataClass], sent: list[DataClass]
) -> None:
    """Each is slow and then refuses, so that all are asked that may be, some beside another."""

    async def refuse_later(request: Request, writer: asyncio.StreamWriter) -> None:
        await asyncio.sleep(0.02)
        await respond("{}", status=400)(request, writer)

    async def run() -> Server:
        async with serve(refuse_later) as server:
            given = [
                patient(f"e{number}", server, model=model_for(each), data_class=each)
                for number, each in enumerate(seeing)
            ]
            async with opened(*given, hedge_seconds=0.005) as registry:
                for number, data_class in enumerate(sent):
                    with suppress(ModelUnavailable):
                        await ask(registry, mark(data_class, number), data_class=data_class)
            return server

    requests = asyncio.run(run()).requests
    require_no_leak(requests)
    for number, data_class in enumerate(sent):
        marked = mark(data_class, number).encode()
        seen_by = [who_may_see(each) for each in requests if marked in each.sent]
        assert sorted(seen_by) == sorted(each for each in seeing if each.rank >= data_class.rank)
