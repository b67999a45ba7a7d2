"""What happened in conversations, read as what counts: who came, waited, was served, came again."""

from bisect import bisect_right
from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any
from uuid import UUID

from kefu.conversations.metric_records import (
    Beginning,
    Ending,
    Facts,
    HandingOver,
    Handling,
    Waiting,
)
from kefu.conversations.records import Conversation, Event, EventKind

SILENCE = timedelta(hours=24)
"""Who writes nothing for so long is taken to be gone."""


def collect_facts(
    conversations: Sequence[Conversation], events: Sequence[Event], *, now: datetime
) -> Facts:
    """Read the events of whole conversations, each conversation's together and in order."""
    facts = Facts()
    returns = _Returns(conversations)
    known = {each.id: each for each in conversations}
    for id, own in groupby(events, key=lambda event: event.conversation_id):
        walk = _Walk(conversation=known[id], returns=returns, facts=facts)
        for event in own:
            walk.hear(event)
        walk.finish(now)
    return facts


class _Returns:
    """When customers began their conversations."""

    def __init__(self, conversations: Sequence[Conversation]) -> None:
        self._starts: dict[str, list[datetime]] = defaultdict(list)
        self._followers: dict[UUID, datetime] = {}
        for each in sorted(conversations, key=lambda each: each.created_at):
            if each.customer_id is not None:
                self._starts[each.customer_id].append(each.created_at)
            if each.follows_id is not None:
                self._followers.setdefault(each.follows_id, each.created_at)

    def find_next(self, conversation: Conversation, after: datetime) -> datetime | None:
        starts = self._starts.get(conversation.customer_id or "", [])
        later = starts[bisect_right(starts, after) :][:1]
        follower = self._followers.get(conversation.id)
        if follower is not None and follower > after:
            later = [*later, follower]
        return min(later, default=None)


@dataclass(slots=True, kw_only=True)
class _Stay:
    """What is known so far of what goes on between a beginning and its end."""

    began_at: datetime
    is_start: bool
    by: str = "customer"
    has_answer: bool = False
    has_person: bool = False
    hand_over_reason: str | None = None


