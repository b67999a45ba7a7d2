"""The copilot over HTTP: the same aids as at the desk, each recorded as shown."""

from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request
from pydantic import AfterValidator, BaseModel, ConfigDict, Field, StrictBool, TypeAdapter

from kefu.accounts import require
from kefu.answering import Answer
from kefu.copilot.aids import Desk, Shown, open_desk
from kefu.copilot.records import (
    AidFigures,
    Article,
    Closing,
    NextStep,
    Reading,
    Reply,
    Rewritten,
    Suggestion,
    Summary,
    Tone,
)
from kefu.copilot.rewriting import LONGEST_TEXT
from kefu.copilot.store import list_figures
from kefu.copilot.suggestions import settle
from kefu.retrieval import Hit
from kefu.viewer import Viewer
from kefu.web import EventStream, OpenResources, finish_unless_gone, format_event, list_problems

router = APIRouter(tags=["copilot"], prefix="/api/desk")
HERE = "/conversations/{conversation_id}/copilot"
EVENTS = "text/event-stream"

Writer = Annotated[Viewer, Depends(require("conversations.write"))]
Manager = Annotated[Viewer, Depends(require("desk.manage"))]


def _drop_nul(text: str) -> str:
    return text.replace("\0", "")


Text = Annotated[str, Field(max_length=LONGEST_TEXT), AfterValidator(_drop_nul)]


class _Body(BaseModel):
    model_config = ConfigDict(extra="forbid")


class ReplyWanted(_Body):
    """What a reply is to go on from."""

    typed: Text = Field("", description="What stands in the field of the answer.")
    instead_of: UUID | None = Field(
        None, description="An own suggestion that is not settled, whose id this one takes over."
    )
    stream: StrictBool = Field(default=False, description="As events, while it is written.")


class RewritingWanted(_Body):
    """What is to be written again."""

    text: Text
    tone: Tone


class Question(_Body):
    """What is asked of the knowledge base."""

    question: Text = Field(examples=["May I grant a voucher?"])


class Outcome(_Body):
    """What became of something that was shown."""

    sent: Text | None = Field(description="What was sent or kept; null: nothing of it was wanted.")


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyShown:
    """A suggested reply."""

    id: UUID
    reply: Reply


@dataclass(frozen=True, slots=True, kw_only=True)
class ReplyStarted:
    """A suggested reply that is still being written; text is all of it so far."""

    id: UUID
    text: str
    mode: str


@dataclass(frozen=True, slots=True, kw_only=True)
class SummaryShown:
    """A summary."""

    id: UUID
    summary: Summary


@dataclass(frozen=True, slots=True, kw_only=True)
class StepsShown:
    """What to do next, most pressing first, and the mood that it takes account of."""

    steps: Sequence[NextStep]
    mood: Reading


@dataclass(frozen=True, slots=True, kw_only=True)
class ClosingsShown:
    """How it may be closed, the likeliest first; without an id there is none."""

    id: UUID | None
    closings: Sequence[Closing]


@dataclass(frozen=True, slots=True, kw_only=True)
class RewritingShown:
    """A text written again."""

    id: UUID
    rewritten: Rewritten


@dataclass(frozen=True, slots=True, kw_only=True)
class ArticleShown:
    """A draft of an article."""

    id: UUID
    article: Article


@dataclass(frozen=True, slots=True, kw_only=True)
class AnswerShown:
    """An answer for staff alone."""

    id: UUID
    answer: Answer


async def _open(conversation_id: UUID, resources: OpenResources, viewer: Writer) -> Desk:
    return await open_desk(resources, conversation_id, viewer=viewer)


OpenDesk = Annotated[Desk, Depends(_open)]
SHOWN: TypeAdapter[ReplyShown | ReplyStarted] = TypeAdapter(ReplyShown | ReplyStarted)
SUCCESS: dict[int | str, dict[str, Any]] = {
    200: {
        "description": "The reply, or with `stream` the events that lead to it.",
        "content": {EVENTS: {}},
    }
}


@router.post(
    f"{HERE}/reply",
    response_model=ReplyShown,
    responses=SUCCESS | list_problems(400, 404, 413),
)
async def suggest_reply(request: Request, body: ReplyWanted, desk: OpenDesk) -> Any:
    """A reply for the customer that goes on from what was typed.

    As events (`stream` true or `Accept: text/event-stream`): `text` with all of it so far, as a
    model writes it, then one `reply` or one `error`. Close the stream to stop it: what was shown is
    recorded.
    """
    if body.stream or EVENTS in request.headers.get("accept", ""):
        return EventStream(encode(desk.stream(body.typed, instead_of=body.instead_of)))
    work = desk.suggest(body.typed, instead_of=body.instead_of)
    return _show_reply(await finish_unless_gone(request, work))


