"""Asking the chatbot: answers as they are written, what is thought of them, their sources."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from kefu.answering import Citation, Progress, Sentence
from kefu.chatbot.api.requests import require_json
from kefu.chatbot.feedback import MAX_COMMENT_CHARACTERS, rate_answer
from kefu.chatbot.records import ChatAnswer, NewFeedback
from kefu.chatbot.shown import show_source as show_page_source
from kefu.chatbot.turns import MAX_QUESTION_CHARACTERS, ChatEvent, begin_turn, finish_turn
from kefu.chatbot.widget.api.visiting import HERE, CurrentChannel, CurrentVisitor
from kefu.chatbot.widget.going_on import get_own, write_in
from kefu.chatbot.widget.records import Visitor
from kefu.chatbot.widget.shown import (
    WidgetSource,
    show_answer,
    show_references,
    show_source,
    show_text,
)
from kefu.conversations import ClientKey, NewMessage, get_state
from kefu.knowledge import get_excerpt
from kefu.resources import Resources
from kefu.safety import Act
from kefu.tracing import Feedback, Rating
from kefu.web import EventStream, OpenResources, RowId, enter_gate, format_event, limit_visitor

LONGEST_QUOTE = 2000
SHOWN: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])

router = APIRouter(include_in_schema=False)


class MessageRequest(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS)
    conversation_id: UUID | None = None
    client_key: ClientKey | None = None


class RatingRequest(BaseModel):
    """What a visitor thinks of an answer."""

    model_config = ConfigDict(extra="forbid")

    conversation_id: UUID
    rating: Rating
    comment: str | None = Field(None, max_length=MAX_COMMENT_CHARACTERS)


@router.post(f"{HERE}/messages", dependencies=[Depends(require_json), Depends(enter_gate)])
async def ask(
    request: Request,
    body: MessageRequest,
    channel: CurrentChannel,
    visitor: CurrentVisitor,
    resources: OpenResources,
) -> Response:
    """Answer a question as events: `turn`, `progress`, `text`, and `answer` or `error`.

    Where people serve the conversation, they get it: `turn`, then `kept`.
    """
    if not visitor.is_identified:
        begins = [Act.CONVERSATION] if body.conversation_id is None else []
        known = visitor.viewer.customer_id
        await limit_visitor(request, resources, Act.MESSAGE, *begins, visitor=known)
    sent = NewMessage(text=body.question, client_key=body.client_key)
    async with resources.database.transaction() as conn:
        conversation = await write_in(
            conn,
            sent,
            conversation_id=body.conversation_id,
            channel=channel,
            visitor=visitor,
        )
    turn = await begin_turn(
        resources,
        body.question,
        viewer=visitor.viewer,
        conversation_id=conversation.id,
        client_key=body.client_key,
    )
    if turn.left_id is not None:
        return EventStream(_tell_kept(resources, turn.conversation_id, visitor))
    events = finish_turn(
        resources, turn, viewer=visitor.viewer, answerer=request.app.state.answerer
    )
    return EventStream(_encode_events(resources, turn.conversation_id, events, visitor=visitor))


@router.post(f"{HERE}/messages/{{message_id}}/feedback", dependencies=[Depends(require_json)])
async def give_feedback(
    message_id: UUID,
    body: RatingRequest,
    channel: CurrentChannel,
    visitor: CurrentVisitor,
    resources: OpenResources,
) -> Feedback:
    """Rate an answer; the last rating counts."""
    async with resources.database.transaction() as conn:
        await get_own(conn, body.conversation_id, channel=channel, visitor=visitor)
        return await rate_answer(
            conn,
            message_id,
            NewFeedback(rating=body.rating, comment=body.comment),
            conversation_id=body.conversation_id,
            viewer=visitor.viewer,
        )


@router.get(f"{HERE}/sources/{{chunk_id}}")
async def read_source(
    chunk_id: RowId,
    visitor: CurrentVisitor,
    resources: OpenResources,
    quote: Annotated[str, Query(max_length=LONGEST_QUOTE)] = "",
) -> WidgetSource:
    """What a citation refers to, with the quote marked."""
    async with resources.database.connection() as conn:
        excerpt = await get_excerpt(conn, chunk_id, viewer=visitor.viewer, quote=quote)
    return show_source(show_page_source(excerpt, quote_text=quote, marker=None, has_picture=False))


async def _tell_kept(
    resources: Resources, conversation_id: UUID, visitor: Visitor
) -> AsyncGenerator[bytes, None]:
    yield format_event("turn", {"conversation_id": str(conversation_id)})
    yield format_event("kept", await _read_state(resources, conversation_id, visitor))


async def _encode_events(
    resources: Resources,
    conversation_id: UUID,
    events: AsyncGenerator[ChatEvent, None],
    *,
    visitor: Visitor,
) -> AsyncGenerator[bytes, None]:
    """Send the answer so far after every sentence, so that lists and tables grow as they should."""
    yield format_event("turn", {"conversation_id": str(conversation_id)})
    text = ""
    citations: list[Citation] = []
    async with aclosing(events):
        async for event in events:
            match event:
                case Progress():
                    yield format_event("progress", {"stage": event.stage})
                case Sentence():
                    text += event.text
                    citations.extend(event.citations)
                    shown = {
                        "content": show_text(text, citations),
                        "references": show_references(citations),
                    }
                    yield format_event("text", SHOWN.dump_python(shown, mode="json"))
                case ChatAnswer():
                    told = {"message": show_answer(event)}
                    told |= await _read_state(resources, conversation_id, visitor)
                    yield format_event("answer", SHOWN.dump_python(told, mode="json"))


async def _read_state(
    resources: Resources, conversation_id: UUID, visitor: Visitor
) -> dict[str, Any]:
    async with resources.database.connection() as conn:
        state = await get_state(conn, conversation_id, viewer=visitor.viewer)
    shown: dict[str, Any] = SHOWN.dump_python({"state": state}, mode="json")
    return shown
