"""Spans that have ended, made by hand."""

from datetime import UTC, datetime, timedelta
from itertools import count

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.sdk.util.instrumentation import InstrumentationScope
from opentelemetry.trace import SpanContext, Status, TraceFlags
from opentelemetry.util.types import Attributes

numbers = count(1)


def a_span(
    name: str = "step",
    attributes: Attributes = None,
    *,
    at: datetime | None = None,
    seconds: float = 0.5,
    status: Status | None = None,
    parent: ReadableSpan | None = None,
    events: tuple[Event, ...] = (),
) -> ReadableSpan:
    """A span of today with ids of its own, or in the trace of its parent."""
    number = next(numbers)
    trace_id = parent.context.trace_id if parent else number
    start = int((at or days_ago(0)).timestamp() * 1e9)
    return ReadableSpan(
        name=name,
        context=SpanContext(trace_id, number, is_remote=False, trace_flags=TraceFlags(1)),
        parent=parent.context if parent else None,
        attributes=attributes or {},
        events=events,
        status=status or Status(),
        start_time=start,
        end_time=start + int(seconds * 1e9),
        instrumentation_scope=InstrumentationScope("kefu.test"),
    )


def days_ago(days: int) -> datetime:
    """Noon of a day."""
    noon = datetime.now(UTC).replace(hour=12, minute=0, second=0, microsecond=0)
    return noon - timedelta(days=days)
