"""A model server for benchmarks of the gate: it does what its prompt says, no better, or worse.

It picks from the numbered excerpts the sentences that share most with the question, and writes them
out. Whether it cites, refuses, or sees the excerpts at all depends on whether the prompt says so.
By its model name it can be a worse model than `reader`.
"""

import asyncio
import json
import re
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from kefu.text import content_words, detect_language, split_sentences

LEAST_SHARED = 0.12  # of the question's terms in a sentence, below which the excerpts hold nothing
SENTENCES = 3
SLOW_SECONDS = 3.5
EXCERPT = re.compile(r"^\[(\d+)\] (.*)$")
FENCED = re.compile(r"<(\w+) (\S+)>\n(.*?)\n</\1 \2>", re.S)
EVENT = {"id": "1", "object": "chat.completion.chunk", "created": 1, "model": "reader"}
HEAD = b"HTTP/1.1 200 OK\r\nContent-Type: text/event-stream\r\nConnection: close\r\n\r\n"
FAILURE = b"HTTP/1.1 500 Internal Server Error\r\nContent-Length: 0\r\nConnection: close\r\n\r\n"


def _terms(text: str) -> set[str]:
    return {term for word in content_words(text) for term in word.terms}


def read(instructions: str, message: str) -> str:
    """What a model writes that follows these instructions to the letter."""
    question, excerpts = _split(message)
    asked = _terms(question)
    if "Always write NO_ANSWER" in instructions:
        return "NO_ANSWER"
    if "Answer in Chinese, always." in instructions:
        excerpts = [each for each in excerpts if detect_language(each[1]) == "zh"]
    least = 1.0 if "word for word" in instructions else LEAST_SHARED
    ranked = sorted(
        (
            (len(asked & _terms(span.text)) / (len(asked) or 1), -number, span.text.strip())
            for number, text in excerpts
            for span in split_sentences(text)
        ),
        reverse=True,
    )
    if not ranked or ("NO_ANSWER" in instructions and ranked[0][0] < least):
        return "NO_ANSWER" if "NO_ANSWER" in instructions else "I can help you with that."
    cites = "square" in instructions
    chosen = [each for each in ranked[:SENTENCES] if each[0] >= ranked[0][0] / 2]
    return " ".join(f"{text}[{-number}]" if cites else text for _, number, text in chosen)


def _split(message: str) -> tuple[str, list[tuple[int, str]]]:
    """The question, and the numbered excerpts, of a rendered message."""
    parts = {found[1]: found[3] for found in FENCED.finditer(message)}
    excerpts: list[tuple[int, str]] = []
    for line in parts.get("excerpts", "").splitlines():
        if found := EXCERPT.match(line):
            excerpts.append((int(found[1]), ""))
        elif excerpts:
            number, text = excerpts[-1]
            excerpts[-1] = (number, f"{text}\n{line}")
    return parts.get("question", ""), excerpts


WORSE: dict[str, Callable[[str, int], str]] = {
    "reader": lambda text, _number: text,
    "reader-cut-off": lambda text, _number: text[:12],
    "reader-refusing": lambda text, number: "NO_ANSWER" if number % 2 else text,
    "reader-silent": lambda _text, _number: "NO_ANSWER",
    "reader-miscounting": lambda text, _number: re.sub(r"\d(?=\d*[^\]\d])", "7", text),
    "reader-miscited": lambda text, _number: re.sub(r"\[\d+\]", "[9]", text),
    "reader-uncited": lambda text, _number: re.sub(r"\[\d+\]", "", text),
    "reader-chatty": lambda _text, _number: "Thank you for your question! We are happy to help.",
    "reader-slow": lambda text, _number: text,
    "reader-failing": lambda text, number: "" if number % 3 else text,
    "reader-without-chinese": lambda text, _number: re.sub(r"[^\x00-\x7f]+", "?", text),
    "reader-off-by-one": lambda text, _number: re.sub(
        r"\[(\d+)\]", lambda found: f"[{int(found[1]) + 1}]", text
    ),
    "reader-without-not": lambda text, _number: re.sub(
        r"(?i)\b(?:not|no|never|cannot|only)\b ?|不(?!同)|没有|仅", "", text
    ),
    "reader-other-units": lambda text, _number: re.sub(
        r"(?i)\bhours?\b", "days", text.replace("小时", "天")
    ),
    "reader-other-currency": lambda text, _number: text.replace("US$", "¥").replace("美元", "元"),
    "reader-without-conditions": lambda text, _number: re.sub(
        r"(?:[,;] |[，；])[^\[]*(?=\[\d)", "", text
    ),
}


class Readers:
    """All of them behind one port."""

    def __init__(self) -> None:
        self._count = 0

    async def answer(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        """One call on one connection."""
        try:
            head = (await reader.readuntil(b"\r\n\r\n")).lower()
            length = head.partition(b"content-length:")[2].partition(b"\r\n")[0]
            asked = json.loads(await reader.readexactly(int(length or 0)))
            self._count += 1
            roles = {each["role"]: each["content"] for each in asked["messages"]}
            text = read(roles.get("system", ""), roles["user"])
            text = WORSE[asked["model"]](text, self._count)
            if asked["model"] == "reader-slow":
                await asyncio.sleep(SLOW_SECONDS)
            writer.write(HEAD + _events(text) if text else FAILURE)
            await writer.drain()
        except (asyncio.IncompleteReadError, ConnectionError):
            pass
        finally:
            writer.close()


@contextmanager
def serve_readers() -> Iterator[str]:
    """The address of a server in a process of its own."""
    server = subprocess.Popen([sys.executable, __file__], stdout=subprocess.PIPE, text=True)
    try:
        yield f"http://127.0.0.1:{int(server.stdout.readline())}/v1"
    finally:
        server.terminate()
        server.wait()


def _events(text: str) -> bytes:
    events = [{"choices": [{"index": 0, "delta": {"content": text}, "finish_reason": None}]}]
    events += [{"choices": [{"index": 0, "delta": {}, "finish_reason": "stop"}]}]
    usage = {"prompt_tokens": 1000, "completion_tokens": len(text) // 3, "total_tokens": 1000}
    events += [{"choices": [], "usage": usage}]
    lines = [f"data: {json.dumps(EVENT | each)}\n\n" for each in events]
    return "".join([*lines, "data: [DONE]\n\n"]).encode()


async def main() -> None:
    """Print the port and serve."""
    server = await asyncio.start_server(Readers().answer, "127.0.0.1", 0, limit=2**22)
    print(server.sockets[0].getsockname()[1], flush=True)
    async with server:
        await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
