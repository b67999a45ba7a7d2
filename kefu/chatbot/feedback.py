"""Thumbs on an answer, from whoever knows its conversation."""

from uuid import UUID

from kefu.chatbot.cached import forget_disliked
from kefu.chatbot.records import NewFeedback
from kefu.conversations import get_conversation, get_message, require_own
from kefu.db import Connection
from kefu.errors import BadInput
from kefu.text import clean_text
from kefu.tracing import Feedback, replace_feedback
from kefu.viewer import Viewer

MAX_COMMENT_CHARACTERS = 2000


async def rate_answer(
    conn: Connection,
    message_id: UUID,
    given: NewFeedback,
    *,
    conversation_id: UUID,
    viewer: Viewer,
) -> Feedback:
    """Keep what a customer thinks of an answer, in place of what they thought before.

    Raises:
        NotFound: the conversation has no such message, or is another customer's.
        BadInput: the message is not an answer, or the comment or correction is too long.
    """
    require_own(await get_conversation(conn, conversation_id), viewer)
    message = await get_message(conn, message_id, conversation_id=conversation_id)
    if message.role != "chatbot":
        raise BadInput("Only answers of the chatbot can be rated.")
    if given.rating == "down":
        await forget_disliked(conn, message.text)
    return await replace_feedback(
        conn,
        message_id,
        rating=given.rating,
        comment=_clean(given.comment),
        correction=_clean(given.correction),
    )


def _clean(text: str | None) -> str | None:
    kept = clean_text(text or "").strip()
    if len(kept) > MAX_COMMENT_CHARACTERS:
        raise BadInput(
            "A comment or correction has at most %(most)s characters.", most=MAX_COMMENT_CHARACTERS
        )
    return kept or None
