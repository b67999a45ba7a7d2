"""What a process of its own counts, for a test that kills it."""

import time
from multiprocessing.synchronize import Event

from spans import a_span

from kefu.tracing.metrics import observe, spans_waiting


def count_and_wait(times: int, has_counted: Event) -> None:
    for _ in range(times):
        observe(a_span("turn", {"kefu.product": "together", "kefu.outcome": "answered"}))
    spans_waiting.labels("shelf").set(times)
    has_counted.set()
    time.sleep(60)
