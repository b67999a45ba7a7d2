"""A call while it runs: its clock, what was written, and its span.

Attributes of the span follow the OpenTelemetry conventions for generative AI; `kefu.*` are ours.
"""

import json
from collections.abc import Callable
from time import perf_counter

from opentelemetry import trace
from opentelemetry.trace import SpanKind, Status, StatusCode

from kefu.llm.calls import Call, CallOutcome, Usage
from kefu.llm.endpoints import Endpoint
from kefu.settings import Purpose
from kefu.viewer import DataClass

tracer = trace.get_tracer("kefu.llm")

OPERATIONS: dict[Purpose, str] = {
    "chat": "chat",
    "embedding": "embeddings",
    "rerank": "rerank",
    "transcription": "transcription",
}
"""Names of the conventions where they have one."""


class OpenCall:
    """Measures one call and tells of it when it ends."""

    def __init__(
        self,
        endpoint: Endpoint,
        *,
        data_class: DataClass,
        fallback_from: str | None,
        hedge_of: str | None = None,
    ) -> None:
        self.usage = Usage()
        self.has_begun = False
        self.was_refused = False
        self.input_tokens = 0
        self.output_tokens = 0
        self._endpoint = endpoint
        self._data_class = data_class
        self._fallback_from = fallback_from
        self._hedge_of = hedge_of
        self._pieces: list[str] = []
        self._first_at: float | None = None
        self._started = perf_counter()
        operation = OPERATIONS[endpoint.purpose]
        self._span = tracer.start_span(
            f"{operation} {endpoint.model or endpoint.name}",
            kind=SpanKind.CLIENT,
            attributes={
                "gen_ai.operation.name": operation,
                "gen_ai.provider.name": endpoint.settings.preset or "openai_compatible",
                "gen_ai.request.model": endpoint.model,
                "kefu.endpoint": endpoint.name,
                "kefu.location": endpoint.location,
                "kefu.data_class": data_class,
                "kefu.fallback_from": fallback_from or "",
                "kefu.hedge_of": hedge_of or "",
            },
        )

    @property
    def is_hedge(self) -> bool:
        """Whether another endpoint is asked for the same at this moment."""
        return self._hedge_of is not None

    @property
    def has_written(self) -> bool:
        """Whether a piece came."""
        return bool(self._pieces)

    @property
    def subject(self) -> str:
        """How a sentence about it begins."""
        return f"Endpoint {self._endpoint.name}"

    def describe(self, *, instructions: str, prompt: str, max_tokens: int) -> None:
        """Put what is asked on the span."""
        if self._span.is_recording():
            self._span.set_attribute("gen_ai.request.max_tokens", max_tokens)
            self._span.set_attribute("gen_ai.system_instructions", _parts(instructions))
            self._span.set_attribute("gen_ai.input.messages", _message("user", prompt))

    def describe_texts(self, query: str, *, count: int) -> None:
        """Put what is to be ranked on the span."""
        if self._span.is_recording():
            self._span.set_attribute("gen_ai.input.messages", _message("user", query))
            self._span.set_attribute("kefu.text_count", count)

    def describe_count(self, count: int) -> None:
        """Put on the span how many texts are embedded; they stand in the knowledge base."""
        self._span.set_attribute("kefu.text_count", count)

    def begin(self, input_tokens: int) -> None:
        """The request goes out."""
        self.has_begun = True
        self.input_tokens = input_tokens
        self._started = perf_counter()

    def add(self, piece: str, count_tokens: Callable[[str], int]) -> None:
        """Count a piece that came."""
        if self._first_at is None:
            self._first_at = perf_counter()
        self._pieces.append(piece)
        self.output_tokens += count_tokens(piece)

    def finish(self, outcome: CallOutcome, *, problem: str | None = None) -> Call:
        """Close the span and say what the call was."""
        usage, seconds = self.usage, perf_counter() - self._started
        is_estimated = usage.input_tokens is None or usage.output_tokens is None
        self.input_tokens = usage.input_tokens or self.input_tokens
        self.output_tokens = usage.output_tokens or self.output_tokens
        prices, cost_micros = self._endpoint.prices, None
        if self._endpoint.purpose != "transcription" or not is_estimated:
            cost_micros = prices.cost_micros(
                input_tokens=self.input_tokens, output_tokens=self.output_tokens
            )
        call = Call(
            endpoint=self._endpoint.name,
            model=self._endpoint.model,
            data_class=self._data_class,
            outcome=outcome,
            input_tokens=self.input_tokens,
            output_tokens=self.output_tokens,
            is_estimated=is_estimated,
            cost_micros=cost_micros,
            currency=prices.currency,
            first_token_seconds=self._first_at - self._started if self._first_at else None,
            seconds=seconds,
            fallback_from=self._fallback_from,
            hedge_of=self._hedge_of,
            problem=problem,
        )
        self._end_span(call)
        return call

    def _end_span(self, call: Call) -> None:
        span = self._span
        if span.is_recording():
            span.set_attributes(_attributes(call))
            if self._pieces:
                said = _message("assistant", "".join(self._pieces))
                span.set_attribute("gen_ai.output.messages", said)
            if call.outcome is CallOutcome.FAILED:
                span.set_status(Status(StatusCode.ERROR, call.problem))
        span.end()


def _attributes(call: Call) -> dict[str, str | int | float]:
    first, seconds = call.first_token_seconds, call.seconds
    known: dict[str, str | int | float | None] = {
        "gen_ai.usage.input_tokens": call.input_tokens,
        "gen_ai.usage.output_tokens": call.output_tokens,
        "kefu.tokens_estimated": call.is_estimated,
        "kefu.outcome": str(call.outcome),
        "kefu.cost_micros": call.cost_micros,
        "kefu.currency": call.currency,
        "kefu.ttft_ms": round(first * 1000, 1) if first is not None else None,
        "kefu.tokens_per_second": round(call.output_tokens / (seconds - first), 1)
        if first is not None and seconds > first
        else None,
    }
    return {name: value for name, value in known.items() if value is not None}


def _parts(text: str) -> str:
    return json.dumps([{"type": "text", "content": text}], ensure_ascii=False)


def _message(role: str, text: str) -> str:
    message = {"role": role, "parts": [{"type": "text", "content": text}]}
    return json.dumps([message], ensure_ascii=False)
