"""What a customer may know of the own conversation, and who reads what at the desk."""

from collections.abc import Sequence
from uuid import UUID

from kefu.conversations.ownership import READ, require_own, require_staff
from kefu.conversations.queueing import find_place
from kefu.conversations.records import Message, State
from kefu.conversations.store.conversations import get_conversation
from kefu.conversations.store.desk import find_rating, list_desk_staff
from kefu.conversations.store.events import find_last_number
from kefu.conversations.store.messages import list_messages, update_read
from kefu.db import Connection
from kefu.viewer import Viewer


async def get_state(conn: Connection, conversation_id: UUID, *, viewer: Viewer) -> State:
    """How a conversation stands.

    Raises:
        NotFound: it is not the viewer's.
    """
    cursor = await find_last_number(conn, conversation_id)
    conversation = await get_conversation(conn, conversation_id)
    if READ not in viewer.permissions:
        require_own(conversation, viewer)
    names = {staff.staff_id: staff.name for staff in await list_desk_staff(conn)}
    return State(
        id=conversation.id,
        status=conversation.status,
        served_by=conversation.served_by,
        staff_name=names.get(conversation.assignee_id) if conversation.assignee_id else None,
        place=await find_place(conn, conversation),
        contact=conversation.contact,
        rating=await find_rating(conn, conversation_id, episode=conversation.reopened_count),
        cursor=cursor,
    )


async def read_messages(
    conn: Connection, conversation_id: UUID, *, viewer: Viewer, limit: int, until: int | None = None
) -> Sequence[Message]:
    """The last messages, oldest first; notes are for people who work here.

    Raises:
        NotFound: the conversation is not the viewer's.
    """
    conversation = await get_conversation(conn, conversation_id)
    is_staff = READ in viewer.permissions
    if not is_staff:
        require_own(conversation, viewer)
    return await list_messages(conn, conversation_id, limit=limit, until=until, with_notes=is_staff)


async def mark_read(
    conn: Connection, conversation_id: UUID, *, position: int, viewer: Viewer
) -> None:
    """Note how far somebody at the desk has read.

    Raises:
        NotFound: there is no such conversation.
    """
    staff_id = require_staff(viewer)
    await get_conversation(conn, conversation_id)
    await update_read(conn, conversation_id, staff_id, position=position)
