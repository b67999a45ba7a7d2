"""Answers as chat completions: whole, or as the chunks of a stream."""

import json
import re
import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

from pydantic import TypeAdapter

from kefu.answering import Citation, Sentence
from kefu.chatbot.linking import link_source
from kefu.chatbot.plain_text import write_out
from kefu.chatbot.records import ChatAnswer
from kefu.chatbot.turns import ChatEvent
from kefu.llm import estimate_tokens

ANSWER = TypeAdapter(ChatAnswer)
MARKER = re.compile(r"\[(\d+)\]")
DONE = b"data: [DONE]\n\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Frame:
    """What all of one completion has in common.

    Attributes:
        model: as the client called it.
        prompt_tokens: of all messages that were sent, estimated.
        site: what links to sources begin with.
    """

    model: str
    prompt_tokens: int
    site: str
    id: str = field(default_factory=lambda: f"chatcmpl-{uuid4().hex}")
    created: int = field(default_factory=lambda: int(time.time()))


def build_completion(frame: Frame, answer: ChatAnswer) -> dict[str, Any]:
    """The whole answer as one completion."""
    content = write_out(answer)
    message = {
        "role": "assistant",
        "content": content,
        "refusal": None,
        "annotations": annotate(content, answer.citations, site=frame.site),
    }
    choice = {"index": 0, "message": message, "logprobs": None, "finish_reason": "stop"}
    return {
        **_head(frame, "chat.completion"),
        "choices": [choice],
        "usage": _count(frame, content),
        "kefu": ANSWER.dump_python(answer, mode="json"),
    }


async def stream_chunks(
    frame: Frame, events: AsyncGenerator[ChatEvent, None], *, wants_usage: bool
) -> AsyncGenerator[bytes, None]:
    """The chunks of a completion as server-sent events, each piece when it was verified.

    The last one with a choice holds the annotations and, as `kefu`, the whole answer.
    """
    sent = ""
    head = _head(frame, "chat.completion.chunk") | ({"usage": None} if wants_usage else {})
    yield _encode(head, [_choose({"role": "assistant", "content": "", "refusal": None})])
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Sentence):
                sent += event.text
                yield _encode(head, [_choose({"content": event.text})])
            elif isinstance(event, ChatAnswer):
                content = sent or write_out(event)
                if not sent:
                    yield _encode(head, [_choose({"content": content})])
                notes = annotate(content, event.citations, site=frame.site)
                end = _choose({"annotations": notes} if notes else {}, finish_reason="stop")
                yield _encode(head, [end], kefu=ANSWER.dump_python(event, mode="json"))
                if wants_usage:
                    yield _encode(head, [], usage=_count(frame, content))
    yield DONE


def annotate(content: str, citations: Sequence[Citation], *, site: str) -> list[dict[str, Any]]:
    """One annotation for each marker in the text, which leads to what it cites."""
    return list(_annotate(content, {each.marker: each for each in citations}, site))


def _annotate(content: str, cited: Mapping[int, Citation], site: str) -> Iterator[dict[str, Any]]:
    for found in MARKER.finditer(content):
        citation = cited.get(int(found[1]))
        if citation is not None:
            yield {
                "type": "url_citation",
                "url_citation": {
                    "start_index": found.start(),
                    "end_index": found.end(),
                    "title": citation.title,
                    "url": link_source(citation, site=site),
                },
            }


def _head(frame: Frame, kind: str) -> dict[str, Any]:
    return {"id": frame.id, "object": kind, "created": frame.created, "model": frame.model}


def _choose(delta: dict[str, Any], *, finish_reason: str | None = None) -> dict[str, Any]:
    return {"index": 0, "delta": delta, "logprobs": None, "finish_reason": finish_reason}


def _count(frame: Frame, content: str) -> dict[str, int]:
    written = estimate_tokens(content)
    return {
        "prompt_tokens": frame.prompt_tokens,
        "completion_tokens": written,
        "total_tokens": frame.prompt_tokens + written,
    }


def _encode(head: Mapping[str, Any], choices: Sequence[Mapping[str, Any]], **more: Any) -> bytes:
    chunk = {**head, "choices": choices, **more}
    return f"data: {json.dumps(chunk, ensure_ascii=False)}\n\n".encode()
