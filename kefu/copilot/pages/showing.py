"""What the desk shows: a list, and the conversation that is looked at."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Annotated, Literal
from uuid import UUID

from fastapi import Depends, Query, Request, Response
from pydantic import AwareDatetime

from kefu.accounts import require
from kefu.conversations import (
    MAX_MESSAGE_CHARACTERS,
    CannedResponse,
    Conversation,
    Customer,
    DeskStaff,
    Place,
    fill_in,
    find_place,
    get_conversation,
    get_customer,
    list_desk_staff,
    list_history,
    list_messages,
    list_of_customer,
    list_responses,
    list_staff_names,
    mark_read,
)
from kefu.copilot.aids import Shown
from kefu.copilot.desk_actions import PRIORITIES
from kefu.copilot.desk_lists import LISTS, Chosen, DeskList, read_list
from kefu.copilot.records import Tone
from kefu.copilot.timeline import Moment, build_timeline
from kefu.db import Connection
from kefu.errors import KefuError
from kefu.resources import Resources
from kefu.text import Language
from kefu.viewer import Viewer
from kefu.web import OpenResources, render_page

MESSAGES_SHOWN = 300
EVENTS_SHOWN = 300
EARLIER_SHOWN = 8
PRESENCES: tuple[Literal["online", "away", "offline"], ...] = ("online", "away", "offline")


def read_chosen(
    list_name: Annotated[str, Query(alias="list", max_length=20)] = "mine",
    queue: Annotated[str, Query(max_length=9)] = "",
    priority: Annotated[str, Query(max_length=10)] = "",
    text: Annotated[str, Query(max_length=200)] = "",
    before: AwareDatetime | None = None,
    before_id: UUID | None = None,
) -> Chosen:
    """Which list an address names."""
    page: tuple[datetime, UUID] | None = (before, before_id) if before and before_id else None
    number = int(queue) if queue.isascii() and queue.isdecimal() else 0
    name = list_name if list_name in LISTS else "mine"
    return Chosen(name=name, queue=number, priority=priority, text=text, before=page)


@dataclass(frozen=True, slots=True, kw_only=True)
class Visit:
    """Somebody at the desk, and the list that is looked at."""

    request: Request
    resources: Resources
    viewer: Viewer
    chosen: Chosen


def begin_visit(
    request: Request,
    resources: OpenResources,
    viewer: Annotated[Viewer, Depends(require("conversations.read"))],
    chosen: Annotated[Chosen, Depends(read_chosen)],
) -> Visit:
    """What every route of the desk works with."""
    return Visit(request=request, resources=resources, viewer=viewer, chosen=chosen)


OpenVisit = Annotated[Visit, Depends(begin_visit)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Opened:
    """The conversation that is looked at.

    Attributes:
        names: of everybody who works here, or did, by their numbers.
        earlier: other conversations of the same customer, the latest first.
        responses: canned, their places filled in.
        draft: what stands in the field of the answer.
    """

    conversation: Conversation
    timeline: Sequence[Moment]
    names: Mapping[int, str]
    customer: Customer | None
    earlier: Sequence[Conversation]
    place: Place
    responses: Sequence[CannedResponse]
    shown: Shown | None = None
    draft: str = ""
    problem: KefuError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskPage:
    """The desk.

    Attributes:
        people: who works here.
        told: how many conversations a form of the list has changed; None: none was sent.
        problem: why the form of the list has changed none.
    """

    list: DeskList
    opened: Opened | None
    people: Sequence[DeskStaff]
    viewer: Viewer
    now: datetime
    told: int | None = None
    problem: KefuError | None = None
    lists: Sequence[str] = tuple(LISTS)
    tones: Sequence[str] = tuple(Tone)
    max_characters: int = MAX_MESSAGE_CHARACTERS
    presences: Sequence[str] = PRESENCES
    priorities: Sequence[str] = PRIORITIES

    @property
    def presence(self) -> str:
        """Of the viewer."""
        own = [each.presence for each in self.people if each.staff_id == self.viewer.staff_id]
        return own[0] if own else "offline"

    @property
    def names(self) -> Mapping[int, str]:
        """Of people, by their numbers."""
        return {each.staff_id: each.name for each in self.people}


async def build_page(
    conn: Connection,
    visit: Visit,
    opened: Opened | None = None,
    *,
    told: int | None = None,
    problem: KefuError | None = None,
    with_rows: bool = True,
) -> DeskPage:
    """The page of the list, with a conversation or without one."""
    staff_id = visit.viewer.staff_id
    return DeskPage(
        list=await read_list(conn, visit.chosen, staff_id=staff_id, with_rows=with_rows),
        opened=opened,
        people=sorted(await list_desk_staff(conn), key=lambda each: (each.name, each.staff_id)),
        viewer=visit.viewer,
        told=told,
        problem=problem,
        now=datetime.now(UTC),
    )


async def open_conversation(conn: Connection, conversation_id: UUID, visit: Visit) -> Opened:
    """Everything about a conversation; somebody at the desk has read it now.

    Raises:
        NotFound: there is no such conversation.
    """
    conversation = await get_conversation(conn, conversation_id)
    id, viewer = conversation.customer_id, visit.viewer
    customer = await get_customer(conn, id) if id else None
    others = await list_of_customer(conn, id, limit=EARLIER_SHOWN + 1) if id else []
    messages = await list_messages(conn, conversation_id, limit=MESSAGES_SHOWN, with_notes=True)
    if viewer.staff_id is not None and messages:
        await mark_read(conn, conversation_id, position=messages[-1].position, viewer=viewer)
    since = messages[0].created_at if len(messages) == MESSAGES_SHOWN else None
    events = await list_history(conn, conversation_id, since=since, limit=EVENTS_SHOWN)
    names = await list_staff_names(conn)
    responses = await _list_responses(conn, conversation, customer, viewer, names)
    return Opened(
        conversation=conversation,
        timeline=build_timeline(messages, events),
        names=names,
        customer=customer,
        earlier=[each for each in others if each.id != conversation_id][:EARLIER_SHOWN],
        place=await find_place(conn, conversation),
        responses=responses,
    )


async def _list_responses(
    conn: Connection,
    conversation: Conversation,
    customer: Customer | None,
    viewer: Viewer,
    names: Mapping[int, str],
) -> Sequence[CannedResponse]:
    values = {
        "customer_name": customer.name if customer else "",
        "customer_id": conversation.told_customer_id or "",
        "staff_name": names.get(viewer.staff_id or 0, ""),
        "conversation_id": str(conversation.id),
    }
    known = await list_responses(conn, viewer.staff_id, language=_language(conversation))
    return [replace(each, text=fill_in(each.text, values)) for each in known]


def _language(conversation: Conversation) -> Language:
    return "zh" if conversation.language == "zh" else "en"


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What stands on the page beside the conversation.

    Attributes:
        draft: in the field of the answer.
        canned: the canned response that stands there instead.
    """

    shown: Shown | None = None
    draft: str = ""
    canned: int | None = None
    problem: KefuError | None = None


NOTHING_SAID = Said()
WHOLE = "copilot/desk.html"


async def show_rows(
    visit: Visit, template: str, *, told: int | None = None, problem: KefuError | None = None
) -> Response:
    """The page, or a part of it, with a list alone."""
    async with visit.resources.database.connection() as conn:
        page = await build_page(conn, visit, told=told, problem=problem)
    return render_page(visit.request, template, page, status=problem.status if problem else 200)


async def show(
    visit: Visit, conversation_id: UUID, template: str, said: Said = NOTHING_SAID
) -> Response:
    """The page, or a part of it, with a conversation."""
    async with visit.resources.database.transaction() as conn:
        opened = await open_conversation(conn, conversation_id, visit)
        canned = (each.text for each in opened.responses if each.id == said.canned)
        draft = next(canned, said.draft)
        opened = replace(opened, shown=said.shown, draft=draft, problem=said.problem)
        page = await build_page(conn, visit, opened, with_rows=template == WHOLE)
    status = said.problem.status if said.problem else 200
    return render_page(visit.request, template, page, status=status)
