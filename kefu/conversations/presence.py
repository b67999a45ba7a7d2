"""Who is there and who types; of what is not kept only those hear who listen."""

from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from typing import Literal
from uuid import UUID

from pydantic import TypeAdapter

from kefu.conversations.assigning import give_back, give_out, give_out_waiting
from kefu.conversations.ownership import require_own, require_staff
from kefu.conversations.records import Presence, Signal
from kefu.conversations.store.conversations import get_conversation, lock_of_absent
from kefu.conversations.store.desk import lock_assigning, update_absent, update_presence
from kefu.conversations.store.events import notify
from kefu.db import Connection
from kefu.viewer import Viewer

BATCH = 100
SIGNAL: TypeAdapter[Signal] = TypeAdapter(Signal)


async def set_presence(conn: Connection, presence: Presence, *, viewer: Viewer) -> None:
    """Come to the desk, or leave it; to be said again each minute, for who falls silent is gone."""
    staff_id = require_staff(viewer)
    await lock_assigning(conn)  # before the row: who gives out takes them in this order
    await update_presence(conn, staff_id, presence)
    await _tell_presence(conn, staff_id, presence)
    if presence == "online":
        await give_out_waiting(conn)


async def tell_typing(
    conn: Connection,
    conversation_id: UUID,
    *,
    role: Literal["customer", "staff"],
    is_typing: bool,
    viewer: Viewer,
) -> None:
    """Tell the other side that somebody types, or stopped.

    Raises:
        NotFound: the conversation is not the customer's.
    """
    conversation = await get_conversation(conn, conversation_id)
    if role == "customer":
        require_own(conversation, viewer)
    signal = Signal(
        kind="typing",
        conversation_id=conversation_id,
        role=role,
        staff_id=viewer.staff_id if role == "staff" else None,
        data={"is_typing": is_typing},
    )
    await _tell(conn, signal)


async def tell_writing(conn: Connection, conversation_id: UUID) -> None:
    """Tell who looks at a conversation that the chatbot writes; to be said again in seconds."""
    await _tell(conn, Signal(kind="writing", conversation_id=conversation_id, role="chatbot"))


async def tell_here(
    conn: Connection, conversation_id: UUID, *, is_here: bool, viewer: Viewer
) -> None:
    """Tell the desk that somebody looks at a conversation; to be said again each half minute.

    Raises:
        NotFound: there is no such conversation.
    """
    staff_id = require_staff(viewer)
    await get_conversation(conn, conversation_id)
    signal = Signal(
        kind="here",
        conversation_id=conversation_id,
        role="staff",
        staff_id=staff_id,
        data={"is_here": is_here},
    )
    await _tell(conn, signal)


async def settle_absent(conn: Connection, *, seen_before: datetime) -> int:
    """Give open conversations of people who have been gone so long back to their queues."""
    await lock_assigning(conn)
    for staff_id in await update_absent(conn, seen_before=seen_before):
        await _tell_presence(conn, staff_id, "offline")
    left = await lock_of_absent(conn, seen_before=seen_before, limit=BATCH)
    for conversation in left:
        given = await give_back(conn, conversation, reason="absent")
        if given.waiting_since is not None:
            await give_out(conn, given, spared=conversation.assignee_id)
    return len(left)


def read_signal(payload: Mapping[str, object]) -> Signal:
    """What another process told."""
    return SIGNAL.validate_python(payload)


async def _tell_presence(conn: Connection, staff_id: int, presence: Presence) -> None:
    signal = Signal(
        kind="presence",
        conversation_id=None,
        role="staff",
        staff_id=staff_id,
        data={"presence": presence},
    )
    await _tell(conn, signal)


async def _tell(conn: Connection, signal: Signal) -> None:
    shown = asdict(signal)
    if signal.conversation_id is not None:
        shown["conversation_id"] = str(signal.conversation_id)
    await notify(conn, shown)
