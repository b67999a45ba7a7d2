"""The vocabulary of webhooks: where they lead, and what became of what was sent."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Literal
from uuid import UUID

State = Literal["waiting", "delivered", "given_up"]


@dataclass(frozen=True, slots=True, kw_only=True)
class NewWebhook:
    """What is said of a webhook.

    Attributes:
        kinds: of events that are sent; none: all.
        is_full: messages are sent with what they say, otherwise by their ids alone.
        channel_base: the base that answers what comes in; None: nothing comes in, and it hears of
            all conversations and not only of its own.
        allows_private: it may lead into the own network.
        parallel: most messages that are sent to it at the same time.
    """

    name: str
    url: str
    kinds: Sequence[str] = ()
    is_full: bool = False
    channel_base: str | None = None
    allows_private: bool = False
    parallel: int = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Webhook(NewWebhook):
    """An address of another system that hears of conversations.

    Attributes:
        last_number: of the events that were looked at.
    """

    last_number: int
    disabled_at: datetime | None
    disabled_reason: str
    changed_by: str
    created_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class Delivery:
    """An event on its way to a webhook.

    Attributes:
        event_number: None: a test.
        attempt_count: begun ones included.
    """

    id: UUID
    webhook: str
    event_number: int | None
    attempt_count: int
    next_attempt_at: datetime
    delivered_at: datetime | None
    given_up_at: datetime | None
    last_status: int | None
    last_problem: str
    created_at: datetime

    @property
    def state(self) -> State:
        """How it stands."""
        if self.delivered_at is not None:
            return "delivered"
        return "waiting" if self.given_up_at is None else "given_up"

    @property
    def message_id(self) -> str:
        """By which the receiver knows a message that is sent again."""
        return f"msg_{self.id.hex}"


@dataclass(frozen=True, slots=True, kw_only=True)
class TakenIn:
    """A customer's message that a messenger brought in.

    Attributes:
        id: under which it was signed.
    """

    webhook: str
    id: str
    conversation_id: UUID
    message_id: UUID
    attempt_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Unanswered(TakenIn):
    """A customer's message that the chatbot gave up on.

    Attributes:
        text: of the message.
    """

    text: str
    last_problem: str
    received_at: datetime
    given_up_at: datetime
