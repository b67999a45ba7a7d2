"""Every SQL statement that reads what happened for the desk's figures."""

from collections.abc import Mapping, Sequence
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row

from kefu.conversations.records import Conversation, Event
from kefu.conversations.store.conversations import CONVERSATION


async def list_logged(conn: AsyncConnection, *, since: datetime) -> Sequence[Conversation]:
    """Conversations in which something happened since a time, or in which a customer waits."""
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(
        f"select {CONVERSATION} from conversations where id in (select conversation_id"
        " from conversation_events where created_at >= %s)"
        " or (served_by = 'staff' and status <> 'resolved' and waiting_since is not null)".encode(),
        [since],
    )
    return await cursor.fetchall()


async def list_log(conn: AsyncConnection, ids: Sequence[UUID]) -> Sequence[Event]:
    """All that happened in conversations, each conversation's together and in order."""
    cursor = conn.cursor(row_factory=class_row(Event))
    await cursor.execute(
        "select number, conversation_id, kind, staff_id, data, created_at"
        " from conversation_events where conversation_id = any(%s) and number is not null"
        " order by conversation_id, number",
        [list(ids)],
    )
    return await cursor.fetchall()


async def list_staff_names(conn: AsyncConnection) -> Mapping[int, str]:
    """What everybody is called who works here, or did."""
    cursor = await conn.execute("select id, name from staff")
    return {row[0]: row[1] for row in await cursor.fetchall()}
