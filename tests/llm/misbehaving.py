"""A real HTTP server on the loopback that does what a test tells it to, however wrong."""

import asyncio
import json
import math
from collections.abc import AsyncIterator, Awaitable, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass, field

SSE = "text/event-stream"
JSON = "application/json"


@dataclass
class Request:
    """What arrived; `gone` is set when the client hangs up, `body` empty unless it was JSON."""

    path: str
    headers: dict[str, str]
    body: dict[str, object]
    sent: bytes = b""
    gone: asyncio.Event = field(default_factory=asyncio.Event)


Behaviour = Callable[[Request, asyncio.StreamWriter], Awaitable[None]]


@dataclass
class Server:
    """Its address, what it was asked, and what its clients still hold open."""

    url: str
    requests: list[Request] = field(default_factory=list)
    open_count: int = 0
    changed: asyncio.Condition = field(default_factory=asyncio.Condition)

    async def wait_until_idle(self) -> None:
        """Until every client has hung up."""
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: not self.open_count)

    async def wait_until_asked(self) -> None:
        """Until a request has arrived."""
        async with asyncio.timeout(5), self.changed:
            await self.changed.wait_for(lambda: self.requests)

    async def tell(self) -> None:
        """Wake those who wait."""
        async with self.changed:
            self.changed.notify_all()


@asynccontextmanager
async def serve(behaviour: Behaviour) -> AsyncIterator[Server]:
    """A server on a free port; one request a connection."""

    async def handle(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        server.open_count += 1
        with suppress(ConnectionError, asyncio.IncompleteReadError):
            request = await _read_request(reader)
            server.requests.append(request)
            await server.tell()
            watching = asyncio.create_task(_watch(reader, request.gone))
            await behaviour(request, writer)
            await writer.drain()
            watching.cancel()
        writer.close()
        with suppress(ConnectionError):
            await writer.wait_closed()
        server.open_count -= 1
        await server.tell()

    listening = await asyncio.start_server(handle, "127.0.0.1", 0)
    port = listening.sockets[0].getsockname()[1]
    server = Server(url=f"http://127.0.0.1:{port}/v1")
    async with listening:
        yield server


def respond(
    body: str | bytes, *, status: int = 200, content_type: str = JSON, header: str | None = None
) -> Behaviour:
    """The whole body at once, `header` as in `Retry-After: 5` among the headers."""
    more = [header] if header else []

    async def behaviour(_request: Request, writer: asyncio.StreamWriter) -> None:
        data = body.encode() if isinstance(body, str) else body
        writer.write(_head(status, content_type, f"Content-Length: {len(data)}", *more) + data)

    return behaviour


def stream(*deltas: str | dict[str, object], finish: str | None = "stop") -> Behaviour:
    """A proper stream of these texts (or raw delta objects)."""

    async def behaviour(_request: Request, writer: asyncio.StreamWriter) -> None:
        begin_stream(writer)
        for delta in deltas:
            writer.write(chunk(delta))
            await writer.drain()
        if finish:
            writer.write(chunk({}, finish=finish) + b"data: [DONE]\n\n")

    return behaviour


async def hang(request: Request, _writer: asyncio.StreamWriter) -> None:
    """Nothing, until the client gives up."""
    await request.gone.wait()


def hang_after(*deltas: str | dict[str, object], finish: str | None = None) -> Behaviour:
    """A stream of these, or its head alone, that does not end."""

    async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
        await stream(*deltas, finish=finish)(request, writer)
        await writer.drain()
        await request.gone.wait()

    return behaviour


def break_after(*deltas: str | dict[str, object]) -> Behaviour:
    """A stream of these whose connection is reset."""

    async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
        await stream(*deltas, finish=None)(request, writer)
        writer.transport.abort()

    return behaviour


async def priced(_request: Request, writer: asyncio.StreamWriter) -> None:
    """An answer of which 20 tokens in and 10 out are reported."""
    begin_stream(writer)
    writer.write(chunk("fine") + chunk({}, finish="stop") + _usage(20, 10) + b"data: [DONE]\n\n")
    await writer.drain()


def begin_stream(writer: asyncio.StreamWriter) -> None:
    """The head of a stream without a stated length: it ends when the connection does."""
    writer.write(_head(200, SSE, "Cache-Control: no-cache"))


def weighed(text: str, *chances: dict[str, float]) -> Behaviour:
    """An answer, and for each of its tokens what could have stood there, if that is asked for."""

    async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
        begin_stream(writer)
        tokens = chances if request.body.get("logprobs") else ()
        writer.write(chunk(text, chances=tokens) + chunk({}, finish="stop") + b"data: [DONE]\n\n")
        await writer.drain()

    return behaviour


def chunk(
    delta: str | dict[str, object],
    *,
    finish: str | None = None,
    chances: Sequence[dict[str, float]] = (),
) -> bytes:
    """One event of the stream."""
    content = {"content": delta} if isinstance(delta, str) else delta
    choice: dict[str, object] = {"index": 0, "delta": content, "finish_reason": finish}
    if chances:
        tokens = [
            [{"token": token, "logprob": math.log(chance)} for token, chance in each.items()]
            for each in chances
        ]
        choice["logprobs"] = {"content": [each[0] | {"top_logprobs": each} for each in tokens]}
    event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return f"data: {json.dumps(event | {'choices': [choice]}, ensure_ascii=False)}\n\n".encode()


def _usage(input_tokens: int, output_tokens: int) -> bytes:
    said = {"prompt_tokens": input_tokens, "completion_tokens": output_tokens}
    said["total_tokens"] = input_tokens + output_tokens
    event = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "m"}
    return f"data: {json.dumps(event | {'choices': [], 'usage': said})}\n\n".encode()


def _head(status: int, content_type: str, *extra: str) -> bytes:
    lines = (f"HTTP/1.1 {status} X", f"Content-Type: {content_type}", *extra, "Connection: close")
    return ("\r\n".join(lines) + "\r\n\r\n").encode()


async def _read_request(reader: asyncio.StreamReader) -> Request:
    head = (await reader.readuntil(b"\r\n\r\n")).decode().split("\r\n")
    headers = {k.lower(): v for k, _, v in (line.partition(": ") for line in head[1:] if line)}
    sent = await reader.readexactly(int(headers.get("content-length", 0)))
    is_json = headers.get("content-type", JSON) == JSON
    body = json.loads(sent or b"{}") if is_json else {}
    return Request(path=head[0].split()[1], headers=headers, body=body, sent=sent)


async def _watch(reader: asyncio.StreamReader, gone: asyncio.Event) -> None:
    with suppress(ConnectionError):
        while await reader.read(1024):
            pass
    gone.set()
