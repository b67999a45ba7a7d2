"""The terms of the lexical index: how rare they are, and whether a viewer may know of them."""

from collections.abc import Sequence

from psycopg import AsyncConnection, sql

from kefu.knowledge import Base
from kefu.retrieval.store.search import READABLE
from kefu.viewer import Viewer

COMMON = 500  # chunks that hold a term; of more it is not asked which ones a viewer may read


async def list_weights(
    conn: AsyncConnection, base: Base, term_ids: Sequence[int], *, viewer: Viewer
) -> list[tuple[int, float, bool]]:
    """Rows of term id, idf as in the search, and whether a chunk holds it that the viewer may read.

    Common ones are taken to be held so.
    """
    cursor = await conn.execute(
        sql.SQL(
            "select w.id, ln(1 + (%(chunks)s - coalesce(t.chunk_count, 0) + 0.5)"
            "  / (coalesce(t.chunk_count, 0) + 0.5))::float,"
            " coalesce(t.chunk_count, 0) > 0 and (t.chunk_count > {common} or exists ("
            "  select 1 from {chunks} where term_ids @> array[w.id] and {readable}))"
            " from unnest(%(terms)s::int[]) as w (id)"
            " left join terms t on t.base_id = %(base)s and t.id = w.id"
        ).format(
            chunks=sql.Identifier(f"chunks_{base.id}"),
            common=sql.Literal(COMMON),
            readable=READABLE,
        ),
        {
            "chunks": base.chunk_count,
            "terms": list(term_ids),
            "base": base.id,
            "sees_everything": viewer.sees_everything,
            "audiences": sorted(viewer.audiences),
        },
    )
    return await cursor.fetchall()


async def list_chunk_counts(
    conn: AsyncConnection, base: Base, term_ids: Sequence[int]
) -> list[tuple[int, int]]:
    """Rows of term id and number of chunks that hold it; none of terms that none holds."""
    if not term_ids:
        return []
    cursor = await conn.execute(
        "select id, chunk_count from terms where base_id = %s and id = any(%s) and chunk_count > 0",
        [base.id, list(term_ids)],
    )
    return await cursor.fetchall()


async def list_holding(
    conn: AsyncConnection, base: Base, term_ids: Sequence[int], *, viewer: Viewer
) -> list[tuple[int, str]]:
    """Rows of term id and a text with its titles that holds it and that the viewer may read."""
    if not term_ids:
        return []
    cursor = await conn.execute(
        sql.SQL(
            "select w.id, concat_ws(' ', d.title, array_to_string(c.heading_path, ' '), c.text)"
            " from unnest(%(terms)s::int[]) as w (id) cross join lateral ("
            "  select document_id, heading_path, text from {chunks}"
            "  where term_ids @> array[w.id] and {readable} limit 1) c"
            " join documents d on d.id = c.document_id"
        ).format(chunks=sql.Identifier(f"chunks_{base.id}"), readable=READABLE),
        {
            "terms": list(term_ids),
            "sees_everything": viewer.sees_everything,
            "audiences": sorted(viewer.audiences),
        },
    )
    return await cursor.fetchall()
