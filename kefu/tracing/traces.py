"""Traces to look at."""

from collections.abc import Sequence
from uuid import UUID

from kefu.db import Connection
from kefu.errors import BadInput, NotFound
from kefu.tracing.records import Trace, TraceFilter, TraceSummary
from kefu.tracing.store.spans import list_spans
from kefu.tracing.store.traces import find_answer_of, find_summary, list_summaries

MAX_SPANS = 500
MAX_TRACES = 200


async def list_traces(
    conn: Connection, wanted: TraceFilter, *, limit: int = 50
) -> Sequence[TraceSummary]:
    """Traces that pass the filter, the latest first."""
    return await list_summaries(conn, wanted, limit=min(limit, MAX_TRACES))


async def get_trace(conn: Connection, trace_id: UUID) -> Trace:
    """A trace with its spans and the feedback on its answer.

    Raises:
        NotFound: there is none, or it was dropped.
    """
    summary = await find_summary(conn, trace_id)
    if summary is None:
        raise NotFound("There is no trace %(trace)s; it may have been dropped.", trace=trace_id.hex)
    spans = await list_spans(conn, trace_id, limit=MAX_SPANS)
    led_to = await find_answer_of(conn, trace_id)
    conversation_id, message_id, feedback = led_to or (None, None, None)
    return Trace(
        summary=summary,
        spans=spans,
        feedback=feedback,
        conversation_id=conversation_id,
        message_id=message_id,
    )


def parse_trace_id(text: str) -> UUID:
    """A trace id as people copy it: 32 hexadecimal digits.

    Raises:
        BadInput: it is none.
    """
    try:
        return UUID(text)
    except ValueError as error:
        raise BadInput(
            "%(text)r is no trace id: it has 32 digits 0-9 and a-f.", text=text
        ) from error
