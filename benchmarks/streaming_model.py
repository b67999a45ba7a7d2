"""A model server that reads as reader_model.py does and streams as fast as people expect.

    python benchmarks/streaming_model.py PORT

Speaks `POST /v1/chat/completions`, streamed or not: a first token after FIRST_SECONDS, then
TOKENS_A_SECOND. The caller can work out how long the model alone took for what it received.
"""

import asyncio
import json
import re
import sys

from reader_model import EVENT, HEAD, read

FIRST_SECONDS = 0.3
TOKENS_A_SECOND = 30
TOKEN = re.compile(r"[\u3400-\u9fff]|\[\d+\]|[^\W\d_]+\s*|\d+\s*|[^\w\[]\s*|.", re.S)


def split_tokens(text: str) -> list[str]:
    """About as a model's tokenizer: words, figures, marks, single Chinese characters."""
    return TOKEN.findall(text)


def model_seconds(text: str) -> float:
    """How long the model takes until this text is written."""
    return FIRST_SECONDS + (len(split_tokens(text)) - 1) / TOKENS_A_SECOND


async def _serve(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    try:
        head = (await reader.readuntil(b"\r\n\r\n")).lower()
        length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
        asked = json.loads(await reader.readexactly(int(length or 0)))
        begun = asyncio.get_running_loop().time()
        roles = {each["role"]: each["content"] for each in asked["messages"]}
        tokens = split_tokens(read(roles.get("system", ""), roles["user"]))
        writer.write(HEAD)
        for number, token in enumerate(tokens):
            due = begun + FIRST_SECONDS + number / TOKENS_A_SECOND
            await asyncio.sleep(due - asyncio.get_running_loop().time())
            writer.write(_event({"content": token}, None))
        usage = {"prompt_tokens": 1000, "completion_tokens": len(tokens), "total_tokens": 1000}
        writer.write(_event({}, "stop") + _line({"choices": [], "usage": usage}))
        writer.write(b"data: [DONE]\n\n")
        await writer.drain()
    except (asyncio.IncompleteReadError, ConnectionError):
        pass
    finally:
        writer.close()


def _event(delta: dict[str, str], finish: str | None) -> bytes:
    return _line({"choices": [{"index": 0, "delta": delta, "finish_reason": finish}]})


def _line(changes: dict[str, object]) -> bytes:
    return f"data: {json.dumps(EVENT | changes)}\n\n".encode()


async def main() -> None:
    """Serve until told to stop."""
    server = await asyncio.start_server(_serve, "127.0.0.1", int(sys.argv[1]), limit=2**22)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
