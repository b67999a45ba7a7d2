"""Conversations of the widget: read again, followed live, and handed to people."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, StrictBool, TypeAdapter

from kefu.chatbot.api.requests import require_json
from kefu.chatbot.widget.api.visiting import HERE, CurrentChannel, CurrentVisitor
from kefu.chatbot.widget.going_on import get_own
from kefu.chatbot.widget.records import Visitor
from kefu.chatbot.widget.shown import WidgetConversation, show_conversation, show_message
from kefu.conversations import (
    MAX_MESSAGE_CHARACTERS,
    Attachment,
    ClientKey,
    Conversation,
    Event,
    Feed,
    HandOver,
    NewMessage,
    Signal,
    State,
    attach,
    build_headers,
    get_attachment,
    get_message,
    get_state,
    hand_over,
    leave_contact,
    list_desk_staff,
    list_of_customer,
    rate,
    read_messages,
    send_as_customer,
    tell_typing,
)
from kefu.resources import Resources
from kefu.safety import Act
from kefu.tracing import list_feedback
from kefu.web import EventStream, OpenResources, format_event, limit_visitor

MOST_MESSAGES = 500
MOST_EARLIER = 30
STREAM_SECONDS = 600.0
HAPPENED: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])


class Body(BaseModel):
    """Something sent; a field it does not know is refused."""

    model_config = ConfigDict(extra="forbid")


class Reply(Body):
    """What a visitor writes to the people here, or fills in."""

    text: str = Field("", max_length=MAX_MESSAGE_CHARACTERS)
    client_key: ClientKey
    content: Sequence[Mapping[str, Any]] = Field((), max_length=10)
    attachment_ids: Sequence[UUID] = Field((), max_length=10)


class Typing(Body):
    """The visitor types, or stopped."""

    is_typing: StrictBool


class Contact(Body):
    """Where the visitor wants to be answered."""

    contact: str = Field(max_length=200)


class Stars(Body):
    """How satisfied the visitor is."""

    rating: Literal[1, 2, 3, 4, 5]
    comment: str = Field("", max_length=2000)


async def find_own(
    conversation_id: UUID,
    channel: CurrentChannel,
    visitor: CurrentVisitor,
    resources: OpenResources,
) -> Conversation:
    """The conversation that the path names, if it is the visitor's."""
    async with resources.database.connection() as conn:
        return await get_own(conn, conversation_id, channel=channel, visitor=visitor)


OwnConversation = Annotated[Conversation, Depends(find_own)]
router = APIRouter(include_in_schema=False, prefix=f"{HERE}/conversations")
PLACE = "/{conversation_id}"


@router.get("")
async def list_earlier(
    channel: CurrentChannel, visitor: CurrentVisitor, resources: OpenResources
) -> list[dict[str, Any]]:
    """The conversations of an identified customer in this channel, the latest first."""
    assert visitor.viewer.customer_id is not None
    if not visitor.is_identified:
        return []
    earlier = []
    async with resources.database.connection() as conn:
        found = await list_of_customer(conn, visitor.viewer.customer_id, limit=MOST_EARLIER)
        for each in found:
            if each.channel != channel.name:
                continue
            messages = await read_messages(conn, each.id, viewer=visitor.viewer, limit=1, until=0)
            text = messages[0].text if messages else ""
            earlier.append({"id": each.id, "text": text, "created_at": each.created_at})
    return earlier


@router.get(PLACE)
async def read_conversation(
    own: OwnConversation, visitor: CurrentVisitor, resources: OpenResources
) -> WidgetConversation:
    """A conversation of the visitor, to go on with."""
    async with resources.database.connection() as conn:
        state = await get_state(conn, own.id, viewer=visitor.viewer)
        messages = await read_messages(conn, own.id, viewer=visitor.viewer, limit=MOST_MESSAGES)
        feedback = await list_feedback(conn, [message.id for message in messages])
        names = {each.staff_id: each.name for each in await list_desk_staff(conn)}
    return show_conversation(messages, feedback, state, names=names)


@router.get(f"{PLACE}/events")
async def follow(
    request: Request,
    own: OwnConversation,
    visitor: CurrentVisitor,
    resources: OpenResources,
    last_event_id: Annotated[int, Header(ge=0, lt=2**63)],
) -> Response:
    """What happens after an event: messages, who serves, who types."""
    feed: Feed = request.app.state.feed
    listener = feed.join(conversation_id=own.id, is_staff=False)
    told = feed.follow(listener, after=last_event_id, seconds=STREAM_SECONDS)
    return EventStream(_encode(resources, told, own.id, visitor=visitor))


