"""A document, a question, a model that makes the span of its call, and spans as a tree."""

from collections.abc import AsyncGenerator
from typing import Any

from opentelemetry import trace

from kefu.llm import ScriptedEndpoint
from kefu.tracing import Span

REFUNDS = "# Refund policy\n\nYou may return a product within 14 days of delivery.\n"
QUESTION = "Within how many days can I return a product?"
SENTENCE = "You may return a product within 14 days of delivery. [1]"


class CalledEndpoint(ScriptedEndpoint):
    """Makes the span that a call of a model makes."""

    async def stream(self, **given: Any) -> AsyncGenerator[str, None]:
        span = trace.get_tracer("kefu.llm").start_span(
            "chat scripted",
            attributes={
                "gen_ai.operation.name": "chat",
                "gen_ai.request.model": "scripted",
                "gen_ai.usage.input_tokens": 120,
                "gen_ai.usage.output_tokens": 14,
                "kefu.endpoint": "house",
                "kefu.cost_micros": 250,
                "kefu.currency": "CNY",
                "kefu.data_class": "internal",
                "kefu.ttft_ms": 31.5,
            },
        )
        async for delta in super().stream(**given):
            yield delta
        span.end()


def tree(spans: list[Span], parent_id: str | None = None) -> dict[str, object]:
    """Names of spans inside the names of those they belong to."""
    return {span.name: tree(spans, span.span_id) for span in spans if span.parent_id == parent_id}
