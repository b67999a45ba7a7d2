"""The vocabulary of tracing: span, trace, feedback."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Literal
from uuid import UUID

Rating = Literal["up", "down"]
"""What a customer thinks of an answer."""

Value = str | bool | int | float | Sequence[str] | Sequence[bool] | Sequence[int] | Sequence[float]
"""Of an attribute."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Feedback:
    """A customer's rating of one answer, the last one given.

    Attributes:
        correction: what the answer should have said.
    """

    message_id: UUID
    rating: Rating
    comment: str | None
    correction: str | None = None
    created_at: datetime
    updated_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class RatedAnswer:
    """An answer with what a customer thinks of it."""

    conversation_id: UUID
    message_id: UUID
    rating: Rating
    comment: str | None
    correction: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """One step of an operation.

    Attributes:
        parent_id: of the span it is a step of, None for a whole trace.
        area: who did it: the instrumentation scope.
        error: what went wrong, in a sentence or by its type.
        operation: of the GenAI conventions, for spans that have one.
        attributes: everything that is known, also what stands in the other fields.
        events: what happened during the step: name, at, attributes.
    """

    trace_id: UUID
    span_id: str
    parent_id: str | None
    area: str
    name: str
    started_at: datetime
    duration_us: int
    error: str | None
    product: str | None
    outcome: str | None
    operation: str | None
    endpoint: str | None
    model: str | None
    prompt_version: str | None
    data_class: str | None
    input_tokens: int | None
    output_tokens: int | None
    cost_micros: int | None
    currency: str | None
    ttft_ms: float | None
    conversation_id: str | None
    attributes: Mapping[str, Value]
    events: Sequence[Mapping[str, object]]


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceSummary:
    """A trace in a list.

    Attributes:
        question: what was asked, masked; None for what is no question or without content.
        error: the first of its spans' errors.
        endpoints: that worked on it.
        cost_micros: of all its model calls, None when none has a price.
        rating: the customer's.
    """

    trace_id: UUID
    name: str
    started_at: datetime
    duration_us: int
    product: str | None
    outcome: str | None
    question: str | None
    error: str | None
    endpoints: Sequence[str]
    input_tokens: int
    output_tokens: int
    cost_micros: int | None
    currency: str | None
    span_count: int
    rating: Rating | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """A whole operation.

    Attributes:
        spans: as they began; the first 500.
        feedback: on the answer it led to.
    """

    summary: TraceSummary
    spans: Sequence[Span]
    feedback: Feedback | None
    conversation_id: UUID | None
    message_id: UUID | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TraceFilter:
    """Which traces are wanted; None and False: all.

    Attributes:
        endpoint: one of its model calls went there.
        has_error: one of its spans failed.
        min_seconds: it took at least so long.
        rating: the customer gave it.
        before: it began earlier; for the next page.
    """

    since: datetime | None = None
    until: datetime | None = None
    product: str | None = None
    outcome: str | None = None
    endpoint: str | None = None
    has_error: bool = False
    min_seconds: float | None = None
    rating: Rating | None = None
    before: datetime | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CallFigures:
    """Model calls of one group; the fields that it is not grouped by are None.

    Attributes:
        cost_micros: of the calls that have a price, None when none has.
    """

    on_day: date | None
    product: str | None
    endpoint: str | None
    prompt_version: str | None
    currency: str | None
    call_count: int
    failed_count: int
    input_tokens: int
    output_tokens: int
    cost_micros: int | None
    p50_seconds: float
    p95_seconds: float
    ttft_p50_ms: float | None
    ttft_p95_ms: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class OperationFigures:
    """Whole traces of one group: answers, ingestions."""

    on_day: date | None
    product: str | None
    trace_count: int
    failed_count: int
    abstained_count: int
    p50_seconds: float
    p95_seconds: float
