"""Every SQL statement about lists of conversations and about customers."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from kefu.conversations.inbox_records import InboxEntry, InboxFilter
from kefu.conversations.records import Conversation, Customer
from kefu.conversations.store.conversations import COLUMNS
from kefu.errors import NotFound

CUSTOMER = "id, name, email, language, is_vip, attributes, created_at, seen_at"
OWN = ", ".join(f"c.{name}" for name in COLUMNS)
WHERE = """
    (%(status)s::text is null or c.status = %(status)s)
    and (%(served_by)s::text is null or c.served_by = %(served_by)s)
    and (%(queue_id)s::bigint is null or c.queue_id = %(queue_id)s)
    and (%(assignee)s::bigint is null or coalesce(c.assignee_id, 0) = %(assignee)s)
    and (%(priority)s::text is null or c.priority = %(priority)s)
    and (%(label)s::text is null or %(label)s = any(c.labels))
"""
LATEST = """
    c.last_message_at is not null and (%(before)s::timestamptz is null
      or (c.last_message_at, c.id) < (%(before)s, %(before_id)s::uuid))
    order by c.last_message_at desc, c.id desc limit %(limit)s
"""
SAYS = "strpos(lower(t.text), lower(%(text)s::text)) > 0"
AMONG_LOOKED_AT = f"""
    and c.id = any(%(looked_at)s) and (c.customer_id = %(text)s
      or exists (select from messages t where t.conversation_id = c.id and {SAYS}))
"""
AMONG_ALL = f"""
    and c.id in (select t.conversation_id from messages t where {SAYS}
      union all select id from conversations where customer_id = %(text)s)
"""
BY_INDEX = AMONG_ALL.replace(SAYS, f"text_pairs(t.text) @> text_pairs(%(text)s::text) and {SAYS}")
MOST_LOOKED_AT = 1000
"""Conversations that are looked through one by one: what is said often is among the latest."""


async def list_entries(
    conn: AsyncConnection,
    wanted: InboxFilter,
    *,
    staff_id: int | None,
    limit: int,
    before: tuple[datetime, UUID] | None = None,
) -> Sequence[InboxEntry]:
    """Conversations with what a list shows of them, the latest message first."""
    values = _values(wanted) | {
        "staff_id": staff_id,
        "limit": limit,
        "before": before and before[0],
        "before_id": before and before[1],
    }
    if not wanted.text:
        return await _list(conn, "", values)
    statement = f"select c.id from conversations c where {WHERE} and {LATEST}"
    cursor = await conn.execute(statement.encode(), values | {"limit": MOST_LOOKED_AT})
    looked_at = [row[0] for row in await cursor.fetchall()]
    found = await _list(conn, AMONG_LOOKED_AT, values | {"looked_at": looked_at})
    if len(found) == limit or len(looked_at) < MOST_LOOKED_AT:
        return found
    return await _list(conn, search_all(wanted.text), values)


async def _list(
    conn: AsyncConnection, searched: str, values: Mapping[str, object]
) -> Sequence[InboxEntry]:
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(write_list(searched), values)
    return [_build_entry(row) for row in await cursor.fetchall()]


def write_list(searched: str) -> bytes:
    """The statement of a list, of all or of what is searched for."""
    return (
        f"select {OWN}, coalesce(k.name, '') as customer_name,"
        " coalesce(k.is_vip, false) as is_vip, s.name as assignee_name, q.name as queue_name,"
        " coalesce(q.target_seconds, 0) as target_seconds,"
        " left(coalesce(m.text, ''), 160) as preview, m.role as last_role,"
        " (select count(*) from messages u where u.conversation_id = c.id"
        "  and u.role = 'customer' and u.position > coalesce(r.position, -1))::int as unread_count"
        f" from (select * from conversations c where {WHERE} {searched} and {LATEST}) as c"
        " left join customers k on k.id = c.customer_id"
        " left join staff s on s.id = c.assignee_id left join queues q on q.id = c.queue_id"
        " left join conversation_reads r on r.conversation_id = c.id and r.staff_id = %(staff_id)s"
        " left join lateral (select text, role from messages m where m.conversation_id = c.id"
        "  and not m.is_internal and (c.waiting_since is null or m.role <> 'chatbot')"
        "  order by position desc limit 1) m on true"
        " order by c.last_message_at desc, c.id desc"
    ).encode()


def search_all(text: str) -> str:
    """The condition under which a conversation says it; one character is in no pair."""
    return BY_INDEX if len(text) > 1 else AMONG_ALL


def _values(wanted: InboxFilter) -> dict[str, object]:
    return {name: getattr(wanted, name) for name in InboxFilter.__slots__}


def _build_entry(row: Mapping[str, Any]) -> InboxEntry:
    rest = {name: value for name, value in row.items() if name not in COLUMNS}
    target_seconds = rest.pop("target_seconds")
    conversation = Conversation(**{name: row[name] for name in COLUMNS})
    since = conversation.waiting_since
    is_due = conversation.status == "open" and conversation.first_staff_reply_at is None
    due_at = since + timedelta(seconds=target_seconds) if since is not None and is_due else None
    return InboxEntry(conversation=conversation, reply_due_at=due_at, **rest)


async def count_entries(conn: AsyncConnection, wanted: InboxFilter) -> int:
    """How many conversations there are of these."""
    searched = search_all(wanted.text) if wanted.text else ""
    cursor = await conn.execute(
        f"select count(*) from conversations c where {WHERE} {searched}".encode(), _values(wanted)
    )
    row = await cursor.fetchone()
    assert row is not None
    return int(row[0])


async def get_customer(conn: AsyncConnection, id: str) -> Customer:
    """Read one customer.

    Raises:
        NotFound: there is none.
    """
    cursor = conn.cursor(row_factory=class_row(Customer))
    await cursor.execute(f"select {CUSTOMER} from customers where id = %s", [id])
    found = await cursor.fetchone()
    if found is None:
        raise NotFound("There is no customer %(number)s.", number=id)
    return found


async def replace_customer(  # noqa: PLR0913 - one parameter a column
    conn: AsyncConnection,
    id: str,
    *,
    name: str,
    email: str,
    language: str,
    is_vip: bool,
    attributes: Mapping[str, str],
) -> Customer:
    """Keep what is said of a customer, who may be new."""
    cursor = conn.cursor(row_factory=class_row(Customer))
    await cursor.execute(
        "insert into customers (id, name, email, language, is_vip, attributes)"
        " values (%s, %s, %s, %s, %s, %s) on conflict (id) do update set name = excluded.name,"
        " email = excluded.email, language = excluded.language, is_vip = excluded.is_vip,"
        f" attributes = excluded.attributes returning {CUSTOMER}",
        [id, name, email, language, is_vip, Jsonb(attributes)],
    )
    found = await cursor.fetchone()
    assert found is not None
    return found


async def list_of_customer(
    conn: AsyncConnection, customer_id: str, *, limit: int
) -> Sequence[Conversation]:
    """The conversations of a customer, the latest first."""
    cursor = conn.cursor(row_factory=class_row(Conversation))
    await cursor.execute(
        f"select {OWN} from conversations c where customer_id = %s"
        " order by created_at desc limit %s",
        [customer_id, limit],
    )
    return await cursor.fetchall()
