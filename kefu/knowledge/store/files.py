"""SQL of sources and their files."""

from collections.abc import Sequence

from psycopg import AsyncConnection
from psycopg.rows import class_row, scalar_row

from kefu.knowledge.prepare import READING
from kefu.knowledge.records import Base, Source, StoredFile, UnreadFile
from kefu.viewer import DataClass

_VERSION = f"{READING}:"


async def insert_source(
    conn: AsyncConnection,
    base_id: int,
    uri: str,
    *,
    audience: str,
    data_class: DataClass | None = None,
) -> int:
    """The id of the source; without a class it has the one for data within the company."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "insert into sources (base_id, uri, audience, data_class) values (%s, %s, %s, %s)"
        " returning id",
        [base_id, uri, audience, data_class or DataClass.INTERNAL],
    )
    source_id: int | None = await cursor.fetchone()
    assert source_id is not None
    return source_id


async def _renew_version(conn: AsyncConnection, source_id: int) -> None:
    """Answers from before do not hold for the base of a source any more."""
    await conn.execute(
        "update knowledge_bases set version = gen_random_uuid()"
        " where id = (select base_id from sources where id = %s)",
        [source_id],
    )


async def change_audience(conn: AsyncConnection, source_id: int, audience: str) -> None:
    """Change who may read what comes from a source, in everything that is stored of it."""
    await conn.execute("update sources set audience = %s where id = %s", [audience, source_id])
    await conn.execute(
        "update documents d set audience = %s, changed_at = now() from files f"
        " where f.source_id = %s and d.file_id = f.id",
        [audience, source_id],
    )
    await conn.execute(
        "update chunks c set audience = %s from documents d join files f on f.id = d.file_id"
        " where f.source_id = %s and c.document_id = d.id",
        [audience, source_id],
    )
    await _renew_version(conn, source_id)


async def change_data_class(conn: AsyncConnection, source_id: int, data_class: DataClass) -> None:
    await conn.execute("update sources set data_class = %s where id = %s", [data_class, source_id])
    await conn.execute(
        "update documents d set changed_at = now() from files f"
        " where f.source_id = %s and d.file_id = f.id and d.withdrawn_at is null",
        [source_id],
    )
    await _renew_version(conn, source_id)


async def list_sources(conn: AsyncConnection, base_id: int) -> list[Source]:
    cursor = conn.cursor(row_factory=class_row(Source))
    await cursor.execute(
        "select id, uri, audience, data_class from sources where base_id = %s order by uri",
        [base_id],
    )
    return await cursor.fetchall()


async def take_over_files(
    conn: AsyncConnection, source_id: int, *, from_source_id: int, uri: str
) -> None:
    """Give a source the files at and under `uri` that another one holds."""
    await conn.execute(
        "update files set source_id = %s"
        " where source_id = %s and (path = %s or starts_with(path, %s))",
        [source_id, from_source_id, uri, uri.rstrip("/") + "/"],
    )


async def finish_source(conn: AsyncConnection, source_id: int) -> None:
    await conn.execute("update sources set ingested_at = now() where id = %s", [source_id])


async def list_files(conn: AsyncConnection, base_id: int) -> list[StoredFile]:
    cursor = conn.cursor(row_factory=class_row(StoredFile))
    await cursor.execute(
        "select id, source_id, path, size_bytes, modified_ns, problem,"
        " regexp_replace(checksum, '^.*:', '') as checksum,"
        " coalesce(not starts_with(checksum, %s), false) as is_outdated"
        " from files where base_id = %s order by path",
        [_VERSION, base_id],
    )
    return await cursor.fetchall()


async def upsert_file(conn: AsyncConnection, base_id: int, source_id: int, path: str) -> int:
    """The id of the file at `path`; its checksum is cleared until its documents are stored."""
    cursor = await conn.execute(
        "insert into files (base_id, source_id, path, size_bytes, modified_ns)"
        " values (%s, %s, %s, 0, 0) on conflict (base_id, path)"
        " do update set source_id = excluded.source_id, checksum = null returning id",
        [base_id, source_id, path],
    )
    row = await cursor.fetchone()
    assert row is not None
    file_id: int = row[0]
    return file_id


async def finish_file(
    conn: AsyncConnection,
    file_id: int,
    *,
    stat: tuple[int, int],
    checksum: str | None,
) -> None:
    """Say what the file was when it was read; `stat` is size in bytes and time in ns.

    The version of reading is stored before the checksum.
    """
    await conn.execute(
        "update files set size_bytes = %s, modified_ns = %s, checksum = %s, problem = null,"
        " ingested_at = now() where id = %s",
        [*stat, _VERSION + checksum if checksum else None, file_id],
    )


async def note_problem(conn: AsyncConnection, file_id: int, reason: str) -> None:
    """The file could not be read; what it held before stays, and it is tried again next time."""
    await conn.execute(
        "update files set problem = %s, checksum = null, ingested_at = now() where id = %s",
        [reason, file_id],
    )


async def list_unread(conn: AsyncConnection, base: Base) -> list[UnreadFile]:
    """Files with a problem whose documents are still part of the base, by path."""
    cursor = conn.cursor(row_factory=class_row(UnreadFile))
    await cursor.execute(
        "select f.path, f.problem as reason, array_agg(d.title order by d.id) as titles,"
        " min(d.language) as language, min(d.audience) as audience"
        " from files f join documents d on d.file_id = f.id and d.withdrawn_at is null"
        " where f.base_id = %s and f.problem is not null group by f.id order by f.path",
        [base.id],
    )
    return await cursor.fetchall()


async def move_file(conn: AsyncConnection, file_id: int, *, source: Source, path: str) -> None:
    """A file was renamed: its documents stay what they are, for whom its place says."""
    await conn.execute(
        "update documents d set audience = %s, changed_at = now(),"
        " uri = case when d.uri = f.path then %s else d.uri end"
        " from files f where f.id = %s and d.file_id = f.id",
        [source.audience, path, file_id],
    )
    await conn.execute(
        "update chunks c set audience = %s from documents d"
        " where d.file_id = %s and c.document_id = d.id and c.audience <> %s",
        [source.audience, file_id, source.audience],
    )
    await conn.execute(
        "update files set path = %s, source_id = %s where id = %s", [path, source.id, file_id]
    )
    await _renew_version(conn, source.id)


async def clear_files(conn: AsyncConnection, file_ids: Sequence[int]) -> None:
    """A vanished file keeps its row, so that its documents are the same when it comes back."""
    await conn.execute(
        "update files set checksum = null, size_bytes = 0, modified_ns = 0, problem = null"
        " where id = any(%s)",
        [list(file_ids)],
    )
