"""SQL of knowledge bases: one partition of the chunks each."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import get_args

from psycopg import AsyncConnection, errors, sql
from psycopg.rows import class_row, scalar_row

from kefu.errors import Conflict, NotFound
from kefu.knowledge.records import Base
from kefu.text import Language

INGEST_LOCKS = 0x4B45  # first key of the advisory locks; the second is the base

FORGET_TRIES = 60
FORGET_PAUSE_SECONDS = 0.5
"""So often and so long apart an index is begun while somebody, such as PostgreSQL's autovacuum,
still sees vectors that were given up.
"""

BASE_COLUMNS = "id, name, embedder, dimensions, chunk_count, length_sum, weighted_length"


async def find_base(conn: AsyncConnection, name: str) -> Base | None:
    if not name.isprintable():  # no base has such a name, and the database refuses some of them
        return None
    cursor = conn.cursor(row_factory=class_row(Base))
    await cursor.execute(f"select {BASE_COLUMNS} from knowledge_bases where name = %s", [name])
    return await cursor.fetchone()


async def get_base(conn: AsyncConnection, name: str) -> Base:
    base = await find_base(conn, name)
    if base is None:
        raise await _no_base(conn, name)
    return base


async def _no_base(conn: AsyncConnection, name: str) -> NotFound:
    if await list_bases(conn):
        return NotFound(
            "There is no knowledge base %(name)r. `kefu status` lists those there are.", name=name
        )
    return NotFound("There is no knowledge base %(name)r. Take documents in first.", name=name)


async def list_bases(conn: AsyncConnection) -> list[Base]:
    cursor = conn.cursor(row_factory=class_row(Base))
    await cursor.execute(f"select {BASE_COLUMNS} from knowledge_bases order by name")
    return await cursor.fetchall()


async def digest_base(conn: AsyncConnection, base: Base) -> str:
    """The same for the same documents, for the same readers, cut and embedded alike."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select encode(sha256(convert_to(concat_ws(chr(29), %(embedder)s::text, %(chunks)s::text,"
        " %(length)s::text, (select count(*) from chunks c where c.base_id = %(base)s"
        "  and c.embedding is null), string_agg(concat_ws(chr(31), d.uri, d.external_id, d.title,"
        "  d.language, d.audience, d.checksum, d.metadata, s.data_class), chr(30)"
        "  order by d.uri, d.external_id, d.checksum, d.audience)), 'UTF8')), 'hex')"
        " from documents d join files f on f.id = d.file_id join sources s on s.id = f.source_id"
        " where d.base_id = %(base)s and d.withdrawn_at is null",
        {
            "base": base.id,
            "embedder": base.embedder or "",
            "chunks": base.chunk_count,
            "length": base.length_sum,
        },
    )
    digest: str | None = await cursor.fetchone()
    assert digest is not None
    return digest


async def read_version(conn: AsyncConnection, name: str) -> str:
    """Another one whenever an answer may differ: documents, their readers, vectors that came.

    Raises:
        NotFound: there is no such base.
    """
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select version || ':' || (select count(*) from chunks c where c.base_id = b.id"
        " and c.embedding is null) from knowledge_bases b where name = %s",
        [name],
    )
    version: str | None = await cursor.fetchone()
    if version is None:
        raise await _no_base(conn, name)
    return version


async def insert_base(conn: AsyncConnection, name: str, *, embedder: str, dimensions: int) -> Base:
    """Create the base with its partition of the chunks and the HNSW index on it."""
    cursor = conn.cursor(row_factory=class_row(Base))
    await cursor.execute(
        "insert into knowledge_bases (name, embedder, dimensions) values (%s, %s, %s)"
        " on conflict (name) do update set name = excluded.name"
        f" returning {BASE_COLUMNS}",
        [name, embedder, dimensions],
    )
    base = await cursor.fetchone()
    assert base is not None
    partition = sql.Identifier(f"chunks_{base.id}")
    await conn.execute(
        sql.SQL("create table if not exists {} partition of chunks for values in ({})").format(
            partition, sql.Literal(base.id)
        )
    )
    await create_vector_indexes(conn, base.id, dimensions=dimensions)
    return base


async def create_vector_indexes(conn: AsyncConnection, base_id: int, *, dimensions: int) -> None:
    """One HNSW index a language, so that each language's best are found beside the other's.

    Waits half a minute while somebody still sees vectors of other dimensions that were given up.

    Raises:
        Conflict: somebody sees them longer.
    """
    for language, index in vector_indexes(base_id).items():
        statement = sql.SQL(
            "create index if not exists {} on {} using hnsw"
            " ((embedding::halfvec({})) halfvec_cosine_ops) with (ef_construction = 128)"
            " where language = {}"
        ).format(
            index,
            sql.Identifier(f"chunks_{base_id}"),
            sql.Literal(dimensions),
            sql.Literal(language),
        )
        await _execute_when_forgotten(conn, statement)


async def _execute_when_forgotten(conn: AsyncConnection, statement: sql.Composed) -> None:
    for tries_left in reversed(range(FORGET_TRIES)):
        try:
            await conn.execute(statement)
        except errors.DataException as error:
            if not tries_left:
                raise Conflict(
                    "Something that runs for long, such as a back-up, still reads the old vectors. "
                    "Try again when it ends."
                ) from error
            await asyncio.sleep(FORGET_PAUSE_SECONDS)
        else:
            return


def vector_indexes(base_id: int) -> dict[str, sql.Identifier]:
    """Language -> name of its HNSW index."""
    return {
        language: sql.Identifier(f"chunks_{base_id}_by_vector_{language}")
        for language in get_args(Language)
    }


async def delete_base(conn: AsyncConnection, base_id: int) -> None:
    await conn.execute(sql.SQL("drop table {}").format(sql.Identifier(f"chunks_{base_id}")))
    await conn.execute("delete from knowledge_bases where id = %s", [base_id])


@asynccontextmanager
async def only_writer(conn: AsyncConnection, base: Base) -> AsyncIterator[None]:
    """Hold the right to change a base; lost with the connection, so a killed process frees it.

    Raises:
        Conflict: another process changes the base.
    """
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute("select pg_try_advisory_lock(%s, %s)", [INGEST_LOCKS, base.id])
    if not await cursor.fetchone():
        raise Conflict(
            "Another process is ingesting into %(name)r. Try again when it ends.", name=base.name
        )
    try:
        yield
    finally:
        await conn.execute("select pg_advisory_unlock(%s, %s)", [INGEST_LOCKS, base.id])
