"""Spans wait here to be written; whoever made them never waits.

Adding a span takes a lock for an instant and does no I/O; a thread of its own writes what waits.
While the place it writes to does not answer, spans wait for it; when no more fit in, they are lost
and counted.
"""

import logging
import threading
from collections import deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from itertools import islice
from typing import Literal, Protocol, get_args

from opentelemetry.sdk.trace import ReadableSpan

from kefu.tracing.metrics import spans, spans_waiting

Fate = Literal["written", "lost", "refused"]

BATCH = 256
WRITE_EVERY_SECONDS = 1.0
LONGEST_PAUSE_SECONDS = 30.0
CLOSE_SECONDS = 5.0

log = logging.getLogger(__name__)


class Sink(Protocol):
    """Where spans go in the end.

    Attributes:
        name: stands in metrics: "database", "collector".
        attempts: so often a batch that gets no answer is tried, None: for ever.
    """

    @property
    def name(self) -> str: ...

    @property
    def attempts(self) -> int | None: ...

    def write(self, spans: Sequence[ReadableSpan]) -> None:
        """Write a batch, wholly or not at all.

        Raises:
            ConnectionError: there is no answer; it is worth trying again.
            ValueError: it is refused; trying again will not help.
        """
        ...

    def close(self) -> None: ...


@dataclass(slots=True, kw_only=True)
class Counts:
    """What became of the spans; `lost` did not fit in, `refused` could not be written."""

    written: int = 0
    lost: int = 0
    refused: int = 0


class SpanBuffer:
    """A bounded queue with the thread that empties it."""

    def __init__(
        self,
        sink: Sink,
        *,
        size: int,
        prepare: Callable[[ReadableSpan], ReadableSpan] = lambda span: span,
    ) -> None:
        """`prepare` makes a span fit to be written; it runs on the thread."""
        self.sink = sink
        self.counts = Counts()
        self._size = size
        self._prepare = prepare
        self._spans: deque[ReadableSpan] = deque()
        self._lock = threading.Lock()
        self._wake = threading.Event()
        self._is_idle = threading.Event()
        self._closing = threading.Event()
        self._fates = {fate: spans.labels(sink.name, fate) for fate in get_args(Fate)}
        self._waiting = spans_waiting.labels(sink.name)
        self._failures = 0
        self._thread = threading.Thread(
            target=self._run, name=f"kefu-traces-{sink.name}", daemon=True
        )
        self._thread.start()

    @property
    def waiting_count(self) -> int:
        """How many spans wait."""
        return len(self._spans)

    def add(self, span: ReadableSpan) -> None:
        """Take a span, or count it as lost when there is no room."""
        with self._lock:
            is_lost = len(self._spans) >= self._size or self._closing.is_set()
            if is_lost:
                self._count("lost", 1)
            else:
                self._is_idle.clear()
                self._spans.append(span)
                self._waiting.set(len(self._spans))
        if len(self._spans) >= BATCH:
            self._wake.set()

    def flush(self, timeout_seconds: float = CLOSE_SECONDS) -> bool:
        """Wait until nothing waits; False when that takes too long."""
        self._wake.set()
        return self._is_idle.wait(timeout_seconds)

    def close(self) -> None:
        """Write what waits, for a few seconds at most, and count the rest as lost."""
        with self._lock:
            self._closing.set()
        self._wake.set()
        self._thread.join(CLOSE_SECONDS)
        with self._lock:
            self._count("lost", len(self._spans))
            self._spans.clear()
            self._waiting.set(0)

    def _count(self, fate: Fate, number: int) -> None:
        setattr(self.counts, fate, getattr(self.counts, fate) + number)
        self._fates[fate].inc(number)

    def _run(self) -> None:
        pause = WRITE_EVERY_SECONDS
        while not self._closing.is_set():
            if self._failures:
                self._closing.wait(pause)  # however many spans come meanwhile
            else:
                self._wake.wait(WRITE_EVERY_SECONDS)
            self._wake.clear()
            has_answer = self._empty()
            pause = WRITE_EVERY_SECONDS if has_answer else min(2 * pause, LONGEST_PAUSE_SECONDS)
        self._empty()
        self.sink.close()

    def _empty(self) -> bool:
        """Write all that waits; False when there is no answer."""
        while batch := self._first():
            try:
                self._write(batch)
            except ConnectionError as error:
                if not self._gives_up(batch, error):
                    return False
            self._failures = 0
            with self._lock:
                for _ in batch:
                    self._spans.popleft()
                self._waiting.set(len(self._spans))
        with self._lock:
            if not self._spans:
                self._is_idle.set()
        return True

    def _gives_up(self, batch: Sequence[ReadableSpan], error: ConnectionError) -> bool:
        self._failures += 1
        is_last = self._failures == self.sink.attempts
        if is_last:
            self._count("refused", len(batch))
        log.warning(
            "Traces %s the %s (%d spans): %s",
            "are lost to" if is_last else "wait for",
            self.sink.name,
            len(batch) if is_last else len(self._spans),
            error,
        )
        return is_last

    def _first(self) -> list[ReadableSpan]:
        with self._lock:
            return list(islice(self._spans, BATCH))

    def _write(self, batch: Sequence[ReadableSpan]) -> None:
        """Write a batch; of one that is refused all that can be."""
        try:
            self.sink.write([self._prepare(span) for span in batch])
            self._count("written", len(batch))
        except ConnectionError:
            raise
        except Exception as error:  # noqa: BLE001 - no span may end the thread that writes the rest
            if len(batch) == 1:
                self._count("refused", 1)
                log.warning("A span could not be written to the %s: %s", self.sink.name, error)
                return
            for span in batch:
                self._write([span])
