"""What the desk reads: lists, one conversation with everything, people, queues, texts."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Query
from pydantic import AwareDatetime

from kefu.conversations.api.bodies import LARGEST, Reader, Written
from kefu.conversations.inbox_records import InboxEntry, InboxFilter
from kefu.conversations.queueing import find_place
from kefu.conversations.records import (
    CannedResponse,
    Conversation,
    Customer,
    DeskStaff,
    Language,
    Message,
    Place,
    Priority,
    Queue,
    ServedBy,
    Status,
)
from kefu.conversations.store.conversations import get_conversation
from kefu.conversations.store.desk import list_desk_staff, list_queues, list_responses
from kefu.conversations.store.events import find_last_number
from kefu.conversations.store.inbox import (
    count_entries,
    get_customer,
    list_entries,
    list_of_customer,
)
from kefu.conversations.store.messages import list_messages
from kefu.web import OpenResources, list_problems

router = APIRouter(tags=["desk"], prefix="/api/desk")
MOST_MESSAGES = 500
MOST_OTHERS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Inbox:
    """A page of a list.

    Attributes:
        total: of all pages.
        cursor: the last event; who asks for events after it misses nothing.
    """

    entries: Sequence[InboxEntry]
    total: int
    cursor: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """A conversation with everything about it.

    Attributes:
        others: other conversations of the same customer, the latest first.
    """

    conversation: Conversation
    messages: Sequence[Message]
    customer: Customer | None
    others: Sequence[Conversation]
    place: Place
    cursor: int


@router.get("/conversations", responses=list_problems(400))
async def list_inbox(  # noqa: PLR0913 - one parameter a filter
    resources: OpenResources,
    viewer: Reader,
    status: Status | None = None,
    served_by: ServedBy | None = None,
    queue_id: Annotated[int | None, Query(ge=1, le=LARGEST)] = None,
    assignee: Annotated[
        int | None, Query(ge=0, le=LARGEST, description="0: nobody has them.")
    ] = None,
    priority: Priority | None = None,
    label: Annotated[str | None, Query(max_length=60)] = None,
    text: Annotated[str, Query(max_length=200)] = "",
    limit: Annotated[int, Query(ge=1, le=200)] = 50,
    before: Annotated[
        Annotated[AwareDatetime, Written] | None, Query(description="Of the last one shown.")
    ] = None,
    before_id: UUID | None = None,
) -> Inbox:
    """Conversations, the latest message first; `before` and `before_id` lead to the next page."""
    wanted = InboxFilter(
        status=status,
        served_by=served_by,
        queue_id=queue_id,
        assignee=assignee,
        priority=priority,
        label=label,
        text=text.strip().replace("\0", ""),
    )
    page: tuple[datetime, UUID] | None = (before, before_id) if before and before_id else None
    async with resources.database.connection() as conn:
        cursor = await find_last_number(conn)
        return Inbox(
            entries=await list_entries(
                conn, wanted, staff_id=viewer.staff_id, limit=limit, before=page
            ),
            total=await count_entries(conn, wanted),
            cursor=cursor,
        )


@router.get("/conversations/{conversation_id}", responses=list_problems(400, 404))
async def open_conversation(conversation_id: UUID, resources: OpenResources, _: Reader) -> Opened:
    """A conversation with its last 500 messages, notes included, its customer and its place."""
    async with resources.database.connection() as conn:
        cursor = await find_last_number(conn, conversation_id)
        conversation = await get_conversation(conn, conversation_id)
        id = conversation.customer_id
        others = await list_of_customer(conn, id, limit=MOST_OTHERS) if id else []
        return Opened(
            conversation=conversation,
            messages=await list_messages(
                conn, conversation_id, limit=MOST_MESSAGES, with_notes=True
            ),
            customer=await get_customer(conn, id) if id else None,
            others=[each for each in others if each.id != conversation_id],
            place=await find_place(conn, conversation),
            cursor=cursor,
        )


@router.get("/staff")
async def list_people(resources: OpenResources, _: Reader) -> Sequence[DeskStaff]:
    """Who works here, with presence, skills and load."""
    async with resources.database.connection() as conn:
        return sorted(await list_desk_staff(conn), key=lambda staff: (staff.name, staff.staff_id))


@router.get("/queues")
async def read_queues(resources: OpenResources, _: Reader) -> Sequence[Queue]:
    """All queues, the usual one first."""
    async with resources.database.connection() as conn:
        return await list_queues(conn)


@router.get("/canned-responses", responses=list_problems(400))
async def read_responses(
    resources: OpenResources, viewer: Reader, language: Language | None = None
) -> Sequence[CannedResponse]:
    """Everybody's canned responses and the viewer's own."""
    async with resources.database.connection() as conn:
        return await list_responses(conn, viewer.staff_id, language=language)
