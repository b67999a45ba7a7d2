"""A conversation to read again."""

from uuid import UUID

from kefu.chatbot.answerer import ANSWER
from kefu.chatbot.records import ChatMessage, Transcript
from kefu.conversations import get_conversation, list_messages, require_readable
from kefu.db import Connection
from kefu.tracing import list_feedback
from kefu.viewer import Viewer

MAX_MESSAGES = 500


async def get_transcript(conn: Connection, conversation_id: UUID, *, viewer: Viewer) -> Transcript:
    """Read a conversation with its answers and the feedback on them, its last 500 messages.

    Raises:
        NotFound: there is no such conversation, or not for this viewer.
    """
    conversation = await get_conversation(conn, conversation_id)
    require_readable(conversation, viewer)
    messages = await list_messages(conn, conversation_id, limit=MAX_MESSAGES)
    given = await list_feedback(conn, [message.id for message in messages])
    feedback = {each.message_id: each for each in given}
    return Transcript(
        id=conversation.id,
        base=conversation.base,
        language=conversation.language,
        created_at=conversation.created_at,
        messages=[
            ChatMessage(
                id=message.id,
                role=message.role,
                text=message.text,
                created_at=message.created_at,
                answer=ANSWER.validate_python(message.answer) if message.answer else None,
                feedback=feedback.get(message.id),
                staff_name=message.staff_name,
                client_key=message.client_key,
            )
            for message in messages
        ],
    )
