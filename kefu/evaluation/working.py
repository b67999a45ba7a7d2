"""Several cases at a time, their results in order."""

import asyncio
from collections.abc import Awaitable, Callable, Sequence
from typing import TypeVar

from kefu.errors import KefuError

Given = TypeVar("Given")
Result = TypeVar("Result")


async def work_through(
    given: Sequence[Given],
    work: Callable[[Given], Awaitable[Result]],
    *,
    at_once: int,
    on_done: Callable[[int], None] = lambda _count: None,
) -> list[Result]:
    """What comes of each; the first that fails ends all.

    Raises:
        KefuError: that of the first.
    """
    results: dict[int, Result] = {}
    waiting = iter(enumerate(given))

    async def take() -> None:
        for place, each in waiting:
            results[place] = await work(each)
            on_done(len(results))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(min(at_once, len(given))):
                group.create_task(take())
    except* KefuError as problems:
        raise problems.exceptions[0] from None
    return [results[place] for place in sorted(results)]
