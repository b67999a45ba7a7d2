"""Many conversations at once: what Kefu adds to the model's own time, and what becomes of it.

    python benchmarks/load.py [--conversations 200 400] [--processes 1 2] [--minutes 3] [--think 30]
    python benchmarks/load.py --streams 0 200 1000        # what an open stream of events holds
    python benchmarks/load.py --conversations 17 --ways kefu --soak-minutes 60

The demo company answers, with a model that streams 30 tokens a second (streaming_model.py); answers
are not cached. Every conversation asks, reads the whole answer, thinks for a while, and asks on in the same
conversation. What Kefu adds to a first sentence is the time until it came, less the time in which
the model alone writes that sentence. The litellm proxy stands before the same model, as a gateway
that reads nothing, finds nothing and checks nothing: what it adds to the first token.
"""

import argparse
import asyncio
import json
import os
import random
import shutil
import subprocess
import sys
import time
from collections import Counter
from collections.abc import AsyncIterator, Sequence
from contextlib import ExitStack, suppress
from dataclasses import dataclass, field
from functools import partial
from itertools import pairwise
from pathlib import Path
from urllib.request import urlopen

import numpy as np
from answers import DEMO
from endpoint_layer import LITELLM_CONFIG, free_port, install_litellm, running
from load_watch import MEGABYTE, Watched, tell_memory
from streaming_model import model_seconds
from vectors import CACHE

HERE = Path(__file__).parent
FOLDER = CACHE / "load"
CHAINLIT = CACHE / "chainlit"
LEAST_THINK = 0.5  # of the mean; the most is the other way round
RAMP_SECONDS = 20.0
SAMPLE_SECONDS = 5.0
STILL_SECONDS = 10.0
PATIENCE_SECONDS = 120.0
ANSWERS_AT_ONCE = 64


@dataclass(kw_only=True)
class Load:
    """What came of one load.

    Attributes:
        added: seconds beyond the model's own until the first piece of text, one a reply.
        refusals: messages with which questions were put off, by how often.
        memory: (seconds since the begin, bytes of server and database), sampled.
    """

    conversations: int
    added: list[float] = field(default_factory=list)
    whole: list[float] = field(default_factory=list)
    outcomes: Counter[str] = field(default_factory=Counter)
    refusals: Counter[str] = field(default_factory=Counter)
    memory: list[tuple[float, float]] = field(default_factory=list)
    cpu_seconds: dict[str, float] = field(default_factory=dict)
    seconds: float = 0.0


async def post(port: int, path: str, body: object) -> AsyncIterator[tuple[str, str]]:
    """Events of a streamed reply as (event, data), or one `status` with the body of a refusal."""
    sent = json.dumps(body).encode()
    reader, writer = await asyncio.open_connection("127.0.0.1", port, limit=2**22)
    head = f"POST {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\nContent-Type: application/json\r\n"
    head += "Authorization: Bearer none\r\n" if path.startswith("/v1") else ""
    writer.write(f"{head}Content-Length: {len(sent)}\r\nConnection: close\r\n\r\n".encode() + sent)
    try:
        status = (await reader.readuntil(b"\r\n\r\n")).split(b" ", 2)[1].decode()
        if status != "200":
            yield status, (await reader.read()).decode(errors="replace")
            return
        event = "message"
        async for raw in reader:
            line = raw.decode().rstrip("\r\n")
            if line.startswith("event: "):
                event = line[7:]
            elif line.startswith("data: "):
                yield event, line[6:]
                event = "message"
    finally:
        writer.close()


async def ask_kefu(port: int, question: str, known: str | None, load: Load) -> str | None:
    """One turn; the conversation that it belongs to."""
    body = {"question": question, "base": "demo", "stream": True, "conversation_id": known}
    begun, first = time.perf_counter(), 0.0
    async for event, data in post(port, "/api/chat", body):
        if event == "sentence" and not first:
            first = time.perf_counter() - begun - model_seconds(json.loads(data)["text"])
        elif event == "answer":
            answer = json.loads(data)
            load.outcomes[answer["outcome"]] += 1
            load.whole.append(time.perf_counter() - begun)
            if first and answer["mode"] != "extractive":
                load.added.append(first)
            return str(answer["conversation_id"])
        elif event not in {"progress", "sentence"}:
            load.refusals[f"{event}: {_message(data)}"] += 1
    return known


