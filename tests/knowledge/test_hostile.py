"""A folder full of broken and malicious files harms nothing but those files."""

import os
from collections.abc import Collection
from pathlib import Path

import pytest
from hostile_files import BILLION_LAUGHS, write_hostile
from taken_in import CountingEmbedder, require_right_statistics, rows, take_in, write

from kefu.db import Database
from kefu.resources import Resources
from kefu.settings import IngestSettings, Settings

GOOD = {
    "good.md": "Refunds are paid within seven days.",
    "good.txt": "货物将在三天内送达。",
    "good.jsonl": '{"id": "1", "text": "Invoices are sent by mail."}\n',
    "zzz.html": "<p>The office opens at nine.</p>",
}
REASONS = {
    "huge.txt": "200 MB, the limit is 100 MB",
    "bomb.docx": "unpacks to 30 MB",
    "laughs.docx": "XML entities",
    "half.xlsx": "damaged",
    "empty.md": "holds no text",
    "cut.jsonl": "line 1 is not valid JSON",
    "bad-later.jsonl": "line 4",
    "broken.md": "broken link",
    "loop.md": "broken link",
    "zero.txt": "no ordinary file",
    "to-pipe.md": "no ordinary file",
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    target = tmp_path / "docs"
    target.mkdir()
    write_hostile(target)
    write(target, GOOD)
    return target


def names(folder: Path) -> list[str]:
    return [os.fsencode(path).decode("utf-8", "backslashreplace") for path in folder.iterdir()]


@pytest.fixture
def resources(committed_database: Database) -> Resources:
    limits = IngestSettings(workers=2, parse_seconds=30, max_unpacked_mb=20)
    return Resources(
        settings=Settings(ingest=limits), database=committed_database, embedder=CountingEmbedder()
    )


async def test_every_file_is_stored_or_named_with_a_reason_and_the_good_ones_are_found(
    resources: Resources, folder: Path
) -> None:
    report = await take_in(resources, folder)
    problems = {problem.path: problem.reason for problem in report.problems}
    assert report.file_count > 130
    assert report.read_count == report.to_read_count == report.file_count
    assert report.waiting_count == 0
    for reason in problems.values():
        assert reason.endswith("."), reason
        assert "\n" not in reason
    for name, reason in REASONS.items():
        assert reason in problems[str(folder / name)]
    await require_all_accounted_for(resources.database, folder, problems.keys())
    await require_good_ones(resources.database, folder)
    await require_right_statistics(resources.database)
    again = await take_in(resources, folder)
    assert (again.added_count, again.changed_count, again.withdrawn_count) == (0, 0, 0)


async def require_all_accounted_for(
    database: Database, folder: Path, problems: Collection[str]
) -> None:
    """What could not be read has a problem and nothing else, what could has its chunks."""
    stored = await rows(
        database,
        "select f.path, f.checksum is not null, f.problem, count(c.id) from files f"
        " left join documents d on d.file_id = f.id left join chunks c on c.document_id = d.id"
        " group by f.id",
    )
    for path, is_finished, problem, chunk_count in stored:
        assert is_finished == (problem is None) == (path not in problems), path
        assert not is_finished or chunk_count, path
    found = {path for path, *_ in stored} | set(problems)
    for name in names(folder):
        is_left_out = Path(name).name in ("folder.md", "pipe.md", "socket.md", "round")
        assert (name in found) != is_left_out, name


async def require_good_ones(database: Database, folder: Path) -> None:
    """The files beside the hostile ones are stored and can be found."""
    for name in GOOD:
        ((chunks,),) = await rows(
            database,
            "select count(*) from chunks c join documents d on d.id = c.document_id"
            " where d.uri = %s and c.embedding is not null",
            str(folder / name),
        )
        assert chunks == 1, name
    assert not await rows(database, "select id from chunks where text = %s", BILLION_LAUGHS)
