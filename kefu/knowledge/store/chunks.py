"""SQL of chunks and of the counters that BM25 needs, kept right in the same transaction."""

from collections import Counter
from collections.abc import Sequence

from psycopg import AsyncConnection, sql
from psycopg.rows import class_row, scalar_row

from kefu.knowledge.lexical_index import K1, B, count_by_id, weigh
from kefu.knowledge.places import pack_places
from kefu.knowledge.records import Base, PreparedChunk, WaitingChunk
from kefu.knowledge.store.bases import vector_indexes
from kefu.text import TERM_IDS
from kefu.viewer import DataClass

COLUMNS = (
    "base_id, document_id, position, heading_path, text, kind, page, token_count, audience,"
    " language, digest, length, term_ids, term_counts, term_weights, places"
)


async def insert_chunks(
    conn: AsyncConnection,
    base_id: int,
    documents: Sequence[tuple[int, str, str, Sequence[PreparedChunk]]],
) -> None:
    """Insert the chunks of several documents, given as document id, audience, language, chunks."""
    lengths = [chunk.length for *_, chunks in documents for chunk in chunks]
    if not lengths:
        return
    average = await _weighted_length(conn, base_id, first=sum(lengths) / len(lengths))
    term_counts: Counter[int] = Counter()
    async with conn.cursor().copy(f"copy chunks ({COLUMNS}) from stdin") as copy:
        for document_id, audience, language, chunks in documents:
            for prepared in chunks:
                counts = count_by_id(base_id, prepared.terms)
                term_counts.update(counts.keys())
                chunk = prepared.chunk
                await copy.write_row(
                    (
                        base_id, document_id, chunk.position, list(chunk.heading_path),
                        chunk.text, chunk.kind, chunk.page, chunk.token_count, audience,
                        language, prepared.digest, prepared.length, list(counts),
                        list(counts.values()),
                        weigh(counts, length=prepared.length, average_length=average),
                        pack_places(chunk.places),
                    )
                )  # fmt: skip
    await _count(conn, base_id, term_counts, chunks=len(lengths), length=sum(lengths))


