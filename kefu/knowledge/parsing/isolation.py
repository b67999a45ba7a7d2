"""Parsing in processes of their own, so that a bad file harms nothing but itself."""

import asyncio
import contextlib
import json
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kefu.errors import BadInput, TooLarge
from kefu.knowledge.parsing.limits import ParseLimits, shown
from kefu.knowledge.parsing.wire import LENGTH_BYTES, from_wire
from kefu.knowledge.records import ParsedDocument
from kefu.settings import IngestSettings

_ERRORS = {"BadInput": BadInput, "TooLarge": TooLarge}
_ADVICE = "save it again from its program, or convert it to another format"


class ParserPool:
    """Processes that parse files, as many as `settings.workers`, each started when first needed.

    A file that takes too long, eats the memory, crashes the interpreter or raises something
    unforeseen ends as an error of that file alone; its process is replaced. Documents come while
    the file is being parsed, and the process waits when nobody takes them. The processes end with
    this one, however it ends.
    """

    def __init__(self, settings: IngestSettings) -> None:
        limits = ParseLimits(
            max_file_mb=settings.max_file_mb,
            max_unpacked_mb=settings.max_unpacked_mb,
            parse_seconds=settings.parse_seconds,
            parse_memory_mb=settings.parse_memory_mb,
        )
        self._workers = [_Worker(limits) for _ in range(settings.workers)]
        self._idle = asyncio.LifoQueue[_Worker]()

    async def __aenter__(self) -> Self:
        for worker in self._workers:
            self._idle.put_nowait(worker)
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for worker in self._workers:
            await worker.stop()

    async def parse(self, path: Path) -> AsyncGenerator[ParsedDocument, None]:
        """Parse one file, waiting for a free process first.

        Close it (`contextlib.aclosing`) when not all documents are taken.

        Raises:
            BadInput: as `parse_file`, or the file broke its parser.
            TooLarge: as `parse_file`, or it needed more time or memory than allowed.
        """
        worker = await self._idle.get()
        is_healthy = False
        try:
            async with contextlib.aclosing(worker.parse(path)) as batches:
                async for batch in batches:
                    for document in batch:
                        yield document
            is_healthy = True
        except (BadInput, TooLarge):
            is_healthy = True
            raise
        finally:
            if not is_healthy:
                worker.kill()
            self._idle.put_nowait(worker)


class _Worker:
    """One process at a time; started when needed, and again after it was stopped."""

    def __init__(self, limits: ParseLimits) -> None:
        self._limits = limits
        self._process: asyncio.subprocess.Process | None = None

    async def parse(self, path: Path) -> AsyncGenerator[list[ParsedDocument], None]:
        """Give the file's documents in batches."""
        process = await self._running()
        remaining_seconds = self._limits.parse_seconds
        try:
            await _send(process, {"path": str(path)})
            while True:
                asked_at = time.monotonic()
                async with asyncio.timeout(remaining_seconds):
                    message = await _receive(process)
                remaining_seconds -= time.monotonic() - asked_at
                if "done" in message:
                    return
                if "error" in message:
                    raise _ERRORS[message["error"]](message["text"])
                yield [ParsedDocument(**fields) for fields in message["documents"]]
        except TimeoutError as error:
            await self.stop()
            raise TooLarge(
                f"{shown(path)} took longer than {self._limits.parse_seconds:g} seconds to parse; "
                f"split it or raise ingest.parse_seconds."
            ) from error
        except _Unforeseen as error:
            await self.stop()
            raise BadInput(f"{shown(path)} broke its parser ({error}); {_ADVICE}.") from error
        except _OutOfMemory as error:
            await self.stop()
            raise TooLarge(
                f"{shown(path)} needs more than {self._limits.parse_memory_mb} MB to parse; "
                "split it or raise ingest.parse_memory_mb."
            ) from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            await self.stop()
            raise BadInput(f"{shown(path)} crashed its parser; {_ADVICE}.") from error

    def kill(self) -> None:
        """End the process, if there is one, without waiting for it to be gone."""
        if self._process is not None:
            with contextlib.suppress(ProcessLookupError):
                self._process.kill()

    async def stop(self) -> None:
        """End the process, if there is one."""
        self.kill()
        process, self._process = self._process, None
        if process is not None:
            _, _ = await process.communicate()

    async def _running(self) -> asyncio.subprocess.Process:
        return self._process or await self._start()


