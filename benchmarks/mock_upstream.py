"""A model server that answers at once, always the same: what is measured beside it is overhead.

    python benchmarks/mock_upstream.py PORT

Speaks `POST /v1/chat/completions`, streamed or not, over kept connections, in a process of its own.
"""

import asyncio
import json
import sys

WORDS = [f"word{number} " for number in range(20)]
EVENT = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "mock"}
USAGE = {"prompt_tokens": 20, "completion_tokens": 20, "total_tokens": 40}


def _event(**changes: object) -> bytes:
    return f"data: {json.dumps(EVENT | changes)}\n\n".encode()


def _choice(delta: dict[str, str], finish: str | None) -> list[dict[str, object]]:
    return [{"index": 0, "delta": delta, "finish_reason": finish}]


def _chunked(data: bytes) -> bytes:
    return b"%x\r\n%s\r\n" % (len(data), data)


HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nTransfer-Encoding: chunked\r\n\r\n"
STREAM = [_event(choices=_choice({"role": "assistant", "content": word}, None)) for word in WORDS]
STREAM += [_event(choices=_choice({}, "stop")), _event(choices=[], usage=USAGE)]
STREAM += [b"data: [DONE]\n\n"]
ANSWER = HEAD + b"".join(map(_chunked, STREAM)) + b"0\r\n\r\n"


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        while True:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            await reader.readexactly(int(length or 0))
            writer.write(ANSWER)
            await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        writer.close()


async def main() -> None:
    server = await asyncio.start_server(_serve, "127.0.0.1", int(sys.argv[1]))
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
