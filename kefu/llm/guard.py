"""The limits of one endpoint: breaker, queue, pace, budget, one careful retry."""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from time import perf_counter
from typing import TypeVar

from kefu.errors import ModelBusy, ModelRejected, ModelUnavailable
from kefu.llm.breaker import Breaker
from kefu.llm.budget import Budget, Reservation
from kefu.llm.endpoints import Endpoint
from kefu.llm.open_call import OpenCall
from kefu.llm.pace import Pace
from kefu.llm.slots import Slots
from kefu.llm.store import Connect

T = TypeVar("T")

RETRY_WITHIN_SECONDS = 1.0
"""A failure that took longer is not tried again here: somebody waits for the first word."""

JITTER_SECONDS = (0.1, 0.4)


@dataclass(frozen=True, slots=True, kw_only=True)
class Load:
    """What a call will take.

    Attributes:
        input_tokens, output_tokens: as counted beforehand.
        most_input_tokens: no tokenizer makes more of it.
    """

    input_tokens: int
    output_tokens: int
    most_input_tokens: int

    @property
    def tokens(self) -> int:
        """Of both."""
        return self.input_tokens + self.output_tokens


@dataclass(frozen=True, slots=True, kw_only=True)
class EndpointState:
    """What a process does with an endpoint at this moment.

    Attributes:
        is_left_alone: it failed repeatedly.
    """

    running_count: int
    waiting_count: int
    is_left_alone: bool


class Guard:
    """Lets calls to one endpoint through, within what it allows."""

    def __init__(self, endpoint: Endpoint, *, connect: Connect | None) -> None:
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

    @property
    def state(self) -> EndpointState:
        """Calls in flight and waiting, and whether it is left alone."""
        return EndpointState(
            running_count=self.slots.running_count,
            waiting_count=self.slots.waiting_count,
            is_left_alone=self.breaker.is_open,
        )

    @property
    def is_free(self) -> bool:
        """Whether a call need not wait and the endpoint is not left alone."""
        return self.slots.is_free and not self.breaker.is_open

    async def aclose(self) -> None:
        """Wait until what was spent is written down."""
        if self._budget is not None:
            await self._budget.aclose()

    @asynccontextmanager
    async def admit(
        self, call: OpenCall, load: Load, *, within_seconds: float | None = None
    ) -> AsyncIterator[None]:
        """Hold a place and the money while the context is open.

        With `within_seconds` it ends then; the endpoint is to blame once it was asked. A hedge is
        let in at once or not at all.

        Raises:
            ModelBusy: the limits are reached.
            BudgetSpent: the money is.
            ModelUnavailable: it failed too often a moment ago.
        """
        self.breaker.enter()
        try:
            async with self._timeout(within_seconds), AsyncExitStack() as stack:
                await stack.enter_async_context(self.slots.hold(may_wait=not call.is_hedge))
                self._pace.start(load.tokens)
                reservation = await self._reserve(load)
                stack.callback(self._settle, reservation, call)
                call.begin(load.input_tokens)
                yield
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
                self._pace.settle(counted=load.tokens, used=used)

    @asynccontextmanager
    async def _timeout(self, seconds: float | None) -> AsyncIterator[None]:
        try:
            async with asyncio.timeout(seconds):
                yield
        except TimeoutError:
            raise ModelUnavailable(
                f"Endpoint {self.endpoint.name} did not answer in {seconds:.1f} seconds."
            ) from None

    async def _reserve(self, load: Load) -> Reservation | None:
        if self._budget is None:
            return None
        micros = self.endpoint.prices.cost_micros(
            input_tokens=load.most_input_tokens, output_tokens=load.output_tokens
        )
        return await self._budget.reserve(micros or 0)

    def _settle(self, reservation: Reservation | None, call: OpenCall) -> None:
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
        self._budget.settle(reservation, spent_micros=spent)


class Retry:
    """One more try of a request that failed at once and before anything came of it."""

    def __init__(self, call: OpenCall) -> None:
        """Begin with the first try."""
        self._call = call
        self._started = perf_counter()
        self._is_first = True

    async def allow(self, error: ModelUnavailable, *, has_written: bool) -> None:
        """Wait a moment before the second try.

        Raises:
            ModelUnavailable: that error, when there is none.
        """
        is_quick = perf_counter() - self._started < RETRY_WITHIN_SECONDS
        self._call.was_refused = not has_written and (
            error.is_transient or isinstance(error, ModelRejected)
        )
        if has_written or not (self._is_first and is_quick and error.is_transient):
            raise error
        self._call.was_refused = self._is_first = False
        await asyncio.sleep(random.uniform(*JITTER_SECONDS))  # noqa: S311 - no secret


async def try_twice(call: OpenCall, ask: Callable[[], Awaitable[T]]) -> T:
    """What it answers, once more when it failed at once.

    Raises:
        ModelUnavailable: it failed for good.
    """
    retry = Retry(call)
    while True:
        try:
            return await ask()
        except ModelUnavailable as error:
            await retry.allow(error, has_written=False)
