"""SQL of the vectors of questions."""

from collections.abc import Mapping, Sequence

from psycopg import AsyncConnection


async def list_vectors(
    conn: AsyncConnection, digests: Sequence[str], *, embedder: str
) -> dict[str, bytes]:
    """Those that are kept, by digest."""
    cursor = await conn.execute(
        "select digest, vector from evaluation_question_vectors"
        " where embedder = %s and digest = any(%s)",
        [embedder, list(digests)],
    )
    return dict(await cursor.fetchall())


async def insert_vectors(
    conn: AsyncConnection, vectors: Mapping[str, bytes], *, embedder: str
) -> None:
    """Keep vectors by digest; those of another embedder are not needed any more."""
    await conn.execute("delete from evaluation_question_vectors where embedder <> %s", [embedder])
    await conn.execute(
        "insert into evaluation_question_vectors (digest, embedder, vector)"
        " select digest, %s, vector from unnest(%s::text[], %s::bytea[]) as v (digest, vector)"
        " on conflict do nothing",
        [embedder, list(vectors), list(vectors.values())],
    )
