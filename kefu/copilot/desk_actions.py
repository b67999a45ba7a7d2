"""What staff do with a conversation from a form of the desk."""

from collections.abc import Awaitable, Callable, Mapping
from datetime import UTC, datetime, timedelta
from typing import Literal, get_args
from uuid import UUID

from kefu.conversations import (
    NewMessage,
    Transfer,
    add_note,
    assign,
    get_conversation,
    list_desk_staff,
    list_messages,
    reopen,
    resolve,
    send_as_staff,
    snooze,
    sort,
    take,
    transfer,
    wake,
)
from kefu.copilot.closings import learn_closing
from kefu.copilot.reading import read_lines
from kefu.copilot.records import Closing
from kefu.copilot.suggestions import settle
from kefu.db import Connection
from kefu.errors import BadInput, Conflict, NotFound
from kefu.resources import Resources
from kefu.viewer import Viewer

Form = Mapping[str, str]
Priority = Literal["low", "normal", "high", "urgent"]
LINES_LEARNED = 60
SNOOZES = {"hour": timedelta(hours=1), "day": timedelta(days=1), "week": timedelta(days=7)}
PRIORITIES: tuple[Priority, ...] = get_args(Priority)


async def act(
    resources: Resources, conn: Connection, id: UUID, form: Form, *, viewer: Viewer
) -> None:
    """Do what the form says.

    Raises:
        BadInput: the form says nothing that can be done.
        Conflict: somebody else was faster.
    """
    action = form.get("action", "")
    if action == "resolve":
        await _resolve(resources, conn, id, form, viewer)
    elif action in _ACTIONS:
        await _ACTIONS[action](conn, id, form, viewer)
    else:
        raise BadInput("A conversation cannot be treated that way.")


async def act_on_all(
    resources: Resources, conn: Connection, ids: list[UUID], form: Form, *, viewer: Viewer
) -> int:
    """Do it with each of them that it can be done with, and say with how many.

    Raises:
        BadInput: none is ticked, or the form says nothing that can be done.
    """
    if not ids:
        raise BadInput("Tick the conversations first.")
    done = 0
    for id in ids:
        try:
            async with conn.transaction():
                await act(resources, conn, id, form, viewer=viewer)
            done += 1
        except (Conflict, NotFound):
            continue
    return done


async def _send(conn: Connection, id: UUID, form: Form, viewer: Viewer) -> None:
    """Write to the customer; what was suggested for it is settled."""
    text = form.get("text", "")
    sent = NewMessage(text=text, client_key=form.get("key") or None)
    await send_as_staff(conn, id, sent, viewer=viewer)
    await _settle(conn, id, form, text)


async def _settle(conn: Connection, id: UUID, form: Form, sent: str | None) -> None:
    suggestion = read_id(form.get("suggestion", ""))
    if suggestion is None:
        return
    try:
        async with conn.transaction():
            await settle(conn, suggestion, conversation_id=id, sent=sent)
    except (Conflict, NotFound):
        return  # sent twice: what it became the first time stands


async def _note(conn: Connection, id: UUID, form: Form, viewer: Viewer) -> None:
    """Write a note; whoever is named with an @ is called."""
    text = form.get("text", "")
    people = await list_desk_staff(conn)
    called = [staff.staff_id for staff in people if f"@{staff.name}" in text]
    note = NewMessage(text=text, mentions=called, client_key=form.get("key") or None)
    await add_note(conn, id, note, viewer=viewer)


async def _take(conn: Connection, id: UUID, form: Form, viewer: Viewer) -> None:
    await take(conn, id, viewer=viewer, expected=read_number(form, "expected"))


async def _release(conn: Connection, id: UUID, form: Form, viewer: Viewer) -> None:
    await assign(conn, id, None, viewer=viewer, expected=read_number(form, "expected"))


async def _transfer(conn: Connection, id: UUID, form: Form, viewer: Viewer) -> None:
    """To a person or a queue, as "staff:3" or "queue:1"."""
    kind, _, number = form.get("to", "").partition(":")
    wanted = Transfer(
        expected=read_number(form, "expected"),
        staff_id=int(number) if kind == "staff" and number.isdecimal() else None,
        queue_id=int(number) if kind == "queue" and number.isdecimal() else None,
        note=form.get("note", ""),
    )
    await transfer(conn, id, wanted, viewer=viewer)


async def _snooze(conn: Connection, id: UUID, form: Form, viewer: Viewer) -> None:
    """For a while, or until the customer writes."""
    span = SNOOZES.get(form.get("span", ""))
    until = None if span is None else datetime.now(UTC) + span
    await snooze(conn, id, until=until, viewer=viewer)


async def _wake(conn: Connection, id: UUID, _form: Form, viewer: Viewer) -> None:
    await wake(conn, id, viewer=viewer)


async def _reopen(conn: Connection, id: UUID, _form: Form, viewer: Viewer) -> None:
    await reopen(conn, id, viewer=viewer)


async def _sort(conn: Connection, id: UUID, form: Form, viewer: Viewer) -> None:
    """Priority, labels, or both."""
    labels = split_labels(form["labels"]) if "labels" in form else None
    chosen = next((each for each in PRIORITIES if form.get("priority") == each), None)
    await sort(conn, id, viewer=viewer, priority=chosen, labels=labels)


async def _reject(conn: Connection, id: UUID, form: Form, _viewer: Viewer) -> None:
    await _settle(conn, id, form, None)


async def _keep(conn: Connection, id: UUID, form: Form, _viewer: Viewer) -> None:
    await _settle(conn, id, form, form.get("text", ""))


async def _resolve(
    resources: Resources, conn: Connection, id: UUID, form: Form, viewer: Viewer
) -> None:
    """End it; the next that is like it is proposed to be closed the same way."""
    disposition = form.get("disposition", "").strip()
    labels = split_labels(form["labels"]) if form.get("labels") else None
    resolved = await resolve(conn, id, viewer=viewer, disposition=disposition, labels=labels)
    await _settle(conn, id, form, disposition or None)
    if disposition:
        messages = await list_messages(conn, id, limit=LINES_LEARNED)
        conversation = await get_conversation(conn, id)
        await learn_closing(
            conn,
            resources,
            read_lines(messages),
            Closing(disposition=disposition, labels=tuple(resolved.labels)),
            conversation_id=id,
            base=conversation.base,
        )


def split_labels(given: str) -> list[str]:
    """Labels with commas between them, Chinese ones too."""
    parts = given.replace("，", ",").replace("、", ",").split(",")
    return list(dict.fromkeys(each.strip() for each in parts if each.strip()))


def read_number(form: Form, name: str) -> int | None:
    """A number of a form; None where it says none."""
    given = form.get(name, "")
    return int(given) if given.isascii() and given.isdecimal() and len(given) < 10 else None


def read_id(given: str) -> UUID | None:
    """An id of a form; None where it is none."""
    try:
        return UUID(given)
    except ValueError:
        return None


Action = Callable[[Connection, UUID, Form, Viewer], Awaitable[None]]
_ACTIONS: Mapping[str, Action] = {
    "send": _send,
    "note": _note,
    "take": _take,
    "release": _release,
    "transfer": _transfer,
    "snooze": _snooze,
    "wake": _wake,
    "reopen": _reopen,
    "sort": _sort,
    "reject": _reject,
    "keep": _keep,
}
