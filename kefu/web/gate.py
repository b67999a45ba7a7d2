"""A limit on how much is done at the same time."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kefu.errors import Unavailable


class Gate:
    """Lets so many in at once; the others wait, but not for ever."""

    def __init__(self, places: int, *, wait_seconds: float) -> None:
        self._places = asyncio.Semaphore(places)
        self._wait_seconds = wait_seconds

    @asynccontextmanager
    async def enter(self) -> AsyncIterator[None]:
        """Hold a place for as long as the context is open.

        Raises:
            Unavailable: no place became free in time.
        """
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._places.acquire()
        except TimeoutError:
            raise Unavailable(
                "Too many questions are being answered right now. Please try again in a moment."
            ) from None
        try:
            yield
        finally:
            self._places.release()
