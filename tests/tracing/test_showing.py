"""A trace as the command line shows it."""

from typing import Any

import pytest
from opentelemetry.sdk.trace import Event
from spans import a_span

from kefu.tracing.conversion import as_record
from kefu.tracing.store.spans import SpanWriter


@pytest.mark.usefixtures("committed_database")
def test_what_happened_during_a_step_is_shown(command: Any, migrated_url: str) -> None:
    event = Event("exception", {"exception.message": "The model went away."})
    span = a_span("write", {"kefu.hit_count": 3}, events=(event,))
    writer = SpanWriter(migrated_url)
    writer.write([as_record(span)])
    writer.close()
    shown = command("traces", "show", f"{span.context.trace_id:032x}")
    assert "kefu.hit_count: 3" in shown
    assert "exception" in shown
    assert "The model went away." in shown
