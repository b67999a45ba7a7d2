"""What happens in conversations, as events of the server."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Header, Query, Request, Response
from pydantic import TypeAdapter

from kefu.conversations.api.bodies import Customer, Reader
from kefu.conversations.feed import Feed, Listener
from kefu.conversations.ownership import READ, require_own
from kefu.conversations.records import Event, Signal
from kefu.conversations.store.conversations import get_conversation
from kefu.errors import BadInput
from kefu.web import EventStream, OpenResources, format_event, list_problems

router = APIRouter(tags=["conversations"])
STREAM_SECONDS = 600.0
"""Then the client comes again, and who it is and what it may see is looked at again."""
EVENT: TypeAdapter[Event | Signal] = TypeAdapter(Event | Signal)
STREAM: dict[int | str, dict[str, Any]] = {200: {"content": {"text/event-stream": {}}}}


def _get_feed(request: Request) -> Feed:
    feed: Feed = request.app.state.feed
    return feed


def read_cursor(
    last_event_id: Annotated[str | None, Header()] = None,
    after: Annotated[int | None, Query(ge=0, le=2**63 - 1)] = None,
) -> int | None:
    """After which event to go on: what the browser says by itself comes first."""
    if not last_event_id:
        return after
    if not (last_event_id.isascii() and last_event_id.isdigit() and len(last_event_id) < 19):
        raise BadInput("Last-Event-ID is the id of an event.")
    return int(last_event_id)


OpenFeed = Annotated[Feed, Depends(_get_feed)]
After = Annotated[int | None, Depends(read_cursor)]
Seconds = Annotated[
    float, Query(gt=0, le=STREAM_SECONDS, description="How long the stream stays open at most.")
]


@router.get(
    "/api/conversations/{conversation_id}/events",
    response_class=Response,
    responses=STREAM | list_problems(400, 404, 503),
)
async def follow_conversation(
    conversation_id: UUID,
    resources: OpenResources,
    viewer: Customer,
    feed: OpenFeed,
    after: After,
    seconds: Seconds = STREAM_SECONDS,
) -> Any:
    """What happens in a conversation; customers hear what is theirs to know.

    Goes on after `Last-Event-ID` or `after`, else from now on.
    """
    is_staff = READ in viewer.permissions
    async with resources.database.connection() as conn:
        conversation = await get_conversation(conn, conversation_id)
    if not is_staff:
        require_own(conversation, viewer)
    listener = feed.join(conversation_id=conversation_id, is_staff=is_staff)
    return EventStream(encode(feed, listener, after=after, seconds=seconds))


@router.get(
    "/api/desk/events",
    tags=["desk"],
    response_class=Response,
    responses=STREAM | list_problems(400, 503),
)
async def follow_desk(
    _: Reader, feed: OpenFeed, after: After, seconds: Seconds = STREAM_SECONDS
) -> Any:
    """What happens in all conversations; goes on after `Last-Event-ID` or `after`, else from now.

    Events and signals are those of a conversation, with its id.
    """
    listener = feed.join(conversation_id=None, is_staff=True)
    return EventStream(encode(feed, listener, after=after, seconds=seconds))


async def encode(
    feed: Feed, listener: Listener, *, after: int | None, seconds: float
) -> AsyncGenerator[bytes, None]:
    """Put what is told on the wire; signals, which are not kept, have no id."""
    told = feed.follow(listener, after=after, seconds=seconds)
    async with aclosing(told):
        async for each in told:
            id = str(each.number) if isinstance(each, Event) else None
            yield format_event(each.kind, EVENT.dump_python(each, mode="json"), id=id)