async def _weighted_length(conn: AsyncConnection, base_id: int, *, first: float) -> float:
    """The average length that the stored weights assume; `first` for an empty base."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "update knowledge_bases set weighted_length = coalesce(weighted_length, %s)"
        " where id = %s returning weighted_length",
        [max(first, 1.0), base_id],
    )
    length: float | None = await cursor.fetchone()
    assert length is not None
    return length


async def take_over_vectors(
    conn: AsyncConnection, document_ids: Sequence[int], *, old_chunk_ids: Sequence[int]
) -> None:
    """Give the chunks whose text stood in those they replace the vectors of these."""
    await conn.execute(
        "update chunks n set embedding = o.embedding from chunks o"
        " where n.document_id = any(%(documents)s) and o.id = any(%(old)s)"
        " and o.base_id = n.base_id and n.id <> all(%(old)s)"
        " and o.digest = n.digest and o.embedding is not null",
        {"documents": list(document_ids), "old": list(old_chunk_ids)},
    )


async def list_chunk_ids(conn: AsyncConnection, document_ids: Sequence[int]) -> list[int]:
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute("select id from chunks where document_id = any(%s)", [list(document_ids)])
    return await cursor.fetchall()


async def delete_chunks(conn: AsyncConnection, base_id: int, chunk_ids: Sequence[int]) -> None:
    cursor = await conn.execute(
        "delete from chunks where base_id = %s and id = any(%s) returning term_ids, length",
        [base_id, list(chunk_ids)],
    )
    term_counts: Counter[int] = Counter()
    chunks = length_sum = 0
    async for term_ids, length in cursor:
        term_counts.subtract(term_ids)
        chunks += 1
        length_sum += length
    await _count(conn, base_id, term_counts, chunks=-chunks, length=-length_sum)


async def _count(
    conn: AsyncConnection, base_id: int, term_counts: Counter[int], *, chunks: int, length: int
) -> None:
    """Add to (or take from) the statistics of the base; rows in one order, so no deadlock."""
    ids = sorted(term_counts)
    await conn.execute(
        "insert into terms (base_id, id, chunk_count)"
        " select %s, * from unnest(%s::int[], %s::int[])"
        " on conflict (base_id, id)"
        " do update set chunk_count = terms.chunk_count + excluded.chunk_count",
        [base_id, ids, [term_counts[each] for each in ids]],
    )
    if chunks < 0:
        await conn.execute(
            "delete from terms where base_id = %s and id = any(%s) and chunk_count <= 0",
            [base_id, ids],
        )
    await conn.execute(
        "update knowledge_bases set chunk_count = chunk_count + %s, length_sum = length_sum + %s,"
        " version = gen_random_uuid() where id = %s",
        [chunks, length, base_id],
    )


async def list_waiting(
    conn: AsyncConnection, base_id: int, *, classes: Sequence[DataClass], limit: int
) -> list[WaitingChunk]:
    """Lock some chunks of these classes that have no vector and that no other process is at."""
    cursor = conn.cursor(row_factory=class_row(WaitingChunk))
    await cursor.execute(
        "select c.id, d.title, c.heading_path, c.text"
        " from chunks c join documents d on d.id = c.document_id"
        " join files f on f.id = d.file_id join sources s on s.id = f.source_id"
        " where c.base_id = %s and c.embedding is null and s.data_class = any(%s)"
        " order by c.id limit %s for update of c skip locked",
        [base_id, list(classes), limit],
    )
    return await cursor.fetchall()


async def count_waiting(conn: AsyncConnection, base_id: int) -> int:
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select count(*) from chunks where base_id = %s and embedding is null", [base_id]
    )
    count: int | None = await cursor.fetchone()
    return count or 0


async def update_embeddings(
    conn: AsyncConnection, base: Base, vectors: Sequence[tuple[int, str]]
) -> int:
    """Store vectors given as chunk id and pgvector text; none if the embedder has changed since."""
    cursor = await conn.execute(
        "update chunks c set embedding = v.vector::halfvec"
        " from unnest(%s::bigint[], %s::text[]) as v (id, vector), knowledge_bases b"
        " where c.base_id = b.id and b.id = %s and b.embedder = %s and c.id = v.id",
        [[each for each, _ in vectors], [vector for _, vector in vectors], base.id, base.embedder],
    )
    return cursor.rowcount


async def forget_embeddings(
    conn: AsyncConnection, base_id: int, *, embedder: str, dimensions: int
) -> None:
    """Make every chunk wait for a vector of another embedder."""
    for index in vector_indexes(base_id).values():
        await conn.execute(sql.SQL("drop index if exists {}").format(index))
    await conn.execute("update chunks set embedding = null where base_id = %s", [base_id])
    await conn.execute(
        "update knowledge_bases set embedder = %s, dimensions = %s, version = gen_random_uuid()"
        " where id = %s",
        [embedder, dimensions, base_id],
    )


async def renew_weights(conn: AsyncConnection, base: Base) -> None:
    """Compute all stored BM25 weights again with the average length of today."""
    average = base.length_sum / max(base.chunk_count, 1)
    await conn.execute(
        "update chunks c set term_weights = (select ('{' || string_agg("
        "  t.id || ':' || round((t.tf * (%(k1)s + 1) / (t.tf + %(k1)s * (1 - %(b)s"
        "   + %(b)s * c.length / %(average)s)))::numeric, 4), ',') || '}/' || %(terms)s)::sparsevec"
        "  from unnest(c.term_ids, c.term_counts) as t (id, tf))"
        " where c.base_id = %(base)s and c.term_ids <> '{}'",
        {"k1": K1, "b": B, "average": average, "base": base.id, "terms": str(TERM_IDS)},
    )
    await conn.execute(
        "update knowledge_bases set weighted_length = %s, version = gen_random_uuid()"
        " where id = %s",
        [average, base.id],
    )
