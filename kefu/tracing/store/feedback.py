"""Every SQL statement about feedback; a rating is kept as +1 or -1, ready to be averaged."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row

from kefu.tracing.records import Feedback, RatedAnswer, Rating

NUMBERS = {"up": 1, "down": -1}
FEEDBACK = (
    "message_id, case rating when 1 then 'up' else 'down' end as rating, comment, correction,"
    " created_at, updated_at"
)


async def replace_feedback(
    conn: AsyncConnection,
    message_id: UUID,
    *,
    rating: Rating,
    comment: str | None,
    correction: str | None = None,
) -> Feedback:
    """Keep this rating, comment and correction in place of any earlier ones."""
    cursor = conn.cursor(row_factory=class_row(Feedback))
    await cursor.execute(
        "insert into feedback (message_id, rating, comment, correction) values (%s, %s, %s, %s)"
        " on conflict (message_id) do update set rating = excluded.rating,"
        " comment = excluded.comment, correction = excluded.correction,"
        " updated_at = clock_timestamp()"
        f" returning {FEEDBACK}",
        [message_id, NUMBERS[rating], comment, correction],
    )
    feedback = await cursor.fetchone()
    assert feedback is not None
    return feedback


async def list_feedback(conn: AsyncConnection, message_ids: Sequence[UUID]) -> Sequence[Feedback]:
    """What was given for these messages, in no order."""
    cursor = conn.cursor(row_factory=class_row(Feedback))
    await cursor.execute(
        f"select {FEEDBACK} from feedback where message_id = any(%s)",
        [list(message_ids)],
    )
    return await cursor.fetchall()


async def list_rated(
    conn: AsyncConnection, *, since: datetime, limit: int, base: str
) -> Sequence[RatedAnswer]:
    """The answers about a base that were rated since then, the last ones first."""
    cursor = conn.cursor(row_factory=class_row(RatedAnswer))
    await cursor.execute(
        "select m.conversation_id, f.message_id, f.comment, f.correction,"
        " case f.rating when 1 then 'up' else 'down' end as rating"
        " from feedback f join messages m on m.id = f.message_id"
        " join conversations c on c.id = m.conversation_id"
        " where f.updated_at >= %s and c.base = %s order by f.updated_at desc limit %s",
        [since, base, limit],
    )
    return await cursor.fetchall()
