"""The end of a conversation, what it was about, and opening it again."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import UTC, datetime
from uuid import UUID

from kefu.conversations.assigning import give_out_waiting
from kefu.conversations.changing import keep, require_unresolved, require_version
from kefu.conversations.ownership import require_own, require_staff
from kefu.conversations.records import Conversation, Priority, Rating
from kefu.conversations.store.conversations import lock_conversation
from kefu.conversations.store.desk import replace_rating
from kefu.conversations.store.events import insert_event
from kefu.db import Connection
from kefu.errors import BadInput, Conflict
from kefu.text import clean_text
from kefu.viewer import Viewer

MAX_LABEL_CHARACTERS = 60
MOST_LABELS = 20
MAX_COMMENT_CHARACTERS = 2000


async def resolve(
    conn: Connection,
    conversation_id: UUID,
    *,
    viewer: Viewer,
    disposition: str = "",
    labels: Sequence[str] | None = None,
    expected_version: int | None = None,
) -> Conversation:
    """End a conversation; whoever waits may get the place that becomes free.

    Raises:
        BadInput: the disposition or a label is too long.
        Conflict: it is resolved already, or was changed since it was read.
    """
    require_staff(viewer)
    conversation = await lock_conversation(conn, conversation_id)
    require_unresolved(conversation)
    require_version(conversation, expected_version)
    resolved = await keep(
        conn,
        replace(
            conversation,
            status="resolved",
            resolved_at=datetime.now(UTC),
            snoozed_until=None,
            waiting_since=None,
            disposition=_clean(disposition),
            labels=conversation.labels if labels is None else clean_labels(labels),
        ),
        "resolved",
        viewer=viewer,
        data={"disposition": disposition, "assignee_id": conversation.assignee_id},
    )
    await give_out_waiting(conn)
    return resolved


async def reopen(conn: Connection, conversation_id: UUID, *, viewer: Viewer) -> Conversation:
    """Go on with a resolved conversation oneself.

    Raises:
        Conflict: it is not resolved.
    """
    staff_id = require_staff(viewer)
    conversation = await lock_conversation(conn, conversation_id)
    if conversation.status != "resolved":
        raise Conflict("The conversation is not resolved.")
    return await keep(
        conn,
        replace(
            conversation,
            status="open",
            served_by="staff",
            assignee_id=staff_id,
            resolved_at=None,
            disposition="",
            reopened_count=conversation.reopened_count + 1,
        ),
        "reopened",
        viewer=viewer,
        data={"by": "staff", "assignee_id": staff_id},
    )


async def sort(
    conn: Connection,
    conversation_id: UUID,
    *,
    viewer: Viewer,
    priority: Priority | None = None,
    labels: Sequence[str] | None = None,
    expected_version: int | None = None,
) -> Conversation:
    """Set priority or labels; None leaves them.

    Raises:
        BadInput: a label is too long, or there are too many.
        Conflict: the conversation was changed since it was read.
    """
    require_staff(viewer)
    conversation = await lock_conversation(conn, conversation_id)
    require_version(conversation, expected_version)
    if priority is not None and priority != conversation.priority:
        data = {"priority": priority, "replaced": conversation.priority}
        changed = replace(conversation, priority=priority)
        conversation = await keep(conn, changed, "prioritised", viewer=viewer, data=data)
    kept = list(conversation.labels) if labels is None else clean_labels(labels)
    if kept != list(conversation.labels):
        changed = replace(conversation, labels=kept)
        conversation = await keep(conn, changed, "labelled", viewer=viewer, data={"labels": kept})
    return conversation


async def rate(
    conn: Connection, conversation_id: UUID, rating: int, *, viewer: Viewer, comment: str = ""
) -> Rating:
    """Keep how satisfied the customer is with a resolved conversation; the last word counts.

    Raises:
        BadInput: the rating is not 1 to 5.
        Conflict: the conversation is not resolved.
        NotFound: it is not the viewer's.
    """
    if not 1 <= rating <= 5:
        raise BadInput("A rating is 1 to 5.")
    conversation = await lock_conversation(conn, conversation_id)
    require_own(conversation, viewer)
    if conversation.status != "resolved":
        raise Conflict("A conversation is rated when it is resolved.")
    given = await replace_rating(
        conn,
        conversation_id,
        episode=conversation.reopened_count,
        rating=rating,
        comment=clean_text(comment).strip()[:MAX_COMMENT_CHARACTERS],
    )
    await insert_event(
        conn, conversation_id, "rated", data={"rating": rating, "episode": given.episode}
    )
    return given


def clean_labels(given: Sequence[str]) -> list[str]:
    """Labels without doubles, in order.

    Raises:
        BadInput: one is empty or too long, or there are too many.
    """
    labels = sorted({_clean(label) for label in given})
    if len(labels) > MOST_LABELS or "" in labels:
        raise BadInput("A conversation has at most %(most)s labels, none empty.", most=MOST_LABELS)
    return labels


def _clean(given: str) -> str:
    kept = " ".join(clean_text(given).split())
    if len(kept) > MAX_LABEL_CHARACTERS:
        raise BadInput(
            "A label or disposition has at most %(most)s characters.", most=MAX_LABEL_CHARACTERS
        )
    return kept
