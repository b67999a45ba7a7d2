"""A model server that reads two texts as a test tells it to."""

import math
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from kefu.evaluation.readers import load_sentences
from tests.llm.misbehaving import Request, serve, stream, weighed

_TEXT = re.compile(r"<(first|second) (\S+)>\n(.*?)\n</\1 \2>", re.DOTALL)

Says = Callable[[str, str], float | str]
"""Log-odds of yes, or what it writes on a server that tells no probabilities."""

SAME, OTHER = 5.0, -5.0


def know(first: str, second: str) -> float:
    """What the labels of the sentences say; all other texts are the same."""
    others = {(each.before, each.other) for each in load_sentences()}
    return OTHER if {(first, second), (second, first)} & others else SAME


def agree(_first: str, _second: str) -> float:
    """Everything is the same."""
    return SAME


def chat(_first: str, _second: str) -> str:
    """No answer at all."""
    return "Both sentences are well written!"


@dataclass
class ReaderServer:
    """Its address, what it was asked, and what it says, which a test may change."""

    says: Says
    url: str = ""
    asked: list[tuple[str, str]] = field(default_factory=list)

    async def answer(self, request: Request, writer: object) -> None:
        """One call."""
        messages = request.body["messages"]
        texts = {found[1]: found[3] for found in _TEXT.finditer(messages[-1]["content"])}
        pair = texts["first"], texts["second"]
        self.asked.append(pair)
        says = self.says(*pair)
        if isinstance(says, str):
            return await stream(says)(request, writer)
        yes = 1 / (1 + math.exp(-says))
        word = "yes" if says > 0 else "no"
        return await weighed(word, {"yes": yes, "no": 1 - yes})(request, writer)


@asynccontextmanager
async def serve_reader(says: Says) -> AsyncIterator[ReaderServer]:
    """One on a free port."""
    reader = ReaderServer(says)
    async with serve(reader.answer) as server:
        reader.url = server.url
        yield reader
