"""People at the desk, customers, and the conversations between them."""

from dataclasses import replace
from uuid import UUID, uuid4

from kefu.accounts import StaffRole, add_staff, view_as
from kefu.conversations import (
    Conversation,
    HandOver,
    NewMessage,
    hand_over,
    record_question,
    set_presence,
    start_conversation,
)
from kefu.conversations.queues import equip
from kefu.db import Connection
from kefu.viewer import ANONYMOUS, Viewer

CUSTOMER = replace(ANONYMOUS, name="customer 4711", customer_id="4711")
OTHER = replace(ANONYMOUS, name="customer 4712", customer_id="4712")


async def hire(conn: Connection, name: str = "Lin", role: StaffRole = "staff") -> Viewer:
    """Somebody who works here and is not at the desk."""
    email = f"{name.lower()}.{uuid4().hex[:8]}@example.com"
    return view_as(await add_staff(conn, actor="test", email=email, name=name, role=role))


async def seat(
    conn: Connection,
    name: str = "Lin",
    *,
    capacity: int = 5,
    skills: tuple[str, ...] = (),
    languages: tuple[str, ...] = (),
) -> Viewer:
    """Somebody at the desk."""
    viewer = await hire(conn, name)
    await equip(
        conn,
        viewer.staff_id or 0,
        capacity=capacity,
        skills=skills,
        languages=languages,
        actor="test",
    )
    await set_presence(conn, "online", viewer=viewer)
    return viewer


async def ask(
    conn: Connection, question: str = "Where is my order?", *, customer_id: str | None = "4711"
) -> Conversation:
    """A conversation with one question."""
    conversation = await start_conversation(conn, question, base="main", customer_id=customer_id)
    await record_question(conn, question, conversation_id=conversation.id)
    return conversation


async def ask_for_person(
    conn: Connection, question: str = "Where is my order?", **wanted: object
) -> UUID:
    """A conversation that was handed over."""
    conversation = await ask(conn, question)
    given = HandOver(reason="asked", **wanted)  # type: ignore[arg-type]
    await hand_over(conn, conversation.id, given)
    return conversation.id


def says(text: str, **given: object) -> NewMessage:
    return NewMessage(text=text, **given)  # type: ignore[arg-type]
