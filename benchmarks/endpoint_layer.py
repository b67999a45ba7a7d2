"""What Kefu's endpoint layer adds to a call, beside the litellm proxy, on the same mock model.

    python benchmarks/endpoint_layer.py [--calls N]

Three ways to the same server, which streams twenty words at once: its own protocol spoken by
hand, Kefu's `Endpoints.stream` in the process of the caller, and the litellm proxy (hash-pinned
in litellm.txt, in an environment of its own) between the same hand-written client and the server.
Every way is asked by a process of its own at 1, 16 and 64 connections. What a way adds is its
latency minus that of the direct way with as many connections, in the same round.
"""

import argparse
import asyncio
import json
import os
import socket
import subprocess
import sys
import time
from collections.abc import Awaitable, Callable, Iterator
from contextlib import ExitStack, aclosing, contextmanager
from pathlib import Path
from statistics import median

import numpy as np
from vectors import CACHE

HERE = Path(__file__).parent
CONNECTIONS = (1, 16, 64)
ROUNDS = 3
PROMPT = "How many days do I have to send the parcel back, and who pays for it?"
INSTRUCTIONS = "You answer customers of a shop, briefly and politely."
BODY = {
    "model": "mock",
    "stream": True,
    "stream_options": {"include_usage": True},
    "messages": [
        {"role": "system", "content": INSTRUCTIONS},
        {"role": "user", "content": PROMPT},
    ],
    "max_tokens": 100,
    "temperature": 0.0,
}
KEY = "sk-benchmark"
LITELLM_CONFIG = """
model_list:
  - model_name: mock
    litellm_params:
      model: openai/mock
      api_base: http://127.0.0.1:{port}/v1
      api_key: none
litellm_settings:
  telemetry: false
"""
PROXY = {
    "LITELLM_LOCAL_MODEL_COST_MAP": "True",  # the one in its wheel
    "LITELLM_MODE": "PRODUCTION",  # no file .env
    "LITELLM_DANGEROUSLY_PERMIT_WEAK_OR_UNSET_MASTER_KEY": "true",
}
"""Without a key to check the proxy has less to do."""

Ask = Callable[[], Awaitable[None]]


async def measure(asks: list[Ask], calls: int) -> dict[str, float]:
    """Every connection asks one after another; milliseconds and calls a second."""
    for ask in asks:
        await ask()
    taken: list[float] = []
    left = iter(range(calls))

    async def work(ask: Ask) -> None:
        for _ in left:
            started = time.perf_counter()
            await ask()
            taken.append((time.perf_counter() - started) * 1000)

    started = time.perf_counter()
    await asyncio.gather(*map(work, asks))
    seconds = time.perf_counter() - started
    p50, p99 = np.percentile(taken, [50, 99])
    return {"p50": float(p50), "p99": float(p99), "rate": calls / seconds}


