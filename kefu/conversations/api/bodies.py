"""What the routes take, and what all of them share."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Annotated, Any
from uuid import UUID

from fastapi import Depends
from pydantic import AwareDatetime, BaseModel, BeforeValidator, ConfigDict, Field, StrictBool

from kefu.accounts import require
from kefu.conversations.records import Assignment, Language, Presence, Priority
from kefu.conversations.sending import MAX_MESSAGE_CHARACTERS, ClientKey
from kefu.viewer import Viewer

LARGEST = 2**31 - 1
Number = Annotated[int, Field(strict=True, ge=1, le=LARGEST)]
Position = Annotated[int, Field(strict=True, ge=0, le=LARGEST)]
Text = Annotated[str, Field(max_length=MAX_MESSAGE_CHARACTERS)]
Short = Annotated[str, Field(max_length=200)]
Words = Annotated[Sequence[Short], Field(max_length=50)]


def _require_text(given: object) -> object:
    if not isinstance(given, str) or "-" not in given.strip("-"):
        raise ValueError("write it as text, as in 2026-12-31")
    return given


Written = BeforeValidator(_require_text)
"""Days and times are text; a number would be read as seconds."""

Customer = Annotated[Viewer, Depends(require("chat"))]
Reader = Annotated[Viewer, Depends(require("conversations.read"))]
Writer = Annotated[Viewer, Depends(require("conversations.write"))]
Manager = Annotated[Viewer, Depends(require("desk.manage"))]


class Body(BaseModel):
    """Something sent; a field it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class CustomerMessage(Body):
    """What a customer sends."""

    text: Text = Field("", examples=["Where is my order?"])
    client_key: ClientKey | None = Field(
        None, description="Made by the sender; the same key twice is one message."
    )
    content: Sequence[Mapping[str, Any]] = Field((), max_length=10, description="Filled-in forms.")
    attachment_ids: Sequence[UUID] = Field((), max_length=10)


class StaffMessage(CustomerMessage):
    """What a person at the desk sends, or notes."""

    content: Sequence[Mapping[str, Any]] = Field(
        (), max_length=10, description="Cards, quick replies, forms."
    )
    is_internal: StrictBool = Field(default=False, description="A note, which customers never see.")
    mentions: Sequence[Number] = Field(
        (), max_length=20, description="Numbers of people whom a note calls."
    )


class Contact(Body):
    """Where a customer wants to be answered."""

    contact: str = Field(max_length=200, examples=["ann@example.com"])


class HandOff(Body):
    """A customer wants a person."""

    reason: str = Field("asked", pattern=r"^[a-z_]{1,40}$")


class Typing(Body):
    """Somebody types, or stopped."""

    is_typing: StrictBool = True


class Stars(Body):
    """How satisfied a customer is."""

    rating: int = Field(strict=True, ge=1, le=5)
    comment: str = Field("", max_length=2000)


class Assignee(Body):
    """Whom a conversation goes to, None: back to its queue."""

    staff_id: Number | None
    expected_assignee_id: Number | None = Field(
        None, description="Who has it now, as far as the sender knows; null: nobody."
    )


class TransferTo(Body):
    """Where a conversation is handed on to: one of both."""

    staff_id: Number | None = None
    queue_id: Number | None = None
    note: Text = ""
    expected_assignee_id: Number | None = None


class Snooze(Body):
    """Until when a conversation sleeps."""

    until: Annotated[AwareDatetime, Written] | None = Field(
        description="null: until the customer writes."
    )


class Closing(Body):
    """How a conversation ended."""

    disposition: str = Field("", max_length=200)
    labels: Words | None = Field(None, description="null: as they are.")
    expected_version: Position | None = None


class Sorting(Body):
    """Priority and labels; null leaves them."""

    priority: Priority | None = None
    labels: Words | None = None
    expected_version: Position | None = None


class ReadUpTo(Body):
    """How far somebody has read."""

    position: Position


class PresenceNow(Body):
    """Whether somebody is there."""

    presence: Presence


class HereNow(Body):
    """Whether somebody looks at a conversation."""

    is_here: StrictBool = True


class Equipment(Body):
    """What somebody can take on."""

    capacity: int = Field(5, strict=True, ge=1, le=100)
    skills: Words = ()
    languages: Annotated[Sequence[Language], Field(max_length=2)] = ()


class OpeningBody(Body):
    """One span of opening hours in a week."""

    weekday: int = Field(strict=True, ge=0, le=6, description="0 is Monday.")
    opens: str = Field(max_length=5, examples=["09:00"])
    closes: str = Field(max_length=5, examples=["18:00"])


class QueueBody(Body):
    """What is said of a queue."""

    name: str = Field(min_length=1, max_length=60)
    skills: Words = ()
    languages: Annotated[Sequence[Language], Field(max_length=2)] = ()
    timezone: str = Field("UTC", max_length=60, examples=["Asia/Shanghai"])
    hours: Sequence[OpeningBody] = Field((), max_length=50, description="Empty: always open.")
    holidays: Sequence[Annotated[date, Written]] = Field((), max_length=200)
    assignment: Assignment = "manual"
    target_seconds: int = Field(120, strict=True, ge=1, le=LARGEST)


class CannedBody(Body):
    """A text that staff send often."""

    shortcut: str = Field(min_length=1, max_length=40)
    text: str = Field(min_length=1, max_length=4000)
    language: Language
    is_own: StrictBool = Field(default=True, description="Only for oneself; else for everybody.")


class CustomerBody(Body):
    """What is said of a customer."""

    name: Short = ""
    email: Short = ""
    language: Language | None = None
    is_vip: StrictBool = False
    attributes: Annotated[Mapping[Short, Short], Field(max_length=50)] = {}
