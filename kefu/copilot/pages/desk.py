"""The routes of the desk. With `partial` a form gets back the part of the page that it changes."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from typing import Annotated
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import require
from kefu.conversations import set_presence
from kefu.copilot.aids import Desk, Shown, open_desk
from kefu.copilot.desk_actions import act, act_on_all, read_id
from kefu.copilot.pages.showing import PRESENCES, WHOLE, OpenVisit, Said, show, show_rows
from kefu.copilot.records import Tone
from kefu.errors import BadInput, KefuError
from kefu.web import EventStream, format_event, local_path, read_form

PATH = "/desk"
LIST = "copilot/_list.html"
EVENTS = "text/event-stream"
CONVERSATION, AID = "copilot/_conversation.html", "copilot/_aid.html"
TICK = "c:"
"""Before the id of a conversation that is ticked in the list."""
WRITING = [Depends(require("conversations.write"))]

router = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    dependencies=[Depends(require("conversations.read"))],
)

Partial = Annotated[str, Query(max_length=10)]


@router.get("")
async def show_list(
    visit: OpenVisit,
    partial: Partial = "",
    told: Annotated[int | None, Query(ge=0, le=1000)] = None,
) -> Response:
    """A list of conversations."""
    return await show_rows(visit, LIST if partial else WHOLE, told=told)


@router.post("", dependencies=WRITING)
async def change_list(visit: OpenVisit) -> Response:
    """Do something with all conversations that are ticked."""
    form = await read_form(visit.request)
    ids = [id for name in form if name.startswith(TICK) and (id := read_id(name[len(TICK) :]))]
    try:
        async with visit.resources.database.transaction() as conn:
            told = await act_on_all(visit.resources, conn, ids, form, viewer=visit.viewer)
    except KefuError as error:
        return await show_rows(visit, WHOLE, problem=error)
    return RedirectResponse(f"{PATH}?{visit.chosen.query}&told={told}", status_code=303)


@router.post("/presence", dependencies=WRITING)
async def change_presence(visit: OpenVisit) -> Response:
    """Say whether one is there."""
    form = await read_form(visit.request)
    presence = next((each for each in PRESENCES if form.get("presence") == each), None)
    if presence is None:
        raise BadInput("One is online, away or offline.")
    async with visit.resources.database.transaction() as conn:
        await set_presence(conn, presence, viewer=visit.viewer)
    return RedirectResponse(local_path(form.get("back") or PATH), status_code=303)


@router.get("/{conversation_id}")
async def show_conversation(
    visit: OpenVisit,
    conversation_id: UUID,
    partial: Partial = "",
    canned: Annotated[int | None, Query(ge=1, le=2**31 - 1)] = None,
) -> Response:
    """One conversation beside its list; it is read from now on."""
    template = CONVERSATION if partial else WHOLE
    return await show(visit, conversation_id, template, Said(canned=canned))


@router.post("/{conversation_id}", dependencies=WRITING)
async def change_conversation(visit: OpenVisit, conversation_id: UUID) -> Response:
    """Write, take, transfer, snooze, resolve: whatever the form says."""
    form = await read_form(visit.request)
    template = CONVERSATION if form.get("partial") else WHOLE
    resources = visit.resources
    try:
        async with resources.database.transaction() as conn:
            await act(resources, conn, conversation_id, form, viewer=visit.viewer)
    except KefuError as error:
        said = Said(draft=form.get("text", ""), problem=error)
        return await show(visit, conversation_id, template, said)
    if form.get("partial"):
        return await show(visit, conversation_id, template)
    return RedirectResponse(f"{PATH}/{conversation_id}?{visit.chosen.query}", status_code=303)


@router.post("/{conversation_id}/aids", dependencies=WRITING)
async def help_out(visit: OpenVisit, conversation_id: UUID) -> Response:
    """What the copilot says; with `partial` that alone, else on the page, ready to be sent.

    A suggested reply is streamed to who accepts events, as it is written.
    """
    form = await read_form(visit.request)
    template, draft = AID if form.get("partial") else WHOLE, form.get("text", "")
    desk = await open_desk(visit.resources, conversation_id, viewer=visit.viewer)
    if form.get("aid") == "reply" and EVENTS in visit.request.headers.get("accept", ""):
        steps = desk.stream(draft, instead_of=read_id(form.get("instead_of", "")))
        return EventStream(_encode(visit, conversation_id, steps))
    try:
        shown = await _help(desk, form)
    except KefuError as error:
        return await show(visit, conversation_id, template, Said(draft=draft, problem=error))
    proposed = shown.reply or shown.rewritten
    draft = proposed.text if proposed else draft
    return await show(visit, conversation_id, template, Said(shown=shown, draft=draft))


async def _encode(
    visit: OpenVisit, conversation_id: UUID, steps: AsyncGenerator[Shown, None]
) -> AsyncGenerator[bytes, None]:
    """The text so far as often as it grows, then the suggestion with its sources, or why not."""
    said = Said()
    async with aclosing(steps):
        try:
            async for step in steps:
                said = Said(shown=step)
                if step.so_far is not None:
                    yield format_event("text", {"id": str(step.id), "text": step.so_far.text})
        except KefuError as error:
            said = Said(problem=error)
    page = await show(visit, conversation_id, AID, said)
    yield format_event("aid", {"html": bytes(page.body).decode()})


async def _help(desk: Desk, form: Mapping[str, str]) -> Shown:
    aid, text = form.get("aid", ""), form.get("text", "")
    if aid == "reply":
        return await desk.suggest(text)
    if aid == "overview":
        return await desk.look_over()
    if aid == "knowledge":
        return await desk.look_up(text)
    if aid == "article":
        return await desk.draft()
    if aid == "question":
        return await desk.ask(form.get("question", ""))
    for tone in Tone:
        if aid == f"tone:{tone}":
            return await desk.rewrite(text, tone)
    raise BadInput("The copilot does not do that.")
