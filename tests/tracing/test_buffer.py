"""Recording never delays, breaks or forgets more than it says."""

import asyncio
import socket
import threading
from collections.abc import Sequence
from dataclasses import replace

import pytest
from opentelemetry.sdk.trace import ReadableSpan
from spans import a_span
from traced_answers import QUESTION

from kefu.answering import answer
from kefu.db import Database
from kefu.resources import Resources
from kefu.tracing import record_traces
from kefu.tracing.buffer import BATCH, SpanBuffer
from kefu.tracing.sinks import DatabaseSink
from kefu.viewer import ANONYMOUS


class Shelf:
    """Keeps what is written, unless it is told not to.

    Attributes:
        is_away: it gives no answer.
        refuses: names of spans it does not take.
        may_go_on: writing waits until it is set.
    """

    name = "shelf"

    def __init__(self, *, attempts: int | None = None) -> None:
        self.attempts = attempts
        self.names: list[str] = []
        self.is_away = False
        self.refuses: set[str] = set()
        self.may_go_on = threading.Event()
        self.may_go_on.set()
        self.is_closed = False
        self.tries = 0

    def write(self, spans: Sequence[ReadableSpan]) -> None:
        self.tries += 1
        self.may_go_on.wait()
        if self.is_away:
            raise ConnectionError("Nobody is there.")
        if any(span.name in self.refuses for span in spans):
            raise ValueError("Not this one.")
        self.names += [span.name for span in spans]

    def close(self) -> None:
        self.is_closed = True


@pytest.fixture
def shelf() -> Shelf:
    return Shelf()


def fill(buffer: SpanBuffer, count: int, *, first: int = 0) -> list[str]:
    names = [str(number) for number in range(first, first + count)]
    for name in names:
        buffer.add(a_span(name))
    return names


def test_spans_are_written_in_order_and_in_batches(shelf: Shelf) -> None:
    buffer = SpanBuffer(shelf, size=5 * BATCH)
    names = fill(buffer, 3 * BATCH + 7)
    assert buffer.flush()
    assert shelf.names == names
    assert buffer.counts.written == len(names)
    buffer.close()
    assert shelf.is_closed


def test_a_full_buffer_loses_and_counts_what_comes_later(shelf: Shelf) -> None:
    shelf.may_go_on.clear()
    buffer = SpanBuffer(shelf, size=10)
    names = fill(buffer, 25)
    assert (buffer.waiting_count, buffer.counts.lost) == (10, 15)
    shelf.may_go_on.set()
    assert buffer.flush()
    assert shelf.names == names[:10]
    buffer.close()


def test_spans_wait_for_a_sink_that_is_away_and_comes_back(
    shelf: Shelf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.tracing.buffer.WRITE_EVERY_SECONDS", 0.01)
    shelf.is_away = True
    buffer = SpanBuffer(shelf, size=100)
    names = fill(buffer, 5)
    assert not buffer.flush(0.1)
    assert buffer.counts.written == 0
    shelf.is_away = False
    assert buffer.flush()
    assert shelf.names == names
    assert (buffer.counts.lost, buffer.counts.refused) == (0, 0)
    buffer.close()


def test_a_sink_that_is_away_is_not_asked_for_every_span(shelf: Shelf) -> None:
    shelf.is_away = True
    buffer = SpanBuffer(shelf, size=20 * BATCH)
    fill(buffer, 10 * BATCH)
    assert not buffer.flush(0.1)
    assert shelf.tries <= 2
    buffer.close()


def test_a_span_that_is_refused_takes_no_other_with_it(shelf: Shelf) -> None:
    shelf.refuses = {"3"}
    buffer = SpanBuffer(shelf, size=100)
    names = fill(buffer, 6)
    assert buffer.flush()
    assert shelf.names == [name for name in names if name != "3"]
    assert (buffer.counts.written, buffer.counts.refused) == (5, 1)
    buffer.close()


def test_a_sink_with_a_limit_is_tried_so_often(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("kefu.tracing.buffer.WRITE_EVERY_SECONDS", 0.01)
    shelf = Shelf(attempts=3)
    shelf.is_away = True
    buffer = SpanBuffer(shelf, size=100)
    fill(buffer, 4)
    assert buffer.flush()
    assert (buffer.counts.refused, shelf.names) == (4, [])
    buffer.close()


def test_what_still_waits_at_the_end_is_counted_as_lost(shelf: Shelf) -> None:
    shelf.is_away = True
    buffer = SpanBuffer(shelf, size=100)
    fill(buffer, 7)
    buffer.close()
    buffer.add(a_span())
    assert buffer.counts.lost == 8


def test_a_span_that_cannot_be_prepared_is_refused(shelf: Shelf) -> None:
    def fail_on_two(span: ReadableSpan) -> ReadableSpan:
        if span.name == "2":
            raise KeyError(span.name)
        return span

    buffer = SpanBuffer(shelf, size=100, prepare=fail_on_two)
    fill(buffer, 4)
    assert buffer.flush()
    assert (shelf.names, buffer.counts.refused) == (["0", "1", "3"], 1)
    buffer.close()


async def test_answers_go_on_when_traces_cannot_be_stored(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        nowhere = f"postgresql://kefu@127.0.0.1:{closed.getsockname()[1]}/kefu"
    small = resources.settings.tracing.model_copy(update={"buffer_spans": 20})
    settings = resources.settings.model_copy(update={"tracing": small})
    monkeypatch.setattr("kefu.tracing.recording.open_sinks", lambda *_: [DatabaseSink(nowhere)])
    async with record_traces(replace(resources, settings=settings)) as recorder:
        for _ in range(4):
            given = await answer(resources, QUESTION, viewer=ANONYMOUS)
            assert given.outcome == "answered"
        counts = recorder.counts()["database"]
        assert counts.written == 0
        assert counts.lost > 0
        lost_before = counts.lost
        await answer(resources, QUESTION, viewer=ANONYMOUS)
        assert counts.lost > lost_before


async def test_traces_are_stored_once_the_database_is_back(
    committed_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    """The server ends the writer's connection between two batches."""
    monkeypatch.setattr("kefu.tracing.buffer.WRITE_EVERY_SECONDS", 0.05)
    buffer = SpanBuffer(DatabaseSink(committed_database.url), size=1000)
    fill(buffer, 3)
    assert await asyncio.to_thread(buffer.flush)
    async with committed_database.connection() as conn:
        await conn.execute(
            "select pg_terminate_backend(pid) from pg_stat_activity"
            " where query like 'COMMIT%' and state = 'idle' and pid <> pg_backend_pid()"
            " and datname = current_database()"
        )
    fill(buffer, 4)
    assert await asyncio.to_thread(buffer.flush)
    buffer.close()
    async with committed_database.connection() as conn:
        cursor = await conn.execute("select count(*) from spans")
        assert await cursor.fetchone() == (7,)