@dataclass(slots=True, kw_only=True)
class _Walk:
    """One conversation, event by event.

    Attributes:
        handed_over: what began the wait for a first reply; None: none is waited for.
        held_since: since when `staff_id` has it.
        aside_since: since when it is put aside, `aside_seconds` those before.
        resolved: the last end; None: it goes on.
    """

    conversation: Conversation
    returns: _Returns
    facts: Facts
    stay: _Stay = field(init=False)
    last_message_at: datetime = field(init=False)
    queue_id: int | None = None
    staff_id: int | None = None
    is_with_staff: bool = False
    waiting_since: datetime | None = None
    handed_over: Event | None = None
    handed_to: int | None = None
    held_since: datetime | None = None
    aside_since: datetime | None = None
    aside_seconds: float = 0.0
    resolved: Event | None = None
    rating: int | None = None

    def __post_init__(self) -> None:
        began_at = self.conversation.created_at
        self.stay = _Stay(began_at=began_at, is_start=True)
        self.last_message_at = began_at

    def hear(self, event: Event) -> None:
        if event.kind in STEPS:
            STEPS[event.kind](self, event)

    def finish(self, now: datetime) -> None:
        """Count what still goes on."""
        if self.resolved is not None:
            self._count_ending(reopened_by=None, reopened_at=None)
            return
        self._count_hand_over(now, is_answered=False)
        self._count_beginning(is_over=now - self.last_message_at >= SILENCE)
        if self.waiting_since is not None:
            self.facts.waiting.append(Waiting(at=self.waiting_since, **self._place()))

    def _place(self) -> dict[str, Any]:
        channel = self.conversation.channel
        return {"queue_id": self.queue_id, "staff_id": self.staff_id, "channel": channel}

    def _read_message(self, event: Event) -> None:
        if event.data.get("is_internal"):
            return
        at = self.last_message_at = event.created_at
        role = event.data.get("role")
        if role == "chatbot":
            self.stay.has_answer = True
        elif role == "customer" and self.is_with_staff:
            self.waiting_since = self.waiting_since or at
        elif role == "staff":
            self._take_up(at)
            self.waiting_since = None
            self._count_hand_over(at, is_answered=True)

    def _hand_over(self, event: Event) -> None:
        self.queue_id = _number(event.data, "queue_id") or self.queue_id
        self._begin_wait(event)
        if event.data.get("reason") != "taken":
            self.waiting_since = event.created_at

    def _begin_wait(self, event: Event) -> None:
        self.is_with_staff = self.stay.has_person = True
        self.handed_over, self.handed_to = event, self.queue_id
        self.stay.hand_over_reason = self.stay.hand_over_reason or _reason(event)

    def _transfer(self, event: Event) -> None:
        self.queue_id = _number(event.data, "queue_id") or self.queue_id
        if not self.is_with_staff:
            self._begin_wait(event)
        self.waiting_since = self.waiting_since or event.created_at
        self._assign(event)

    def _assign(self, event: Event) -> None:
        self._hold(event.created_at, _number(event.data, "assignee_id"))

    def _put_aside(self, event: Event) -> None:
        self.aside_since = self.aside_since or event.created_at
        self.waiting_since = None

    def _wake(self, event: Event) -> None:
        self._take_up(event.created_at)
        if event.data.get("by") == "hours":
            self.waiting_since = event.created_at

    def _rate(self, event: Event) -> None:
        self.rating = _number(event.data, "rating")

    def _hold(self, at: datetime, staff_id: int | None) -> None:
        self._take_up(at)
        self.staff_id, self.aside_seconds = staff_id, 0.0
        self.held_since = None if staff_id is None else at
        if staff_id is not None:
            self.is_with_staff = self.stay.has_person = True

    def _take_up(self, at: datetime) -> None:
        if self.aside_since is not None:
            self.aside_seconds += (at - self.aside_since).total_seconds()
            self.aside_since = None

    def _resolve(self, event: Event) -> None:
        at = event.created_at
        self._take_up(at)
        self._count_hand_over(at, is_answered=False)
        if self.held_since is not None:
            seconds = (at - self.held_since).total_seconds() - self.aside_seconds
            self.facts.handlings.append(Handling(at=at, seconds=seconds, **self._place()))
        self._count_beginning(is_over=True)
        self.resolved, self.rating = event, None
        self.held_since, self.waiting_since = None, None

    def _reopen(self, event: Event) -> None:
        at, by = event.created_at, str(event.data.get("by"))
        self._count_ending(reopened_by=by, reopened_at=at)
        self.resolved, self.last_message_at = None, at
        self.stay = _Stay(began_at=at, is_start=False, by=by)
        self.is_with_staff = False
        self._hold(at, _number(event.data, "assignee_id"))

    def _count_beginning(self, *, is_over: bool) -> None:
        stay = self.stay
        if stay.by != "customer":
            return
        self.facts.beginnings.append(
            Beginning(
                at=stay.began_at,
                is_start=stay.is_start,
                has_answer=stay.has_answer,
                has_person=stay.has_person,
                hand_over_reason=stay.hand_over_reason,
                is_over=is_over,
                **self._place(),
            )
        )

    def _count_hand_over(self, until: datetime, *, is_answered: bool) -> None:
        given = self.handed_over
        if given is None:
            return
        self.handed_over = None
        self.facts.hand_overs.append(
            HandingOver(
                at=given.created_at,
                reason=_reason(given),
                was_left=given.kind == "message_left",
                waited_seconds=(until - given.created_at).total_seconds(),
                is_answered=is_answered,
                **self._place() | {"queue_id": self.handed_to},
            )
        )

    def _count_ending(self, *, reopened_by: str | None, reopened_at: datetime | None) -> None:
        assert self.resolved is not None  # only what was resolved is reopened
        at = self.resolved.created_at
        repeats = [self.returns.find_next(self.conversation, at)]
        if reopened_by == "customer":
            repeats.append(reopened_at)
        self.facts.endings.append(
            Ending(
                at=at,
                reopened_by=reopened_by,
                repeated_at=min((each for each in repeats if each is not None), default=None),
                rating=self.rating,
                **self._place(),
            )
        )


STEPS: Mapping[EventKind, Callable[[_Walk, Event], None]] = {
    "message": _Walk._read_message,
    "handed_over": _Walk._hand_over,
    "message_left": _Walk._hand_over,
    "assigned": _Walk._assign,
    "unassigned": _Walk._assign,
    "transferred": _Walk._transfer,
    "snoozed": _Walk._put_aside,
    "parked": _Walk._put_aside,
    "woken": _Walk._wake,
    "resolved": _Walk._resolve,
    "reopened": _Walk._reopen,
    "rated": _Walk._rate,
}
"""What each kind of event changes; the others change nothing that counts."""


def _reason(event: Event) -> str:
    return "transferred" if event.kind == "transferred" else str(event.data.get("reason", ""))


def _number(data: Mapping[str, object], name: str) -> int | None:
    value = data.get(name)
    return value if isinstance(value, int) else None
