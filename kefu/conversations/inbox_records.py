"""The vocabulary of the lists at the desk."""

from dataclasses import dataclass
from datetime import datetime

from kefu.conversations.records import Conversation, Priority, Role, ServedBy, Status


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFilter:
    """Which conversations the desk wants; None: all.

    Attributes:
        assignee: a number, or 0 for those that nobody has.
        text: occurs in a message, or is the id of the customer.
    """

    status: Status | None = None
    served_by: ServedBy | None = None
    queue_id: int | None = None
    assignee: int | None = None
    priority: Priority | None = None
    label: str | None = None
    text: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxEntry:
    """A conversation in a list of the desk.

    Attributes:
        preview: the beginning of the last message; where somebody waits for people, not of the
            chatbot's, which says the same to everybody.
        unread_count: messages of the customer that the viewer has not read.
        reply_due_at: when the queue's service level is missed; None: nobody waits for a first
            reply, or the queue is closed.
    """

    conversation: Conversation
    customer_name: str
    is_vip: bool
    assignee_name: str | None
    queue_name: str | None
    preview: str
    last_role: Role | None
    unread_count: int
    reply_due_at: datetime | None
