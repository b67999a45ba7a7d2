"""Conversations over HTTP for customers; people who work here may read what customers may."""

from collections.abc import Sequence
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Query, Request, Response

from kefu.conversations.api.bodies import (
    LARGEST,
    Contact,
    Customer,
    CustomerMessage,
    HandOff,
    Stars,
    Typing,
)
from kefu.conversations.attaching import MEDIA_TYPES, attach, build_headers
from kefu.conversations.closing import rate
from kefu.conversations.feed import redact
from kefu.conversations.handing_over import HandOver, hand_over, leave_contact
from kefu.conversations.ownership import READ, WRITE, require_own
from kefu.conversations.presence import tell_typing
from kefu.conversations.records import Attachment, Message, NewMessage, Rating, State
from kefu.conversations.sending import send_as_customer
from kefu.conversations.states import get_state, read_messages
from kefu.conversations.store.conversations import get_conversation
from kefu.conversations.store.messages import get_attachment
from kefu.safety import Act
from kefu.viewer import Viewer, is_unknown
from kefu.web import OpenResources, limit_visitor, list_problems

FILE: dict[int | str, dict[str, Any]] = {200: {"content": {kind: {} for kind in MEDIA_TYPES}}}
router = APIRouter(tags=["conversations"], prefix="/api/conversations/{conversation_id}")


@router.get("/state", responses=list_problems(400, 404))
async def read_state(conversation_id: UUID, resources: OpenResources, viewer: Customer) -> State:
    """How a conversation stands: who serves it, the place in the queue, and the last event."""
    async with resources.database.connection() as conn:
        return await get_state(conn, conversation_id, viewer=viewer)


@router.get("/messages", responses=list_problems(400, 404))
async def list_messages(
    conversation_id: UUID,
    resources: OpenResources,
    viewer: Customer,
    limit: Annotated[int, Query(ge=1, le=500)] = 100,
    until: Annotated[
        int | None, Query(ge=0, le=LARGEST, description="The last position wanted.")
    ] = None,
) -> Sequence[Message]:
    """The last messages, oldest first; notes are shown to people who work here."""
    async with resources.database.connection() as conn:
        messages = await read_messages(
            conn, conversation_id, viewer=viewer, limit=limit, until=until
        )
    return [_show(message, viewer) for message in messages]


@router.post("/messages", responses=list_problems(400, 404, 413, 429))
async def send_message(
    request: Request,
    conversation_id: UUID,
    body: CustomerMessage,
    resources: OpenResources,
    viewer: Customer,
) -> Message:
    """Send a message as the customer, without asking the chatbot.

    What was resolved is reopened; after `conversations.reopen_days` another conversation follows,
    whose id the message then has.
    """
    if is_unknown(viewer):
        await limit_visitor(request, resources, Act.MESSAGE, visitor=conversation_id)
    async with resources.database.transaction() as conn:
        message = await send_as_customer(
            conn,
            conversation_id,
            NewMessage(**body.model_dump()),
            viewer=viewer,
            reopen_days=resources.settings.conversations.reopen_days,
        )
    return _show(message, viewer)


@router.post("/handoff", responses=list_problems(400, 404, 409, 413))
async def hand_off(
    conversation_id: UUID, body: HandOff, resources: OpenResources, viewer: Customer
) -> State:
    """Ask for a person; outside the opening hours the conversation waits for them."""
    async with resources.database.transaction() as conn:
        require_own(await get_conversation(conn, conversation_id), viewer)
        await hand_over(conn, conversation_id, HandOver(reason=body.reason))
        return await get_state(conn, conversation_id, viewer=viewer)


@router.put("/contact", responses=list_problems(400, 404, 413))
async def put_contact(
    conversation_id: UUID, body: Contact, resources: OpenResources, viewer: Customer
) -> State:
    """Say where to be answered when people are back."""
    async with resources.database.transaction() as conn:
        await leave_contact(conn, conversation_id, body.contact, viewer=viewer)
        return await get_state(conn, conversation_id, viewer=viewer)


@router.put("/rating", responses=list_problems(400, 404, 409, 413))
async def put_rating(
    conversation_id: UUID, body: Stars, resources: OpenResources, viewer: Customer
) -> Rating:
    """Rate a resolved conversation; the last word counts."""
    async with resources.database.transaction() as conn:
        return await rate(conn, conversation_id, body.rating, comment=body.comment, viewer=viewer)


@router.post("/typing", status_code=204, responses=list_problems(400, 404, 413))
async def type_here(
    conversation_id: UUID, body: Typing, resources: OpenResources, viewer: Customer
) -> None:
    """Tell the other side that one types; it is not kept."""
    async with resources.database.transaction() as conn:
        await tell_typing(
            conn,
            conversation_id,
            role="staff" if WRITE in viewer.permissions else "customer",
            is_typing=body.is_typing,
            viewer=viewer,
        )


@router.post(
    "/attachments",
    responses=list_problems(400, 404, 413, 429),
    openapi_extra={
        "requestBody": {
            "required": True,
            "content": {"application/octet-stream": {"schema": {"format": "binary"}}},
        }
    },
)
async def upload(
    conversation_id: UUID,
    request: Request,
    resources: OpenResources,
    viewer: Customer,
    name: Annotated[str, Query(min_length=1, max_length=400)] = "file",
) -> Attachment:
    """Send a file as the body; a message then names its id. What no message names is deleted."""
    if is_unknown(viewer):
        await limit_visitor(request, resources, Act.UPLOAD, visitor=conversation_id)
    content = await request.body()
    async with resources.database.transaction() as conn:
        return await attach(
            conn,
            conversation_id,
            content,
            name=name,
            viewer=viewer,
            max_bytes=resources.settings.conversations.max_file_mb << 20,
        )


@router.get(
    "/attachments/{attachment_id}",
    response_class=Response,
    responses=FILE | list_problems(400, 404),
)
async def download(
    conversation_id: UUID, attachment_id: UUID, resources: OpenResources, viewer: Customer
) -> Any:
    """Read a file; all but images are saved rather than shown."""
    is_staff = READ in viewer.permissions
    async with resources.database.connection() as conn:
        conversation = await get_conversation(conn, conversation_id)
        if not is_staff:
            require_own(conversation, viewer)
        file, content = await get_attachment(
            conn, attachment_id, conversation_id=conversation_id, with_notes=is_staff
        )
    return Response(content, media_type=file.media_type, headers=build_headers(file))


def _show(message: Message, viewer: Viewer) -> Message:
    if READ in viewer.permissions:
        return message
    shown = redact(message)
    assert shown is not None  # notes were not read
    return shown
