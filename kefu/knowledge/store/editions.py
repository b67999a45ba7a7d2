"""SQL of documents that are versions of one another."""

from collections.abc import Sequence
from dataclasses import fields
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row, kwargs_row

from kefu.knowledge.editions import Counterpart, Edition
from kefu.knowledge.records import Base
from kefu.knowledge.validity import Validity
from kefu.viewer import Viewer

# Versions have one name, but for years and numbers, in one language, and no other product; or one
# says by title or id that it takes the place of the other. As one name is not enough (each product
# may have its "Prices"), terms and headings of both are compared; only where one of them says
# anything of its validity, so that most questions cost a few index scans and no more.
EDITIONS = """
select a.id as "of", v.id as document_id, v.title, o.replaces, o.is_replaced,
    v.valid_from, v.valid_until, v.stated_on, v.status, v.supersedes, v.superseded_by,
    coalesce(case when is_compared then (
        select avg((held = 2)::int)::float from (
            select count(distinct document_id) as held from chunks
            cross join unnest(term_ids) as term
            where base_id = %(base)s and document_id in (a.id, v.id) group by term
        ) terms
    ) end, 0) as likeness,
    coalesce(case when is_compared then (
        select avg((held = 2)::int)::float from (
            select count(distinct document_id) as held from chunks
            where base_id = %(base)s and document_id in (a.id, v.id) and heading_path <> '{}'
            group by heading_path
        ) headings
    ) end, 0) as shared_headings
from documents a cross join lateral (
    select id, coalesce(bool_or(replaces), false) as replaces,
        coalesce(bool_or(is_replaced), false) as is_replaced
    from (
        select a.id, false as replaces, false as is_replaced
        union all
        select id, false, false from documents
        where base_id = %(base)s and withdrawn_at is null and series = a.series
        and language = a.language and coalesce(metadata->>'product' = a.metadata->>'product', true)
        union all
        select id, lower(supersedes) = any(a_names), lower(superseded_by) = any(a_names)
        from documents cross join (select array[lower(a.title), lower(a.external_id)]) n (a_names)
        where base_id = %(base)s and withdrawn_at is null
        and (supersedes is not null or superseded_by is not null)
        and (lower(supersedes) = any(a_names) or lower(superseded_by) = any(a_names))
        union all
        select id, lower(a.superseded_by) in (lower(title), lower(external_id)),
            lower(a.supersedes) in (lower(title), lower(external_id))
        from documents
        where base_id = %(base)s and withdrawn_at is null
        and (lower(title) = any(array[lower(a.supersedes), lower(a.superseded_by)])
            or lower(external_id) = any(array[lower(a.supersedes), lower(a.superseded_by)]))
    ) pairs where id <> a.id or not (replaces or is_replaced) group by id
) o join documents v on v.id = o.id
cross join lateral (
    select a.id <> v.id and (
        coalesce(v.valid_from, v.valid_until, a.valid_from, a.valid_until) is not null
        or coalesce(v.status, v.supersedes, a.status, a.supersedes) is not null
    ) as is_compared
) c
where a.id = any(%(documents)s)
and (v.id = a.id or %(sees_everything)s or v.audience = any(%(audiences)s))
order by 1, 2
"""

# Of each chunk the one of the other document that stands under the same headings, or else the
# most similar one; those without vectors are told by their place.
COUNTERPARTS = """
select h.id as chunk_id, n.document_id, n.position, n.is_same_place, n.similarity
from unnest(%(chunks)s::bigint[], %(others)s::bigint[]) as w (chunk_id, other_id)
join chunks h on h.id = w.chunk_id and h.base_id = %(base)s
cross join lateral (
    select c.document_id, c.position, c.heading_path = h.heading_path as is_same_place,
        1 - (c.embedding <=> h.embedding) as similarity
    from chunks c where c.base_id = %(base)s and c.document_id = w.other_id
    and (%(sees_everything)s or c.audience = any(%(audiences)s))
    order by 3 desc, 4 desc nulls last, abs(c.position - h.position) limit 1
) n
"""


async def list_editions(
    conn: AsyncConnection, base: Base, document_ids: Sequence[int], *, viewer: Viewer
) -> list[Edition]:
    """The documents and what the viewer may read of their other versions, by document."""
    cursor = conn.cursor(row_factory=kwargs_row(_edition))
    await cursor.execute(
        EDITIONS,
        {
            "base": base.id,
            "documents": list(document_ids),
            "sees_everything": viewer.sees_everything,
            "audiences": sorted(viewer.audiences),
        },
        prepare=True,
    )
    return await cursor.fetchall()


async def list_counterparts(
    conn: AsyncConnection, base: Base, wanted: Sequence[tuple[int, int]], *, viewer: Viewer
) -> list[Counterpart]:
    """What stands in other documents in the place of chunks, given as chunk id and document id."""
    cursor = conn.cursor(row_factory=class_row(Counterpart))
    await cursor.execute(
        COUNTERPARTS,
        {
            "base": base.id,
            "chunks": [chunk_id for chunk_id, _ in wanted],
            "others": [document_id for _, document_id in wanted],
            "sees_everything": viewer.sees_everything,
            "audiences": sorted(viewer.audiences),
        },
    )
    return await cursor.fetchall()


def _edition(**row: Any) -> Edition:
    validity = Validity(**{each.name: row.pop(each.name) for each in fields(Validity)})
    return Edition(**row, validity=validity)
