"""Every SQL statement about conversations as a whole."""

from collections.abc import Mapping, Sequence
from dataclasses import fields
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row
from psycopg.types.json import Jsonb

from kefu.conversations.records import Conversation, EventKind
from kefu.errors import NotFound

COLUMNS = tuple(each.name for each in fields(Conversation))
CONVERSATION = ", ".join(COLUMNS)
FIXED = frozenset({"id", "customer_id", "base", "created_at", "follows_id", "channel", "version"})
CHANGES = ", ".join(f"{name} = %({name})s" for name in COLUMNS if name not in FIXED)


async def insert_conversation(  # noqa: PLR0913 - one parameter a column
    conn: AsyncConnection,
    *,
    id: UUID,
    customer_id: str | None,
    base: str,
    language: str,
    channel: str = "chat",
    follows_id: UUID | None = None,
    beginning: str | None = None,
) -> Conversation:
    """Begin a conversation; a customer who is new here is kept.

    Where one was begun with the same beginning it is that one, locked, with an id of its own.
    """
    if customer_id is not None:
        await _note_seen(conn, customer_id)
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(
        "insert into conversations"
        " (id, customer_id, base, language, channel, follows_id, beginning)"
        " values (%s, %s, %s, %s, %s, %s, %s)"
        f" on conflict (beginning) do nothing returning {CONVERSATION}",
        [id, customer_id, base, language, channel, follows_id, beginning],
    )
    conversation = await cursor.fetchone()
    if conversation is None:
        await cursor.execute(
            f"select {CONVERSATION} from conversations where beginning = %s for update", [beginning]
        )
        conversation = await cursor.fetchone()
    assert conversation is not None
    return conversation


async def _note_seen(conn: AsyncConnection, customer_id: str) -> None:
    await conn.execute(
        "insert into customers (id) values (%s)"
        " on conflict (id) do update set seen_at = clock_timestamp()",
        [customer_id],
    )


async def update_customer_id(conn: AsyncConnection, id: UUID, customer_id: str) -> Conversation:
    """Say whose a locked conversation is; a customer who is new here is kept."""
    await _note_seen(conn, customer_id)
    return await _read_conversation(
        conn,
        "update conversations set customer_id = %(customer_id)s where id = %(id)s"
        f" returning {CONVERSATION}",
        id,
        customer_id=customer_id,
    )


async def get_conversation(conn: AsyncConnection, id: UUID) -> Conversation:
    """Read one conversation.

    Raises:
        NotFound: there is none.
    """
    return await _read_conversation(
        conn,
        f"select {CONVERSATION} from conversations where id = %(id)s",
        id,
    )


async def lock_conversation(conn: AsyncConnection, id: UUID) -> Conversation:
    """Read one conversation and let nobody else write to it until the transaction ends.

    Raises:
        NotFound: there is none.
    """
    return await _read_conversation(
        conn,
        f"select {CONVERSATION} from conversations where id = %(id)s for update",
        id,
    )


async def _read_conversation(
    conn: AsyncConnection, statement: str, id: UUID, **values: object
) -> Conversation:
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(statement.encode(), {"id": id, **values})
    conversation = await cursor.fetchone()
    if conversation is None:
        raise NotFound("There is no conversation %(number)s.", number=id)
    return conversation


async def update_conversation(
    conn: AsyncConnection,
    changed: Conversation,
    kind: EventKind,
    *,
    staff_id: int | None,
    message_id: UUID | None,
    data: Mapping[str, object] | None,
) -> Conversation:
    """Write all that can change of a conversation that this transaction began or locked.

    The event that tells of it is noted with it.
    """
    values = {name: getattr(changed, name) for name in COLUMNS} | {"labels": list(changed.labels)}
    event = {"kind": kind, "staff_id": staff_id, "message_id": message_id}
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(
        "with told as (insert into conversation_events"
        "  (conversation_id, kind, staff_id, message_id, data)"
        "  values (%(id)s, %(kind)s, %(staff_id)s, %(message_id)s, %(data)s))"
        f" update conversations set {CHANGES}, version = version + 1 where id = %(id)s"
        f" returning {CONVERSATION}".encode(),
        values | event | {"data": Jsonb(data or {})},
    )
    conversation = await cursor.fetchone()
    assert conversation is not None
    return conversation


