"""What every way to the mock model is measured with; needs the standard library alone.

python benchmarks/endpoint_calls.py PORT CONNECTIONS CALLS
"""

import asyncio
import json
import resource
import sys
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence

WORDS = 20
KEY = "sk-benchmark"
MAX_TOKENS = 100
PROMPT = "How many days do I have to send the parcel back, and who pays for it?"
INSTRUCTIONS = "You answer customers of a shop, briefly and politely."
MESSAGES = [
    {"role": "system", "content": INSTRUCTIONS},
    {"role": "user", "content": PROMPT},
]
BODY = {
    "model": "mock",
    "stream": True,
    "stream_options": {"include_usage": True},
    "messages": MESSAGES,
    "max_tokens": MAX_TOKENS,
    "temperature": 0.0,
}

Ask = Callable[[], Awaitable[float]]
"""Asks once; returns when the first word came, as `perf_counter` tells it."""


async def measure(asks: Sequence[Ask], calls: int) -> dict[str, float]:
    """Every connection asks one call after another: milliseconds, and calls a second."""
    await asyncio.gather(*(ask() for ask in asks))
    first, whole = list[float](), list[float]()
    left = iter(range(calls))

    async def work(ask: Ask) -> None:
        for _ in left:
            started = time.perf_counter()
            first_at = await ask()
            first.append((first_at - started) * 1000)
            whole.append((time.perf_counter() - started) * 1000)

    cpu_before, started = read_cpu_seconds(), time.perf_counter()
    await asyncio.gather(*map(work, asks))
    return {
        "first p50": rank(first, 0.5),
        "first p99": rank(first, 0.99),
        "whole p50": rank(whole, 0.5),
        "whole p99": rank(whole, 0.99),
        "rate": calls / (time.perf_counter() - started),
        "cpu": (read_cpu_seconds() - cpu_before) / calls * 1000,
    }


async def drain(pieces: AsyncIterator[str]) -> float:
    """When the first of the words came; all must come."""
    said, first_at = "", 0.0
    async for piece in pieces:
        first_at = first_at or time.perf_counter()
        said += piece
    assert said.count("word") == WORDS, said
    return first_at


async def ask_by_hand(port: int, connections: int, calls: int) -> dict[str, float]:
    """Bytes over kept connections, nothing parsed: the least that a call can take."""
    body = json.dumps(BODY).encode()
    head = f"POST /v1/chat/completions HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {KEY}"
    head += f"\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
    streams = [await asyncio.open_connection("127.0.0.1", port) for _ in range(connections)]

    def caller(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> Ask:
        async def ask() -> float:
            writer.write(head.encode() + body)
            said, first_at = b"", 0.0
            while not said.endswith(b"\r\n0\r\n\r\n"):
                received = await reader.read(65536)
                assert received, said
                said += received
                if not first_at and b"word0" in said:
                    first_at = time.perf_counter()
            assert b" 200 " in said[:16], said[:300]
            assert said.count(b'"word') == WORDS, said
            return first_at

        return ask

    measured = await measure([caller(*each) for each in streams], calls)
    for _, writer in streams:
        writer.close()
    return measured


def read_cpu_seconds() -> float:
    """Of this process."""
    used = resource.getrusage(resource.RUSAGE_SELF)
    return used.ru_utime + used.ru_stime


def rank(values: list[float], share: float) -> float:
    """The value that so many are not above (nearest rank)."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


if __name__ == "__main__":
    print(json.dumps(asyncio.run(ask_by_hand(*map(int, sys.argv[1:])))))
