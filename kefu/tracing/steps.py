"""Spans around generators, which ordinary context managers get wrong.

A span that is made current inside a generator stays current for whoever reads from the generator.
Here it is current only while the generator itself works.
"""

import asyncio
from collections.abc import AsyncGenerator, Callable, Mapping
from typing import TypeVar
from uuid import UUID

from opentelemetry import trace
from opentelemetry.trace import Span, StatusCode

from kefu.tracing.records import Value

Event = TypeVar("Event")
Describe = Callable[[Event], Mapping[str, Value]]

OUTCOME = "kefu.outcome"


async def trace_steps(
    span: Span,
    events: AsyncGenerator[Event, None],
    *,
    describe: Describe[Event] = lambda _: {},
) -> AsyncGenerator[Event, None]:
    """The events of a generator that runs inside a span; the span ends with it.

    What `describe` tells of an event becomes attributes. Unless it tells the outcome, a generator
    that is given up is "cancelled" and one that raises has "failed".
    """
    has_outcome = False
    end = object()
    try:
        while True:
            with trace.use_span(span):
                event = await anext(events, end)
            if event is end:
                return
            described = describe(event)  # type: ignore[arg-type]
            span.set_attributes(described)
            has_outcome = has_outcome or OUTCOME in described
            yield event  # type: ignore[misc]
    except (GeneratorExit, asyncio.CancelledError):
        if not has_outcome:
            span.set_attribute(OUTCOME, "cancelled")
        raise
    except Exception as error:
        span.set_attributes({OUTCOME: "failed", "error.type": type(error).__name__})
        span.set_status(StatusCode.ERROR, str(error))
        raise
    finally:
        with trace.use_span(span):
            await events.aclose()
        span.end()


def find_trace_id(span: Span) -> UUID | None:
    """Of the trace that a span belongs to, None when nothing is recorded."""
    context = span.get_span_context()
    return UUID(int=context.trace_id) if context.is_valid else None


def current_trace_id() -> UUID | None:
    """Of the span the caller works in, None outside of any."""
    return find_trace_id(trace.get_current_span())
