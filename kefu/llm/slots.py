"""Places for calls in flight, with a fair and bounded queue before them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kefu.errors import ModelBusy


class Slots:
    """Lets so many calls in at once; those waiting are served in the order they came."""

    def __init__(self, name: str, *, places: int, queue: int, wait_seconds: float) -> None:
        self._name = name
        self._free = asyncio.Semaphore(places)
        self._queue = queue
        self._wait_seconds = wait_seconds
        self.waiting_count = 0
        self.running_count = 0

    @property
    def is_free(self) -> bool:
        """Whether a call would be let in at once."""
        return not self._free.locked()

    @asynccontextmanager
    async def hold(self, *, may_wait: bool = True) -> AsyncIterator[None]:
        """Hold a place while the context is open.

        Raises:
            ModelBusy: the queue is full, or no place became free in time.
        """
        if not (self.is_free or may_wait):
            raise ModelBusy(f"Endpoint {self._name} has no free place.")
        if not self.is_free and self.waiting_count >= self._queue:
            raise ModelBusy(f"Endpoint {self._name} is busy and its queue is full.")
        self.waiting_count += 1
        try:
            async with asyncio.timeout(self._wait_seconds):
                await self._free.acquire()
        except TimeoutError:
            raise ModelBusy(
                f"Endpoint {self._name} had no free place for {self._wait_seconds:g} seconds."
            ) from None
        finally:
            self.waiting_count -= 1
        self.running_count += 1
        try:
            yield
        finally:
            self.running_count -= 1
            self._free.release()
