"""Somebody at the desk."""

from uuid import uuid4

from kefu.accounts import add_staff, view_as
from kefu.conversations import NewMessage, equip, set_presence
from kefu.db import Connection
from kefu.viewer import Viewer


async def seat(conn: Connection, name: str) -> Viewer:
    """A person who takes on conversations."""
    email = f"{uuid4().hex[:8]}@example.com"
    person = view_as(await add_staff(conn, actor="test", email=email, name=name, role="staff"))
    await equip(conn, person.staff_id or 0, capacity=5, skills=(), languages=(), actor="test")
    await set_presence(conn, "online", viewer=person)
    return person


def says(text: str, **given: object) -> NewMessage:
    return NewMessage(text=text, **given)  # type: ignore[arg-type]
