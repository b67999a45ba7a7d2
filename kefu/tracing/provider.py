"""The one TracerProvider of the process, and the spans' way from it to those who want them.

OpenTelemetry allows a provider to be set once, while databases are opened and closed: the provider
stays, and hands every span that ends to whoever listens at that moment.
"""

from collections.abc import Callable
from functools import cache

from opentelemetry import trace
from opentelemetry.context import Context
from opentelemetry.sdk.resources import Resource
from opentelemetry.sdk.trace import ReadableSpan, Span, SpanLimits, SpanProcessor, TracerProvider
from opentelemetry.sdk.trace.sampling import ALWAYS_ON

import kefu

Listener = Callable[[ReadableSpan], None]

INHERITED = ("kefu.product", "kefu.prompt_version", "gen_ai.conversation.id")
"""Attributes that a step has from the step it belongs to, so that each can be counted by them."""

LIMITS = SpanLimits(
    max_attributes=64,
    max_events=32,
    max_links=8,
    max_span_attributes=64,
    max_event_attributes=16,
    max_link_attributes=8,
    max_attribute_length=100_000,
    max_span_attribute_length=100_000,
)


class Relay(SpanProcessor):
    """Passes attributes down when a span begins, and the span on when it ends."""

    def __init__(self) -> None:
        self.listeners: list[Listener] = []

    def on_start(self, span: Span, parent_context: Context | None = None) -> None:
        """Let a step inherit."""
        parent = trace.get_current_span(parent_context)
        if not isinstance(parent, ReadableSpan):
            return
        given = parent.attributes or {}
        own = span.attributes or {}
        for name in INHERITED:
            if name in given and name not in own:
                span.set_attribute(name, given[name])

    def on_end(self, span: ReadableSpan) -> None:
        """Tell everybody who listens."""
        for listener in self.listeners:
            listener(span)

    def shutdown(self) -> None:
        """Listeners are closed by those who opened them."""

    def force_flush(self, timeout_millis: int = 30000) -> bool:  # noqa: ARG002 - given
        """Nothing waits here."""
        return True


@cache
def install() -> Relay:
    """Set the provider, once."""
    relay = Relay()
    provider = TracerProvider(
        sampler=ALWAYS_ON,
        resource=Resource({"service.name": "kefu", "service.version": kefu.__version__}),
        shutdown_on_exit=False,
        span_limits=LIMITS,
    )
    provider.add_span_processor(relay)
    trace.set_tracer_provider(provider)
    return relay