async def find_follower(conn: AsyncConnection, id: UUID) -> UUID | None:
    """The conversation in which the customer wrote on after this one."""
    cursor = await conn.execute(
        "select id from conversations where follows_id = %s order by created_at desc limit 1", [id]
    )
    row = await cursor.fetchone()
    return None if row is None else row[0]


async def sample_conversations(
    conn: AsyncConnection, *, since: datetime, count: int, seed: int, base: str
) -> Sequence[Conversation]:
    """So many of those about a base that began since then, the same ones for the same seed."""
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(
        f"select {CONVERSATION} from conversations where created_at >= %s and base = %s"
        " order by md5(id::text || %s::text) limit %s",
        [since, base, seed, count],
    )
    return await cursor.fetchall()


async def lock_due(conn: AsyncConnection, *, now: datetime, limit: int) -> Sequence[Conversation]:
    """Snoozed conversations whose time has come; what others are at is left to them."""
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(
        f"select {CONVERSATION} from conversations where status = 'snoozed'"
        " and snoozed_until <= %s order by snoozed_until limit %s for update skip locked",
        [now, limit],
    )
    return await cursor.fetchall()


async def lock_left(
    conn: AsyncConnection, queue_ids: Sequence[int], *, limit: int
) -> Sequence[Conversation]:
    """Messages that were left in these queues while nobody worked."""
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(
        f"select {CONVERSATION} from conversations where served_by = 'staff'"
        " and status = 'pending' and assignee_id is null and waiting_since is not null"
        " and queue_id = any(%s) order by waiting_since limit %s for update skip locked",
        [list(queue_ids), limit],
    )
    return await cursor.fetchall()


async def lock_of_absent(
    conn: AsyncConnection, *, seen_before: datetime, limit: int
) -> Sequence[Conversation]:
    """Open conversations of people who left the desk so long ago, or may not sign in any more."""
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(
        f"select {CONVERSATION} from conversations c where c.status = 'open'"
        " and c.assignee_id is not null and exists (select from staff s"
        "  left join desk_staff d on d.staff_id = s.id where s.id = c.assignee_id"
        "  and (s.disabled_at is not null or d.seen_at < %s))"
        " limit %s for update skip locked",
        [seen_before, limit],
    )
    return await cursor.fetchall()


async def lock_waiting(
    conn: AsyncConnection, queue_id: int, *, limit: int
) -> Sequence[Conversation]:
    """Those that wait in a queue for somebody, the next one first."""
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(
        f"select {CONVERSATION} from conversations where served_by = 'staff'"
        " and status = 'open' and assignee_id is null and waiting_since is not null"
        " and queue_id = %s order by"
        " array_position(array['urgent', 'high', 'normal', 'low'], priority), waiting_since, id"
        " limit %s for update skip locked",
        [queue_id, limit],
    )
    return await cursor.fetchall()


async def count_before(conn: AsyncConnection, conversation: Conversation) -> int:
    """How many wait in the same queue and come before this one."""
    cursor = await conn.execute(
        "select count(*) from conversations where served_by = 'staff' and status = 'open'"
        " and assignee_id is null and waiting_since is not null and queue_id = %(queue_id)s"
        " and (array_position(array['urgent', 'high', 'normal', 'low'], priority),"
        "  waiting_since, id)"
        " < (array_position(array['urgent', 'high', 'normal', 'low'], %(priority)s),"
        "  %(waiting_since)s::timestamptz, %(id)s)",
        {name: getattr(conversation, name) for name in COLUMNS},
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def find_mean_handling(
    conn: AsyncConnection, queue_id: int | None, *, since: datetime, most: int
) -> float | None:
    """Mean seconds from the first reply of the staff to the end, of the latest so many."""
    cursor = await conn.execute(
        "select avg(extract(epoch from resolved_at - first_staff_reply_at)) from ("
        " select resolved_at, first_staff_reply_at from conversations where status = 'resolved'"
        "  and queue_id = %s and first_staff_reply_at is not null and resolved_at >= %s"
        "  and resolved_at - first_staff_reply_at < interval '4 hours'"
        "  order by resolved_at desc limit %s) as latest",
        [queue_id, since, most],
    )
    row = await cursor.fetchone()
    return None if row is None or row[0] is None else float(row[0])
