"""The vocabulary of conversations: conversation and message."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

Role = Literal["customer", "chatbot"]
"""Who wrote a message."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Conversation:
    """One contact episode of a customer.

    Attributes:
        id: random; whoever knows it may read the conversation of a customer nobody knows.
        customer_id: what the host site calls the customer; None: nobody said who it is.
        base: the knowledge base that its questions are answered from.
        language: of its first question.
    """

    id: UUID
    customer_id: str | None
    base: str
    language: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """One utterance.

    Attributes:
        position: 0-based place in the conversation.
        answer: what the chatbot's message says and how it came about, as it went over the wire;
            None in messages of the customer.
        trace_id: of the steps that led to the chatbot's message.
        release_id: of the release that wrote the chatbot's message.
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
