"""A span around a generator is current inside of it and nowhere else."""

import asyncio
from collections.abc import AsyncGenerator
from contextlib import aclosing

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan

from kefu.tracing import current_trace_id, trace_steps
from kefu.tracing.provider import install

tracer = trace.get_tracer("kefu.test")


@pytest.fixture
def ended() -> list[ReadableSpan]:
    """Spans that ended during the test."""
    spans: list[ReadableSpan] = []
    relay = install()
    before = relay.listeners
    relay.listeners = [*before, spans.append]
    yield spans
    relay.listeners = before


async def count(seen: list[object], *, to: int = 3) -> AsyncGenerator[int, None]:
    for number in range(to):
        seen.append(current_trace_id())
        yield number
    seen.append(current_trace_id())


async def test_the_span_is_current_inside_and_not_outside(ended: list[ReadableSpan]) -> None:
    inside: list[object] = []
    outside = [
        current_trace_id() async for _ in trace_steps(tracer.start_span("counting"), count(inside))
    ]
    assert outside == [None] * 3
    assert len(set(inside)) == 1
    assert inside[0] is not None
    assert [span.name for span in ended] == ["counting"]


async def test_each_step_may_be_read_by_another_task(ended: list[ReadableSpan]) -> None:
    steps = trace_steps(tracer.start_span("counting"), count([]))
    numbers = [await asyncio.create_task(anext(steps)) for _ in range(3)]
    await asyncio.create_task(steps.aclose())
    assert numbers == [0, 1, 2]
    assert [span.name for span in ended] == ["counting"]


async def test_giving_up_closes_the_generator_and_ends_the_span(
    ended: list[ReadableSpan],
) -> None:
    closed_in: list[object] = []

    async def endless() -> AsyncGenerator[int, None]:
        try:
            while True:
                yield 1
        finally:
            closed_in.append(current_trace_id())

    async with aclosing(trace_steps(tracer.start_span("endless"), endless())) as steps:
        await anext(steps)
    (span,) = ended
    assert (span.attributes or {})["kefu.outcome"] == "cancelled"
    assert closed_in != [None]


async def test_an_outcome_that_was_told_stays_when_the_reader_stops(
    ended: list[ReadableSpan],
) -> None:
    steps = trace_steps(
        tracer.start_span("counting"), count([]), describe=lambda _: {"kefu.outcome": "answered"}
    )
    async with aclosing(steps):
        await anext(steps)
    assert (ended[0].attributes or {})["kefu.outcome"] == "answered"


async def test_steps_inherit_product_and_prompt_version(ended: list[ReadableSpan]) -> None:
    given = {"kefu.product": "chatbot", "kefu.prompt_version": "abc", "kefu.input": "secret"}
    with tracer.start_as_current_span("outer", attributes=given):
        with tracer.start_as_current_span("inner"):
            pass
        with tracer.start_as_current_span("other", attributes={"kefu.prompt_version": "own"}):
            pass
    inner, other, _ = ended
    assert inner.attributes == {"kefu.product": "chatbot", "kefu.prompt_version": "abc"}
    assert (other.attributes or {})["kefu.prompt_version"] == "own"
