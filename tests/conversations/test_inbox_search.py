"""What the desk finds by words: any part of a message, by an index."""

from typing import Any

import pytest
from desk_people import ask
from psycopg import AsyncConnection

from kefu.conversations import InboxFilter, count_entries, list_entries
from kefu.conversations.store.inbox import search_all, write_list

MANY = 3000
TEXTS = ("Where is parcel A-1138?", "退款什么时候到账？", "The İstanbul shop is closed.")


@pytest.fixture
async def conversations(conn: AsyncConnection) -> None:
    """Three, and among many that say other things."""
    for number, text in enumerate(TEXTS):
        await ask(conn, text, customer_id=f"c{number}")
    await conn.execute(
        "with more as (insert into conversations (id, base, language, last_message_at)"
        "  select gen_random_uuid(), 'main', 'en', now() from generate_series(1, %s) returning id)"
        " insert into messages (id, conversation_id, position, role, text)"
        "  select gen_random_uuid(), id, 0, 'customer', 'I would like a lamp' from more",
        [MANY],
    )
    await conn.execute("analyze conversations, messages")


async def find(conn: AsyncConnection, text: str) -> list[str]:
    entries = await list_entries(conn, InboxFilter(text=text), staff_id=None, limit=9)
    assert await count_entries(conn, InboxFilter(text=text)) == len(entries)
    return [each.preview for each in entries]


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("PARCEL a-11", [0]),
        ("1138", [0]),
        ("退款", [1]),
        ("时候到账", [1]),
        ("款", [1]),
        ("退账", []),
        ("shop is", [2]),
        ("İSTANBUL", [2]),
        ("c1", [1]),
        ("%", []),
        ("' or true --", []),
    ],
)
async def test_any_part_of_a_message_is_found(
    conn: AsyncConnection, conversations: None, text: str, found: list[int]
) -> None:
    assert await find(conn, text) == [TEXTS[number] for number in found]


async def test_what_is_said_often_is_found_among_the_latest(
    conn: AsyncConnection, conversations: None
) -> None:
    wanted = InboxFilter(text="a LAMP")
    first = await list_entries(conn, wanted, staff_id=None, limit=5)
    last = first[-1].conversation
    assert last.last_message_at is not None
    page = (last.last_message_at, last.id)
    more = await list_entries(conn, wanted, staff_id=None, limit=5, before=page)
    ids = [each.conversation.id for each in (*first, *more)]
    cursor = await conn.execute(
        "select id from conversations where customer_id is null"
        " order by last_message_at desc, id desc limit 10"
    )
    assert ids == [row[0] for row in await cursor.fetchall()]
    assert await count_entries(conn, wanted) == MANY


@pytest.mark.parametrize("text", ["parcel", "退款", "A-1138", "where is parcel"])
async def test_messages_are_searched_by_the_index(
    conn: AsyncConnection, conversations: None, text: str
) -> None:
    wanted = InboxFilter(text=text)
    values = {name: getattr(wanted, name) for name in InboxFilter.__slots__}
    page = {"staff_id": None, "limit": 200, "before": None, "before_id": None}
    statement = b"explain (format json) " + write_list(search_all(text))
    cursor = await conn.execute(statement, values | page)
    (plan,) = await cursor.fetchone() or ()
    nodes = list(walk(plan[0]["Plan"]))
    assert "messages_by_pairs" in {node.get("Index Name") for node in nodes}
    assert [node for node in nodes if is_scan_of_messages(node)] == []


def walk(node: dict[str, Any]) -> Any:
    yield node
    for each in node.get("Plans", ()):
        yield from walk(each)


def is_scan_of_messages(node: dict[str, Any]) -> bool:
    return bool(node["Node Type"] == "Seq Scan" and node["Relation Name"] == "messages")