@router.post(f"{PLACE}/replies", dependencies=[Depends(require_json)])
async def reply(
    request: Request,
    own: OwnConversation,
    body: Reply,
    visitor: CurrentVisitor,
    resources: OpenResources,
) -> dict[str, Any]:
    """Write to the people here, without asking the chatbot; the same key twice is one message."""
    if not visitor.is_identified:
        known = visitor.viewer.customer_id
        await limit_visitor(request, resources, Act.MESSAGE, visitor=known)
    async with resources.database.transaction() as conn:
        message = await send_as_customer(
            conn,
            own.id,
            NewMessage(**body.model_dump()),
            viewer=visitor.viewer,
            reopen_days=resources.settings.conversations.reopen_days,
        )
    return {"id": message.id, "conversation_id": message.conversation_id}


@router.post(f"{PLACE}/handoff", dependencies=[Depends(require_json)])
async def hand_off(
    own: OwnConversation, visitor: CurrentVisitor, resources: OpenResources
) -> State:
    """Ask for a person; outside the opening hours the conversation waits for them."""
    async with resources.database.transaction() as conn:
        await hand_over(conn, own.id, HandOver(reason="asked"))
        return await get_state(conn, own.id, viewer=visitor.viewer)


@router.post(f"{PLACE}/contact", dependencies=[Depends(require_json)])
async def put_contact(
    own: OwnConversation, body: Contact, visitor: CurrentVisitor, resources: OpenResources
) -> State:
    """Say where to be answered when people are back."""
    async with resources.database.transaction() as conn:
        await leave_contact(conn, own.id, body.contact, viewer=visitor.viewer)
        return await get_state(conn, own.id, viewer=visitor.viewer)


@router.post(f"{PLACE}/rating", dependencies=[Depends(require_json)])
async def put_rating(
    own: OwnConversation, body: Stars, visitor: CurrentVisitor, resources: OpenResources
) -> State:
    """Rate a resolved conversation; the last word counts."""
    async with resources.database.transaction() as conn:
        await rate(conn, own.id, body.rating, comment=body.comment, viewer=visitor.viewer)
        return await get_state(conn, own.id, viewer=visitor.viewer)


@router.post(f"{PLACE}/typing", status_code=204, dependencies=[Depends(require_json)])
async def type_here(
    own: OwnConversation, body: Typing, visitor: CurrentVisitor, resources: OpenResources
) -> None:
    """Tell the people here that the visitor types; it is not kept."""
    async with resources.database.transaction() as conn:
        await tell_typing(
            conn, own.id, role="customer", is_typing=body.is_typing, viewer=visitor.viewer
        )


@router.post(f"{PLACE}/attachments")
async def upload(
    request: Request,
    own: OwnConversation,
    visitor: CurrentVisitor,
    resources: OpenResources,
    name: Annotated[str, Query(min_length=1, max_length=400)] = "file",
) -> Attachment:
    """Keep a file that a reply will take along; what it is is found in its content."""
    if not visitor.is_identified:
        await limit_visitor(request, resources, Act.UPLOAD, visitor=visitor.viewer.customer_id)
    content = await request.body()
    async with resources.database.transaction() as conn:
        return await attach(
            conn,
            own.id,
            content,
            name=name,
            viewer=visitor.viewer,
            max_bytes=resources.settings.conversations.max_file_mb << 20,
        )


@router.get(f"{PLACE}/attachments/{{attachment_id}}")
async def download(own: OwnConversation, attachment_id: UUID, resources: OpenResources) -> Response:
    """Read a file of the conversation; all but images are saved rather than shown."""
    async with resources.database.connection() as conn:
        file, content = await get_attachment(
            conn, attachment_id, conversation_id=own.id, with_notes=False
        )
    return Response(content, media_type=file.media_type, headers=build_headers(file))


async def _encode(
    resources: Resources,
    told: AsyncGenerator[Event | Signal, None],
    conversation_id: UUID,
    *,
    visitor: Visitor,
) -> AsyncGenerator[bytes, None]:
    """Each event with how the conversation stands; signals, which are not kept, have no id."""
    async with aclosing(told):
        async for each in told:
            if isinstance(each, Signal):
                if each.kind in {"typing", "writing"}:
                    yield format_event(each.kind, dict(each.data))
                continue
            said, message = each.message, None
            async with resources.database.connection() as conn:
                state = await get_state(conn, conversation_id, viewer=visitor.viewer)
                if said is not None and said.role == "chatbot":  # with its sources
                    said = await get_message(conn, said.id, conversation_id=conversation_id)
            if said is not None:
                message = show_message(said, staff_name=state.staff_name)
            happened = {"kind": each.kind, "message": message, "state": state}
            yield format_event(
                "happened", HAPPENED.dump_python(happened, mode="json"), id=str(each.number)
            )
