"""What a base holds, read for comparison."""

import json
from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from kefu.db import Connection, Database
from kefu.knowledge import IngestReport, ingest
from kefu.knowledge.lexical_index import weigh
from kefu.llm import FakeEmbedder, Vectors
from kefu.resources import Resources


class CountingEmbedder(FakeEmbedder):
    """Remembers what it was given."""

    def __init__(self) -> None:
        super().__init__()
        self.texts: list[str] = []

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        self.texts += texts
        return await super().embed_documents(texts)


async def take_in(resources: Resources, *paths: Path, **options: Any) -> IngestReport:
    return await ingest(resources, paths, **options)


def write(folder: Path, texts: dict[str, str]) -> None:
    for name, text in texts.items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_text(text)


def empty(folder: Path) -> None:
    for path in folder.glob("*.*"):
        path.unlink()


def move_away(folder: Path) -> None:
    folder.rename(folder.with_name("elsewhere"))


def write_lines(path: Path, lines: Sequence[dict[str, Any]]) -> None:
    path.write_text("".join(json.dumps(line, ensure_ascii=False) + "\n" for line in lines))


async def rows(database: Database, query: str, *values: object) -> list[tuple[Any, ...]]:
    async with database.connection() as conn:
        cursor = await conn.execute(query.encode(), values)
        return await cursor.fetchall()


async def live(database: Database, *, columns: str = "d.id, c.id") -> dict[str, tuple[Any, ...]]:
    """Chunk text -> columns, of documents with a chunk each."""
    found = await rows(
        database,
        f"select c.text, {columns} from documents d join chunks c on c.document_id = d.id"
        " where d.withdrawn_at is null",
    )
    assert len({text for text, *_ in found}) == len(found)
    return {text: tuple(others) for text, *others in found}


async def holdings(database: Database, base: str = "main") -> list[tuple[Any, ...]]:
    """All that two bases with the same knowledge have in common, whatever their history."""
    return await rows(
        database,
        "select f.path, d.key, d.uri, d.title, d.format, d.language, d.audience, d.checksum,"
        " c.position, c.text, c.heading_path, c.token_count, c.audience, c.length,"
        " (select array_agg(n order by n) from unnest(c.term_counts) n),"
        " c.embedding::text, f.checksum, f.problem"
        " from knowledge_bases b join files f on f.base_id = b.id"
        " left join documents d on d.file_id = f.id and d.withdrawn_at is null"
        " left join chunks c on c.document_id = d.id"
        " where b.name = %s order by f.path, d.key, c.position",
        base,
    )


async def require_right_statistics(database: Database) -> None:
    """The counters that BM25 uses equal a recount of the chunks, and nothing is left over."""
    async with database.connection() as conn:
        for base_id in await _base_ids(conn):
            cursor = await conn.execute(
                "select term_ids, length from chunks where base_id = %s", [base_id]
            )
            chunks = await cursor.fetchall()
            counted = Counter(term for terms, _ in chunks for term in terms)
            cursor = await conn.execute(
                "select id, chunk_count from terms where base_id = %s", [base_id]
            )
            assert dict(await cursor.fetchall()) == dict(counted)
            cursor = await conn.execute(
                "select chunk_count, length_sum from knowledge_bases where id = %s", [base_id]
            )
            assert await cursor.fetchone() == (len(chunks), sum(length for _, length in chunks))
        cursor = await conn.execute(
            "select count(*) from chunks c join documents d on d.id = c.document_id"
            " where d.withdrawn_at is not null"
        )
        assert await cursor.fetchone() == (0,)


async def require_right_weights(database: Database) -> None:
    """The stored weights equal what BM25 says of the average length they claim to assume."""
    for terms, counts, length, average, stored in await rows(
        database,
        "select c.term_ids, c.term_counts, c.length, b.weighted_length, c.term_weights::text"
        " from chunks c join knowledge_bases b on b.id = c.base_id",
    ):
        fresh = weigh(dict(zip(terms, counts, strict=True)), length=length, average_length=average)
        assert _weights(stored) == _weights(fresh)


def _weights(sparse: str) -> dict[int, float]:
    pairs = [pair.split(":") for pair in sparse.partition("}")[0].strip("{").split(",") if pair]
    return {int(term): round(float(weight), 3) for term, weight in pairs}


async def _base_ids(conn: Connection) -> list[int]:
    cursor = await conn.execute("select id from knowledge_bases")
    return [base_id for (base_id,) in await cursor.fetchall()]
