"""Who answers a question: whoever says so, for as long as that is said again and again."""

from uuid import UUID

from psycopg import AsyncConnection

ANSWERING_SECONDS = 8.0
"""So long a question is being answered after that was said; a killed process says nothing more."""


async def claim_question(conn: AsyncConnection, id: UUID) -> bool:
    """Whether a question is the caller's to answer from now on; not so while another is at it."""
    cursor = await conn.execute(
        "update messages set answering_until = clock_timestamp() + make_interval(secs => %s)"
        " where id = %s and (answering_until is null or answering_until < clock_timestamp())",
        [ANSWERING_SECONDS, id],
    )
    return cursor.rowcount == 1


async def keep_claim(conn: AsyncConnection, id: UUID) -> None:
    """Say once more that a question is being answered."""
    await conn.execute(
        "update messages set answering_until = clock_timestamp() + make_interval(secs => %s)"
        " where id = %s",
        [ANSWERING_SECONDS, id],
    )


async def drop_claim(conn: AsyncConnection, id: UUID) -> None:
    """Leave a question to whoever asks it next."""
    await conn.execute("update messages set answering_until = null where id = %s", [id])
