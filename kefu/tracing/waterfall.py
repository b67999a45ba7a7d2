"""The spans of a trace as a waterfall: every step below the one it belongs to, with its place."""

from collections import defaultdict
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import timedelta

from kefu.tracing.records import Span


@dataclass(frozen=True, slots=True, kw_only=True)
class Step:
    """A span in its place.

    Attributes:
        depth: 0 for the whole trace.
        start: where it begins, 0..1 of the whole.
        share: how long it is, 0..1 of the whole.
    """

    span: Span
    depth: int
    start: float
    share: float


def list_steps(spans: Sequence[Span]) -> list[Step]:
    """Steps in order; a span whose parent is missing stands at the top."""
    if not spans:
        return []
    known = {span.span_id for span in spans}
    inside: dict[str | None, list[Span]] = defaultdict(list)
    for span in sorted(spans, key=lambda span: span.started_at):
        inside[span.parent_id if span.parent_id in known else None].append(span)
    begin = min(span.started_at for span in spans)
    end = max(span.started_at + timedelta(microseconds=span.duration_us) for span in spans)
    whole = max((end - begin) / timedelta(microseconds=1), 1.0)

    def walk(parent_id: str | None, depth: int) -> Iterator[Step]:
        for span in inside[parent_id]:
            start = (span.started_at - begin) / timedelta(microseconds=1) / whole
            yield Step(span=span, depth=depth, start=start, share=span.duration_us / whole)
            yield from walk(span.span_id, depth + 1)

    return list(walk(None, 0))
