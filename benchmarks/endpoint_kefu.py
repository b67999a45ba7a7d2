"""The mock model asked through Kefu's `Endpoints.stream`.

    python benchmarks/endpoint_kefu.py PORT CONNECTIONS CALLS [--kept]
    python benchmarks/endpoint_kefu.py PORT --serve PORT

In the process of the caller, or as a proxy: an OpenAI-compatible server of a few lines which stands
here alone, so that there is a way over HTTP to hold beside the litellm proxy. With --kept, each
call reserves and settles money in PostgreSQL, and its spans are written there.
"""

import argparse
import asyncio
import json
from collections.abc import AsyncGenerator, AsyncIterator
from contextlib import AsyncExitStack, aclosing, asynccontextmanager
from pathlib import Path
from tempfile import TemporaryDirectory

import uvicorn
from endpoint_calls import INSTRUCTIONS, KEY, MAX_TOKENS, PROMPT, drain, measure
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import StreamingResponse
from starlette.routing import Route

from kefu.db import open_database
from kefu.llm import Endpoints, open_endpoints
from kefu.settings import EndpointSettings, Settings
from kefu.tracing.buffer import SpanBuffer
from kefu.tracing.provider import install
from kefu.tracing.redaction import Redaction
from kefu.tracing.sinks import open_sinks
from kefu.viewer import DataClass

MOST_CONNECTIONS = 256


@asynccontextmanager
async def opened(port: int, *, is_kept: bool) -> AsyncIterator[Endpoints]:
    """The mock model as an endpoint; spans are made as they are in `kefu serve`."""
    money = {"budget_per_day": 1_000_000, "input_price": 1, "output_price": 2}
    endpoint = EndpointSettings.model_validate(
        {
            "name": "mock",
            "url": f"http://127.0.0.1:{port}/v1",
            "model": "mock",
            "key": KEY,
            "concurrency": MOST_CONNECTIONS,
        }
        | (money if is_kept else {})
    )
    relay = install()
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory()))
        settings, connect = Settings(endpoints=(endpoint,), data_dir=folder), None
        if is_kept:
            database = await stack.enter_async_context(open_database(settings))
            connect = database.connection
            for sink in open_sinks(settings.tracing, database.url):
                buffer = SpanBuffer(sink, size=10_000, prepare=Redaction().apply)
                stack.callback(buffer.close)
                relay.listeners.append(buffer.add)
        yield await stack.enter_async_context(open_endpoints(settings, connect=connect))


def stream(endpoints: Endpoints, prompt: str) -> AsyncGenerator[str, None]:
    """As answers are written."""
    return endpoints.stream(
        instructions=INSTRUCTIONS,
        prompt=prompt,
        max_tokens=MAX_TOKENS,
        data_class=DataClass.INTERNAL,
    )


async def ask_here(port: int, connections: int, calls: int, *, is_kept: bool) -> dict[str, float]:
    """In this process."""
    async with opened(port, is_kept=is_kept) as endpoints:

        async def ask() -> float:
            async with aclosing(stream(endpoints, PROMPT)) as pieces:
                return await drain(pieces)

        return await measure([ask] * connections, calls)


async def serve(port: int, own_port: int) -> None:
    """`POST /v1/chat/completions`, streamed, through the endpoint layer."""

    async def complete(request: Request) -> StreamingResponse:
        body = await request.json()
        prompt = body["messages"][-1]["content"]
        return StreamingResponse(write(prompt), media_type="text/event-stream")

    async def write(prompt: str) -> AsyncIterator[bytes]:
        frame = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "mock"}
        async with aclosing(stream(endpoints, prompt)) as pieces:
            async for piece in pieces:
                choice = {"index": 0, "delta": {"content": piece}, "finish_reason": None}
                yield b"data: %s\n\n" % json.dumps(frame | {"choices": [choice]}).encode()
        last = {"index": 0, "delta": {}, "finish_reason": "stop"}
        yield b"data: %s\n\ndata: [DONE]\n\n" % json.dumps(frame | {"choices": [last]}).encode()

    async with opened(port, is_kept=False) as endpoints:
        app = Starlette(routes=[Route("/v1/chat/completions", complete, methods=["POST"])])
        config = uvicorn.Config(app, port=own_port, loop="asyncio", http="h11", log_level="warning")
        await uvicorn.Server(config).serve()


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("numbers", nargs="+", type=int)
    parser.add_argument("--kept", action="store_true")
    parser.add_argument("--serve", type=int)
    options = parser.parse_args()
    if options.serve:
        asyncio.run(serve(*options.numbers, options.serve))
    else:
        print(json.dumps(asyncio.run(ask_here(*options.numbers, is_kept=options.kept))))


if __name__ == "__main__":
    main()