def _message(data: str) -> str:
    told = json.loads(data)
    return str(told.get("error", told)["message"])


async def ask_proxy(port: int, question: str, _known: str | None, load: Load) -> str | None:
    """The same model through the proxy; time to its first token."""
    body = {"model": "mock", "stream": True, "messages": [{"role": "user", "content": question}]}
    begun, first = time.perf_counter(), 0.0
    async for event, data in post(port, "/v1/chat/completions", body):
        if event != "message":
            load.refusals[f"{event}: {data[:80]}"] += 1
        elif data != "[DONE]" and not first:
            delta = (json.loads(data)["choices"] or [{}])[0].get("delta", {})
            if delta.get("content"):
                first = time.perf_counter() - begun - model_seconds("token")
                load.added.append(first)
    load.outcomes["passed on"] += bool(first)
    load.whole.append(time.perf_counter() - begun)
    return None


async def run_chainlit(
    _way: str, port: int, watched: Watched, load: Load, *, minutes: float, think: float
) -> None:
    """The same by chainlit's own protocol, which a client in its environment speaks."""
    begun, cpu = time.perf_counter(), watched.cpu_seconds()
    given = map(str, (port, load.conversations, minutes, think))
    client = await asyncio.create_subprocess_exec(
        CHAINLIT / "bin" / "python", HERE / "load_chainlit.py", *given,
        stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, cwd=FOLDER,
    )  # fmt: skip
    answered = asyncio.create_task(client.communicate())
    while not answered.done():
        load.memory.append((time.perf_counter() - begun, watched.memory()))
        await asyncio.wait([answered], timeout=SAMPLE_SECONDS)
    found = json.loads(answered.result()[0])
    load.added += [first - model_seconds("token") for first, _ in found["replies"]]
    load.whole += [whole for _, whole in found["replies"]]
    load.outcomes["passed on"] = len(found["replies"])
    load.refusals.update(found["failed"])
    load.seconds = time.perf_counter() - begun
    load.cpu_seconds = {part: now - cpu[part] for part, now in watched.cpu_seconds().items()}


HEAD = (
    "| way | processes | conversations | replies/s | added to first text p50 / p95 / p99 ms"
    " | whole p95 s | refused | memory MB | KB a conversation | MB an hour"
    " | CPU ms a reply: event loop + other threads + database |\n"
    "|---|---|---|---|---|---|---|---|---|---|---|"
)
ASK = {"kefu": ask_kefu, "litellm proxy": ask_proxy}


async def run(
    way: str, port: int, watched: Watched, load: Load, *, minutes: float, think: float
) -> None:
    """So many conversations for so many minutes; what comes of them is noted in `load`."""
    questions = [
        json.loads(line)["question"]
        for line in (DEMO / "questions.jsonl").read_text("utf-8").splitlines()
        if isinstance(json.loads(line)["question"], str)
    ]
    begun = time.perf_counter()
    until = begun + minutes * 60
    cpu = watched.cpu_seconds()

    async def converse(number: int) -> None:
        draw = random.Random(number)
        await asyncio.sleep(draw.uniform(0, RAMP_SECONDS))
        known = None
        while time.perf_counter() < until:
            async with asyncio.timeout(PATIENCE_SECONDS):
                known = await ASK[way](port, draw.choice(questions), known, load)
            await asyncio.sleep(think * draw.uniform(LEAST_THINK, 2 - LEAST_THINK))

    async def watch() -> None:
        while True:
            load.memory.append((time.perf_counter() - begun, watched.memory()))
            await asyncio.sleep(SAMPLE_SECONDS)

    watching = asyncio.create_task(watch())
    ended = await asyncio.gather(*map(converse, range(load.conversations)), return_exceptions=True)
    load.refusals.update(type(each).__name__ for each in ended if isinstance(each, Exception))
    watching.cancel()
    load.seconds = time.perf_counter() - begun
    load.cpu_seconds = {part: now - cpu[part] for part, now in watched.cpu_seconds().items()}


