"""What stands beside chunks, and what is about the same."""

from collections.abc import Sequence
from typing import Any

from psycopg import AsyncConnection, sql
from psycopg.rows import kwargs_row

from kefu.knowledge import Base
from kefu.retrieval.records import Neighbour
from kefu.text import Language
from kefu.viewer import DataClass, Viewer

MOST_AROUND = 6  # places in the document, either way
MOST_NEAREST = 12

READABLE = "(%(sees_everything)s or {}audience = any(%(audiences)s))"
NEIGHBOURS = sql.SQL(f"""
with own as (
    select id, document_id, position, embedding from {{chunks}}
    where id = any(%(chunks)s) and {READABLE.format("")}
), found as (
    {{nearest}} union
    select c.id from own join {{chunks}} c on c.document_id = own.document_id
        and c.position between own.position - %(around)s and own.position + %(around)s
    where c.language = %(language)s and {READABLE.format("c.")}
)
select c.id as chunk_id, c.document_id, d.title, c.heading_path, d.status, s.data_class,
    {{similarity}} as similarity
from {{chunks}} c join documents d on d.id = c.document_id
join files f on f.id = d.file_id join sources s on s.id = f.source_id
where c.id in (select id from found) and c.id <> all(%(chunks)s)
order by similarity desc nulls last, c.id
""")
NEAREST = sql.SQL(f"""
    select n.id from own cross join lateral (
        select id from {{chunks}}
        where embedding is not null and language = {{language}} and {READABLE.format("")}
        order by embedding::halfvec({{dimensions}}) <=> own.embedding::halfvec({{dimensions}})
        limit %(nearest)s
    ) n where own.embedding is not null
""")
NO_NEAREST = sql.SQL("select null::bigint as id where false")
SIMILARITY = sql.SQL("1 - (select min(c.embedding <=> own.embedding) from own)")


async def list_neighbours(
    conn: AsyncConnection,
    base: Base,
    chunk_ids: Sequence[int],
    *,
    viewer: Viewer,
    language: Language,
) -> list[Neighbour]:
    """The chunks that stand near some, and those most like each, the likest first."""
    parts = {
        "chunks": sql.Identifier(f"chunks_{base.id}"),
        "language": sql.Literal(language),
        "dimensions": sql.Literal(base.dimensions),
    }
    has_vectors = base.dimensions is not None
    cursor = conn.cursor(row_factory=kwargs_row(_neighbour))
    await cursor.execute(
        NEIGHBOURS.format(
            **parts,
            nearest=NEAREST.format(**parts) if has_vectors else NO_NEAREST,
            similarity=SIMILARITY if has_vectors else sql.SQL("null::float"),
        ),
        {
            "chunks": list(chunk_ids),
            "language": language,
            "around": MOST_AROUND,
            "nearest": MOST_NEAREST,
            "sees_everything": viewer.sees_everything,
            "audiences": sorted(viewer.audiences),
        },
    )
    return await cursor.fetchall()


def _neighbour(*, data_class: str, heading_path: list[str], **row: Any) -> Neighbour:
    return Neighbour(data_class=DataClass(data_class), heading_path=tuple(heading_path), **row)
