"""The vocabulary of conversations: customers, conversations, messages, queues, people, events."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Literal
from uuid import UUID

VISITOR_MARK = "visitor:"
"""What the id of a customer begins with who is known by nothing but a browser."""

Role = Literal["customer", "chatbot", "staff", "system"]
"""Who wrote a message."""

Status = Literal["open", "pending", "snoozed", "resolved"]
ServedBy = Literal["chatbot", "staff"]
Priority = Literal["low", "normal", "high", "urgent"]
Presence = Literal["online", "away", "offline"]
Assignment = Literal["manual", "round_robin", "least_busy"]
Language = Literal["zh", "en"]

EventKind = Literal[
    "started",
    "message",
    "handed_over",
    "message_left",
    "assigned",
    "unassigned",
    "transferred",
    "snoozed",
    "parked",
    "woken",
    "resolved",
    "reopened",
    "prioritised",
    "labelled",
    "identified",
    "contact_left",
    "rated",
]
"""What can happen in a conversation; every change of one writes its event."""

PUBLIC_KINDS = frozenset[EventKind](
    {
        "started",
        "message",
        "handed_over",
        "message_left",
        "assigned",
        "unassigned",
        "transferred",
        "resolved",
        "reopened",
        "rated",
    }
)
"""What customers hear of their own conversation."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Customer:
    """Somebody whom the host site identified.

    Attributes:
        id: what the host calls the customer.
        attributes: what else the host or the staff say of the customer.
    """

    id: str
    name: str
    email: str
    language: str
    is_vip: bool
    attributes: Mapping[str, str]
    created_at: datetime
    seen_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One contact episode of a customer.

    Attributes:
        id: random; whoever knows it may read the conversation of a customer nobody knows.
        customer_id: what the host site calls the customer, or a number with `VISITOR_MARK`;
            None: nobody said who it is.
        base: the knowledge base that its questions are answered from.
        language: of its first question.
        follows_id: the resolved conversation that the customer wrote on in, too late to reopen it.
        channel: where the customer writes: `chat` or the name of another channel.
        status: pending: waits for the customer, or, with `waiting_since`, for the opening hours.
        handed_over_at: when the chatbot last gave it to people.
        waiting_since: when the customer began to wait for people; None: nobody waits.
        first_staff_reply_at: since it was last handed over.
        contact: where the customer wants to be answered outside the opening hours.
        version: counts the changes.
    """

    id: UUID
    customer_id: str | None
    base: str
    language: str
    created_at: datetime
    follows_id: UUID | None = None
    channel: str = "chat"
    status: Status = "open"
    served_by: ServedBy = "chatbot"
    priority: Priority = "normal"
    queue_id: int | None = None
    assignee_id: int | None = None
    labels: Sequence[str] = ()
    handed_over_at: datetime | None = None
    hand_over_reason: str = ""
    hand_over_summary: str = ""
    waiting_since: datetime | None = None
    first_staff_reply_at: datetime | None = None
    last_message_at: datetime | None = None
    snoozed_until: datetime | None = None
    resolved_at: datetime | None = None
    disposition: str = ""
    reopened_count: int = 0
    contact: str = ""
    version: int = 0

    @property
    def told_customer_id(self) -> str | None:
        """What the host site calls the customer, fit to be shown; None: it did not say."""
        is_told = self.customer_id is not None and not self.customer_id.startswith(VISITOR_MARK)
        return self.customer_id if is_told else None


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One utterance.

    Attributes:
        position: 0-based place in the conversation.
        answer: what the chatbot's message says and how it came about, as it went over the wire;
            None in messages of others.
        trace_id: of the steps that led to the chatbot's message.
        release_id: of the release that wrote the chatbot's message.
        staff_id: who wrote a message of the staff; `staff_name` is what the person is called.
        is_internal: a note, which customers never see.
        mentions: people whom a note calls.
        client_key: by which the sender knows a message that is sent again.
        content: blocks beside the text, as `kefu.conversations.content` describes them.
        attachments: id, name, media type and size of each file.
    """

    id: UUID
    conversation_id: UUID
    position: int
    role: Role
    text: str
    answer: Mapping[str, object] | None
    trace_id: UUID | None = None
    release_id: int | None = None
    created_at: datetime
    staff_id: int | None = None
    staff_name: str | None = None
    is_internal: bool = False
    mentions: Sequence[int] = ()
    client_key: str | None = None
    content: Sequence[Mapping[str, object]] = ()
    attachments: Sequence[Mapping[str, object]] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class NewMessage:
    """What somebody sends.

    Attributes:
        client_key: the same key twice is one message.
        attachment_ids: files that were uploaded to the conversation before.
    """

    text: str
    client_key: str | None = None
    content: Sequence[Mapping[str, object]] = ()
    attachment_ids: Sequence[UUID] = ()
    mentions: Sequence[int] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Attachment:
    """A file in a conversation, without its content.

    Attributes:
        message_id: None until the message is sent.
        staff_id: who uploaded it; None: the customer.
        media_type: found in the content.
    """

    id: UUID
    conversation_id: UUID
    message_id: UUID | None
    staff_id: int | None
    name: str
    media_type: str
    size: int
    sha256: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Opening:
    """One span of opening hours in a week.

    Attributes:
        weekday: 0 is Monday.
        opens: `HH:MM` in the time zone of the queue; `closes` is `24:00` at most.
    """

    weekday: int
    opens: str
    closes: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NewQueue:
    """What is said of a queue.

    Attributes:
        skills: people who serve it have all of these.
        languages: of the conversations it is for; empty: any.
        hours: empty: always open.
        target_seconds: of the service level: first replies that come sooner are in time.
    """

    name: str
    skills: Sequence[str] = ()
    languages: Sequence[Language] = ()
    timezone: str = "UTC"
    hours: Sequence[Opening] = ()
    holidays: Sequence[date] = ()
    assignment: Assignment = "manual"
    target_seconds: int = 120