def describe(way: str, processes: int, load: Load) -> str:
    """One row of the table."""
    added = np.percentile(load.added, [50, 95, 99]) * 1000 if load.added else [np.nan] * 3
    times, held = np.array(load.memory).T
    late = times > times[-1] / 3
    slope = np.polyfit(times[late], held[late], 1)[0] * 3600 / MEGABYTE if late.sum() > 2 else 0
    replies = sum(load.outcomes.values())
    cells = [
        way,
        str(processes),
        str(load.conversations),
        f"{replies / load.seconds:.1f}",
        " / ".join(f"{each:.0f}" for each in added),
        f"{np.percentile(load.whole, 95):.1f}" if load.whole else "-",
        f"{sum(load.refusals.values())}",
        f"{held[0] / MEGABYTE:.0f} -> {held[-1] / MEGABYTE:.0f}",
        f"{(held.max() - held[0]) / 1024 / load.conversations:.0f}",
        f"{slope:+.0f}",
        " + ".join(f"{each / max(replies, 1) * 1000:.0f}" for each in load.cpu_seconds.values()),
    ]
    return f"| {' | '.join(cells)} |"


def start_kefu(stack: ExitStack, model: int, processes: int) -> tuple[int, Watched]:
    """The demo company, served; ready when its health says so."""
    port, folder = free_port(), FOLDER / "data"
    shutil.rmtree(folder, ignore_errors=True)  # what is live there names the model of another run
    endpoint = {
        "name": "mock",
        "url": f"http://127.0.0.1:{model}/v1",
        "model": "reader",
        "concurrency": 2 * ANSWERS_AT_ONCE,
        "queue": 1000,
    }
    os.environ |= {
        "KEFU_DATA_DIR": str(folder),
        "KEFU_SERVER__PORT": str(port),
        "KEFU_ENDPOINTS": json.dumps([endpoint]),
        "KEFU_ANSWER_CACHE__ENABLED": "false",
        "KEFU_VISITORS__PER_ADDRESS": "0",  # all come from one
        "KEFU_VISITORS__MESSAGES_PER_MINUTE": "0",
        "KEFU_CHATBOT__CONCURRENT_ANSWERS": str(ANSWERS_AT_ONCE),
    }
    kefu = [sys.executable, "-m", "kefu"]
    with (FOLDER / "demo.log").open("wb") as out:
        subprocess.run([*kefu, "demo", "--no-serve"], stdout=out, check=True)
    command = [*kefu, "serve", "--processes", str(processes)]
    process = stack.enter_context(running(*command, port=port, log=FOLDER / "kefu.log"))
    wait_until_healthy(port)
    return port, Watched(process, folder)


def wait_until_healthy(port: int) -> None:
    """The port of several processes is open before any of them answers."""
    while True:
        with suppress(OSError), urlopen(f"http://127.0.0.1:{port}/healthz", timeout=5):
            return
        time.sleep(0.2)


def start_proxy(stack: ExitStack, model: int, _processes: int) -> tuple[int, Watched]:
    """Litellm before the same model."""
    folder = CACHE / "litellm"
    folder.mkdir(parents=True, exist_ok=True)
    port, config = free_port(), folder / "load.yaml"
    config.write_text(LITELLM_CONFIG.format(port=model))
    command = [install_litellm(folder) / "litellm", "--config", config, "--host", "127.0.0.1"]
    process = stack.enter_context(
        running(*map(str, command), "--port", str(port), port=port, log=folder / "load.log")
    )
    return port, Watched(process)


def start_chainlit(stack: ExitStack, model: int, _processes: int) -> tuple[int, Watched]:
    """Chainlit with an app of ten lines before the same model."""
    if not (CHAINLIT / "bin" / "chainlit").exists():
        uv = str(Path(sys.executable).parent / "uv")
        subprocess.run([uv, "venv", "--quiet", "--clear", CHAINLIT], check=True)
        python = CHAINLIT / "bin" / "python"
        wanted = ["chainlit==2.12.0", "openai"]
        subprocess.run([uv, "pip", "install", "--quiet", "--python", python, *wanted], check=True)
    os.environ |= {"MODEL_URL": f"http://127.0.0.1:{model}/v1", "CHAINLIT_APP_ROOT": str(FOLDER)}
    port = free_port()
    command = [CHAINLIT / "bin" / "chainlit", "run", HERE / "load_chainlit.py", "--headless"]
    process = stack.enter_context(
        running(*map(str, command), "--port", str(port), port=port, log=FOLDER / "chainlit.log")
    )
    return port, Watched(process)


