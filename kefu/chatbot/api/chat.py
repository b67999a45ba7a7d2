"""The chatbot over HTTP: ask, read a conversation again, rate an answer, read a source."""

from collections.abc import AsyncGenerator
from contextlib import aclosing
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Request
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from kefu.accounts import require
from kefu.answering import Progress, Sentence
from kefu.chatbot.api.requests import require_json
from kefu.chatbot.examples import ANSWER_EXAMPLE, STREAM_EXAMPLE
from kefu.chatbot.feedback import MAX_COMMENT_CHARACTERS, rate_answer
from kefu.chatbot.records import ChatAnswer, NewFeedback, Transcript
from kefu.chatbot.transcripts import get_transcript
from kefu.chatbot.turns import (
    MAX_QUESTION_CHARACTERS,
    ChatEvent,
    begin_turn,
    finish_turn,
    wait_for_answer,
)
from kefu.conversations import ClientKey
from kefu.knowledge import Excerpt, get_excerpt
from kefu.safety import Act
from kefu.tracing import Feedback, Rating
from kefu.viewer import Viewer, is_unknown
from kefu.web import (
    EventStream,
    OpenResources,
    RowId,
    enter_gate,
    finish_unless_gone,
    format_event,
    limit_visitor,
    list_problems,
)

EVENT_NAMES = {Progress: "progress", Sentence: "sentence", ChatAnswer: "answer"}
EVENT: TypeAdapter[ChatEvent] = TypeAdapter(ChatEvent)


class ChatRequest(BaseModel):
    """A question."""

    model_config = ConfigDict(extra="forbid")

    question: str = Field(
        min_length=1, max_length=MAX_QUESTION_CHARACTERS, examples=["退款多久到账？"]
    )
    base: str | None = Field(
        None,
        max_length=200,
        description="The knowledge base to answer from; else `main`, or the only one that may be"
        " read.",
        examples=["main"],
    )
    conversation_id: UUID | None = Field(
        None, description="Of an earlier answer, to ask on in the same conversation."
    )
    client_key: ClientKey | None = Field(
        None,
        description="Made by the sender for this question, as a UUID; sent again with it, the"
        " question is stored and answered once.",
        examples=["0d9c9a0e-5b1f-4c6e-9c53-6f1c3a7be0d2"],
    )
    stream: bool = Field(
        default=False, description="Send the answer as events while it is written."
    )


class FeedbackRequest(BaseModel):
    """A rating; it takes the place of an earlier one."""

    model_config = ConfigDict(extra="forbid")

    conversation_id: UUID
    rating: Rating
    comment: str | None = Field(None, max_length=MAX_COMMENT_CHARACTERS)
    correction: str | None = Field(
        None,
        max_length=MAX_COMMENT_CHARACTERS,
        description="What the answer should have said.",
    )


class Health(BaseModel):
    """The server is up and reaches its database."""

    status: str = Field("ok", examples=["ok"])


router = APIRouter(tags=["chatbot"])
SUCCESS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The answer, or with `stream` the events that lead to it.",
        "content": {
            "application/json": {"example": ANSWER_EXAMPLE},
            "text/event-stream": {"example": STREAM_EXAMPLE},
        },
    }
}


@router.post(
    "/api/chat",
    response_model=ChatAnswer,
    responses=SUCCESS | list_problems(400, 404, 413, 415, 429, 503),
    dependencies=[Depends(require_json), Depends(enter_gate)],
)
async def chat(
    request: Request,
    body: ChatRequest,
    resources: OpenResources,
    viewer: Annotated[Viewer, Depends(require("chat"))],
) -> Any:
    """Ask a question and get an answer with its sources.

    The question is stored before it is answered, and the answer before its `answer` event.

    As events (`stream` true or `Accept: text/event-stream`): `progress` while nothing can be
    shown, `sentence` for each verified piece, then one `answer` or one `error`; the data of an
    `error` event is what else would stand under `error` in the body.
    """
    if is_unknown(viewer):
        begins = [Act.CONVERSATION] if body.conversation_id is None else []
        known = body.conversation_id
        await limit_visitor(request, resources, Act.MESSAGE, *begins, visitor=known)
    turn = await begin_turn(
        resources,
        body.question,
        viewer=viewer,
        base=body.base,
        conversation_id=body.conversation_id,
        client_key=body.client_key,
    )
    events = finish_turn(resources, turn, viewer=viewer, answerer=request.app.state.answerer)
    if body.stream or "text/event-stream" in request.headers.get("accept", ""):
        return EventStream(encode_events(events))
    return await finish_unless_gone(request, wait_for_answer(events))


async def encode_events(events: AsyncGenerator[ChatEvent, None]) -> AsyncGenerator[bytes, None]:
    """Put events on the wire."""
    async with aclosing(events):
        async for event in events:
            yield format_event(EVENT_NAMES[type(event)], EVENT.dump_python(event, mode="json"))


@router.get("/api/conversations/{conversation_id}", responses=list_problems(400, 404))
async def read_conversation(
    conversation_id: UUID,
    resources: OpenResources,
    viewer: Annotated[Viewer, Depends(require("chat"))],
) -> Transcript:
    """Read a conversation: its last 500 messages, with answers and feedback.

    The id is random and not listed anywhere; whoever knows it may read the conversation, unless it
    belongs to a customer whom the host site identified.
    """
    async with resources.database.connection() as conn:
        return await get_transcript(conn, conversation_id, viewer=viewer)


@router.post(
    "/api/messages/{message_id}/feedback",
    responses=list_problems(400, 404, 413, 415),
    dependencies=[Depends(require_json)],
)
async def give_feedback(
    message_id: UUID,
    body: FeedbackRequest,
    resources: OpenResources,
    viewer: Annotated[Viewer, Depends(require("chat"))],
) -> Feedback:
    """Rate an answer; the last rating counts."""
    async with resources.database.transaction() as conn:
        return await rate_answer(
            conn,
            message_id,
            NewFeedback(rating=body.rating, comment=body.comment, correction=body.correction),
            conversation_id=body.conversation_id,
            viewer=viewer,
        )


@router.get("/api/chunks/{chunk_id}", responses=list_problems(400, 404))
async def read_chunk(
    chunk_id: RowId,
    resources: OpenResources,
    viewer: Annotated[Viewer, Depends(require("search"))],
) -> Excerpt:
    """Read what a citation refers to, with the text before and after it."""
    async with resources.database.connection() as conn:
        return await get_excerpt(conn, chunk_id, viewer=viewer)


@router.get("/healthz", tags=["operation"], responses=list_problems(503))
async def check_health(resources: OpenResources) -> Health:
    """Whether the server is up and its database answers."""
    await resources.database.ping()
    return Health()
