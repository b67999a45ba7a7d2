"""What Prometheus reads."""

from collections.abc import Sequence
from pathlib import Path

from counting_process import count_and_wait
from opentelemetry.sdk.trace import ReadableSpan
from opentelemetry.trace import Status, StatusCode
from prometheus_client.parser import text_string_to_metric_families
from spans import a_span
from traced_answers import QUESTION

from kefu.answering import answer
from kefu.processes import SPAWN
from kefu.resources import Resources
from kefu.tracing import record_traces
from kefu.tracing.buffer import SpanBuffer
from kefu.tracing.metrics import forget_waiting, observe, render_metrics, shared_metrics
from kefu.viewer import ANONYMOUS


class Shelf:
    """Takes what it is told to take."""

    name = "metric-shelf"
    attempts = 1

    def __init__(self) -> None:
        self.error: Exception | None = None

    def write(self, spans: Sequence[ReadableSpan]) -> None:
        if self.error is not None:
            raise self.error

    def close(self) -> None:
        pass


def read(folder: Path | None = None) -> dict[tuple[str, str], float]:
    """Values by name and labels, these in the order of their names."""
    text = render_metrics(folder).decode()
    return {
        (sample.name, ",".join(sample.labels.values())): sample.value
        for family in text_string_to_metric_families(text)
        for sample in family.samples
    }


def test_operations_are_counted_by_product_and_outcome() -> None:
    whole = a_span("turn", {"kefu.product": "metric-test", "kefu.outcome": "abstained"})
    observe(whole)
    observe(a_span("step", {"kefu.product": "metric-test"}, parent=whole))
    values = read()
    assert values["kefu_operations_total", "abstained,metric-test"] == 1
    assert values["kefu_operation_seconds_count", "metric-test"] == 1
    assert values["kefu_operation_seconds_sum", "metric-test"] == 0.5


def test_model_calls_are_counted_with_tokens_cost_and_first_token() -> None:
    call = {
        "gen_ai.operation.name": "chat",
        "kefu.endpoint": "metric-endpoint",
        "gen_ai.usage.input_tokens": 100,
        "gen_ai.usage.output_tokens": 20,
        "kefu.cost_micros": 321,
        "kefu.currency": "CNY",
        "kefu.ttft_ms": 250.0,
    }
    observe(a_span("chat", call))
    observe(
        a_span(
            "chat",
            {"gen_ai.operation.name": "chat", "kefu.endpoint": "metric-endpoint"},
            status=Status(StatusCode.ERROR, "no"),
        )
    )
    values = read()
    assert values["kefu_model_calls_total", "metric-endpoint,chat,done"] == 1
    assert values["kefu_model_calls_total", "metric-endpoint,chat,failed"] == 1
    assert values["kefu_model_tokens_total", "input,metric-endpoint"] == 100
    assert values["kefu_model_tokens_total", "output,metric-endpoint"] == 20
    assert values["kefu_model_cost_micros_total", "CNY,metric-endpoint"] == 321
    assert values["kefu_model_first_token_seconds_sum", "metric-endpoint"] == 0.25


def test_spans_that_were_written_lost_and_refused_are_told_apart() -> None:
    shelf = Shelf()
    buffer = SpanBuffer(shelf, size=4)
    for _ in range(2):
        buffer.add(a_span("step", {}))
    assert buffer.flush()
    assert read()["kefu_spans_total", "metric-shelf,written"] == 2
    shelf.error = ValueError("no")
    buffer.add(a_span("step", {}))
    assert buffer.flush()
    assert read()["kefu_spans_total", "metric-shelf,refused"] == 1
    buffer.close()
    buffer.add(a_span("step", {}))
    assert read()["kefu_spans_total", "metric-shelf,lost"] == 1
    assert read()["kefu_spans_waiting", "metric-shelf"] == 0


def test_processes_count_together_also_what_a_killed_one_had_counted() -> None:
    with shared_metrics() as folder:
        counted = [SPAWN.Event(), SPAWN.Event()]
        processes = [
            SPAWN.Process(target=count_and_wait, args=(times, event))
            for times, event in zip((2, 3), counted, strict=True)
        ]
        for process in processes:
            process.start()
        assert all(event.wait(60) for event in counted)
        together = read(folder)
        processes[0].kill()
        processes[0].join()
        assert processes[0].pid is not None
        forget_waiting(folder, processes[0].pid)
        after = read(folder)
        processes[1].kill()
        processes[1].join()
    ended = "kefu_operations_total", "answered,together"
    waiting = "kefu_spans_waiting", "shelf"
    assert (together[ended], together[waiting]) == (5, 5)
    assert (after[ended], after[waiting]) == (5, 3)


async def test_an_answer_moves_the_counters(resources: Resources) -> None:
    spans: list[ReadableSpan] = []
    async with record_traces(resources, also=[spans.append]):
        await answer(resources, QUESTION, viewer=ANONYMOUS)
    before = read().get(("kefu_model_calls_total", "house,chat,done"), 0.0)
    for span in spans:
        observe(span)
    assert read()["kefu_model_calls_total", "house,chat,done"] == before + 1
