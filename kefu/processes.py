"""Several processes that do the same work; one that ends unasked is replaced."""

import asyncio
import logging
import multiprocessing
import signal
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from multiprocessing.context import SpawnProcess

Work = Callable[[], None]
"""What each process does; it is pickled, and ends in order when its process gets SIGTERM."""

OnEnd = Callable[[int], None]

LOG_FORMAT = "%(levelname)s %(name)s: %(message)s"
SPAWN = multiprocessing.get_context("spawn")
STOP_SECONDS = 30.0
"""For a process to end by itself after SIGTERM; then it is killed."""

FIRST_PAUSE_SECONDS = 0.5
LONGEST_PAUSE_SECONDS = 30.0
"""Before one that ends again and again is replaced."""

SETTLED_SECONDS = 60.0
"""A process that lived so long ended for a reason of its own; the pauses begin anew."""

log = logging.getLogger(__name__)


async def keep_processes(work: Work, *, count: int, on_end: OnEnd) -> None:
    """Have so many processes at work until this one is told to stop (SIGINT, SIGTERM).

    `on_end` hears which process has ended unasked.
    """
    async with _told_to_stop() as stop, asyncio.TaskGroup() as tasks:
        for _ in range(count):
            tasks.create_task(_keep_one(work, stop, on_end))


def is_orphan() -> bool:
    """Whether this is such a process, and the one that began it is gone."""
    parent = multiprocessing.parent_process()
    return parent is not None and not parent.is_alive()


@asynccontextmanager
async def _told_to_stop() -> AsyncIterator[asyncio.Event]:
    stop, loop = asyncio.Event(), asyncio.get_running_loop()
    for each in (signal.SIGINT, signal.SIGTERM):
        loop.add_signal_handler(each, stop.set)
    try:
        yield stop
    finally:
        for each in (signal.SIGINT, signal.SIGTERM):
            loop.remove_signal_handler(each)


async def _keep_one(work: Work, stop: asyncio.Event, on_end: OnEnd) -> None:
    loop, pause = asyncio.get_running_loop(), FIRST_PAUSE_SECONDS
    while not stop.is_set():
        process, begun = SPAWN.Process(target=work), loop.time()
        process.start()
        await _wait_for_end(process, stop)
        if stop.is_set():
            await _end(process)
            return
        process.join()
        if process.pid is not None:
            on_end(process.pid)
        pause = FIRST_PAUSE_SECONDS if loop.time() - begun > SETTLED_SECONDS else pause
        log.error("Process %s ended (%s); another one follows.", process.pid, process.exitcode)
        await _sleep(pause, stop)
        pause = min(2 * pause, LONGEST_PAUSE_SECONDS)


async def _wait_for_end(process: SpawnProcess, stop: asyncio.Event) -> None:
    """Until the process ends, or it is time to stop."""
    loop, ended = asyncio.get_running_loop(), asyncio.Event()
    loop.add_reader(process.sentinel, ended.set)
    waiting = [asyncio.create_task(each.wait()) for each in (ended, stop)]
    try:
        await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    finally:
        loop.remove_reader(process.sentinel)
        for each in waiting:
            each.cancel()


async def _sleep(seconds: float, stop: asyncio.Event) -> None:
    waiting = asyncio.create_task(stop.wait())
    await asyncio.wait([waiting], timeout=seconds)
    waiting.cancel()


async def _end(process: SpawnProcess) -> None:
    process.terminate()
    await asyncio.to_thread(process.join, STOP_SECONDS)
    if process.is_alive():
        process.kill()
        await asyncio.to_thread(process.join)
