"""A file that breaks its parser harms nothing but itself."""

import asyncio
import contextlib
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from pathlib import Path

import psutil
import pytest

from kefu.errors import BadInput, TooLarge
from kefu.knowledge.isolation import ParserPool
from kefu.settings import IngestSettings

WORKER = "kefu.parsing.worker"


def workers_of(pid: int) -> list[psutil.Process]:
    return [
        child
        for child in psutil.Process(pid).children(recursive=True)
        if child.status() != psutil.STATUS_ZOMBIE and WORKER in child.cmdline()
    ]


def note(tmp_path: Path, text: str = "Text.", name: str = "note.md") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding="utf-8")
    return path


def lines(tmp_path: Path, count: int) -> Path:
    row = '{"id": %d, "text": "' + "words and words " * 20 + '"}\n'
    return note(tmp_path, "".join(row % each for each in range(count)), "many.jsonl")


@pytest.fixture
async def pool() -> AsyncIterator[ParserPool]:
    async with ParserPool(IngestSettings(workers=1, parse_seconds=20)) as parsers:
        yield parsers


async def texts(pool: ParserPool, path: Path) -> list[str]:
    return [document.markdown async for document in pool.parse(path)]


async def test_document_comes_back_whole(pool: ParserPool, tmp_path: Path) -> None:
    path = note(tmp_path, "---\nurl: https://a.b\nkey: 值\n---\n# 标题 😀\n\nText.")
    (document,) = [document async for document in pool.parse(path)]
    assert (document.title, document.url, document.metadata["key"]) == (
        "标题 😀",
        "https://a.b",
        "值",
    )


async def test_refusal_comes_back_as_itself_and_the_process_stays(
    pool: ParserPool, tmp_path: Path
) -> None:
    with pytest.raises(BadInput, match="holds no text"):
        await texts(pool, note(tmp_path, " "))
    before = workers_of(os.getpid())
    assert await texts(pool, note(tmp_path)) == ["Text."]
    assert workers_of(os.getpid()) == before


async def test_all_documents_of_a_large_file_come_in_order(
    pool: ParserPool, tmp_path: Path
) -> None:
    found = [document.external_id async for document in pool.parse(lines(tmp_path, 30_000))]
    assert found == [str(each) for each in range(30_000)]


async def test_process_waits_while_nobody_takes_documents(pool: ParserPool, tmp_path: Path) -> None:
    async with contextlib.aclosing(pool.parse(lines(tmp_path, 60_000))) as documents:
        await anext(documents)
        (worker,) = workers_of(os.getpid())
        await _until(lambda: worker.status() == psutil.STATUS_SLEEPING)
        before = worker.cpu_times().user
        await asyncio.sleep(0.3)
        assert worker.cpu_times().user - before < 0.2
    assert await texts(pool, note(tmp_path)) == ["Text."]


async def test_bad_line_comes_after_the_good_ones(pool: ParserPool, tmp_path: Path) -> None:
    path = lines(tmp_path, 500)
    path.write_text(path.read_text() + "{", encoding="utf-8")
    documents = pool.parse(path)
    assert (await anext(documents)).external_id == "0"
    with pytest.raises(BadInput, match="line 501"):
        [document async for document in documents]


async def test_file_that_takes_too_long_ends_alone(tmp_path: Path) -> None:
    async with ParserPool(IngestSettings(workers=1, parse_seconds=0.05)) as pool:
        with pytest.raises(TooLarge, match="took longer than"):
            await texts(pool, note(tmp_path, "<table><tr>" + "<td>x" * 400_000, "slow.html"))
        assert workers_of(os.getpid()) == []


async def test_file_that_eats_memory_ends_alone(tmp_path: Path) -> None:
    settings = IngestSettings(workers=1, parse_memory_mb=256)
    async with ParserPool(settings) as pool:
        path = note(tmp_path, "a,b,c\n" * 8_000_000, "big.csv")
        with pytest.raises((TooLarge, BadInput), match=r"more than 256 MB|crashed its parser"):
            await texts(pool, path)
        assert await texts(pool, note(tmp_path)) == ["Text."]


async def test_process_that_is_killed_is_replaced(pool: ParserPool, tmp_path: Path) -> None:
    async with contextlib.aclosing(pool.parse(lines(tmp_path, 30_000))) as documents:
        await anext(documents)
        workers_of(os.getpid())[0].send_signal(signal.SIGSEGV)
        with pytest.raises(BadInput, match="crashed its parser"):
            [document async for document in documents]
    assert await texts(pool, note(tmp_path)) == ["Text."]


async def test_files_are_parsed_side_by_side_and_wait_for_a_free_process(tmp_path: Path) -> None:
    paths = [note(tmp_path, f"Text {each}.", f"{each}.md") for each in range(12)]
    async with ParserPool(IngestSettings(workers=2)) as pool:
        found = await asyncio.gather(*(texts(pool, path) for path in paths))
        assert len(workers_of(os.getpid())) == 2
    assert found == [[f"Text {each}."] for each in range(12)]
    assert workers_of(os.getpid()) == []


async def test_cancelled_parse_frees_its_process(pool: ParserPool, tmp_path: Path) -> None:
    slow = note(tmp_path, "<table><tr>" + "<td>x" * 400_000, "slow.html")
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(texts(pool, slow), timeout=0.5)
    assert await texts(pool, note(tmp_path)) == ["Text."]


async def test_processes_die_with_their_parent(tmp_path: Path) -> None:
    path = note(tmp_path)
    script = note(
        tmp_path,
        "import asyncio, pathlib\n"
        "from kefu.knowledge.isolation import ParserPool\n"
        "from kefu.settings import IngestSettings\n"
        "async def main():\n"
        "    async with ParserPool(IngestSettings(workers=1)) as pool:\n"
        f"        async for _ in pool.parse(pathlib.Path({str(path)!r})): pass\n"
        "        print('ready', flush=True)\n"
        "        await asyncio.sleep(600)\n"
        "asyncio.run(main())\n",
        "parent.py",
    )
    parent = await asyncio.create_subprocess_exec(
        sys.executable, str(script), stdout=asyncio.subprocess.PIPE
    )
    assert parent.stdout is not None
    assert await parent.stdout.readline() == b"ready\n"
    (worker,) = workers_of(parent.pid)
    parent.kill()
    await parent.communicate()
    await _until(lambda: not worker.is_running() or worker.status() == psutil.STATUS_ZOMBIE)


async def _until(is_true: Callable[[], bool]) -> None:
    async with asyncio.timeout(20):
        while not is_true():  # noqa: ASYNC110 - another process has no event to wait for
            await asyncio.sleep(0.05)
