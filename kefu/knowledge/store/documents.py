"""SQL of documents and of reading a chunk in its place."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row, kwargs_row, scalar_row
from psycopg.types.json import Jsonb

from kefu.errors import NotFound
from kefu.knowledge.excerpts import Excerpt, Original
from kefu.knowledge.places import boxes_of
from kefu.knowledge.records import (
    Base,
    ChangeKind,
    DocumentChange,
    PreparedDocument,
    SampledChunk,
)
from kefu.viewer import Viewer


async def list_document_checksums(conn: AsyncConnection, file_id: int) -> dict[str, str]:
    """Key -> checksum of the documents of a file that are not withdrawn."""
    cursor = await conn.execute(
        "select key, checksum from documents where file_id = %s and withdrawn_at is null",
        [file_id],
    )
    return dict(await cursor.fetchall())


async def upsert_document(
    conn: AsyncConnection,
    document: PreparedDocument,
    *,
    base_id: int,
    file_id: int,
    audience: str,
) -> int:
    parsed, validity = document.parsed, document.validity
    cursor = await conn.execute(
        "insert into documents (base_id, file_id, key, uri, external_id, title, format, language,"
        " audience, checksum, metadata, signs, character_count, series, status, valid_from,"
        " valid_until, stated_on, supersedes, superseded_by)"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)"
        " on conflict (file_id, key) do update set uri = excluded.uri, title = excluded.title,"
        " external_id = excluded.external_id, format = excluded.format,"
        " language = excluded.language, audience = excluded.audience,"
        " checksum = excluded.checksum, metadata = excluded.metadata, signs = excluded.signs,"
        " character_count = excluded.character_count, series = excluded.series,"
        " status = excluded.status, valid_from = excluded.valid_from,"
        " valid_until = excluded.valid_until, stated_on = excluded.stated_on,"
        " supersedes = excluded.supersedes, superseded_by = excluded.superseded_by,"
        " version = documents.version + 1,"
        " updated_at = now(), changed_at = now(), withdrawn_at = null returning id",
        [
            base_id, file_id, document.key, document.uri, parsed.external_id, parsed.title,
            parsed.format, document.language, audience, document.checksum,
            Jsonb(parsed.metadata), list(document.signs), len(parsed.markdown),
            document.series, validity.status, validity.valid_from, validity.valid_until,
            validity.stated_on, validity.supersedes, validity.superseded_by,
        ],
    )  # fmt: skip
    row = await cursor.fetchone()
    assert row is not None
    document_id: int = row[0]
    return document_id


async def list_file_documents(
    conn: AsyncConnection, file_ids: Sequence[int], *, keys_to_keep: Sequence[str] = ()
) -> list[int]:
    """Ids of the live documents of some files, but for the keys to keep."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select id from documents where file_id = any(%s) and withdrawn_at is null"
        " and key <> all(%s)",
        [list(file_ids), list(keys_to_keep)],
    )
    return await cursor.fetchall()


async def mark_withdrawn(conn: AsyncConnection, document_ids: Sequence[int]) -> None:
    await conn.execute(
        "update documents set withdrawn_at = now(), changed_at = now() where id = any(%s)",
        [list(document_ids)],
    )


async def list_changes(
    conn: AsyncConnection, base: Base, *, since: datetime | None = None
) -> Sequence[DocumentChange]:
    """Documents that were changed since a moment, or in this transaction, by their names."""
    cursor = conn.cursor(row_factory=kwargs_row(_change))
    await cursor.execute(
        "select id as document_id, uri, external_id as id, title, changed_at,"
        " case when withdrawn_at is not null then 'withdrawn'"
        "  when created_at >= coalesce(%(since)s, now()) then 'added' else 'changed' end as kind"
        " from documents where base_id = %(base)s and changed_at >= coalesce(%(since)s, now())"
        " and (withdrawn_at is null or created_at < coalesce(%(since)s, now()))"
        " order by uri, external_id",
        {"base": base.id, "since": since},
    )
    return await cursor.fetchall()