async def encode(steps: AsyncGenerator[Shown, None]) -> AsyncGenerator[bytes, None]:
    """Put a reply on the wire as it is written."""
    async with aclosing(steps):
        async for step in steps:
            shown = _show_reply(step)
            name = "reply" if isinstance(shown, ReplyShown) else "text"
            yield format_event(name, SHOWN.dump_python(shown, mode="json"))


def _show_reply(shown: Shown) -> ReplyShown | ReplyStarted:
    assert shown.id is not None
    if shown.reply is not None:
        return ReplyShown(id=shown.id, reply=shown.reply)
    assert shown.so_far is not None
    return ReplyStarted(id=shown.id, text=shown.so_far.text, mode=shown.so_far.mode)


@router.post(f"{HERE}/summary", responses=list_problems(400, 404))
async def summarise(request: Request, desk: OpenDesk) -> SummaryShown:
    """What whoever takes it over has to know: the wish, what is known, tried and open."""
    shown = await finish_unless_gone(request, desk.summarise())
    assert shown.id is not None
    assert shown.summary is not None
    return SummaryShown(id=shown.id, summary=shown.summary)


@router.get(f"{HERE}/mood", responses=list_problems(400, 404))
async def read_mood(desk: OpenDesk) -> Reading:
    """How the customer feels, and whether it is urgent."""
    return await desk.read_mood()


@router.get(f"{HERE}/next-steps", responses=list_problems(400, 404))
async def list_steps(request: Request, desk: OpenDesk) -> StepsShown:
    """What to do next, most pressing first."""
    mood = await desk.read_mood()
    steps = await finish_unless_gone(request, desk.propose_steps(mood))
    return StepsShown(steps=steps, mood=mood)


@router.post(f"{HERE}/closings", responses=list_problems(400, 404))
async def propose_closings(desk: OpenDesk) -> ClosingsShown:
    """Dispositions with labels, as the like conversations were closed."""
    shown = await desk.close()
    return ClosingsShown(id=shown.id, closings=shown.closings)


@router.post(f"{HERE}/rewriting", responses=list_problems(400, 404, 413))
async def rewrite(request: Request, body: RewritingWanted, desk: OpenDesk) -> RewritingShown:
    """A text in another tone or language; what it states stays."""
    shown = await finish_unless_gone(request, desk.rewrite(body.text, body.tone))
    assert shown.id is not None
    assert shown.rewritten is not None
    return RewritingShown(id=shown.id, rewritten=shown.rewritten)


@router.get(f"{HERE}/knowledge", responses=list_problems(400, 404))
async def look_up(
    desk: OpenDesk, text: Annotated[str, Query(max_length=8000)] = ""
) -> Sequence[Hit]:
    """What the knowledge holds about what is typed, else about what the customer asked."""
    return (await desk.look_up(_drop_nul(text))).hits


@router.post(f"{HERE}/questions", responses=list_problems(400, 404, 413))
async def ask(request: Request, body: Question, desk: OpenDesk) -> AnswerShown:
    """Ask the knowledge base something that the customer does not see."""
    shown = await finish_unless_gone(request, desk.ask(body.question))
    assert shown.id is not None
    assert shown.answer is not None
    return AnswerShown(id=shown.id, answer=shown.answer)


@router.post(f"{HERE}/article", responses=list_problems(400, 404))
async def draft_article(request: Request, desk: OpenDesk) -> ArticleShown:
    """A draft for the knowledge, of what staff answered; 400 where they have not."""
    shown = await finish_unless_gone(request, desk.draft())
    assert shown.id is not None
    assert shown.article is not None
    return ArticleShown(id=shown.id, article=shown.article)


@router.put(
    f"{HERE}/suggestions/{{suggestion_id}}/outcome",
    responses=list_problems(400, 404, 409, 413),
)
async def put_outcome(
    conversation_id: UUID,
    suggestion_id: UUID,
    body: Outcome,
    resources: OpenResources,
    _: Writer,
) -> Suggestion:
    """Say what became of something that was shown: accepted, edited or rejected follows from it."""
    async with resources.database.transaction() as conn:
        return await settle(conn, suggestion_id, conversation_id=conversation_id, sent=body.sent)


@router.get("/copilot/figures", responses=list_problems(400))
async def read_figures(
    resources: OpenResources,
    _: Manager,
    days: Annotated[int, Query(ge=1, le=366, description="Of the last days.")] = 30,
) -> Sequence[AidFigures]:
    """How staff take up what the copilot shows, by aid."""
    since = datetime.now(UTC) - timedelta(days=days)
    async with resources.database.connection() as conn:
        return await list_figures(conn, since=since)