async def ask_by_hand(port: int, connections: int, calls: int) -> dict[str, float]:
    """Bytes over kept connections, nothing parsed: the least that a call can take."""
    body = json.dumps(BODY).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}"
    head += f"\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]

    def caller(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Ask:
        async def ask() -> None:
            writer.write(head.encode() + body)
            said = await reader.readuntil(b"0\r\n\r\n")
            assert b" 200 " in said[:16], said[:300]
            assert said.count(b"word") == 20, said
            await asyncio.sleep(0)

        return ask

    measured = await measure([caller(*each) for each in streams], calls)
    for _, writer in streams:
        writer.close()
    return measured


async def ask_by_kefu(port: int, connections: int, calls: int) -> dict[str, float]:
    """`Endpoints.stream` with routing, guards, spans and token counts, as answers use it."""
    from kefu.llm import open_endpoints
    from kefu.settings import EndpointSettings, Settings
    from kefu.viewer import DataClass

    endpoint = EndpointSettings(
        name="mock",
        url=f"http://127.0.0.1:{port}/v1",
        model="mock",
        key=KEY,
        concurrency=connections,
    )
    async with open_endpoints(Settings(endpoints=(endpoint,))) as endpoints:

        async def ask() -> None:
            pieces = endpoints.stream(
                instructions=INSTRUCTIONS,
                prompt=PROMPT,
                max_tokens=100,
                data_class=DataClass.INTERNAL,
            )
            async with aclosing(pieces):
                said = [piece async for piece in pieces]
            assert len(said) == 20, said

        return await measure([ask] * connections, calls)


WAYS = {"direct": ask_by_hand, "kefu": ask_by_kefu, "litellm": ask_by_hand}


def run_way(way: str, port: int, connections: int, calls: int) -> dict[str, float]:
    """In a process of its own."""
    given = [way, str(port), str(connections), str(calls)]
    command = [sys.executable, __file__, "--worker", *given]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    result: dict[str, float] = json.loads(done.stdout.splitlines()[-1])
    return result


@contextmanager
def running(*command: str, port: int, log: Path) -> Iterator[None]:
    """A server, until it listens and while the context is open."""
    with log.open("wb") as out:
        process = subprocess.Popen(command, stdout=out, stderr=out, env=os.environ | PROXY)
    try:
        for _ in range(1200):
            with socket.socket() as probe:
                if not probe.connect_ex(("127.0.0.1", port)):
                    break
            if process.poll() is not None:
                sys.exit(f"{command[0]} ended: {log.read_text()[-2000:]}")
            time.sleep(0.1)
        yield
    finally:
        process.terminate()
        process.wait()


def install_litellm(folder: Path) -> Path:
    """Its executable, in an environment of its own: it wants other versions than Kefu."""
    found = folder / "venv" / "bin" / "litellm"
    if not found.exists():
        uv = str(Path(sys.executable).parent / "uv")
        subprocess.run([uv, "venv", "--quiet", "--clear", folder / "venv"], check=True)
        subprocess.run(
            [uv, "pip", "install", "--quiet", "--python", folder / "venv" / "bin" / "python",
             "--require-hashes", "--requirement", HERE / "litellm.txt"],
            check=True,
        )  # fmt: skip
    return found


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--calls", type=int, default=2000, help="Per way, connections and round.")
    parser.add_argument("--worker", nargs=4, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.worker:
        way, *numbers = options.worker
        print(json.dumps(asyncio.run(WAYS[way](*map(int, numbers)))))
        return
    folder = CACHE / "litellm"
    folder.mkdir(parents=True, exist_ok=True)
    litellm = install_litellm(folder)
    model, proxy = free_port(), free_port()
    config = folder / "config.yaml"
    config.write_text(LITELLM_CONFIG.format(port=model))
    with ExitStack() as stack:
        mock = [sys.executable, str(HERE / "mock_upstream.py"), str(model)]
        stack.enter_context(running(*mock, port=model, log=folder / "mock.log"))
        command = [str(litellm), "--config", str(config), "--host", "127.0.0.1"]
        command += ["--port", str(proxy)]
        stack.enter_context(running(*command, port=proxy, log=folder / "litellm.log"))
        compare({"direct": model, "kefu": model, "litellm": proxy}, options.calls)


def compare(ports: dict[str, int], calls: int) -> None:
    """Print one row a way and number of connections: the median of the rounds."""
    print("| connections | way | p50 ms | p99 ms | calls/s | adds p50 ms | adds p99 ms |")
    print("|---|---|---|---|---|---|---|")
    for connections in CONNECTIONS:
        rounds = [
            {way: run_way(way, port, connections, calls) for way, port in ports.items()}
            for _ in range(ROUNDS)
        ]
        for way in ports:
            p50, p99, rate = (
                median(each[way][key] for each in rounds) for key in ("p50", "p99", "rate")
            )
            adds = [
                median(each[way][key] - each["direct"][key] for each in rounds)
                for key in ("p50", "p99")
            ]
            print(
                f"| {connections} | {way} | {p50:.2f} | {p99:.2f} | {rate:.0f}"
                f" | {adds[0]:+.2f} | {adds[1]:+.2f} |",
                flush=True,
            )


if __name__ == "__main__":
    main()
