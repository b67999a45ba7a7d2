"""A language model behind an OpenAI-compatible `/v1/chat/completions`, streamed.

The stream is read here: a client that builds typed objects for each piece of text takes five times
as long (docs/decisions/0005-answers-are-streamed-without-a-client-library.md).
"""

import asyncio
import json
from collections.abc import AsyncGenerator, Iterator, Mapping
from contextlib import AsyncExitStack, contextmanager
from http import HTTPStatus
from typing import Any

import httpx2

from kefu.errors import ModelRejected, ModelUnavailable
from kefu.llm.calls import Usage
from kefu.llm.chat import NO_WISHES
from kefu.llm.completion_stream import CompletionStream
from kefu.llm.connections import open_connections
from kefu.llm.endpoints import Endpoint
from kefu.llm.failures import (
    MALFORMED,
    Place,
    explain_break,
    explain_nonsense,
    explain_silence,
    fail_with_status,
)
from kefu.llm.thinking import ThinkingFilter

MOST_CHARACTERS_PER_TOKEN = 16
"""A model that writes more than this times the tokens it was allowed does not stop by itself."""


class OpenAICompatibleWire:
    """Streams from any server that speaks the protocol."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Nothing is sent before `stream`."""
        self._endpoint = endpoint
        self._settings = settings = endpoint.settings
        self._place = Place.of(endpoint)
        self._url = f"{endpoint.url}/chat/completions"
        longest = max(settings.first_token_seconds, settings.between_tokens_seconds)
        self._connections = open_connections(endpoint.url, timeout_seconds=longest)
        self._headers = {
            "Content-Type": "application/json",
            "Accept": "text/event-stream",
            "Accept-Encoding": "identity",  # packed, pieces would wait for one another
        }
        if settings.key is not None:
            self._headers["Authorization"] = f"Bearer {settings.key.get_secret_value()}"
        self._refused = frozenset[str]()

    async def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        usage: Usage,
        wishes: Mapping[str, Any] = NO_WISHES,
    ) -> AsyncGenerator[str, None]:
        """The text in pieces as they come.

        Raises:
            ModelUnavailable: at any step.
        """
        left = max_tokens * MOST_CHARACTERS_PER_TOKEN
        thinking, has_shown = ThinkingFilter(), False
        async with AsyncExitStack() as stack:
            body = self._write_body(instructions, prompt, max_tokens)
            with self._explained():
                async with asyncio.timeout(self._settings.first_token_seconds):
                    answer = await self._ask(stack, body, wishes)
                    deltas = await answer.read()
            while deltas:
                for delta in deltas:
                    left -= len(delta.text) + len(delta.thought)
                    if left < 0:
                        raise ModelUnavailable(
                            f"{self._place.subject} does not stop where it should."
                        )
                    if shown := thinking.feed(delta.text):
                        has_shown = True
                        yield shown
                with self._explained():
                    async with asyncio.timeout(self._settings.between_tokens_seconds):
                        deltas = await answer.read()
            with self._explained():
                await answer.finish(usage)
        if rest := thinking.flush():
            yield rest
        elif not has_shown:
            raise ModelUnavailable(f"{self._place.subject} answered nothing.")

    async def reach(self) -> Endpoint:
        """The endpoint to ask for more than text."""
        return self._endpoint

    async def aclose(self) -> None:
        """Close the connections."""
        await self._connections.aclose()

    def _write_body(self, instructions: str, prompt: str, max_tokens: int) -> dict[str, Any]:
        messages = [{"role": "system", "content": instructions}] if instructions else []
        return {
            "model": self._endpoint.model,
            "messages": [*messages, {"role": "user", "content": prompt}],
            "max_tokens": max_tokens,
            "temperature": 0.0,
            "stream": True,
            "stream_options": {"include_usage": True},
        }

    async def _ask(
        self, stack: AsyncExitStack, body: dict[str, Any], wishes: Mapping[str, Any]
    ) -> CompletionStream:
        """Ask again without the wishes where the server does not take them, and remember that."""
        wished = {name: wishes[name] for name in wishes.keys() - self._refused}
        try:
            return await self._post(stack, body | wished)
        except ModelRejected:
            if not wished:
                raise
        answer = await self._post(stack, body)
        self._refused |= wished.keys()
        return answer

    async def _post(self, stack: AsyncExitStack, body: dict[str, Any]) -> CompletionStream:
        sent = json.dumps(body).encode()
        opening = self._connections.stream("POST", self._url, content=sent, headers=self._headers)
        try:
            response = await stack.enter_async_context(opening)
        except httpx2.TimeoutException:
            raise
        except httpx2.TransportError as error:
            raise ModelUnavailable(explain_break(self._place), is_transient=True) from error
        if response.status_code != HTTPStatus.OK:
            await response.aclose()
            raise fail_with_status(response.status_code, self._place)
        return CompletionStream(response)

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except (TimeoutError, httpx2.TimeoutException) as error:
            raise ModelUnavailable(explain_silence(self._place)) from error
        except httpx2.TransportError as error:
            raise ModelUnavailable(explain_break(self._place)) from error
        except (httpx2.HTTPError, httpx2.InvalidURL, *MALFORMED) as error:
            raise ModelUnavailable(explain_nonsense(self._place)) from error
