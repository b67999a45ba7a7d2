"""What serving costs this machine: time of the processor and memory, by who takes it."""

import asyncio
import time
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
import psutil

MEGABYTE = 1 << 20
MINUTE = 60.0
T_95 = 1.96


class Watched:
    """The processes of a server, and the database that works for it in a data folder."""

    def __init__(self, server: psutil.Process, data: Path | None = None) -> None:
        self._server = server
        self._data = data

    @property
    def server(self) -> list[psutil.Process]:
        """The one that was started and all that it started."""
        return [self._server, *self._server.children(recursive=True)]

    @property
    def database(self) -> list[psutil.Process]:
        """The postmaster, first, and its backends; nothing where there is none."""
        if self._data is None:
            return []
        number = (self._data / "postgres" / "postmaster.pid").read_text().split()[0]
        postmaster = psutil.Process(int(number))
        return [postmaster, *postmaster.children()]

    def cpu_seconds(self) -> dict[str, float]:
        """Taken so far: by event loops, by other threads (embedding, traces), by the database."""
        loops, whole = 0.0, 0.0
        for each in self.server:
            threads = {one.id: one.user_time + one.system_time for one in each.threads()}
            loops += threads.get(each.pid, 0.0)
            whole += sum(each.cpu_times()[:2])
        database = self.database
        taken = sum(_own_seconds(each) for each in database)
        taken += sum(sum(each.cpu_times()[2:4]) for each in database[:1])  # backends that ended
        return {"event loop": loops, "other threads": whole - loops, "database": taken}

    def resident(self) -> dict[str, float]:
        """Bytes resident, by process of the server that is no mere helper."""
        held = {each.pid: each.memory_info().rss for each in self.server}
        return {str(pid): float(size) for pid, size in held.items() if size > 64 * MEGABYTE}

    def memory(self) -> float:
        """Bytes that all of them hold for themselves; what PostgreSQL shares counts for nobody."""
        return sum(map(_unique, [*self.server, *self.database]))


def _own_seconds(process: psutil.Process) -> float:
    try:
        return float(sum(process.cpu_times()[:2]))
    except psutil.NoSuchProcess:
        return 0.0


def _unique(process: psutil.Process) -> float:
    try:
        return float(process.memory_full_info().uss)
    except psutil.NoSuchProcess:
        return 0.0


async def tell_memory(watched: Watched, told: Callable[[], str]) -> None:
    """Print every minute what each process holds, and at the end how fast it grew."""
    begun = time.perf_counter()
    seen: list[tuple[float, dict[str, float]]] = []
    try:
        while True:
            minute = (time.perf_counter() - begun) / MINUTE
            sizes = watched.resident() | {"all": watched.memory()}
            seen.append((minute, sizes))
            shown = "  ".join(f"{name} {size / MEGABYTE:.1f}" for name, size in sizes.items())
            print(f"minute {minute:5.1f}: {shown} MB  {told()}", flush=True)
            await asyncio.sleep(MINUTE)
    finally:
        for name in seen[-1][1]:
            points = [(minute, sizes[name]) for minute, sizes in seen if name in sizes]
            print(f"{name}: {describe_slope(points)}", flush=True)


def describe_slope(points: Sequence[tuple[float, float]]) -> str:
    """Megabytes an hour over the last two thirds, with the interval that holds it 95 times of 100.

    What follows a sample so closely is no news: the interval is that of as many samples as their
    autocorrelation leaves.
    """
    late = [each for each in points if each[0] >= points[-1][0] / 3]
    if len(late) < 4:
        return "too few samples"
    hours, held = np.array(late).T / np.array([[MINUTE], [MEGABYTE]])
    slope, level = np.polyfit(hours, held, 1)
    left = held - (slope * hours + level)
    spread = float(left @ left)
    follows = float(left[1:] @ left[:-1]) / spread if spread else 0.0
    kept = len(left) * (1 - max(follows, 0.0)) / (1 + max(follows, 0.0))
    error = np.sqrt(spread / max(kept - 2, 1) / len(left)) / hours.std()
    low, high = slope - T_95 * error, slope + T_95 * error
    return f"{slope:+.1f} MB an hour ({low:+.1f} to {high:+.1f})"
