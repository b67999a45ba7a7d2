"""The answer of `/v1/chat/completions` as it is streamed, in chunks of the OpenAI protocol."""

import asyncio
import json
import math
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from httpx2 import Response, TransportError

from kefu.llm.calls import Usage
from kefu.llm.server_sent_events import EventReader

DONE = b"[DONE]"
LAST_BYTES_SECONDS = 0.1
"""After the last event comes the end of the body, without which the connection cannot be kept."""


@dataclass(frozen=True, slots=True)
class Delta:
    """What a chunk adds: text to show, or what the model thinks aloud."""

    text: str
    thought: str


class CompletionStream:
    """Reads one answer; all that comes at once is taken at once."""

    def __init__(self, response: Response) -> None:
        """Nothing is read yet."""
        self._received = response.aiter_bytes()
        self._events = EventReader()
        self._has_ended = False
        self._is_complete = False
        self._usage: Any = None
        self._alternatives: list[dict[str, float]] = []

    async def read(self) -> list[Delta]:
        """What comes next, at least one delta; none at the end.

        Raises:
            HTTPError: the connection broke.
            ValueError: this is no answer, or it reports an error.
        """
        while not self._has_ended:
            received = await anext(self._received, None)
            if received is None:
                self._has_ended = True
                deltas = self._read_all(self._events.finish())
            else:
                deltas = self._read_all(self._events.feed(received))
            if deltas:
                return deltas
        return []

    async def finish(self, usage: Usage) -> None:
        """Tell the tokens that were reported, and leave the connection as the next call wants it.

        Raises:
            ValueError: the answer was cut off.
        """
        if not self._is_complete:
            raise ValueError("without a finish_reason an answer was cut off")
        if isinstance(self._usage, dict):
            given, written = (
                self._usage.get(name) for name in ("prompt_tokens", "completion_tokens")
            )
            if _is_count(given) and _is_count(written) and given:
                usage.input_tokens, usage.output_tokens = given, written
        usage.alternatives = self._alternatives
        with suppress(TimeoutError, TransportError):
            async with asyncio.timeout(LAST_BYTES_SECONDS):
                async for _ in self._received:
                    pass

    def _read_all(self, events: Iterable[bytes]) -> list[Delta]:
        deltas = []
        for event in events:
            if event.startswith(DONE):
                self._has_ended = True
                break
            delta = self._read_one(json.loads(event))
            if delta.text or delta.thought:
                deltas.append(delta)
        return deltas

    def _read_one(self, chunk: Any) -> Delta:
        """Raises what `failures.MALFORMED` names where it is no chunk."""
        if chunk.get("error"):
            raise ValueError("the server reports an error in the middle of its answer")
        self._usage = chunk.get("usage") or self._usage
        if not chunk.get("choices"):
            return Delta("", "")
        choice = chunk["choices"][0]
        self._is_complete = self._is_complete or bool(choice.get("finish_reason"))
        self._alternatives += _read_alternatives(choice.get("logprobs"))
        delta = choice.get("delta") or {}
        text = delta.get("content") or ""
        thought = delta.get("reasoning_content") or delta.get("reasoning") or ""
        if not (isinstance(text, str) and isinstance(thought, str)):
            raise TypeError("text is no string")
        return Delta(text, thought)


def _read_alternatives(logprobs: Any) -> list[dict[str, float]]:
    return [
        {each["token"]: math.exp(each["logprob"]) for each in token.get("top_logprobs") or ()}
        for token in (logprobs or {}).get("content") or ()
    ]


def _is_count(value: object) -> bool:
    return isinstance(value, int) and not isinstance(value, bool) and value >= 0
