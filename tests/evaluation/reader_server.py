"""A model server that reads two texts as a test tells it to."""

import json
import re
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

from kefu.evaluation.readers import load_sentences
from tests.llm.misbehaving import Request, serve, stream

_TEXT = re.compile(r"<(first|second) (\S+)>\n(.*?)\n</\1 \2>", re.DOTALL)

Says = Callable[[str, str], str]

SAME = '{"difference": "", "same": "yes"}'
OTHER = '{"difference": "who pays", "same": "no"}'


def know(first: str, second: str) -> str:
    """What the labels of the sentences say; all other texts are the same."""
    others = {(each.before, each.other) for each in load_sentences()}
    return OTHER if {(first, second), (second, first)} & others else SAME


def agree(_first: str, _second: str) -> str:
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
    schemas: list[object] = field(default_factory=list)

    async def answer(self, request: Request, writer: object) -> None:
        """One call."""
        messages = request.body["messages"]
        texts = {found[1]: found[3] for found in _TEXT.finditer(messages[-1]["content"])}
        pair = texts["first"], texts["second"]
        self.asked.append(pair)
        self.schemas.append(request.body.get("response_format"))
        await stream(self.says(*pair))(request, writer)


@asynccontextmanager
async def serve_reader(says: Says) -> AsyncIterator[ReaderServer]:
    """One on a free port."""
    reader = ReaderServer(says)
    async with serve(reader.answer) as server:
        reader.url = server.url
        yield reader


def say(same: str, difference: str = "") -> str:
    """An answer in the form that is asked for."""
    return json.dumps({"difference": difference, "same": same})
