"""Queues are added, changed and deleted; one is always there. Each change is in the audit log."""

from collections.abc import Sequence
from dataclasses import fields, replace

from kefu.audit import record_audit
from kefu.conversations.hours import require_hours
from kefu.conversations.records import DeskStaff, NewQueue, Queue
from kefu.conversations.store.desk import (
    delete_queue,
    get_queue,
    insert_queue,
    list_desk_staff,
    list_queues,
    update_desk_staff,
    update_queue,
)
from kefu.db import Connection
from kefu.errors import BadInput, Conflict, NotFound
from kefu.text import clean_text

MAX_NAME_CHARACTERS = 60
MOST_SPANS = 50
MOST_CAPACITY = 100


async def add_queue(conn: Connection, new: NewQueue, *, actor: str) -> Queue:
    """Add a queue.

    Raises:
        BadInput: its name, time zone or hours cannot be used.
        Conflict: the name is taken.
    """
    queue = await get_queue(conn, await insert_queue(conn, _check(new)))
    await _record(conn, "queue.added", queue, actor)
    return queue


async def change_queue(conn: Connection, id: int, new: NewQueue, *, actor: str) -> Queue:
    """Put what is said of a queue in the place of what was said before.

    Raises:
        BadInput: its name, time zone or hours cannot be used.
        Conflict: the name is taken.
        NotFound: there is none.
    """
    await get_queue(conn, id)
    await update_queue(conn, id, _check(new))
    queue = await get_queue(conn, id)
    await _record(conn, "queue.changed", queue, actor)
    return queue


async def drop_queue(conn: Connection, id: int, *, actor: str) -> None:
    """Delete a queue; its conversations go to the usual one.

    Raises:
        Conflict: it is the usual one.
        NotFound: there is none.
    """
    queue = await get_queue(conn, id)
    if queue.is_default:
        raise Conflict("The usual queue cannot be deleted, only renamed.")
    await delete_queue(conn, id, heir_id=(await list_queues(conn))[0].id)
    await record_audit(conn, actor=actor, action="queue.deleted", subject=queue.name)


async def equip(
    conn: Connection,
    staff_id: int,
    *,
    capacity: int,
    skills: Sequence[str],
    languages: Sequence[str],
    actor: str,
) -> DeskStaff:
    """Say what somebody can take on.

    Raises:
        BadInput: the capacity is out of bounds.
        NotFound: nobody of that number works here.
    """
    if not 1 <= capacity <= MOST_CAPACITY:
        raise BadInput("A person takes on 1 to %(most)s conversations.", most=MOST_CAPACITY)
    if all(staff.staff_id != staff_id for staff in await list_desk_staff(conn)):
        raise NotFound("Nobody with the number %(number)s works here.", number=staff_id)
    await update_desk_staff(
        conn, staff_id, capacity=capacity, skills=sorted(set(skills)), languages=languages
    )
    everybody = await list_desk_staff(conn)
    equipped = next(staff for staff in everybody if staff.staff_id == staff_id)
    await record_audit(
        conn,
        actor=actor,
        action="desk_staff.changed",
        subject=equipped.name,
        details={
            "capacity": capacity,
            "skills": list(equipped.skills),
            "languages": list(languages),
        },
    )
    return equipped


async def _record(conn: Connection, action: str, queue: Queue, actor: str) -> None:
    await record_audit(
        conn,
        actor=actor,
        action=action,
        subject=queue.name,
        details={
            "skills": list(queue.skills),
            "languages": list(queue.languages),
            "timezone": queue.timezone,
            "hours": [f"{each.weekday} {each.opens}-{each.closes}" for each in queue.hours],
            "holidays": [day.isoformat() for day in queue.holidays],
            "assignment": queue.assignment,
            "target_seconds": queue.target_seconds,
        },
    )


def _check(new: NewQueue) -> NewQueue:
    name = " ".join(clean_text(new.name).split())
    if not 0 < len(name) <= MAX_NAME_CHARACTERS:
        raise BadInput("The name has 1 to %(most)s characters.", most=MAX_NAME_CHARACTERS)
    if len(new.hours) > MOST_SPANS:
        raise BadInput("A week has at most %(most)s spans of opening hours.", most=MOST_SPANS)
    require_hours(new)
    given = {each.name: getattr(new, each.name) for each in fields(NewQueue)}
    return replace(NewQueue(**given), name=name, skills=sorted(set(new.skills)))
