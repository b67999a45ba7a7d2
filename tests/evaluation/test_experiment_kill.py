"""An experiment killed at any point goes on where it was."""

import asyncio
import signal
import subprocess
import sys

import pytest

from kefu.evaluation import (
    DatasetVersion,
    Plan,
    build_report,
    find_experiment,
    read_lines,
    run_experiment,
    save_version,
)
from kefu.evaluation.store.experiments import is_running
from kefu.resources import Resources

COUNT = 60
KILLS = 3
RUN = """
import asyncio, sys
from kefu.db import open_database
from kefu.evaluation import Plan, read_version, run_experiment
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings

async def main(url):
    settings = Settings(database_url=url)
    async with open_database(settings) as database:
        resources = Resources(settings=settings, database=database, embedder=FakeEmbedder())
        async with database.connection() as conn:
            version = await read_version(conn, "long")
        plan = Plan(version=version, author="li", concurrency=2)
        await run_experiment(
            resources, plan, on_progress=lambda done, count: print(done, flush=True)
        )

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
async def long(resources: Resources) -> DatasetVersion:
    text = "\n".join(
        f'{{"id": "q{number}", "question": "Within how many days is refund {number} paid?",'
        ' "facts": ["7 days"], "split": "train"}'
        for number in range(COUNT)
    )
    async with resources.database.transaction() as conn:
        return await save_version(conn, "long", read_lines(text), author="li")


async def test_a_killed_experiment_goes_on_and_asks_no_case_twice(
    resources: Resources, long: DatasetVersion
) -> None:
    seen = []
    for steps in (3, 9, 15):
        seen.append(kill_after(resources.database.url, steps))
        await until_noticed(resources)
    begun = [first for first, _ in seen]
    assert begun[0] == 0
    assert 0 < begun[1] < begun[2] < COUNT
    for (_, last), first in zip(seen, begun[1:], strict=False):
        assert first >= last - 1  # what was shown as done is done
    async with resources.database.connection() as conn:
        killed = await find_experiment(conn, "latest")
    assert killed.finished_at is None
    assert begun[2] <= killed.result_count < COUNT
    plan = Plan(version=long, author="li", concurrency=2)
    finished = await run_experiment(resources, plan)
    assert finished.id == killed.id
    assert finished.result_count == COUNT
    async with resources.database.connection() as conn:
        report = await build_report(conn, finished)
    assert report.cached_count == 0
    assert len({each.case_id for each in report.results}) == COUNT


def kill_after(url: str, steps: int) -> tuple[int, int]:
    """The first and the last number of done cases that a run showed before it was killed."""
    process = subprocess.Popen([sys.executable, "-c", RUN, url], stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    shown = [int(process.stdout.readline()) for _ in range(steps)]
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    return shown[0], shown[-1]


async def until_noticed(resources: Resources) -> None:
    """Wait for the database server to give up the connection of the killed process."""
    async with asyncio.timeout(30), resources.database.connection() as conn:
        killed = await find_experiment(conn, "latest")
        while await is_running(conn, killed.id):  # noqa: ASYNC110 - it tells nobody
            await asyncio.sleep(0.02)
