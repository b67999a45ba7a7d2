"""Every SQL statement about answers that are kept to be given again."""

from collections.abc import Mapping
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import scalar_row
from psycopg.types.json import Jsonb


async def find_answer(
    conn: AsyncConnection, base: str, key: str, *, version: str, max_age_minutes: int
) -> Mapping[str, Any] | None:
    """The answer that is kept there from this version of the knowledge."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select c.answer from cached_answers c join knowledge_bases b on b.id = c.base_id"
        " where b.name = %s and c.key = %s and c.version = %s"
        " and c.stored_at > now() - %s * interval '1 minute'",
        [base, key, version, max_age_minutes],
    )
    return await cursor.fetchone()


async def insert_answer(
    conn: AsyncConnection,
    base: str,
    key: str,
    *,
    version: str,
    answer: Mapping[str, Any],
    digest: str,
) -> None:
    """Keep an answer in place of an older one; one that was disliked keeps its place empty."""
    await conn.execute(
        "insert into cached_answers as c (base_id, key, version, answer, digest)"
        " select id, %(key)s, %(version)s, %(answer)s, %(digest)s from knowledge_bases"
        " where name = %(base)s on conflict (base_id, key) do update"
        " set version = excluded.version, answer = excluded.answer, digest = excluded.digest,"
        " stored_at = excluded.stored_at"
        " where c.answer is not null or c.version <> excluded.version",
        {"base": base, "key": key, "version": version, "answer": Jsonb(answer), "digest": digest},
    )


async def forget_answers(conn: AsyncConnection, digest: str) -> None:
    """Empty the places of an answer; they stay empty for this knowledge."""
    await conn.execute("update cached_answers set answer = null where digest = %s", [digest])


async def delete_surplus(conn: AsyncConnection, *, max_entries: int, max_age_minutes: int) -> None:
    """Delete what is too old, and the oldest of too many; what others are at is left to them."""
    await conn.execute(
        "delete from cached_answers where (base_id, key) in ("
        " select base_id, key from cached_answers where (base_id, key) in ("
        "  (select base_id, key from cached_answers where answer is not null"
        "   and stored_at <= now() - %(age)s * interval '1 minute')"
        "  union all"
        "  (select base_id, key from cached_answers order by stored_at desc offset %(most)s))"
        " for update skip locked)",
        {"age": max_age_minutes, "most": max_entries},
    )
