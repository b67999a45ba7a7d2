"""What the widget speaks to; a protocol between the two of them, free to change with both."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any, Literal
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from kefu.answering import Citation, Progress, Sentence
from kefu.chatbot.api.requests import require_json
from kefu.chatbot.feedback import MAX_COMMENT_CHARACTERS, rate_answer
from kefu.chatbot.records import ChatAnswer, NewFeedback
from kefu.chatbot.shown import show_source as show_page_source
from kefu.chatbot.transcripts import get_transcript
from kefu.chatbot.turns import MAX_QUESTION_CHARACTERS, ChatEvent, begin_turn, finish_turn
from kefu.chatbot.widget.channels import read_secret
from kefu.chatbot.widget.identity import begin_visit, read_visitor
from kefu.chatbot.widget.origins import PREFIX
from kefu.chatbot.widget.records import Channel, Visit, Visitor
from kefu.chatbot.widget.script import build_script
from kefu.chatbot.widget.shown import (
    WidgetMessage,
    WidgetSource,
    WidgetTranscript,
    show_answer,
    show_references,
    show_source,
    show_text,
    show_transcript,
)
from kefu.chatbot.widget.store import get_channel
from kefu.chatbot.widget.texts import WidgetConfig, build_config
from kefu.errors import NotSignedIn
from kefu.knowledge import get_excerpt
from kefu.tracing import Feedback, Rating
from kefu.web import EventStream, OpenResources, RowId, enter_gate, format_event

LONGEST_QUOTE = 2000
CONFIG_SECONDS = 60
BEARER = "bearer "
TEXT: TypeAdapter[dict[str, Any]] = TypeAdapter(dict[str, Any])
MESSAGE = TypeAdapter(WidgetMessage)

router = APIRouter(include_in_schema=False)


class VisitRequest(BaseModel):
    """Who is there, as the host site signed it, or the token of an earlier visit."""

    model_config = ConfigDict(extra="forbid")

    identity: str | None = Field(None, max_length=8000)
    token: str | None = Field(None, max_length=8000)


class MessageRequest(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(min_length=1, max_length=MAX_QUESTION_CHARACTERS)
    conversation_id: UUID | None = None


class RatingRequest(BaseModel):
    """What a visitor thinks of an answer."""

    model_config = ConfigDict(extra="forbid")

    conversation_id: UUID
    rating: Rating
    comment: str | None = Field(None, max_length=MAX_COMMENT_CHARACTERS)


async def find_channel(channel: str, resources: OpenResources) -> Channel:
    """The channel that the path names."""
    async with resources.database.connection() as conn:
        return await get_channel(conn, channel)


CurrentChannel = Annotated[Channel, Depends(find_channel)]


async def identify_visitor(
    request: Request, channel: CurrentChannel, resources: OpenResources
) -> Visitor:
    """Whom the token was given to that the request carries."""
    credentials = request.headers.get("authorization", "")
    if credentials[: len(BEARER)].lower() != BEARER:
        raise NotSignedIn("The request of the widget carries no token.")
    return read_visitor(
        credentials[len(BEARER) :].strip(),
        channel=channel.name,
        secret=read_secret(channel, settings=resources.settings),
    )


CurrentVisitor = Annotated[Visitor, Depends(identify_visitor)]


@router.get("/widget.js")
async def send_script(request: Request) -> Response:
    """The script that host sites embed."""
    script = build_script()
    headers = {
        "Cache-Control": "public, max-age=300, stale-while-revalidate=86400",
        "Cross-Origin-Resource-Policy": "cross-origin",
        "ETag": script.etag,
        "Vary": "Accept-Encoding",
    }
    if request.headers.get("if-none-match") == script.etag:
        return Response(status_code=304, headers=headers)
    if "gzip" in request.headers.get("accept-encoding", ""):
        headers["Content-Encoding"] = "gzip"
        return Response(script.compressed, media_type="text/javascript", headers=headers)
    return Response(script.text, media_type="text/javascript", headers=headers)


@router.get(f"{PREFIX}{{channel}}")
async def read_config(
    response: Response, channel: CurrentChannel, language: Literal["zh", "en"] = "en"
) -> WidgetConfig:
    """How the widget looks and speaks."""
    response.headers["Cache-Control"] = f"public, max-age={CONFIG_SECONDS}"
    return build_config(channel, language=language, max_characters=MAX_QUESTION_CHARACTERS)


@router.post(f"{PREFIX}{{channel}}/visits", dependencies=[Depends(require_json)])
async def visit(body: VisitRequest, channel: CurrentChannel, resources: OpenResources) -> Visit:
    """Give the widget a token for whoever is before it."""
    secret = read_secret(channel, settings=resources.settings)
    return begin_visit(channel.name, secret=secret, identity=body.identity, token=body.token)


@router.post(
    f"{PREFIX}{{channel}}/messages", dependencies=[Depends(require_json), Depends(enter_gate)]
)
async def ask(
    request: Request,
    body: MessageRequest,
    channel: CurrentChannel,
    visitor: CurrentVisitor,
    resources: OpenResources,
) -> Response:
    """Answer a question as events: `turn`, `progress`, `text`, and `answer` or `error`."""
    turn = await begin_turn(
        resources,
        body.question,
        viewer=visitor.viewer,
        base=channel.look.base if body.conversation_id is None else None,
        conversation_id=body.conversation_id,
    )
    events = finish_turn(
        resources, turn, viewer=visitor.viewer, answerer=request.app.state.answerer
    )
    return EventStream(_encode_events(turn.conversation_id, events))


@router.get(f"{PREFIX}{{channel}}/conversations/{{conversation_id}}")
async def read_conversation(
    conversation_id: UUID, visitor: CurrentVisitor, resources: OpenResources
) -> WidgetTranscript:
    """A conversation of the visitor, to go on with."""
    async with resources.database.connection() as conn:
        transcript = await get_transcript(conn, conversation_id, viewer=visitor.viewer)
    return show_transcript(transcript)


@router.post(
    f"{PREFIX}{{channel}}/messages/{{message_id}}/feedback", dependencies=[Depends(require_json)]
)
async def give_feedback(
    message_id: UUID, body: RatingRequest, visitor: CurrentVisitor, resources: OpenResources
) -> Feedback:
    """Rate an answer; the last rating counts."""
    async with resources.database.transaction() as conn:
        return await rate_answer(
            conn,
            message_id,
            NewFeedback(rating=body.rating, comment=body.comment),
            conversation_id=body.conversation_id,
            viewer=visitor.viewer,
        )


@router.get(f"{PREFIX}{{channel}}/sources/{{chunk_id}}")
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


async def _encode_events(
    conversation_id: UUID, events: AsyncGenerator[ChatEvent, None]
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
                    yield format_event("text", TEXT.dump_python(shown, mode="json"))
                case ChatAnswer():
                    message = MESSAGE.dump_python(show_answer(event), mode="json")
                    yield format_event("answer", message)
