"""Tracing: how answers came about, what they cost, and what customers thought of them.

Areas make spans with OpenTelemetry's API alone. While `record_traces` is open they are stored in
PostgreSQL, personal data masked, and sent to a collector when the settings name one. Recording
never delays or breaks what is recorded.
"""

from kefu.tracing.charts import Chart, by_day, draw_lines
from kefu.tracing.recording import Recorder, record_traces
from kefu.tracing.records import (
    Feedback,
    RatedAnswer,
    Rating,
    Span,
    Trace,
    TraceFilter,
    TraceSummary,
    Value,
)
from kefu.tracing.retention import keep_partitions, prune_traces
from kefu.tracing.steps import current_trace_id, find_trace_id, trace_steps
from kefu.tracing.store.feedback import list_feedback, list_rated, replace_feedback
from kefu.tracing.traces import get_trace, list_traces

__all__ = [
    "Chart",
    "Feedback",
    "RatedAnswer",
    "Rating",
    "Recorder",
    "Span",
    "Trace",
    "TraceFilter",
    "TraceSummary",
    "Value",
    "by_day",
    "current_trace_id",
    "draw_lines",
    "find_trace_id",
    "get_trace",
    "keep_partitions",
    "list_feedback",
    "list_rated",
    "list_traces",
    "prune_traces",
    "record_traces",
    "replace_feedback",
    "trace_steps",
]
