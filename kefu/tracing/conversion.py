"""A span of OpenTelemetry as the record that is stored."""

from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any
from uuid import UUID

from opentelemetry.sdk.trace import Event, ReadableSpan
from opentelemetry.trace import StatusCode, format_span_id

from kefu.tracing.records import Span

NANOSECONDS = 1_000_000_000


def as_record(span: ReadableSpan) -> Span:
    """The record of a span that has ended."""
    assert span.context is not None
    started, ended = span.start_time or 0, span.end_time or 0
    attributes: Mapping[str, Any] = span.attributes or {}
    scope = span.instrumentation_scope
    return Span(
        trace_id=UUID(int=span.context.trace_id),
        span_id=format_span_id(span.context.span_id),
        parent_id=None if span.parent is None else format_span_id(span.parent.span_id),
        area=scope.name.removeprefix("kefu.") if scope else "",
        name=span.name,
        started_at=_moment(started),
        duration_us=max(0, ended - started) // 1000,
        error=_error(span),
        product=attributes.get("kefu.product"),
        outcome=attributes.get("kefu.outcome"),
        operation=attributes.get("gen_ai.operation.name"),
        endpoint=attributes.get("kefu.endpoint"),
        model=attributes.get("gen_ai.response.model") or attributes.get("gen_ai.request.model"),
        prompt_version=attributes.get("kefu.prompt_version"),
        data_class=attributes.get("kefu.data_class"),
        input_tokens=attributes.get("gen_ai.usage.input_tokens"),
        output_tokens=attributes.get("gen_ai.usage.output_tokens"),
        cost_micros=attributes.get("kefu.cost_micros"),
        currency=attributes.get("kefu.currency"),
        ttft_ms=attributes.get("kefu.ttft_ms"),
        conversation_id=attributes.get("gen_ai.conversation.id"),
        attributes=dict(attributes),
        events=[_event(event) for event in span.events],
    )


def _moment(nanoseconds: int) -> datetime:
    return datetime.fromtimestamp(nanoseconds / NANOSECONDS, tz=UTC)


def _error(span: ReadableSpan) -> str | None:
    if span.status.status_code is not StatusCode.ERROR:
        return None
    kind = (span.attributes or {}).get("error.type")
    return span.status.description or (str(kind) if kind else "error")


def _event(event: Event) -> dict[str, object]:
    return {
        "name": event.name,
        "at": _moment(event.timestamp).isoformat(),
        "attributes": dict(event.attributes or {}),
    }