@dataclass(frozen=True, slots=True, kw_only=True)
class Queue(NewQueue):
    """Conversations that wait for the same people."""

    id: int
    is_default: bool
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskStaff:
    """A person at the desk.

    Attributes:
        seen_at: when the desk last heard of the person.
        capacity: conversations at the same time.
        languages: that the person writes; empty: any.
        load: open conversations of this person.
    """

    staff_id: int
    name: str
    presence: Presence
    seen_at: datetime | None
    capacity: int
    skills: Sequence[str]
    languages: Sequence[str]
    load: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CannedResponse:
    """A text that staff send often.

    Attributes:
        text: `{{name}}` in it stands for a value of the conversation.
        staff_id: whose own it is; None: everybody's.
    """

    id: int
    shortcut: str
    text: str
    language: Language
    staff_id: int | None
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """What a customer says of a resolved conversation.

    Attributes:
        episode: how often it had been reopened.
        rating: 1 to 5.
    """

    conversation_id: UUID
    episode: int
    rating: int
    comment: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Event:
    """Something that happened in a conversation.

    Attributes:
        number: grows in the order in which transactions ended.
        staff_id: who did it; None: the customer, the chatbot or Kefu itself.
    """

    number: int
    conversation_id: UUID
    kind: EventKind
    staff_id: int | None
    data: Mapping[str, object]
    created_at: datetime
    message: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Signal:
    """Something that passes and is not kept: somebody types, or comes or goes.

    Attributes:
        kind: `writing` is the chatbot at an answer, said again every few seconds.
        role: of who types or writes; the rest is the staff's.
        data: `is_typing`, `presence`, or for `here`, at a conversation, `is_here`.
    """

    kind: Literal["typing", "writing", "presence", "here"]
    conversation_id: UUID | None
    role: Literal["customer", "staff", "chatbot"]
    staff_id: int | None = None
    data: Mapping[str, object] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a customer stands who waits for people.

    Attributes:
        position: 1 is next; None: nobody waits.
        expected_wait_seconds: None: nobody is there to say.
        is_open: whether the queue is in its opening hours.
        opens_at: when it next is.
    """

    position: int | None
    expected_wait_seconds: int | None
    is_open: bool
    opens_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class State:
    """What a customer may know of the own conversation.

    Attributes:
        staff_name: of the person who serves it.
        rating: of this episode.
        cursor: the last event; who asks for events after it misses nothing.
    """

    id: UUID
    status: Status
    served_by: ServedBy
    staff_name: str | None
    place: Place
    contact: str
    rating: int | None
    cursor: int
