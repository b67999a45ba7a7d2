"""A model endpoint behind its limits: breaker, queue, pace, budget, one careful retry."""

import asyncio
import random
from collections.abc import AsyncGenerator
from contextlib import AsyncExitStack, aclosing
from dataclasses import dataclass
from time import perf_counter

from kefu.errors import ModelBusy, ModelRejected, ModelUnavailable
from kefu.llm.breaker import Breaker
from kefu.llm.budget import Budget, Reservation
from kefu.llm.chat import Wire
from kefu.llm.endpoints import Endpoint
from kefu.llm.open_call import OpenCall
from kefu.llm.pace import Pace
from kefu.llm.slots import Slots
from kefu.llm.store import Connect
from kefu.llm.tokens import TokenCounter

RETRY_WITHIN_SECONDS = 1.0
"""A failure that took longer is not tried again here: somebody waits for the first word."""

JITTER_SECONDS = (0.1, 0.4)
OVERHEAD_TOKENS = 64
"""Of the frame around messages, which the texts do not show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointState:
    """What a process does with an endpoint at this moment.

    Attributes:
        is_left_alone: it failed repeatedly.
    """

    running_count: int
    waiting_count: int
    is_left_alone: bool


class GuardedEndpoint:
    """Asks one endpoint, within what it allows."""

    def __init__(self, endpoint: Endpoint, wire: Wire, *, connect: Connect | None) -> None:
        """`connect` reaches the book of spending; it is needed where there is a budget."""
        limits = endpoint.settings
        self.endpoint = endpoint
        self.slots = Slots(
            endpoint.name,
            places=limits.concurrency,
            queue=limits.queue,
            wait_seconds=limits.queue_seconds,
        )
        self.breaker = Breaker(endpoint.name)
        self._pace = Pace(
            endpoint.name, requests=limits.requests_per_minute, tokens=limits.tokens_per_minute
        )
        self._budget = None
        if limits.budget_per_day is not None and connect is not None:
            self._budget = Budget(
                endpoint.name,
                per_day=limits.budget_per_day,
                currency=endpoint.prices.currency,
                connect=connect,
            )
        self._tokens = TokenCounter()
        self._wire = wire

    @property
    def state(self) -> EndpointState:
        """Calls in flight and waiting, and whether it is left alone."""
        return EndpointState(
            running_count=self.slots.running_count,
            waiting_count=self.slots.waiting_count,
            is_left_alone=self.breaker.is_open,
        )

    def count_tokens(self, text: str) -> int:
        """An estimate that learns from what the endpoint reports."""
        return self._tokens.count(text)

    async def stream(
        self, *, instructions: str, prompt: str, max_tokens: int, call: OpenCall
    ) -> AsyncGenerator[str, None]:
        """The text in pieces; `call` is told what was used.

        Raises:
            ModelRejected: the prompt has no room.
            ModelBusy: the limits are reached.
            BudgetSpent: the money is.
            ModelUnavailable: it failed.
        """
        counted = self.count_tokens(instructions + prompt) + OVERHEAD_TOKENS
        if counted + max_tokens > self.endpoint.settings.context_tokens:
            raise ModelRejected(
                f"{counted} tokens and an answer of {max_tokens} are more than endpoint"
                f" {self.endpoint.name} takes ({self.endpoint.settings.context_tokens})."
            )
        self.breaker.enter()
        try:
            async with AsyncExitStack() as stack:
                await stack.enter_async_context(self.slots.hold())
                self._pace.start(counted + max_tokens)
                reservation = await self._reserve(instructions + prompt, max_tokens)
                stack.push_async_callback(self._settle, reservation, call)
                call.begin(counted)
                pieces = self._ask_twice(instructions, prompt, max_tokens, call)
                async for piece in await stack.enter_async_context(aclosing(pieces)):
                    call.add(piece, self.count_tokens)
                    yield piece
                self._tokens.learn(instructions + prompt, call.usage.input_tokens)
                self.breaker.succeed()
        except (ModelBusy, ModelRejected):
            raise
        except ModelUnavailable:
            if call.has_begun:
                self.breaker.fail()
            raise
        finally:
            self.breaker.leave()
            if call.has_begun:
                used = call.input_tokens + call.output_tokens
                self._pace.settle(counted=counted + max_tokens, used=used)

    async def aclose(self) -> None:
        """Close its connections."""
        await self._wire.aclose()

    async def _ask_twice(
        self, instructions: str, prompt: str, max_tokens: int, call: OpenCall
    ) -> AsyncGenerator[str, None]:
        """Once more when it failed at once and before anything was written."""
        started = perf_counter()
        is_first = True
        while True:
            pieces = self._wire.stream(
                instructions=instructions, prompt=prompt, max_tokens=max_tokens, usage=call.usage
            )
            has_written = False
            try:
                async with aclosing(pieces):
                    async for piece in pieces:
                        has_written = True
                        yield piece
            except ModelUnavailable as error:
                is_quick = perf_counter() - started < RETRY_WITHIN_SECONDS
                call.was_refused = not has_written and (
                    error.is_transient or isinstance(error, ModelRejected)
                )
                if has_written or not (is_first and is_quick and error.is_transient):
                    raise
                call.was_refused = False
                is_first = False
                await asyncio.sleep(random.uniform(*JITTER_SECONDS))  # noqa: S311 - no secret
            else:
                return

    async def _reserve(self, text: str, max_tokens: int) -> Reservation | None:
        if self._budget is None:
            return None
        # No tokenizer makes more tokens than the text has bytes.
        most = len(text.encode()) + OVERHEAD_TOKENS
        micros = self.endpoint.prices.cost_micros(input_tokens=most, output_tokens=max_tokens)
        return await self._budget.reserve(micros or 0)

    async def _settle(self, reservation: Reservation | None, call: OpenCall) -> None:
        """Without reported tokens the whole reservation counts as spent."""
        if reservation is None or self._budget is None:
            return
        usage = call.usage
        spent = reservation.micros
        if call.was_refused or not call.has_begun:
            spent = 0
        elif usage.input_tokens is not None and usage.output_tokens is not None:
            cost = self.endpoint.prices.cost_micros(
                input_tokens=usage.input_tokens, output_tokens=usage.output_tokens
            )
            spent = cost or 0
        await asyncio.shield(self._budget.settle(reservation, spent_micros=spent))
