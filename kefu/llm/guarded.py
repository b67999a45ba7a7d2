"""Model endpoints behind their limits, one kind a purpose."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from functools import partial
from typing import Any, Self

from kefu.errors import ModelRejected, ModelUnavailable
from kefu.llm.chat import NO_WISHES, Wire
from kefu.llm.endpoints import Endpoint
from kefu.llm.guard import EndpointState, Guard, Load, Retry, try_twice
from kefu.llm.open_call import OpenCall
from kefu.llm.recording import Recording
from kefu.llm.store import Connect
from kefu.llm.tokens import TokenCounter, estimate_tokens
from kefu.llm.vectors import Vectors
from kefu.llm.wires import (
    open_embedding_wire,
    open_rerank_wire,
    open_transcription_wire,
    open_wire,
)

__all__ = [
    "EndpointState",
    "GuardedEmbedder",
    "GuardedEndpoint",
    "GuardedReranker",
    "GuardedTranscriber",
]

OVERHEAD_TOKENS = 64
"""Of the frame around messages, which the texts do not show."""


class GuardedEndpoint(Guard):
    """Has one endpoint write, within what it allows."""

    def __init__(self, endpoint: Endpoint, wire: Wire, *, connect: Connect | None) -> None:
        """As a guard, with what speaks to the model."""
        super().__init__(endpoint, connect=connect)
        self._tokens = TokenCounter()
        self._wire = wire

    @classmethod
    def open(cls, endpoint: Endpoint, *, connect: Connect | None) -> Self:
        """Raises as `open_wire`."""
        return cls(endpoint, open_wire(endpoint), connect=connect)

    def count_tokens(self, text: str) -> int:
        """An estimate that learns from what the endpoint reports."""
        return self._tokens.count(text)

    async def stream(
        self,
        *,
        instructions: str,
        prompt: str,
        max_tokens: int,
        call: OpenCall,
        wishes: Mapping[str, Any] = NO_WISHES,
    ) -> AsyncGenerator[str, None]:
        """The text in pieces; `call` is told what was used.

        Raises:
            ModelRejected: the prompt has no room.
            ModelBusy: the limits are reached.
            BudgetSpent: the money is.
            ModelUnavailable: it failed.
        """
        text = instructions + prompt
        counted = self.count_tokens(text) + OVERHEAD_TOKENS
        if counted + max_tokens > self.endpoint.settings.context_tokens:
            raise ModelRejected(
                f"{counted} tokens and an answer of {max_tokens} are more than endpoint"
                f" {self.endpoint.name} takes ({self.endpoint.settings.context_tokens})."
            )
        load = Load(
            input_tokens=counted,
            output_tokens=max_tokens,
            most_input_tokens=_most_tokens(text),
        )
        ask = partial(
            self._wire.stream,
            instructions=instructions,
            prompt=prompt,
            max_tokens=max_tokens,
            usage=call.usage,
            wishes=wishes,
        )
        async with self.admit(call, load), aclosing(_stream_twice(call, ask)) as pieces:
            async for piece in pieces:
                call.add(piece, self.count_tokens)
                yield piece
            self._tokens.learn(text, call.usage.input_tokens)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._wire.aclose()
        await super().aclose()


class GuardedEmbedder(Guard):
    """Has one endpoint turn texts into vectors, within what it allows."""

    def __init__(self, endpoint: Endpoint, *, connect: Connect | None) -> None:
        """As a guard; nothing is sent yet."""
        super().__init__(endpoint, connect=connect)
        self._wire = open_embedding_wire(endpoint)

    @classmethod
    def open(cls, endpoint: Endpoint, *, connect: Connect | None) -> Self:
        """Nothing is asked of it yet."""
        return cls(endpoint, connect=connect)

    async def embed(self, texts: Sequence[str], *, call: OpenCall) -> Vectors:
        """One row a text, in order; raises as `GuardedEndpoint.stream`."""
        counted = [estimate_tokens(text) for text in texts]
        if max(counted) > self.endpoint.settings.context_tokens:
            raise ModelRejected(
                f"A text of {max(counted)} tokens is more than endpoint {self.endpoint.name} takes"
                f" ({self.endpoint.settings.context_tokens})."
            )
        load = Load(
            input_tokens=sum(counted),
            output_tokens=0,
            most_input_tokens=sum(map(_most_tokens, texts)),
        )
        async with self.admit(call, load):
            return await try_twice(call, partial(self._wire.embed, texts, usage=call.usage))

    async def aclose(self) -> None:
        """Close its connections."""
        await self._wire.aclose()
        await super().aclose()


class GuardedReranker(Guard):
    """Has one endpoint score texts, within what it allows."""

    def __init__(self, endpoint: Endpoint, *, connect: Connect | None) -> None:
        """As a guard; nothing is sent yet."""
        super().__init__(endpoint, connect=connect)
        self._wire = open_rerank_wire(endpoint)

    @classmethod
    def open(cls, endpoint: Endpoint, *, connect: Connect | None) -> Self:
        """Nothing is asked of it yet."""
        return cls(endpoint, connect=connect)

    async def rerank(
        self,
        query: str,
        texts: Sequence[str],
        *,
        call: OpenCall,
        within_seconds: float | None = None,
    ) -> list[float]:
        """One score a text; raises as `GuardedEndpoint.stream`."""
        longest = estimate_tokens(query) + max(map(estimate_tokens, texts))
        if longest > self.endpoint.settings.context_tokens:
            raise ModelRejected(
                f"Question and text take {longest} tokens, more than endpoint"
                f" {self.endpoint.name} takes ({self.endpoint.settings.context_tokens})."
            )
        # The question is read, and paid for, once with each text.
        load = Load(
            input_tokens=len(texts) * estimate_tokens(query) + sum(map(estimate_tokens, texts)),
            output_tokens=0,
            most_input_tokens=len(texts) * _most_tokens(query) + sum(map(_most_tokens, texts)),
        )
        ask = partial(self._wire.rerank, query, texts, usage=call.usage)
        async with self.admit(call, load, within_seconds=within_seconds):
            return await try_twice(call, ask)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._wire.aclose()
        await super().aclose()


class GuardedTranscriber(Guard):
    """Has one endpoint write down what is said, within what it allows."""

    def __init__(self, endpoint: Endpoint, *, connect: Connect | None) -> None:
        """As a guard; nothing is sent yet."""
        super().__init__(endpoint, connect=connect)
        self._wire = open_transcription_wire(endpoint)

    @classmethod
    def open(cls, endpoint: Endpoint, *, connect: Connect | None) -> Self:
        """Nothing is asked of it yet."""
        return cls(endpoint, connect=connect)

    async def transcribe(self, recording: Recording, *, call: OpenCall) -> str:
        """What is said; raises as `GuardedEndpoint.stream`."""
        load = Load(input_tokens=0, output_tokens=0, most_input_tokens=0)
        async with self.admit(call, load):
            ask = partial(self._wire.transcribe, recording, usage=call.usage)
            text = await try_twice(call, ask)
            call.add(text, estimate_tokens)
            return text

    async def aclose(self) -> None:
        """Close its connections."""
        await self._wire.aclose()
        await super().aclose()


async def _stream_twice(
    call: OpenCall, ask: "partial[AsyncGenerator[str, None]]"
) -> AsyncGenerator[str, None]:
    """Once more when it failed at once and before anything was written."""
    retry = Retry(call)
    while True:
        has_written = False
        try:
            async with aclosing(ask()) as pieces:
                async for piece in pieces:
                    has_written = True
                    yield piece
        except ModelUnavailable as error:
            await retry.allow(error, has_written=has_written)
        else:
            return


def _most_tokens(text: str) -> int:
    """No tokenizer makes more tokens than the text has bytes."""
    return len(text.encode()) + OVERHEAD_TOKENS
