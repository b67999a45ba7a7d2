"""SQL of what messengers bring in: threads of theirs, and messages that wait for an answer."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row, scalar_row

from kefu.chatbot.webhooks.records import TakenIn, Unanswered
from kefu.errors import NotFound

TAKEN_IN = "webhook, id, conversation_id, message_id, attempt_count"


async def find_taken_in(conn: AsyncConnection, webhook: str, id: str) -> TakenIn | None:
    """A message that was taken in before."""
    cursor = conn.cursor(row_factory=class_row(TakenIn))
    await cursor.execute(
        f"select {TAKEN_IN} from webhook_messages where webhook = %s and id = %s", [webhook, id]
    )
    return await cursor.fetchone()


async def insert_taken_in(
    conn: AsyncConnection,
    webhook: str,
    id: str,
    *,
    conversation_id: UUID,
    message_id: UUID,
) -> bool:
    """Note that a message was taken in; False when somebody else takes it in just now."""
    cursor = await conn.execute(
        "insert into webhook_messages (webhook, id, conversation_id, message_id)"
        " values (%s, %s, %s, %s) on conflict do nothing",
        [webhook, id, conversation_id, message_id],
    )
    return cursor.rowcount == 1


async def claim_taken_in(
    conn: AsyncConnection, *, limit: int, lease_seconds: int
) -> Sequence[TakenIn]:
    """Take messages that wait for an answer, in each conversation the first one alone."""
    cursor = conn.cursor(row_factory=class_row(TakenIn))
    await cursor.execute(
        "update webhook_messages set attempt_count = attempt_count + 1,"
        " next_attempt_at = now() + %s * interval '1 second' where (webhook, id) in ("
        "  select webhook, id from webhook_messages w where answered_at is null"
        "  and given_up_at is null and next_attempt_at <= now() and not exists ("
        "   select from webhook_messages b where b.conversation_id = w.conversation_id"
        "   and b.answered_at is null and b.given_up_at is null and b.received_at < w.received_at)"
        f"  order by received_at limit %s for update skip locked) returning {TAKEN_IN}",
        [lease_seconds, limit],
    )
    return await cursor.fetchall()


async def update_answered(conn: AsyncConnection, taken: TakenIn) -> None:
    """Note that nothing is left to be done with a message."""
    await conn.execute(
        "update webhook_messages set answered_at = clock_timestamp(), last_problem = ''"
        " where webhook = %s and id = %s",
        [taken.webhook, taken.id],
    )


async def update_unanswered(
    conn: AsyncConnection, taken: TakenIn, *, problem: str, is_last: bool, wait_seconds: int
) -> None:
    """Note why a message was not answered, and when that is tried again."""
    await conn.execute(
        "update webhook_messages set last_problem = %(problem)s,"
        " next_attempt_at = clock_timestamp() + %(wait)s * interval '1 second',"
        " given_up_at = case when %(is_last)s then clock_timestamp() end"
        " where webhook = %(webhook)s and id = %(id)s",
        {
            "problem": problem,
            "wait": wait_seconds,
            "is_last": is_last,
            "webhook": taken.webhook,
            "id": taken.id,
        },
    )


async def list_given_up(conn: AsyncConnection, webhook: str, *, limit: int) -> Sequence[Unanswered]:
    """What a messenger brought in and nobody answered, the latest first."""
    cursor = conn.cursor(row_factory=class_row(Unanswered))
    await cursor.execute(
        "select w.webhook, w.id, w.conversation_id, w.message_id, w.attempt_count,"
        " w.last_problem, w.received_at, w.given_up_at, m.text"
        " from webhook_messages w join messages m on m.id = w.message_id"
        " where w.webhook = %s and w.given_up_at is not null order by w.received_at desc limit %s",
        [webhook, limit],
    )
    return await cursor.fetchall()


async def restart_taken_in(conn: AsyncConnection, webhook: str, message_id: UUID) -> None:
    """Have a message that was given up on answered, from the first attempt on.

    Raises:
        NotFound: the webhook has given up on no such message.
    """
    cursor = await conn.execute(
        "update webhook_messages set given_up_at = null, attempt_count = 0,"
        " next_attempt_at = clock_timestamp()"
        " where webhook = %s and message_id = %s and given_up_at is not null",
        [webhook, message_id],
    )
    if cursor.rowcount == 0:
        raise NotFound("No message %(id)s was given up on.", id=message_id)


async def find_conversation(conn: AsyncConnection, webhook: str, thread: str) -> UUID | None:
    """The conversation in which a thread of a messenger goes on."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select conversation_id from webhook_threads where webhook = %s and thread = %s"
        " order by created_at desc limit 1",
        [webhook, thread],
    )
    found: UUID | None = await cursor.fetchone()
    return found


async def insert_thread(
    conn: AsyncConnection, webhook: str, thread: str, *, conversation_id: UUID
) -> None:
    """Note in which conversation a thread goes on."""
    await conn.execute(
        "insert into webhook_threads (conversation_id, webhook, thread) values (%s, %s, %s)"
        " on conflict (conversation_id) do nothing",
        [conversation_id, webhook, thread],
    )


async def lock_thread(conn: AsyncConnection, webhook: str, thread: str) -> None:
    """Let nobody else begin a conversation for a thread until the transaction ends."""
    await conn.execute(
        "select pg_advisory_xact_lock(hashtextextended(%s, 0))", [f"{webhook} {thread}"]
    )


async def find_threads(
    conn: AsyncConnection, webhook: str, conversation_ids: Sequence[UUID]
) -> dict[UUID, str]:
    """The threads of those conversations that are a messenger's own."""
    cursor = await conn.execute(
        "select conversation_id, thread from webhook_threads where webhook = %s"
        " and conversation_id = any(%s)",
        [webhook, list(conversation_ids)],
    )
    return dict(await cursor.fetchall())
