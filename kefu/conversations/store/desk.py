"""Every SQL statement about queues, the people at the desk, canned responses and ratings."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.errors import UniqueViolation
from psycopg.rows import class_row, dict_row
from psycopg.types.json import Jsonb

from kefu.conversations.records import (
    CannedResponse,
    DeskStaff,
    Language,
    NewQueue,
    Opening,
    Presence,
    Queue,
    Rating,
)
from kefu.errors import Conflict, NotFound

QUEUE = ", ".join(each.name for each in fields(Queue))
QUEUE_FIELDS = tuple(each.name for each in fields(NewQueue))
RESPONSE = "id, shortcut, text, language, staff_id, created_at"
RATING = "conversation_id, episode, rating, comment, created_at"
ASSIGNING = (1262831957, 2)
"""The lock under which conversations are given out, so that nobody gets more than fits."""


async def list_queues(conn: AsyncConnection) -> Sequence[Queue]:
    """All queues, the usual one first."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(f"select {QUEUE} from queues order by not is_default, name")
    rows = await cursor.fetchall()
    return [
        Queue(**row | {"hours": tuple(Opening(**each) for each in row["hours"])}) for row in rows
    ]


async def get_queue(conn: AsyncConnection, id: int) -> Queue:
    """Read one queue.

    Raises:
        NotFound: there is none.
    """
    found = next((queue for queue in await list_queues(conn) if queue.id == id), None)
    if found is None:
        raise NotFound("There is no queue %(number)s.", number=id)
    return found


async def insert_queue(conn: AsyncConnection, new: NewQueue) -> int:
    """Add a queue and return its number.

    Raises:
        Conflict: the name is taken.
    """
    names = ", ".join(QUEUE_FIELDS)
    places = ", ".join(f"%({name})s" for name in QUEUE_FIELDS)
    return await _write_queue(
        conn, f"insert into queues ({names}) values ({places}) returning id", new
    )


async def update_queue(conn: AsyncConnection, id: int, new: NewQueue) -> None:
    """Change a queue.

    Raises:
        Conflict: the name is taken.
    """
    changes = ", ".join(f"{name} = %({name})s" for name in QUEUE_FIELDS)
    await _write_queue(conn, f"update queues set {changes} where id = {id:d} returning id", new)


async def _write_queue(conn: AsyncConnection, statement: str, new: NewQueue) -> int:
    values = {name: getattr(new, name) for name in QUEUE_FIELDS} | {
        "skills": list(new.skills),
        "languages": list(new.languages),
        "holidays": list(new.holidays),
        "hours": Jsonb([asdict(each) for each in new.hours]),
    }
    try:
        async with conn.transaction():
            cursor = await conn.execute(statement.encode(), values)
            row = await cursor.fetchone()
    except UniqueViolation as error:
        raise Conflict("There is a queue %(name)s already.", name=new.name) from error
    assert row is not None
    return int(row[0])


async def delete_queue(conn: AsyncConnection, id: int, *, heir_id: int) -> None:
    """Delete a queue; its conversations go to another one."""
    await conn.execute(
        "update conversations set queue_id = %s, version = version + 1 where queue_id = %s",
        [heir_id, id],
    )
    await conn.execute("delete from queues where id = %s", [id])


async def lock_assigning(conn: AsyncConnection) -> None:
    """Let nobody else give out conversations until the transaction ends."""
    await conn.execute("select pg_advisory_xact_lock(%s, %s)", ASSIGNING)


async def list_desk_staff(conn: AsyncConnection) -> Sequence[DeskStaff]:
    """Everybody who can sign in, with how they stand at the desk."""
    cursor = conn.cursor(row_factory=class_row(DeskStaff))
    await cursor.execute(
        "select s.id as staff_id, s.name, coalesce(d.presence, 'offline') as presence, d.seen_at,"
        " coalesce(d.capacity, 5) as capacity, coalesce(d.skills, '{}') as skills,"
        " coalesce(d.languages, '{}') as languages,"
        " (select count(*) from conversations c where c.assignee_id = s.id"
        "  and c.status = 'open')::int as load"
        " from staff s left join desk_staff d on d.staff_id = s.id where s.disabled_at is null"
        " order by d.assigned_at nulls first, s.id"
    )
    return await cursor.fetchall()


