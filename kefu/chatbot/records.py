"""The vocabulary of the chatbot: a question that waits, its answer with its place, a message."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from kefu.answering import Answer, Turn
from kefu.conversations import Message, Role
from kefu.releases import Serving
from kefu.tracing import Feedback, Rating


@dataclass(frozen=True, slots=True, kw_only=True)
class PendingTurn:
    """A question that is stored and has no answer yet.

    Attributes:
        asked: the message in which the question is stored.
        is_elsewhere: its answer is being written already, for whoever sent it before.
        history: the turns before it, oldest first.
        serving: which release answers.
        told: said instead of an answer, because people go on.
        reason: why they do, None when they serve the conversation already.
        left_id: of the message, where it went to people who serve the conversation.
        given: the message that answered it before, where it was sent again.
    """

    conversation_id: UUID
    question: str
    base: str
    history: tuple[Turn, ...]
    serving: Serving
    told: Answer | None = None
    reason: str | None = None
    left_id: UUID | None = None
    asked: Message | None = None
    is_elsewhere: bool = False
    given: Message | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatAnswer(Answer):
    """An answer that is stored."""

    conversation_id: UUID
    message_id: UUID


@dataclass(frozen=True, slots=True, kw_only=True)
class ChatMessage:
    """A message as customers read it again later.

    Attributes:
        staff_name: of the person who wrote a message of the staff.
        answer: of a chatbot's message: all that was sent with it.
        client_key: made by whoever sent it; sent again with it, it stays one message.
    """

    id: UUID
    role: Role
    text: str
    created_at: datetime
    answer: Answer | None = None
    feedback: Feedback | None = None
    staff_name: str | None = None
    client_key: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewFeedback:
    """What a customer says of an answer."""

    rating: Rating
    comment: str | None = None
    correction: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Transcript:
    """A conversation with its messages, oldest first."""

    id: UUID
    base: str
    language: str
    created_at: datetime
    messages: Sequence[ChatMessage]
