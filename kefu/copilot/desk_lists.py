"""The lists of the desk: what each holds, and one page of it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from urllib.parse import urlencode
from uuid import UUID

from kefu.conversations import (
    InboxEntry,
    InboxFilter,
    Queue,
    count_entries,
    find_last_number,
    list_entries,
    list_queues,
)
from kefu.db import Connection

PAGE = 200
LISTS: Mapping[str, InboxFilter] = {
    "mine": InboxFilter(status="open"),
    "unassigned": InboxFilter(status="open", served_by="staff", assignee=0),
    "open": InboxFilter(status="open", served_by="staff"),
    "pending": InboxFilter(status="pending"),
    "snoozed": InboxFilter(status="snoozed"),
    "resolved": InboxFilter(status="resolved"),
    "chatbot": InboxFilter(status="open", served_by="chatbot"),
    "all": InboxFilter(),
}
COUNTED = ("mine", "unassigned", "open", "pending")


@dataclass(frozen=True, slots=True, kw_only=True)
class Chosen:
    """Which list is looked at, and what of it.

    Attributes:
        queue: 0: all of them.
        before: the last conversation of the page before, with when it was last written to.
    """

    name: str = "mine"
    queue: int = 0
    priority: str = ""
    text: str = ""
    before: tuple[datetime, UUID] | None = None

    @property
    def query(self) -> str:
        """As it stands behind the question mark of an address, without the page."""
        given = {
            "list": self.name,
            "queue": self.queue or "",
            "priority": self.priority,
            "text": self.text,
        }
        return urlencode({name: value for name, value in given.items() if value})


@dataclass(frozen=True, slots=True, kw_only=True)
class DeskList:
    """One page of a list.

    Attributes:
        counts: of the lists that are counted, by name.
        cursor: the last event; who asks for events after it misses nothing.
    """

    chosen: Chosen
    entries: Sequence[InboxEntry]
    counts: Mapping[str, int]
    queues: Sequence[Queue]
    cursor: int

    @property
    def next_query(self) -> str:
        """Of the page after this one; empty: this is the last."""
        if len(self.entries) < PAGE:
            return ""
        last = self.entries[-1].conversation
        at = last.last_message_at or last.created_at
        further = urlencode({"before": at.isoformat(), "before_id": str(last.id)})
        return f"{self.chosen.query}&{further}"


async def read_list(
    conn: Connection, chosen: Chosen, *, staff_id: int | None, with_rows: bool = True
) -> DeskList:
    """A page of a list as somebody sees it; without rows only what a conversation needs of it."""
    queues = await list_queues(conn)
    if not with_rows:
        return DeskList(chosen=chosen, entries=(), counts={}, queues=queues, cursor=0)
    cursor = await find_last_number(conn)
    wanted = _filter(chosen, staff_id)
    counts = {
        name: await count_entries(conn, _filter(Chosen(name=name), staff_id)) for name in COUNTED
    }
    return DeskList(
        chosen=chosen,
        entries=await list_entries(
            conn, wanted, staff_id=staff_id, limit=PAGE, before=chosen.before
        ),
        counts=counts,
        queues=queues,
        cursor=cursor,
    )


def _filter(chosen: Chosen, staff_id: int | None) -> InboxFilter:
    wanted = replace(
        LISTS.get(chosen.name, LISTS["mine"]),
        queue_id=chosen.queue or None,
        text=chosen.text.strip().replace("\0", ""),
    )
    if chosen.name not in LISTS or chosen.name == "mine":
        wanted = replace(wanted, assignee=staff_id)
    for priority in ("low", "normal", "high", "urgent"):
        if chosen.priority == priority:
            return replace(wanted, priority=priority)
    return wanted
