"""Every SQL statement about what happened in conversations, and what passes without being kept."""

import json
from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from kefu.conversations.records import Event, EventKind, Message
from kefu.conversations.store.messages import MESSAGE

CHANNEL = "kefu_conversations"
EVENT = "number, conversation_id, kind, staff_id, data, created_at, message_id"


async def insert_event(
    conn: AsyncConnection,
    conversation_id: UUID,
    kind: EventKind,
    *,
    staff_id: int | None = None,
    message_id: UUID | None = None,
    data: Mapping[str, object] | None = None,
) -> None:
    """Note what happens; those who listen hear of it when the transaction is committed."""
    await conn.execute(
        "insert into conversation_events (conversation_id, kind, staff_id, message_id, data)"
        " values (%s, %s, %s, %s, %s)",
        [conversation_id, kind, staff_id, message_id, Jsonb(data or {})],
    )


async def list_events(
    conn: AsyncConnection, *, after: int, limit: int, conversation_id: UUID | None = None
) -> Sequence[Event]:
    """What happened after an event, in order, with the messages but without how they came about."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(
        f"select {EVENT} from conversation_events where number > %(after)s"
        " and (%(id)s::uuid is null or conversation_id = %(id)s) order by number limit %(limit)s",
        {"after": after, "id": conversation_id, "limit": limit},
    )
    rows = await cursor.fetchall()
    wanted = [row["message_id"] for row in rows if row["message_id"] is not None]
    messages = await _find_messages(conn, wanted) if wanted else {}
    return [
        Event(**row, message=messages.get(message_id))
        for row in rows
        for message_id in [row.pop("message_id")]
    ]


async def list_history(
    conn: AsyncConnection, conversation_id: UUID, *, since: datetime | None, limit: int
) -> Sequence[Event]:
    """The last that happened in a conversation besides messages, in order."""
    cursor = conn.cursor(row_factory=class_row(Event))
    await cursor.execute(
        "select * from (select number, conversation_id, kind, staff_id, data, created_at"
        " from conversation_events where conversation_id = %(id)s and number is not null"
        " and kind not in ('started', 'message')"
        " and (%(since)s::timestamptz is null or created_at >= %(since)s)"
        " order by number desc limit %(limit)s) as latest order by number",
        {"id": conversation_id, "since": since, "limit": limit},
    )
    return await cursor.fetchall()


async def _find_messages(conn: AsyncConnection, ids: Sequence[UUID]) -> dict[UUID, Message]:
    cursor = conn.cursor(row_factory=class_row(Message))
    await cursor.execute(
        f"select {MESSAGE.replace('answer,', 'null as answer,', 1)} from messages"
        " where id = any(%s)".encode(),
        [list(ids)],
    )
    return {message.id: message for message in await cursor.fetchall()}


async def find_last_number(conn: AsyncConnection, conversation_id: UUID | None = None) -> int:
    """The number of the last event, 0 when there is none."""
    cursor = await conn.execute(
        "select coalesce(max(number), 0) from conversation_events"
        " where %(id)s::uuid is null or conversation_id = %(id)s",
        {"id": conversation_id},
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def notify(conn: AsyncConnection, signal: Mapping[str, object]) -> None:
    """Tell all processes something that is not kept."""
    await conn.execute(
        "select pg_notify(%s, %s)", [CHANNEL, json.dumps(signal, ensure_ascii=False)]
    )
