"""An ingestion killed at any point and run again ends where an undisturbed one ends."""

import random
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from taken_in import (
    holdings,
    require_right_statistics,
    require_right_weights,
    rows,
    take_in,
    write,
    write_lines,
)

from kefu.resources import Resources

KILLS = 10
INGEST = """
import asyncio, sys
from pathlib import Path
from kefu.db import open_database
from kefu.knowledge import ingest
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import IngestSettings, Settings

async def main(url, folder):
    settings = Settings(database_url=url, ingest=IngestSettings(workers=1))
    async with open_database(settings) as database:
        resources = Resources(settings=settings, database=database, embedder=FakeEmbedder())
        print("begins", flush=True)
        report = await ingest(resources, [Path(folder)], base_name="killed")
        print(report.unchanged_count, flush=True)

asyncio.run(main(*sys.argv[1:]))
"""


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    chance = random.Random(7)
    words = ["refund", "invoice", "退款", "发货", "server", "备案", "card", "domain"]
    for number in range(60):
        sections = (
            f"## Section {n}\n\n" + " ".join(chance.choices(words, k=200))
            for n in range(chance.randint(1, 4))
        )
        write(tmp_path, {f"{number:02}.md": f"# File {number}\n\n" + "\n\n".join(sections)})
    write_lines(
        tmp_path / "faq.jsonl",
        [{"id": n, "text": " ".join(chance.choices(words, k=30))} for n in range(300)],
    )
    return tmp_path


def start(url: str, folder: Path) -> subprocess.Popen[str]:
    process = subprocess.Popen(
        [sys.executable, "-c", INGEST, url, folder], stdout=subprocess.PIPE, text=True
    )
    assert process.stdout is not None
    assert process.stdout.readline() == "begins\n"
    return process


def change_everything(folder: Path) -> None:
    """Edit, rename and remove files and lines."""
    (folder / "00.md").unlink()
    (folder / "01.md").rename(folder / "zz.md")
    for number in range(2, 40):
        path = folder / f"{number:02}.md"
        path.write_text(path.read_text() + f"\n\nEdited {number}.")
    lines = (folder / "faq.jsonl").read_text().splitlines(keepends=True)
    (folder / "faq.jsonl").write_text("".join([*lines[50:], *lines[:40]]))


async def test_killed_ingestion_ends_where_an_undisturbed_one_ends(
    resources: Resources, folder: Path
) -> None:
    chance = random.Random(11)
    database = resources.database
    for kill in range(KILLS):
        if kill == KILLS // 2:
            change_everything(folder)
        with start(database.url, folder) as process:
            time.sleep(chance.uniform(0.0, 1.5))  # noqa: ASYNC251 - nothing else is to run
            process.send_signal(signal.SIGKILL)
        assert await rows(database, "select 1") == [(1,)]
    with start(database.url, folder) as process:
        process.communicate()
    assert process.returncode == 0
    await take_in(resources, folder, base_name="undisturbed")
    killed = [row for row in await holdings(database, "killed") if row[1] is not None]
    undisturbed = await holdings(database, "undisturbed")
    assert [row for row in killed if row not in undisturbed] == []
    assert len(killed) == len(undisturbed)
    assert await rows(database, "select count(*) from chunks where embedding is null") == [(0,)]
    await require_right_statistics(database)
    await require_right_weights(database)
    report = await take_in(resources, folder, base_name="killed")
    assert report.unchanged_count == report.file_count == 60
