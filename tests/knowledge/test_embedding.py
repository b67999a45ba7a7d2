"""Vectors: each chunk its own, of one embedder, by any number of processes."""

import asyncio
from pathlib import Path
from types import SimpleNamespace

import pytest
from taken_in import CountingEmbedder, rows, take_in, write_lines

from kefu.errors import Conflict, NotFound
from kefu.knowledge import embed_waiting, get_base, renew_embeddings, vector_literal
from kefu.llm import FakeEmbedder
from kefu.resources import Resources

WAITING = "select count(*) from chunks where embedding is null"


class OtherEmbedder(CountingEmbedder):
    """Another model with vectors of another size."""

    name = "other"

    def __init__(self) -> None:
        super().__init__()
        self.dimensions = 64


@pytest.fixture
def lines(tmp_path: Path) -> Path:
    write_lines(tmp_path / "faq.jsonl", [{"id": n, "text": f"Answer {n}."} for n in range(100)])
    return tmp_path / "faq.jsonl"


@pytest.fixture
def other(resources: Resources) -> Resources:
    """The same database under settings that name another embedder."""
    return Resources(
        settings=resources.settings, database=resources.database, embedder=OtherEmbedder()
    )


async def test_without_waiting_chunks_are_stored_and_embedded_later(
    resources: Resources, lines: Path, embedder: CountingEmbedder
) -> None:
    report = await take_in(resources, lines, wait=False)
    assert (report.chunk_count, report.embedded_count, report.waiting_count) == (100, 0, 100)
    async with resources.database.connection() as conn:
        base = await get_base(conn, "main")
    counts: list[int] = []
    done = await embed_waiting(resources.database, embedder, base, on_progress=counts.append)
    assert done == sum(counts) == 100
    assert await rows(resources.database, WAITING) == [(0,)]


async def test_several_processes_share_the_work(
    resources: Resources, lines: Path, embedder: CountingEmbedder
) -> None:
    await take_in(resources, lines, wait=False)
    async with resources.database.connection() as conn:
        base = await get_base(conn, "main")
    shares = await asyncio.gather(
        *(embed_waiting(resources.database, embedder, base) for _ in range(3))
    )
    assert sum(shares) == 100
    assert len(embedder.texts) == len(set(embedder.texts)) == 100


async def test_vector_is_that_of_the_text_under_its_headings(
    resources: Resources, lines: Path
) -> None:
    await take_in(resources, lines)
    (title, text, distance), *_ = await rows(
        resources.database,
        "select d.title, c.text, c.embedding <=> %s::halfvec from chunks c"
        " join documents d on d.id = c.document_id where d.external_id = '7'",
        vector_literal((await FakeEmbedder().embed_documents(["7\nAnswer 7."]))[0]),
    )
    assert (title, text) == ("7", "Answer 7.")
    assert distance == pytest.approx(0, abs=1e-3)


async def test_other_embedder_is_refused_until_everything_is_renewed(
    resources: Resources, other: Resources, lines: Path
) -> None:
    await take_in(resources, lines)
    with pytest.raises(Conflict, match="`kefu embed --renew --base main`"):
        await take_in(other, lines)
    renewed = await renew_embeddings(other, "main")
    assert (renewed.embedder, renewed.dimensions) == ("other", 64)
    assert await rows(resources.database, WAITING) == [(100,)]
    assert await embed_waiting(other.database, other.embedder, renewed) == 100
    dimensions = "select distinct vector_dims(embedding) from chunks"
    assert await rows(resources.database, dimensions) == [(64,)]
    assert (await take_in(other, lines)).unchanged_count == 1
    with pytest.raises(Conflict):
        await take_in(resources, lines)


async def test_renewing_waits_for_who_still_sees_the_old_vectors(
    resources: Resources, other: Resources, lines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take_in(resources, lines)
    begun = asyncio.Event()

    async def wait(seconds: float) -> None:
        begun.set()
        await asyncio.sleep(seconds)

    monkeypatch.setattr("kefu.knowledge.store.bases.asyncio", SimpleNamespace(sleep=wait))
    async with resources.database.connection() as conn, conn.transaction():
        await conn.execute("set transaction isolation level repeatable read")
        await conn.execute("select")  # it now has a snapshot
        renewing = asyncio.create_task(renew_embeddings(other, "main"))
        await begun.wait()
    assert (await renewing).embedder == "other"


async def test_renewing_does_not_wait_without_end(
    resources: Resources, other: Resources, lines: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    await take_in(resources, lines)
    monkeypatch.setattr("kefu.knowledge.store.bases.FORGET_TRIES", 2)
    monkeypatch.setattr("kefu.knowledge.store.bases.FORGET_PAUSE_SECONDS", 0)
    async with resources.database.connection() as conn, conn.transaction():
        await conn.execute("set transaction isolation level repeatable read")
        await conn.execute("select")  # it now has a snapshot
        with pytest.raises(Conflict, match="such as a back-up, still reads the old vectors"):
            await renew_embeddings(other, "main")
    assert (await renew_embeddings(other, "main")).embedder == "other"


async def test_process_with_the_old_embedder_stores_nothing_after_the_change(
    resources: Resources, other: Resources, lines: Path
) -> None:
    await take_in(resources, lines, wait=False)
    async with resources.database.connection() as conn:
        base = await get_base(conn, "main")
    await renew_embeddings(other, "main")
    with pytest.raises(Conflict, match="holds vectors of 'other'"):
        await embed_waiting(resources.database, resources.embedder, base)
    assert await rows(resources.database, WAITING) == [(100,)]


async def test_base_that_is_not_there_cannot_be_renewed(resources: Resources) -> None:
    with pytest.raises(NotFound, match="Take documents in first"):
        await renew_embeddings(resources, "main")
