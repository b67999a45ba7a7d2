"""A language model behind an OpenAI-compatible `/v1/chat/completions`, streamed."""

import asyncio
from collections.abc import AsyncGenerator, AsyncIterator, Iterator
from contextlib import AsyncExitStack, contextmanager
from typing import Any

from openai import OpenAIError
from pydantic_ai.direct import model_request_stream
from pydantic_ai.exceptions import (
    AgentRunError,
    ModelConnectionError,
    ModelHTTPError,
    ModelTimeoutError,
)
from pydantic_ai.messages import (
    ModelRequest,
    ModelResponseStreamEvent,
    PartDeltaEvent,
    PartStartEvent,
    TextPart,
    TextPartDelta,
    ThinkingPart,
    ThinkingPartDelta,
    UserPromptPart,
)
from pydantic_ai.models import StreamedResponse
from pydantic_ai.models.openai import OpenAIChatModel, OpenAIChatModelSettings
from pydantic_ai.profiles.openai import OpenAIModelProfile
from pydantic_ai.providers.openai_compatible import OpenAICompatibleProvider

from kefu.errors import ModelRejected, ModelUnavailable
from kefu.llm.calls import Usage
from kefu.llm.endpoints import Endpoint
from kefu.llm.failures import MALFORMED, Place, explain, fail_with_status
from kefu.llm.http import open_client
from kefu.llm.structured import response_format
from kefu.llm.thinking import ThinkingFilter

Events = AsyncIterator[ModelResponseStreamEvent]

MOST_CHARACTERS_PER_TOKEN = 16
"""A model that writes more than this times the tokens it was allowed does not stop by itself."""
NEVER_SENT_TAGS = ("\0", "\0")
"""Keeps the library from looking for <think>: it sees only tags that arrive as one delta."""

PROFILE = OpenAIModelProfile(
    thinking_tags=NEVER_SENT_TAGS,
    openai_chat_streaming_requires_finish_reason=True,
    openai_chat_supports_max_completion_tokens=False,
)
"""An answer without a finish reason was cut off; `max_tokens` is what all servers understand."""


class OpenAICompatibleWire:
    """Streams from any server that speaks the protocol."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Nothing is sent before `stream`."""
        self._settings = settings = endpoint.settings
        self._place = Place.of(endpoint)
        longest = max(settings.first_token_seconds, settings.between_tokens_seconds)
        self._client = open_client(endpoint.url, settings.key, timeout_seconds=longest, tries=1)
        provider = OpenAICompatibleProvider("kefu", openai_client=self._client, profile=PROFILE)
        self._model = OpenAIChatModel(endpoint.model, provider=provider)
        self._takes_schema = True

    async def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        usage: Usage,
        schema: dict[str, Any] | None = None,
    ) -> AsyncGenerator[str, None]:
        """The text in pieces as they come.

        Raises:
            ModelUnavailable: at any step.
        """
        request = ModelRequest(parts=[UserPromptPart(prompt)], instructions=instructions)
        limit = _Limit(max_tokens, self._place)
        thinking = ThinkingFilter()
        async with AsyncExitStack() as stack:
            settings = self._ask_for(max_tokens, schema)
            async for event in self._events(stack, request, settings, usage):
                limit.count(event)
                if shown := thinking.feed(_text(event)):
                    limit.has_shown = True
                    yield shown
        if rest := thinking.flush():
            yield rest
        elif not limit.has_shown:
            raise ModelUnavailable(f"{self._place.subject} answered nothing.")

    async def open_model(self) -> OpenAIChatModel:
        """For requests that want more than text."""
        return self._model

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    def _ask_for(self, max_tokens: int, schema: dict[str, Any] | None) -> OpenAIChatModelSettings:
        asked = OpenAIChatModelSettings(max_tokens=max_tokens, temperature=0.0)
        if schema is not None and self._takes_schema:
            asked["extra_body"] = {"response_format": response_format("answer", schema)}
        return asked

    async def _open(
        self, stack: AsyncExitStack, request: ModelRequest, asked: OpenAIChatModelSettings
    ) -> StreamedResponse:
        """Ask again without a schema where the server does not take one, and remember that."""
        try:
            with self._explained():
                return await stack.enter_async_context(
                    model_request_stream(self._model, [request], model_settings=asked)
                )
        except ModelRejected:
            if asked.pop("extra_body", None) is None:
                raise
        with self._explained():
            response = await stack.enter_async_context(
                model_request_stream(self._model, [request], model_settings=asked)
            )
        self._takes_schema = False
        return response

    async def _events(
        self,
        stack: AsyncExitStack,
        request: ModelRequest,
        asked: OpenAIChatModelSettings,
        usage: Usage,
    ) -> Events:
        seconds = self._settings.first_token_seconds
        with self._explained():
            async with asyncio.timeout(seconds):
                response = await self._open(stack, request, asked)
                events = aiter(response)
                event = await anext(events, None)
        while event is not None:
            yield event
            with self._explained():
                async with asyncio.timeout(self._settings.between_tokens_seconds):
                    event = await anext(events, None)
        reported = response.usage
        if reported.input_tokens:
            usage.input_tokens = reported.input_tokens
            usage.output_tokens = reported.output_tokens

    @contextmanager
    def _explained(self) -> Iterator[None]:
        try:
            yield
        except ModelHTTPError as error:
            raise fail_with_status(error.status_code, self._place) from error
        except ModelTimeoutError as error:
            raise ModelUnavailable(explain(TimeoutError(), self._place)) from error
        except ModelConnectionError as error:
            cause = error.__cause__ or error
            raise ModelUnavailable(explain(cause, self._place), is_transient=True) from error
        except (AgentRunError, OpenAIError, TimeoutError, *MALFORMED) as error:
            raise ModelUnavailable(explain(error, self._place)) from error


class _Limit:
    """Ends a stream that goes on and on."""

    def __init__(self, max_tokens: int, place: Place) -> None:
        self.has_shown = False
        self._left = max_tokens * MOST_CHARACTERS_PER_TOKEN
        self._place = place

    def count(self, event: ModelResponseStreamEvent) -> None:
        """Count thinking as well as text.

        Raises:
            ModelUnavailable: it was too much.
        """
        self._left -= len(_text(event)) + len(_thought(event))
        if self._left < 0:
            raise ModelUnavailable(f"{self._place.subject} does not stop where it should.")


def _text(event: ModelResponseStreamEvent) -> str:
    match event:
        case PartStartEvent(part=TextPart(content=content)):
            return content
        case PartDeltaEvent(delta=TextPartDelta(content_delta=content)):
            return content
        case _:
            return ""


def _thought(event: ModelResponseStreamEvent) -> str:
    match event:
        case PartStartEvent(part=ThinkingPart(content=content)):
            return content
        case PartDeltaEvent(delta=ThinkingPartDelta(content_delta=str(content))):
            return content
        case _:
            return ""
