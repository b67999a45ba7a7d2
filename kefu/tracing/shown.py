"""What the pages of traces and costs show."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from kefu.tracing.charts import Chart
from kefu.tracing.records import CallFigures, OperationFigures, Trace, TraceSummary, Value
from kefu.tracing.waterfall import list_steps

MICROS = 1_000_000
TEXTS = (
    "kefu.input",
    "kefu.asked",
    "gen_ai.retrieval.query.text",
    "gen_ai.system_instructions",
    "gen_ai.input.messages",
    "gen_ai.retrieval.documents",
    "kefu.output",
    "gen_ai.output.messages",
)
"""Attributes that are texts to read, in the order in which they are read."""

DEEPEST = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownStep:
    """A row of the waterfall.

    Attributes:
        start: where its bar begins, 0..1000; `width` as well.
        texts: by the attributes they come from.
    """

    name: str
    area: str
    depth: int
    start: float
    width: float
    milliseconds: float
    error: str | None
    facts: Mapping[str, Value]
    texts: Mapping[str, str]
    events: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class TracePage:
    """One trace."""

    trace: Trace
    steps: Sequence[ShownStep]
    answer: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TracesPage:
    """A list of traces.

    Attributes:
        choices: the products, outcomes and endpoints that occur.
        given: the filters as they were typed.
        older: address of the traces before these; empty when there are none.
    """

    traces: Sequence[TraceSummary]
    choices: Mapping[str, Sequence[str]]
    given: Mapping[str, str]
    older: str


@dataclass(frozen=True, slots=True, kw_only=True)
class CurrencyChart:
    """The cost of each day in one currency."""

    currency: str
    total: float
    chart: Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class CostsPage:
    """Cost and latency of a stretch of days."""

    first: date
    last: date
    days: int
    by: str
    calls: Sequence[CallFigures]
    operations: Sequence[OperationFigures]
    total: OperationFigures | None
    call_count: int
    token_count: int
    costs: Sequence[CurrencyChart]
    latency: Chart | None
    address: str


def show_trace(trace: Trace) -> TracePage:
    """Prepare a trace for its page."""
    steps = [
        ShownStep(
            name=step.span.name,
            area=step.span.area,
            depth=min(step.depth, DEEPEST),
            start=round(1000 * step.start, 1),
            width=max(2.0, round(1000 * step.share, 1)),
            milliseconds=step.span.duration_us / 1000,
            error=step.span.error,
            facts={k: v for k, v in step.span.attributes.items() if k not in TEXTS},
            texts=_read_texts(step.span.attributes),
            events=[_say(event) for event in step.span.events],
        )
        for step in list_steps(trace.spans)
    ]
    whole = next((span for span in trace.spans if span.parent_id is None), None)
    answer = str(whole.attributes.get("kefu.output", "")) if whole else ""
    return TracePage(trace=trace, steps=steps, answer=answer)


def _read_texts(attributes: Mapping[str, Value]) -> dict[str, str]:
    return {name: read_text(str(attributes[name])) for name in TEXTS if name in attributes}


def read_text(value: str) -> str:
    """A text as people read it: of messages their contents, of hits a line each."""
    if value[:1] != "[":
        return value
    try:
        items = json.loads(value)
    except ValueError:
        return value
    return "\n".join(_read_item(item) for item in items)


def _read_item(item: object) -> str:
    match item:
        case {"role": str(role), "parts": list(parts)}:
            return "\n".join([f"[{role}]", *(_read_item(part) for part in parts)])
        case {"content": str(content)}:
            return content
        case {"score": float(score) | int(score), "title": str(title), "uri": str(uri)}:
            return f"{score:.3f}  {title}  {uri}"
        case _:
            return json.dumps(item, ensure_ascii=False)


def _say(event: Mapping[str, object]) -> str:
    attributes = event.get("attributes")
    facts = attributes if isinstance(attributes, dict) else {}
    shown = ", ".join(f"{k}: {v}" for k, v in facts.items() if k != "exception.stacktrace")
    return f"{event.get('name')}: {shown}"
