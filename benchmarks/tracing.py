"""What tracing adds to an answer: without, stored, sent to a collector too, and with both away.

    python benchmarks/tracing.py [--rounds 8] [--answers 40]

Answers are extracted from the documents of the demo company, so that no model hides the difference.
The ways take turns in one process; ratios are of medians, with the bootstrap interval of 95 %.
Without means that nobody takes the spans; making them costs what the last line says, about eight
times an answer.
"""

import argparse
import asyncio
import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from importlib.resources import as_file, files
from time import perf_counter

import numpy as np
from opentelemetry import trace
from vectors import CACHE

from kefu.answering import answer
from kefu.knowledge import ingest
from kefu.resources import Resources, open_resources
from kefu.settings import Settings, TracingSettings
from kefu.tracing.buffer import SpanBuffer
from kefu.tracing.provider import install
from kefu.tracing.redaction import Redaction
from kefu.tracing.sinks import open_sinks
from kefu.viewer import ANONYMOUS

BASE = "demo"
WAYS = ("without", "stored", "stored and sent", "both away")
QUESTIONS = (
    "网站部署在香港，还需要备案吗？",
    "How many days do I have to get a full refund?",
    "退款多久到账？",
    "How do I change my name servers?",
    "实例无法远程连接怎么办？",
    "What does object storage cost?",
)
WARM_UP = 8
NOWHERE = "http://127.0.0.1:9/v1/traces"


class Taker(BaseHTTPRequestHandler):
    """A collector that takes everything."""

    def do_POST(self) -> None:
        """Read and say yes."""
        self.rfile.read(int(self.headers["content-length"]))
        self.send_response(200)
        self.send_header("content-length", "0")
        self.end_headers()

    def log_message(self, *_: object) -> None:
        """Say nothing."""


async def measure(rounds: int, count: int) -> tuple[dict[str, list[float]], dict[str, int]]:
    """Seconds of each answer by way, and how many spans were written; the ways take turns."""
    found: dict[str, list[float]] = {way: [] for way in WAYS}
    with ThreadingHTTPServer(("127.0.0.1", 0), Taker) as collector:
        threading.Thread(target=collector.serve_forever, daemon=True).start()
        url = f"http://127.0.0.1:{collector.server_port}/v1/traces"
        settings = Settings(data_dir=CACHE / "tracing")
        async with open_resources(settings) as resources:
            await fill(resources)
            buffers = open_buffers(resources.database.url, url)
            relay = install()
            await time_answers(resources, WARM_UP)
            for turn in range(rounds):
                for way in WAYS if turn % 2 else reversed(WAYS):
                    relay.listeners = [buffer.add for buffer in buffers[way]]
                    found[way] += await time_answers(resources, count)
                    relay.listeners = []
                    if way != "both away":
                        for buffer in buffers[way]:
                            await asyncio.to_thread(buffer.flush, 30)
        collector.shutdown()
    written = {way: sum(each.counts.written for each in buffers[way][:1]) for way in WAYS}
    return found, written


def open_buffers(database_url: str, collector_url: str) -> dict[str, list[SpanBuffer]]:
    """Where spans go, by way."""
    nowhere = "postgresql://kefu@127.0.0.1:9/kefu"
    prepare = Redaction().apply

    def open_both(database: str, collector: str | None) -> list[SpanBuffer]:
        settings = TracingSettings(collector_url=collector)
        sinks = open_sinks(settings, database)
        return [SpanBuffer(sink, size=10_000, prepare=prepare) for sink in sinks]

    return {
        "without": [],
        "stored": open_both(database_url, None),
        "stored and sent": open_both(database_url, collector_url),
        "both away": open_both(nowhere, NOWHERE),
    }


def time_span() -> float:
    """Microseconds to make a span and end it."""
    tracer = trace.get_tracer("benchmark")
    started = perf_counter()
    for _ in range(5000):
        with tracer.start_as_current_span("step", attributes={"kefu.base": BASE}):
            pass
    return (perf_counter() - started) / 5000 * 1e6


async def fill(resources: Resources) -> None:
    """The demo company's documents; the second time there is nothing to do."""
    with as_file(files("kefu.demo") / "documents") as documents:
        await ingest(resources, [documents], base_name=BASE)


async def time_answers(resources: Resources, count: int) -> list[float]:
    """Seconds of each."""
    seconds = []
    for number in range(count):
        started = perf_counter()
        await answer(resources, QUESTIONS[number % len(QUESTIONS)], viewer=ANONYMOUS, base=BASE)
        seconds.append(perf_counter() - started)
    return seconds


def bootstrap_ratio(ours: np.ndarray, base: np.ndarray) -> tuple[float, float, float]:
    """Ratio of medians with its interval."""
    random = np.random.default_rng(0)
    draws = [
        np.median(random.choice(ours, ours.size)) / np.median(random.choice(base, base.size))
        for _ in range(2000)
    ]
    low, high = np.percentile(draws, [2.5, 97.5])
    return float(np.median(ours) / np.median(base)), float(low), float(high)


def main() -> None:
    """Take turns and print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=8)
    parser.add_argument("--answers", type=int, default=40)
    options = parser.parse_args()
    found, spans = asyncio.run(measure(options.rounds, options.answers))
    base = np.array(found["without"])
    print("| tracing | answers | spans written | p50 ms | p95 ms | median, ratio to without |")
    print("|---|---|---|---|---|---|")
    for way in WAYS:
        ours = np.array(found[way])
        p50, p95 = np.percentile(ours, [50, 95]) * 1000
        ratio, low, high = bootstrap_ratio(ours, base)
        print(
            f"| {way} | {ours.size} | {spans[way]} | {p50:.1f} | {p95:.1f} |"
            f" {ratio:.3f} [{low:.3f}, {high:.3f}] |"
        )
    print(f"\nMaking a span and ending it: {time_span():.0f} microseconds.")


if __name__ == "__main__":
    main()
