"""A change of a conversation and the event that tells of it, always together."""

from collections.abc import Mapping

from kefu.conversations.records import Conversation, EventKind, Message
from kefu.conversations.store.conversations import update_conversation
from kefu.db import Connection
from kefu.errors import Conflict
from kefu.viewer import Viewer


async def keep(
    conn: Connection,
    changed: Conversation,
    kind: EventKind,
    *,
    viewer: Viewer | None = None,
    message: Message | None = None,
    data: Mapping[str, object] | None = None,
) -> Conversation:
    """Write a changed conversation, which this transaction began or locked, with its event."""
    return await update_conversation(
        conn,
        changed,
        kind,
        staff_id=viewer.staff_id if viewer is not None else None,
        message_id=message.id if message is not None else None,
        data=data,
    )


def require_version(conversation: Conversation, expected: int | None) -> None:
    """Refuse to change what was changed since it was read.

    Raises:
        Conflict: it was.
    """
    if expected is not None and conversation.version != expected:
        raise Conflict("Somebody else changed the conversation meanwhile. Look at it again.")


def require_unresolved(conversation: Conversation) -> None:
    """Refuse to go on with what is closed.

    Raises:
        Conflict: it is resolved.
    """
    if conversation.status == "resolved":
        raise Conflict("The conversation is resolved. Reopen it first.")
