"""SQL of whether the index of a base holds what its documents say."""

from collections.abc import Sequence
from dataclasses import dataclass

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row

from kefu.viewer import DataClass


@dataclass(frozen=True, slots=True, kw_only=True)
class IndexedChunk:
    """A chunk as it is indexed.

    Attributes:
        digest: of the text that was indexed, with its title and headings.
        embedding: None before it has one.
    """

    title: str
    heading_path: Sequence[str]
    text: str
    digest: bytes
    embedding: Sequence[float] | None


async def count_damaged(conn: AsyncConnection, base_id: int) -> dict[str, int]:
    """How many are lost, left, or of another language or audience; cuts leave no gaps."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(
        """
        with held as (
            select d.id, d.withdrawn_at, count(c.id) as chunk_count,
                max(c.position) + 1 as wanted_count,
                count(*) filter (where c.language <> d.language) as language_count,
                count(*) filter (where c.audience <> d.audience) as audience_count
            from documents d left join chunks c on c.document_id = d.id and c.base_id = d.base_id
            where d.base_id = %s group by d.id
        )
        select coalesce(sum(case when chunk_count = 0 then 1 else wanted_count - chunk_count end)
                filter (where withdrawn_at is null), 0)::bigint as "lost",
            coalesce(sum(chunk_count) filter (where withdrawn_at is not null), 0)::bigint
                as "left",
            coalesce(sum(language_count), 0)::bigint
                as "language",
            coalesce(sum(audience_count), 0)::bigint
                as "audience"
        from held
        """,
        [base_id],
    )
    return dict(await cursor.fetchone() or {})


async def sample_indexed(
    conn: AsyncConnection, base_id: int, *, classes: Sequence[DataClass], count: int, seed: int
) -> Sequence[IndexedChunk]:
    """So many chunks that may be read by models of these classes, the same for the same seed."""
    cursor = conn.cursor(row_factory=class_row(IndexedChunk))
    await cursor.execute(
        "select d.title, c.heading_path, c.text, c.digest, c.embedding::real[] as embedding"
        " from chunks c join documents d on d.id = c.document_id"
        " join files f on f.id = d.file_id join sources s on s.id = f.source_id"
        " where c.base_id = %s and s.data_class = any(%s)"
        " order by md5(c.id::text || %s::text) limit %s",
        [base_id, list(classes), seed, count],
    )
    return await cursor.fetchall()
