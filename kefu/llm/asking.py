"""Endpoints asked in their order, and what became of each call told to whoever wants to know."""

import asyncio
import logging
from collections.abc import AsyncGenerator, Awaitable, Callable, Iterator
from contextlib import aclosing, contextmanager
from typing import TypeVar

from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.llm.calls import CallOutcome, OnCall
from kefu.llm.endpoints import Endpoint
from kefu.llm.open_call import OpenCall
from kefu.llm.routing import Decision

T = TypeVar("T")

log = logging.getLogger(__name__)


async def ask_in_turn(
    decision: Decision,
    ask: Callable[[Endpoint, OpenCall], Awaitable[T]],
    *,
    on_call: OnCall,
) -> T:
    """What the first endpoint answers that does, of those that may see it.

    Raises:
        ModelForbidden: none may.
        ModelUnavailable: none did.
    """
    if not decision.allowed:
        raise ModelForbidden(decision.reason)
    problem, before = ModelUnavailable("Nobody was asked."), None
    for endpoint in decision.allowed:
        call = OpenCall(endpoint, data_class=decision.data_class, fallback_from=before)
        try:
            with told(call, on_call):
                return await ask(endpoint, call)
        except ModelUnavailable as error:
            problem, before = error, endpoint.name
    raise problem


async def watch(
    pieces: AsyncGenerator[str, None],
    call: OpenCall,
    *,
    first_within_seconds: float,
    on_call: OnCall,
) -> AsyncGenerator[str, None]:
    """The pieces; tells how the call went, however it ends."""
    with told(call, on_call):
        async with aclosing(pieces):
            try:
                async with asyncio.timeout(first_within_seconds):
                    piece = await anext(pieces, None)
            except TimeoutError:
                raise ModelUnavailable(f"{call.subject} did not answer in time.") from None
            while piece is not None:
                yield piece
                piece = await anext(pieces, None)


@contextmanager
def told(call: OpenCall, on_call: OnCall) -> Iterator[None]:
    """Close the call however it ends, and tell of it."""
    outcome, problem = CallOutcome.STOPPED, None
    try:
        yield
        outcome = CallOutcome.DONE
    except ModelUnavailable as error:
        log.info("%s: %s", call.subject, error)
        outcome, problem = CallOutcome.FAILED, str(error)
        raise
    finally:
        on_call(call.finish(outcome, problem=problem))