async def update_presence(conn: AsyncConnection, staff_id: int, presence: Presence) -> None:
    """Note that somebody is there, or not."""
    await conn.execute(
        "insert into desk_staff (staff_id, presence) values (%s, %s)"
        " on conflict (staff_id) do update set presence = excluded.presence,"
        " seen_at = clock_timestamp()",
        [staff_id, presence],
    )


async def update_desk_staff(
    conn: AsyncConnection,
    staff_id: int,
    *,
    capacity: int,
    skills: Sequence[str],
    languages: Sequence[str],
) -> None:
    """Change what somebody can take on."""
    await conn.execute(
        "insert into desk_staff (staff_id, capacity, skills, languages)"
        " values (%s, %s, %s, %s) on conflict (staff_id) do update set"
        " capacity = excluded.capacity, skills = excluded.skills, languages = excluded.languages",
        [staff_id, capacity, list(skills), list(languages)],
    )


async def update_assigned(conn: AsyncConnection, staff_id: int) -> None:
    """Note that somebody was just given a conversation."""
    await conn.execute(
        "update desk_staff set assigned_at = clock_timestamp() where staff_id = %s", [staff_id]
    )


async def update_absent(conn: AsyncConnection, *, seen_before: datetime) -> Sequence[int]:
    """Call offline who has not been heard of since then, and return whom."""
    cursor = await conn.execute(
        "update desk_staff set presence = 'offline' where presence <> 'offline'"
        " and seen_at < %s returning staff_id",
        [seen_before],
    )
    return [row[0] for row in await cursor.fetchall()]


async def list_responses(
    conn: AsyncConnection, staff_id: int | None, *, language: Language | None = None
) -> Sequence[CannedResponse]:
    """Everybody's canned responses and a person's own."""
    cursor = conn.cursor(row_factory=class_row(CannedResponse))
    await cursor.execute(
        f"select {RESPONSE} from canned_responses where (staff_id is null or staff_id = %s)"
        " and (%s::text is null or language = %s) order by shortcut, language, id",
        [staff_id, language, language],
    )
    return await cursor.fetchall()


async def get_response(conn: AsyncConnection, id: int) -> CannedResponse:
    """Read a canned response.

    Raises:
        NotFound: there is none.
    """
    cursor = conn.cursor(row_factory=class_row(CannedResponse))
    await cursor.execute(f"select {RESPONSE} from canned_responses where id = %s", [id])
    found = await cursor.fetchone()
    if found is None:
        raise NotFound("There is no canned response %(number)s.", number=id)
    return found


async def insert_response(
    conn: AsyncConnection, *, shortcut: str, text: str, language: Language, staff_id: int | None
) -> CannedResponse:
    """Add a canned response, or change the one with that shortcut."""
    cursor = conn.cursor(row_factory=class_row(CannedResponse))
    await cursor.execute(
        "insert into canned_responses (shortcut, text, language, staff_id)"
        " values (%s, %s, %s, %s) on conflict (shortcut, language, (coalesce(staff_id, 0)))"
        f" do update set text = excluded.text returning {RESPONSE}",
        [shortcut, text, language, staff_id],
    )
    found = await cursor.fetchone()
    assert found is not None
    return found


async def delete_response(conn: AsyncConnection, id: int) -> None:
    """Delete a canned response."""
    await conn.execute("delete from canned_responses where id = %s", [id])


async def replace_rating(
    conn: AsyncConnection, conversation_id: UUID, *, episode: int, rating: int, comment: str
) -> Rating:
    """Keep what the customer says of this episode in place of what was said before."""
    cursor = conn.cursor(row_factory=class_row(Rating))
    await cursor.execute(
        "insert into ratings (conversation_id, episode, rating, comment) values (%s, %s, %s, %s)"
        " on conflict (conversation_id, episode) do update set rating = excluded.rating,"
        f" comment = excluded.comment returning {RATING}",
        [conversation_id, episode, rating, comment],
    )
    found = await cursor.fetchone()
    assert found is not None
    return found


async def find_rating(conn: AsyncConnection, conversation_id: UUID, *, episode: int) -> int | None:
    """The stars of an episode."""
    cursor = await conn.execute(
        "select rating from ratings where conversation_id = %s and episode = %s",
        [conversation_id, episode],
    )
    row = await cursor.fetchone()
    return None if row is None else int(row[0])
