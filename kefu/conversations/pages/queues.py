"""Pages on which queues are added, changed and deleted, and people are given what they can do."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Annotated, get_args

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import require
from kefu.conversations.hours import find_opening, is_open
from kefu.conversations.queueing import is_able
from kefu.conversations.queues import add_queue, change_queue, drop_queue, equip
from kefu.conversations.records import (
    Assignment,
    DeskStaff,
    Language,
    NewQueue,
    Opening,
    Queue,
)
from kefu.conversations.store.desk import get_queue, list_desk_staff, list_queues
from kefu.errors import BadInput, KefuError
from kefu.resources import Resources
from kefu.viewer import Viewer
from kefu.web import OpenResources, RowId, read_form, render_page

HOME = "/admin/queues"
DAYS = range(7)
ASSIGNMENTS: tuple[Assignment, ...] = get_args(Assignment)
LANGUAGES: tuple[Language, ...] = get_args(Language)
LONGEST_TARGET_SECONDS = 60 * 60 * 24 * 7
_SPAN = re.compile(r"(\d{1,2}:\d\d)\s*[-–—~至到]\s*(\d{1,2}:\d\d)")
_GAP = re.compile(r"[\s,;，；、]*")

router = APIRouter()
Manager = Annotated[Viewer, Depends(require("desk.manage"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownQueue:
    """A queue as it stands now.

    Attributes:
        opens_at: None: it is open, or does not open in the next two months.
        people: who can serve it.
    """

    queue: Queue
    is_open: bool
    opens_at: datetime | None
    people: Sequence[str]


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuesPage:
    """All queues, and everybody at the desk."""

    queues: Sequence[ShownQueue]
    people: Sequence[DeskStaff]
    languages: Sequence[Language] = LANGUAGES
    problem: KefuError | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class QueuePage:
    """The form of one queue.

    Attributes:
        queue: that is changed; None: another one is added.
        given: what stands in the fields.
    """

    queue: Queue | None
    given: Mapping[str, str]
    days: Sequence[int] = DAYS
    assignments: Sequence[Assignment] = ASSIGNMENTS
    languages: Sequence[Language] = LANGUAGES
    problem: KefuError | None = None


@router.get(HOME)
async def show_queues(request: Request, _: Manager, resources: OpenResources) -> Response:
    """All queues with who can serve them, and what everybody takes on."""
    return await _show_all(request, resources)


@router.post(f"{HOME}/_staff/{{staff_id}}")
async def change_staff(
    request: Request, staff_id: RowId, viewer: Manager, resources: OpenResources
) -> Response:
    """Say what somebody takes on, or show what is wrong with it."""
    form = await read_form(request)
    try:
        async with resources.database.transaction() as conn:
            await equip(
                conn,
                staff_id,
                capacity=_read_number(form, "capacity"),
                skills=_split(form.get("skills", "")),
                languages=_read_languages(form),
                actor=viewer.name,
            )
    except BadInput as problem:
        return await _show_all(request, resources, problem)
    return RedirectResponse(HOME, status_code=303)


@router.get(f"{HOME}/_add")
async def show_form(request: Request, _: Manager) -> Response:
    """An empty form."""
    return _show(request, None, _write(NewQueue(name="")))


@router.post(HOME)
async def add(request: Request, viewer: Manager, resources: OpenResources) -> Response:
    """Add a queue, or show the form again with what is wrong."""
    form = await read_form(request)
    try:
        async with resources.database.transaction() as conn:
            await add_queue(conn, _read(form), actor=viewer.name)
    except KefuError as problem:
        return _show(request, None, form, problem)
    return RedirectResponse(HOME, status_code=303)


@router.get(f"{HOME}/{{queue_id}}")
async def show_queue(
    request: Request, queue_id: RowId, _: Manager, resources: OpenResources
) -> Response:
    """The form of a queue."""
    async with resources.database.connection() as conn:
        queue = await get_queue(conn, queue_id)
    return _show(request, queue, _write(queue))


@router.post(f"{HOME}/{{queue_id}}")
async def change(
    request: Request, queue_id: RowId, viewer: Manager, resources: OpenResources
) -> Response:
    """Change a queue, or show the form again with what is wrong."""
    form = await read_form(request)
    async with resources.database.connection() as conn:
        queue = await get_queue(conn, queue_id)
    try:
        async with resources.database.transaction() as conn:
            await change_queue(conn, queue_id, _read(form), actor=viewer.name)
    except KefuError as problem:
        return _show(request, queue, form, problem)
    return RedirectResponse(HOME, status_code=303)


@router.post(f"{HOME}/{{queue_id}}/delete")
async def delete(queue_id: RowId, viewer: Manager, resources: OpenResources) -> Response:
    """Delete a queue; its conversations go to the usual one."""
    async with resources.database.transaction() as conn:
        await drop_queue(conn, queue_id, actor=viewer.name)
    return RedirectResponse(HOME, status_code=303)


async def _show_all(
    request: Request, resources: Resources, problem: KefuError | None = None
) -> Response:
    now = datetime.now(UTC)
    async with resources.database.connection() as conn:
        people = sorted(await list_desk_staff(conn), key=lambda each: (each.name, each.staff_id))
        queues = [
            ShownQueue(
                queue=queue,
                is_open=is_open(queue, now),
                opens_at=find_opening(queue, now),
                people=[each.name for each in people if _can_serve(each, queue)],
            )
            for queue in await list_queues(conn)
        ]
    page = QueuesPage(queues=queues, people=people, problem=problem)
    status = 200 if problem is None else problem.status
    return render_page(request, "conversations/queues.html", page, status=status)


def _can_serve(person: DeskStaff, queue: Queue) -> bool:
    """Whether somebody, when there, can serve some conversation of the queue."""
    languages = queue.languages or LANGUAGES
    return any(is_able(person, queue, language=each) for each in languages)


def _show(
    request: Request,
    queue: Queue | None,
    given: Mapping[str, str],
    problem: KefuError | None = None,
) -> Response:
    page = QueuePage(queue=queue, given=given, problem=problem)
    status = 200 if problem is None else problem.status
    return render_page(request, "conversations/queue.html", page, status=status)


def _read(form: Mapping[str, str]) -> NewQueue:
    assignment = next((each for each in ASSIGNMENTS if form.get("assignment") == each), None)
    if assignment is None:
        raise BadInput("Conversations are given out by hand, in turn, or to who has least to do.")
    seconds = _read_number(form, "target_seconds")
    if not 1 <= seconds <= LONGEST_TARGET_SECONDS:
        raise BadInput(
            "The first reply is due within 1 to %(most)s seconds.", most=LONGEST_TARGET_SECONDS
        )
    return NewQueue(
        name=form.get("name", ""),
        skills=_split(form.get("skills", "")),
        languages=_read_languages(form),
        timezone=form.get("timezone", "").strip() or "UTC",
        hours=[
            span for weekday in DAYS for span in read_spans(form.get(f"day_{weekday}", ""), weekday)
        ],
        holidays=[_read_day(each) for each in _split(form.get("holidays", ""))],
        assignment=assignment,
        target_seconds=seconds,
    )


def read_spans(text: str, weekday: int) -> list[Opening]:
    """The opening hours of a day, as `9:00-12:00, 13:00-18:00`.

    Raises:
        BadInput: that is something else.
    """
    spans, at = [], 0
    text = text.replace("：", ":").strip()
    while at < len(text):
        found = _SPAN.match(text, at)
        if found is None:
            raise BadInput(
                "%(text)r are no opening hours. Write them as in: 9:00-12:00, 13:00-18:00.",
                text=text[:60],
            )
        opens, closes = (clock.zfill(5) for clock in found.groups())
        spans.append(Opening(weekday=weekday, opens=opens, closes=closes))
        gap = _GAP.match(text, found.end())
        at = gap.end() if gap else len(text)
    return spans


def _read_day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError as error:
        raise BadInput("%(text)r is no day. Write it as in 2026-11-21.", text=text[:20]) from error


def _read_number(form: Mapping[str, str], name: str) -> int:
    given = form.get(name, "").strip()
    return int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 0


def _read_languages(form: Mapping[str, str]) -> list[Language]:
    return [each for each in LANGUAGES if form.get(f"language_{each}")]


def _split(text: str) -> list[str]:
    return [each for each in re.split(r"[\s,，、;；]+", text) if each]


def _write(queue: NewQueue) -> dict[str, str]:
    """A queue as it stands in the fields of the form."""
    days = {
        f"day_{weekday}": ", ".join(
            f"{span.opens}-{span.closes}" for span in queue.hours if span.weekday == weekday
        )
        for weekday in DAYS
    }
    return days | {
        "name": queue.name,
        "skills": ", ".join(queue.skills),
        **{f"language_{each}": "yes" for each in queue.languages},
        "timezone": queue.timezone,
        "holidays": "\n".join(day.isoformat() for day in queue.holidays),
        "assignment": queue.assignment,
        "target_seconds": str(queue.target_seconds),
    }