async def find_last_change(conn: AsyncConnection, base: Base) -> datetime | None:
    """When anything of a base's documents was changed last; None for an empty base."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute("select max(changed_at) from documents where base_id = %s", [base.id])
    return await cursor.fetchone()


async def list_names(
    conn: AsyncConnection, document_ids: Sequence[int]
) -> list[tuple[str, str | None]]:
    """Rows of URI and own id of some documents."""
    cursor = await conn.execute(
        "select uri, external_id from documents where id = any(%s)", [list(document_ids)]
    )
    return await cursor.fetchall()


def _change(*, kind: str, **row: Any) -> DocumentChange:
    return DocumentChange(**row, kind=ChangeKind(kind))


async def get_excerpt(
    conn: AsyncConnection, chunk_id: int, *, viewer: Viewer, quote: str = ""
) -> Excerpt:
    """A chunk with the text before and after it, and where the quote stands on its pages.

    Raises:
        NotFound: no such chunk, or not for this viewer.
    """
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(
        "select c.places, c.id as chunk_id, d.id as document_id, d.uri, d.external_id, d.title,"
        " c.heading_path, c.page, c.text, d.status, d.valid_from, d.valid_until, d.updated_at,"
        " coalesce((select text from chunks p where p.document_id = d.id"
        "  and p.position = c.position - 1), '') as before,"
        " coalesce((select text from chunks n where n.document_id = d.id"
        "  and n.position = c.position + 1), '') as after"
        " from chunks c join documents d on d.id = c.document_id"
        " where c.id = %s and (%s or c.audience = any(%s))",
        [chunk_id, viewer.sees_everything, sorted(viewer.audiences)],
    )
    row = await cursor.fetchone()
    if row is None:
        raise NotFound("This source is no longer part of the knowledge.")
    boxes = boxes_of(row.pop("places"), row["text"], quote)
    page = boxes[0].page if boxes else row.pop("page")
    path = tuple(row.pop("heading_path"))
    return Excerpt(**(row | {"heading_path": path, "boxes": boxes, "page": page}))


async def find_original(conn: AsyncConnection, chunk_id: int, *, viewer: Viewer) -> Original | None:
    """The file that a chunk was read from, if the viewer may read the chunk."""
    cursor = conn.cursor(row_factory=class_row(Original))
    await cursor.execute(
        "select f.path, s.uri as root, f.size_bytes, f.modified_ns"
        " from chunks c join documents d on d.id = c.document_id"
        " join files f on f.id = d.file_id join sources s on s.id = f.source_id"
        " where c.id = %s and (%s or c.audience = any(%s))",
        [chunk_id, viewer.sees_everything, sorted(viewer.audiences)],
    )
    return await cursor.fetchone()


SAMPLED = (
    "select c.id as chunk_id, c.document_id, d.uri, d.external_id, d.title, c.heading_path, c.text,"
    " c.language, c.audience, s.data_class from chunks c join documents d on d.id = c.document_id"
    " join files f on f.id = d.file_id join sources s on s.id = f.source_id"
)


async def list_chunks(
    conn: AsyncConnection, base: Base, document_ids: Sequence[int]
) -> Sequence[SampledChunk]:
    """All chunks of some documents, document by document, in order."""
    cursor = conn.cursor(row_factory=class_row(SampledChunk))
    await cursor.execute(
        f"{SAMPLED} where c.base_id = %s and c.document_id = any(%s)"
        " order by d.uri, d.external_id, c.document_id, c.position",
        [base.id, list(document_ids)],
    )
    return await cursor.fetchall()


async def list_holding(
    conn: AsyncConnection, base: Base, term_ids: Sequence[int], *, rarest: int, limit: int
) -> Sequence[SampledChunk]:
    """Some chunks that hold the rarest of some terms, all of these; none for unknown terms."""
    cursor = conn.cursor(row_factory=class_row(SampledChunk))
    await cursor.execute(
        "with wanted as (select array_agg(id) as ids from (select id from terms"
        "  where base_id = %(base)s and id = any(%(terms)s) and chunk_count > 0"
        "  order by chunk_count, id limit %(rarest)s) known)"
        f" {SAMPLED} where c.base_id = %(base)s and c.term_ids @> (select ids from wanted)"
        " order by c.id limit %(limit)s",
        {"base": base.id, "terms": list(term_ids), "rarest": rarest, "limit": limit},
    )
    return await cursor.fetchall()


async def list_nearest(
    conn: AsyncConnection, base: Base, chunk_ids: Sequence[int], *, limit: int
) -> Sequence[SampledChunk]:
    """The chunks of other documents of the same product, if any, that are nearest to some chunks.

    Of each so many; chunks without vectors have and are no neighbours.
    """
    cursor = conn.cursor(row_factory=class_row(SampledChunk))
    await cursor.execute(
        f"{SAMPLED} where c.base_id = %(base)s and c.id in ("
        "  select near.id from chunks own join documents of on of.id = own.document_id"
        "  cross join lateral (select n.id from chunks n join documents o on o.id = n.document_id"
        "   where n.base_id = %(base)s and n.document_id <> own.document_id"
        "   and coalesce(o.metadata->>'product' = of.metadata->>'product', true)"
        "   order by n.embedding <=> own.embedding limit %(limit)s) near"
        "  where own.base_id = %(base)s and own.id = any(%(chunks)s)"
        "  and own.embedding is not null) order by c.id",
        {"base": base.id, "chunks": list(chunk_ids), "limit": limit},
    )
    return await cursor.fetchall()


async def list_document_ids(conn: AsyncConnection, base: Base) -> list[int]:
    """Of the documents that are not withdrawn, by URI."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select id from documents where base_id = %s and withdrawn_at is null order by uri, id",
        [base.id],
    )
    return await cursor.fetchall()


async def sample_chunks(
    conn: AsyncConnection, base: Base, *, count: int, seed: int
) -> Sequence[SampledChunk]:
    """So many chunks of text that hold a figure, the same ones for the same seed."""
    cursor = conn.cursor(row_factory=class_row(SampledChunk))
    await cursor.execute(
        f"{SAMPLED} where c.base_id = %s and c.kind = 'text' and c.text ~ '[0-9]'"
        " order by md5(c.id::text || %s::text) limit %s",
        [base.id, seed, count],
    )
    return await cursor.fetchall()
