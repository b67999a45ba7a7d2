"""SQL of what a base holds."""

from psycopg import AsyncConnection
from psycopg.rows import class_row

from kefu.knowledge.records import BaseStatus, ReadableBase
from kefu.viewer import Viewer


async def list_statuses(conn: AsyncConnection) -> list[BaseStatus]:
    cursor = conn.cursor(row_factory=class_row(BaseStatus))
    await cursor.execute(
        """
        select b.name, b.embedder, b.chunk_count,
            (select count(*) from sources where base_id = b.id) as source_count,
            f.file_count, f.problem_count, d.document_count, d.withdrawn_count, d.suspicious_count,
            d.character_count, d.languages, d.formats, d.updated_at,
            (select count(*) from chunks where base_id = b.id and embedding is null)
                as waiting_count,
            pg_total_relation_size(to_regclass('chunks_' || b.id)) as index_bytes
        from knowledge_bases b
        cross join lateral (
            select count(*) filter (where checksum is not null and problem is null) as file_count,
                count(*) filter (where problem is not null) as problem_count
            from files where base_id = b.id
        ) f
        cross join lateral (
            select count(*) filter (where withdrawn_at is null) as document_count,
                count(*) filter (where withdrawn_at is not null) as withdrawn_count,
                count(*) filter (where withdrawn_at is null and signs <> '{}')
                    as suspicious_count,
                coalesce(sum(character_count) filter (where withdrawn_at is null), 0)::bigint
                    as character_count,
                max(updated_at) as updated_at,
                (select coalesce(jsonb_object_agg(language, n), '{}') from (
                    select language, count(*) as n from documents
                    where base_id = b.id and withdrawn_at is null group by language) l)
                    as languages,
                (select coalesce(jsonb_object_agg(format, n), '{}') from (
                    select format, count(*) as n from documents
                    where base_id = b.id and withdrawn_at is null group by format) g) as formats
            from documents where base_id = b.id
        ) d
        order by b.name
        """
    )
    return await cursor.fetchall()


async def list_readable_bases(conn: AsyncConnection, viewer: Viewer) -> list[ReadableBase]:
    """The bases in which a viewer may read anything at all."""
    cursor = conn.cursor(row_factory=class_row(ReadableBase))
    await cursor.execute(
        """
        select * from (
            select b.name, b.created_at, array(
                select distinct s.data_class from sources s
                where s.base_id = b.id and exists (
                    select from files f join documents d on d.file_id = f.id
                    where f.source_id = s.id and d.withdrawn_at is null
                    and (%s or d.audience = any(%s))
                )
            ) as data_classes
            from knowledge_bases b
        ) readable
        where data_classes <> '{}' order by name
        """,
        [viewer.sees_everything, sorted(viewer.audiences)],
    )
    return await cursor.fetchall()
