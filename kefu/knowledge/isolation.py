"""Parsing in processes of their own, so that a bad file harms nothing but itself."""

import asyncio
import contextlib
import dataclasses
import json
import sys
import time
from collections.abc import AsyncGenerator
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from kefu.errors import BadInput, KefuError, TooLarge, Unavailable
from kefu.parsing import LENGTH_BYTES, ParsedDocument, ParseLimits, PrintedText, shown
from kefu.settings import IngestSettings

_START_SECONDS = 120.0
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
            Unavailable: no process could be started.
        """
        worker = await self._idle.get()
        try:
            async with contextlib.aclosing(worker.parse(path)) as batches:
                async for batch in batches:
                    for document in batch:
                        yield document
        finally:
            self._idle.put_nowait(worker)


class _Worker:
    """One process at a time, kept as long as each file ends with a message that says so."""

    def __init__(self, limits: ParseLimits) -> None:
        self._limits = limits
        self._process: asyncio.subprocess.Process | None = None

    async def parse(self, path: Path) -> AsyncGenerator[list[ParsedDocument], None]:
        """Give the file's documents in batches."""
        is_healthy = False
        try:
            process = await self._running()
            await self._send(process, path)
            remaining_seconds = self._limits.parse_seconds
            while True:
                asked_at = time.monotonic()
                message = await asyncio.wait_for(_receive(process), remaining_seconds)
                remaining_seconds -= time.monotonic() - asked_at
                is_healthy = message["kind"] in ("done", "BadInput", "TooLarge")
                if message["kind"] == "done":
                    return
                if message["kind"] != "documents":
                    raise self._failure(path, message["kind"], message["text"])
                yield [_document(fields) for fields in message["documents"]]
        except TimeoutError as error:
            raise self._failure(path, "timeout") from error
        except (asyncio.IncompleteReadError, ConnectionError) as error:
            raise self._failure(path, "crash") from error
        finally:
            if not is_healthy:
                await self.stop()

    async def stop(self) -> None:
        """End the process at once and wait until it is gone."""
        process, self._process = self._process, None
        if process is not None:
            with contextlib.suppress(ProcessLookupError):
                process.kill()
            await process.communicate()

    async def _running(self) -> asyncio.subprocess.Process:
        if self._process is not None and self._process.returncode is None:
            return self._process
        await self.stop()
        self._process = process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "kefu.parsing.worker"),
            stdin=asyncio.subprocess.PIPE,
            stdout=asyncio.subprocess.PIPE,
            stderr=asyncio.subprocess.DEVNULL,
        )
        try:
            await asyncio.wait_for(_receive(process), _START_SECONDS)
        except (TimeoutError, asyncio.IncompleteReadError) as error:
            raise Unavailable("The process that parses files does not start.") from error
        return process

    async def _send(self, process: asyncio.subprocess.Process, path: Path) -> None:
        request = {"path": str(path), "limits": dataclasses.asdict(self._limits)}
        if process.stdin is not None:
            process.stdin.write(json.dumps(request).encode("ascii") + b"\n")
            await process.stdin.drain()

    def _failure(self, path: Path, kind: str, text: str = "") -> KefuError:
        limits, name = self._limits, shown(path)
        match kind:
            case "BadInput":
                return BadInput(text)
            case "TooLarge":
                return TooLarge(text)
            case "timeout":
                return TooLarge(
                    f"{name} took longer than {limits.parse_seconds:g} seconds to parse; "
                    "split it or raise ingest.parse_seconds."
                )
            case "memory":
                return TooLarge(
                    f"{name} needs more than {limits.parse_memory_mb} MB to parse; "
                    "split it or raise ingest.parse_memory_mb."
                )
            case "unforeseen":
                return BadInput(f"{name} broke its parser ({text}); {_ADVICE}.")
            case _:
                return BadInput(f"{name} crashed its parser; {_ADVICE}.")


def _document(fields: dict[str, Any]) -> ParsedDocument:
    printed = tuple(
        PrintedText(text=each["text"], page=each["page"], box=tuple(each["box"]))
        for each in fields.pop("printed")
    )
    return ParsedDocument(**fields, printed=printed)


async def _receive(process: asyncio.subprocess.Process) -> dict[str, Any]:
    if process.stdout is None:
        raise ConnectionResetError
    length = int.from_bytes(await process.stdout.readexactly(LENGTH_BYTES), "big")
    message: dict[str, Any] = json.loads(await process.stdout.readexactly(length))
    return message
