"""The chat page and what it sends; every form works without JavaScript too."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from secrets import token_urlsafe
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import HTMLResponse, RedirectResponse
from pydantic import TypeAdapter, ValidationError

from kefu.answering import Citation, Progress, Sentence
from kefu.chatbot.feedback import rate_answer
from kefu.chatbot.records import ChatAnswer, NewFeedback, PendingTurn, Transcript
from kefu.chatbot.shown import ChatPage, show_answer, show_source, show_text, show_turns
from kefu.chatbot.transcripts import get_transcript
from kefu.chatbot.turns import (
    MAX_QUESTION_CHARACTERS,
    ChatEvent,
    begin_turn,
    finish_turn,
    wait_for_answer,
)
from kefu.conversations import (
    LONGEST_KEY,
    Conversation,
    State,
    get_conversation,
    get_state,
    leave_contact,
    rate,
)
from kefu.db import Connection
from kefu.errors import BadInput, NotFound
from kefu.knowledge import DEFAULT_BASE, draw_page, find_original, get_excerpt, is_drawable
from kefu.resources import Resources
from kefu.safety import Act
from kefu.tracing import Rating
from kefu.viewer import ANONYMOUS
from kefu.web import (
    LANGUAGE_COOKIE,
    LANGUAGES,
    THEME_COOKIE,
    THEMES,
    EventStream,
    OpenResources,
    RowId,
    choose_language,
    enter_gate,
    finish_unless_gone,
    format_event,
    limit_visitor,
    local_path,
    read_form,
    render,
    render_page,
)

CONVERSATION_COOKIE = "kefu_conversation"
YEAR_SECONDS = 365 * 24 * 3600
LONGEST_QUOTE = 20_000
MOST_PAGES = 1_000_000
RATING: TypeAdapter[Rating] = TypeAdapter(Rating)

router = APIRouter(include_in_schema=False)


@router.get("/")
async def show_chat(
    request: Request,
    resources: OpenResources,
    base: Annotated[str | None, Query(max_length=200)] = None,
) -> Response:
    """The page, with the conversation this browser is in."""
    transcript = await _find_transcript(request, resources, base=base)
    state = await _find_state(resources, transcript)
    chatbot = resources.settings.chatbot
    page = ChatPage(
        name=chatbot.name,
        base=transcript.base if transcript else base,
        examples=chatbot.examples,
        turns=show_turns(transcript.messages) if transcript else [],
        max_characters=MAX_QUESTION_CHARACTERS,
        client_key=token_urlsafe(16),
        state=state,
    )
    return render_page(request, "chatbot/chat.html", page)


@router.post("/messages", dependencies=[Depends(enter_gate)])
async def ask(request: Request, resources: OpenResources) -> Response:
    """Answer a question as a stream of HTML, or without JavaScript as the page again."""
    form = await read_form(request)
    turn = await _begin_turn(request, resources, form)
    if turn.left_id is not None:  # people answer: the page shows how it stands
        response: Response = _back(form)
        _set_cookie(request, response, CONVERSATION_COOKIE, str(turn.conversation_id))
        return response
    events = finish_turn(resources, turn, viewer=ANONYMOUS, answerer=request.app.state.answerer)
    if "text/event-stream" in request.headers.get("accept", ""):
        response = EventStream(_encode_events(request, events))
    else:
        await finish_unless_gone(request, wait_for_answer(events))
        response = _back(form)
    _set_cookie(request, response, CONVERSATION_COOKIE, str(turn.conversation_id))
    return response


@router.post("/conversations")
async def start_over(request: Request) -> Response:
    """Leave the conversation; the next question begins another, about the same base."""
    response = _back(await read_form(request))
    response.delete_cookie(CONVERSATION_COOKIE)
    return response


@router.post("/conversations/rating")
async def give_stars(request: Request, resources: OpenResources) -> Response:
    """Keep how satisfied the customer is with the conversation."""
    form = await read_form(request)
    stars = form.get("rating", "")
    async with resources.database.transaction() as conn:
        await rate(
            conn,
            _require_conversation_id(request),
            int(stars) if stars in {"1", "2", "3", "4", "5"} else 0,
            comment=form.get("comment", ""),
            viewer=ANONYMOUS,
        )
    return _back(form)


@router.post("/conversations/contact")
async def give_contact(request: Request, resources: OpenResources) -> Response:
    """Keep where the customer wants to be answered when people are back."""
    form = await read_form(request)
    async with resources.database.transaction() as conn:
        contact = form.get("contact", "")
        await leave_contact(conn, _require_conversation_id(request), contact, viewer=ANONYMOUS)
    return _back(form)


@router.post("/messages/{message_id}/feedback")
async def give_feedback(request: Request, message_id: UUID, resources: OpenResources) -> Response:
    """Keep a rating and answer with the form that shows it."""
    form = await read_form(request)
    try:
        rating = RATING.validate_python(form.get("rating"))
    except ValidationError as error:
        raise BadInput("The rating is either up or down.") from error
    conversation_id = _require_conversation_id(request)
    async with resources.database.transaction() as conn:
        feedback = await rate_answer(
            conn,
            message_id,
            NewFeedback(
                rating=rating, comment=form.get("comment"), correction=form.get("correction")
            ),
            conversation_id=conversation_id,
            viewer=ANONYMOUS,
        )
        transcript = await get_transcript(conn, conversation_id, viewer=ANONYMOUS)
    if "partial" not in form:
        return _back(form)
    rated = next(each for each in transcript.messages if each.id == message_id)
    assert rated.answer is not None
    answer = show_answer(rated.answer, message_id, feedback)
    return HTMLResponse(render("chatbot/_feedback.html", answer, language=choose_language(request)))


@router.get("/sources/{chunk_id}")
async def show_cited_source(
    request: Request,
    chunk_id: RowId,
    resources: OpenResources,
    quote: Annotated[str, Query(max_length=LONGEST_QUOTE)] = "",
    marker: Annotated[int | None, Query(ge=1)] = None,
) -> Response:
    """What a citation refers to: a part for the panel, or a page of its own."""
    async with resources.database.connection() as conn:
        excerpt = await get_excerpt(conn, chunk_id, viewer=ANONYMOUS, quote=quote)
        original = await find_original(conn, chunk_id, viewer=ANONYMOUS)
    source = show_source(
        excerpt,
        quote_text=quote,
        marker=marker,
        has_picture=bool(excerpt.boxes and original and is_drawable(original)),
    )
    if "partial" in request.query_params:
        return HTMLResponse(
            render("chatbot/_source.html", source, language=choose_language(request))
        )
    return render_page(request, "chatbot/source.html", source)


@router.get("/sources/{chunk_id}/pages/{page}", dependencies=[Depends(enter_gate)])
async def show_page_image(
    chunk_id: RowId,
    page: Annotated[int, Path(ge=1, le=MOST_PAGES)],
    resources: OpenResources,
    quote: Annotated[str, Query(max_length=LONGEST_QUOTE)] = "",
) -> Response:
    """A page of the original file as an image, with the quote outlined."""
    async with resources.database.connection() as conn:
        excerpt = await get_excerpt(conn, chunk_id, viewer=ANONYMOUS, quote=quote)
        original = await find_original(conn, chunk_id, viewer=ANONYMOUS)
    boxes = [box for box in excerpt.boxes if box.page == page]
    if original is None or not boxes:
        raise NotFound("This source has no such page.")
    image = await draw_page(original, boxes, settings=resources.settings.ingest)
    return Response(
        image, media_type="image/png", headers={"Cache-Control": "private, max-age=600"}
    )


@router.post("/preferences")
async def choose_preferences(request: Request) -> Response:
    """Remember the language and the theme chosen."""
    form = await read_form(request)
    response = RedirectResponse(local_path(form.get("back")), status_code=303)
    for name, cookie, allowed in (
        ("language", LANGUAGE_COOKIE, LANGUAGES),
        ("theme", THEME_COOKIE, THEMES),
    ):
        if form.get(name) in allowed:
            _set_cookie(request, response, cookie, form[name], max_age=YEAR_SECONDS)
    return response


async def _begin_turn(request: Request, resources: Resources, form: dict[str, str]) -> PendingTurn:
    """Go on with the conversation of this browser, or begin one if it is gone or about another."""
    question = form.get("question", "")
    base = form.get("base") or None
    key = form.get("client_key", "")
    client_key = key if 0 < len(key) <= LONGEST_KEY and key.isprintable() else None
    await limit_visitor(request, resources, Act.MESSAGE, visitor=_conversation_id(request))
    async with resources.database.connection() as conn:
        current = await _find_conversation(conn, request, base=base)
    if current is not None:
        try:
            return await begin_turn(
                resources,
                question,
                viewer=ANONYMOUS,
                conversation_id=current.id,
                client_key=client_key,
            )
        except NotFound:
            pass
    await limit_visitor(request, resources, Act.CONVERSATION)
    return await begin_turn(resources, question, viewer=ANONYMOUS, base=base, client_key=client_key)


async def _find_conversation(
    conn: Connection, request: Request, *, base: str | None
) -> Conversation | None:
    """The one this browser is in, unless the page is about another base."""
    conversation_id = _conversation_id(request)
    if conversation_id is None:
        return None
    try:
        conversation = await get_conversation(conn, conversation_id)
    except NotFound:
        return None
    return conversation if base in {None, conversation.base} else None


async def _find_transcript(
    request: Request, resources: Resources, *, base: str | None
) -> Transcript | None:
    async with resources.database.connection() as conn:
        current = await _find_conversation(conn, request, base=base)
        if current is None:
            return None
        try:
            return await get_transcript(conn, current.id, viewer=ANONYMOUS)
        except NotFound:
            return None


async def _find_state(resources: Resources, transcript: Transcript | None) -> State | None:
    if transcript is None:
        return None
    async with resources.database.connection() as conn:
        return await get_state(conn, transcript.id, viewer=ANONYMOUS)


async def _encode_events(
    request: Request, events: AsyncGenerator[ChatEvent, None]
) -> AsyncGenerator[bytes, None]:
    """Send the answer so far after every sentence, so that lists and tables grow as they should."""
    language = choose_language(request)
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
                    yield format_event("text", {"html": show_text(text, citations)})
                case ChatAnswer():
                    answer = show_answer(event, event.message_id)
                    html = render("chatbot/_answer.html", answer, language=language)
                    yield format_event("answer", {"html": html})


def _conversation_id(request: Request) -> UUID | None:
    try:
        return UUID(request.cookies.get(CONVERSATION_COOKIE, ""))
    except ValueError:
        return None


def _require_conversation_id(request: Request) -> UUID:
    conversation_id = _conversation_id(request)
    if conversation_id is None:
        raise NotFound("This conversation has ended.")
    return conversation_id


def _set_cookie(
    request: Request, response: Response, name: str, value: str, *, max_age: int | None = None
) -> None:
    response.set_cookie(
        name,
        value,
        max_age=max_age,
        httponly=True,
        samesite="lax",
        secure=request.url.scheme == "https",
    )


def _back(form: Mapping[str, str]) -> RedirectResponse:
    """The page from which a form was sent, about the base that the form names."""
    base = form.get("base")
    query = "" if base in {None, "", DEFAULT_BASE} else f"?{urlencode({'base': base})}"
    return RedirectResponse(f"/{query}", status_code=303)