START = {"kefu": start_kefu, "litellm proxy": start_proxy, "chainlit": start_chainlit}


def read_options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--conversations", type=int, nargs="+", default=[200, 400])
    parser.add_argument("--processes", type=int, nargs="+", default=[1], help="of Kefu")
    parser.add_argument("--minutes", type=float, default=3)
    parser.add_argument("--streams", type=int, nargs="+", help="idle ones; then memory alone")
    parser.add_argument("--soak-minutes", type=float, default=0, help="one load, memory by minute")
    parser.add_argument("--think", type=float, default=30, help="seconds, on average")
    parser.add_argument("--ways", nargs="+", choices=START, default=list(START))
    return parser.parse_args()


async def main() -> None:
    """Print a row a way and load, and what was refused."""
    options = read_options()
    FOLDER.mkdir(parents=True, exist_ok=True)
    print(HEAD, flush=True)
    with ExitStack() as outer:
        model = free_port()
        upstream = (sys.executable, str(HERE / "streaming_model.py"), str(model))
        outer.enter_context(running(*upstream, port=model, log=FOLDER / "model.log"))
        for way in ["kefu"] if options.streams else options.ways:
            for processes in options.processes if way == "kefu" else [1]:
                with ExitStack() as stack:
                    port, watched = START[way](stack, model, processes)
                    if options.streams:
                        await weigh_streams(port, watched, options.streams)
                    else:
                        await put_to_it(way, port, watched, options, processes)


async def weigh_streams(port: int, watched: Watched, counts: Sequence[int]) -> None:
    """What so many open streams of events hold, each of a customer in a conversation of its own."""
    load = Load(conversations=1)
    opened: list[asyncio.StreamWriter] = []
    points: list[tuple[int, float]] = []
    for count in counts:
        while len(opened) < count:
            known = await ask_kefu(port, "hello", None, load)
            opened.append(await listen(port, f"/api/conversations/{known}/events?seconds=600"))
        await asyncio.sleep(STILL_SECONDS)
        points.append((count, watched.memory()))
        print(f"{count} streams: {points[-1][1] / MEGABYTE:.1f} MB", flush=True)
    for each in opened:
        each.close()
    await asyncio.sleep(STILL_SECONDS)
    print(f"all closed: {watched.memory() / MEGABYTE:.1f} MB", flush=True)
    steps = [(more - less) / (after - before) for (before, less), (after, more) in pairwise(points)]
    print("a stream: " + " / ".join(f"{each / 1024:.0f}" for each in steps) + " KB", flush=True)


async def listen(port: int, path: str) -> asyncio.StreamWriter:
    """An open stream, once its head has come."""
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(f"GET {path} HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n\r\n".encode())
    head = await reader.readuntil(b"\r\n\r\n")
    assert b" 200 " in head, head
    return writer


async def put_to_it(
    way: str, port: int, watched: Watched, options: argparse.Namespace, processes: int
) -> None:
    """All loads, one after the other."""
    for count in options.conversations:
        load = Load(conversations=count)
        minutes = options.soak_minutes or options.minutes
        async with asyncio.TaskGroup() as tasks:
            telling = None
            if options.soak_minutes:
                telling = tasks.create_task(tell_memory(watched, partial(_count, load)))
            drive = run if way in ASK else run_chainlit
            await drive(way, port, watched, load, minutes=minutes, think=options.think)
            if telling is not None:
                telling.cancel()
        print(describe(way, processes, load), flush=True)
        for message, times in load.refusals.most_common(5):
            print(f"<!-- {way}, {count}: {times} x {message} -->", flush=True)
        print(f"<!-- {way}, {count}: {dict(load.outcomes)} -->", flush=True)


def _count(load: Load) -> str:
    refused = sum(load.refusals.values())
    return f"{sum(load.outcomes.values())} replies, {refused} refused"


if __name__ == "__main__":
    asyncio.run(main())
