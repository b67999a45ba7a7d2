"""Prometheus metrics, counted from spans, of this process or of all that serve together."""

import os
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import StatusCode
from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead

FOLDER = "PROMETHEUS_MULTIPROC_DIR"
"""Read by the library when it is imported; there is no other switch."""

SECONDS = (0.025, 0.05, 0.1, 0.25, 0.5, 1, 2, 4, 8, 16, 32, 64)
NANOSECONDS = 1e9
MODEL_OPERATIONS = frozenset({"chat", "embeddings", "text_completion", "generate_content"})

registry = CollectorRegistry()

answers = Counter(
    "kefu_operations", "Traces that ended.", ["product", "outcome"], registry=registry
)
answer_seconds = Histogram(
    "kefu_operation_seconds",
    "How long traces took.",
    ["product"],
    buckets=SECONDS,
    registry=registry,
)
cache_lookups = Counter(
    "kefu_answer_cache_lookups",
    "Questions that the answer cache was asked for.",
    ["result"],
    registry=registry,
)
model_calls = Counter(
    "kefu_model_calls",
    "Calls of models.",
    ["endpoint", "operation", "outcome"],
    registry=registry,
)
model_seconds = Histogram(
    "kefu_model_call_seconds",
    "How long calls of models took.",
    ["endpoint", "operation"],
    buckets=SECONDS,
    registry=registry,
)
first_token_seconds = Histogram(
    "kefu_model_first_token_seconds",
    "Wait for the first token.",
    ["endpoint"],
    buckets=SECONDS,
    registry=registry,
)
tokens = Counter("kefu_model_tokens", "Tokens.", ["endpoint", "direction"], registry=registry)
cost = Counter(
    "kefu_model_cost_micros",
    "Cost of model calls, in millionths of the currency.",
    ["endpoint", "currency"],
    registry=registry,
)
spans = Counter(
    "kefu_spans",
    "Spans by destination and by what became of them; lost and refused ones are gone.",
    ["destination", "fate"],
    registry=registry,
)
spans_waiting = Gauge(
    "kefu_spans_waiting",
    "Spans that wait to be written.",
    ["destination"],
    registry=registry,
    multiprocess_mode="livesum",
)


def observe(span: ReadableSpan) -> None:
    """Count a span that has ended."""
    given: Mapping[str, Any] = span.attributes or {}
    seconds = ((span.end_time or 0) - (span.start_time or 0)) / NANOSECONDS
    if span.parent is None and "kefu.product" in given:
        product = str(given["kefu.product"])
        answers.labels(product, str(given.get("kefu.outcome", "done"))).inc()
        answer_seconds.labels(product).observe(seconds)
    if "kefu.cache_hit" in given:
        cache_lookups.labels("hit" if given["kefu.cache_hit"] else "miss").inc()
    if given.get("gen_ai.operation.name") in MODEL_OPERATIONS:
        _observe_call(given, seconds, has_failed=span.status.status_code is StatusCode.ERROR)


def _observe_call(given: Mapping[str, Any], seconds: float, *, has_failed: bool) -> None:
    endpoint = str(given.get("kefu.endpoint", given.get("gen_ai.request.model", "")))
    operation = str(given["gen_ai.operation.name"])
    model_calls.labels(endpoint, operation, "failed" if has_failed else "done").inc()
    model_seconds.labels(endpoint, operation).observe(seconds)
    if "kefu.ttft_ms" in given:
        first_token_seconds.labels(endpoint).observe(float(given["kefu.ttft_ms"]) / 1000)
    for direction in ("input", "output"):
        tokens.labels(endpoint, direction).inc(given.get(f"gen_ai.usage.{direction}_tokens", 0))
    if "kefu.cost_micros" in given:
        cost.labels(endpoint, str(given.get("kefu.currency", "USD"))).inc(given["kefu.cost_micros"])


@contextmanager
def shared_metrics() -> Iterator[Path]:
    """A folder in which the processes that are begun meanwhile count together.

    What a process has counted stays there when it ends, however it ends.
    """
    with TemporaryDirectory(prefix="kefu-metrics-") as folder:
        os.putenv(FOLDER, folder)
        try:
            yield Path(folder)
        finally:
            os.unsetenv(FOLDER)


def forget_waiting(folder: Path, pid: int) -> None:
    """Leave out what waited in a process that has ended."""
    mark_process_dead(pid, str(folder))  # type: ignore[no-untyped-call]


def render_metrics(folder: Path | None = None) -> bytes:
    """Everything in Prometheus' text format; with a folder, of all processes that count there."""
    if folder is None:
        return generate_latest(registry)
    together = CollectorRegistry()
    MultiProcessCollector(together, path=str(folder))  # type: ignore[no-untyped-call]
    return generate_latest(together)
