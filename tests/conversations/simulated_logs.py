"""What could have happened in conversations, and the desk's figures counted the long way."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from random import Random
from statistics import fmean, median
from uuid import UUID

from kefu.conversations import Conversation, Event, EventKind

BEGIN = datetime(2026, 3, 2, tzinfo=UTC)
DAY = timedelta(days=1)
TARGETS = {1: 120, 2: 3600}
AWAY = ("snoozed", "parked")
GIVINGS = ("assigned", "unassigned", "transferred", "reopened")
PEOPLE = ("handed_over", "message_left", "assigned", "transferred")


@dataclass(slots=True, kw_only=True)
class Told:
    """One conversation with its events."""

    conversation: Conversation
    events: list[Event] = field(default_factory=list)

    def tell(self, kind: EventKind, at: datetime, **data: object) -> None:
        number = len(self.events) + 1
        self.events.append(
            Event(
                number=number,
                conversation_id=self.conversation.id,
                kind=kind,
                staff_id=None,
                data=data,
                created_at=at,
            )
        )


@dataclass(slots=True, kw_only=True)
class State:
    at: datetime
    by_staff: bool = False
    assignee: int | None = None
    is_aside: bool = False
    is_left: bool = False
    is_resolved: bool = False


def simulate(random: Random, *, number: int) -> Told:
    """A conversation that goes on as real ones may."""
    state = State(at=BEGIN + random.random() * 10 * DAY)
    customer_id = random.choice([None, "ann", "bo"])
    told = Told(
        conversation=Conversation(
            id=UUID(int=number),
            customer_id=customer_id,
            base="main",
            language="en",
            channel=random.choice(["chat", "api"]),
            created_at=state.at,
        )
    )
    told.tell("started", state.at)
    for _ in range(random.randrange(15)):
        state.at += timedelta(seconds=random.choice([5, 100, 1000, 20_000, 100_000, 300_000]))
        _go_on(told, state, random)
    return told


def _go_on(told: Told, state: State, random: Random) -> None:
    if state.is_resolved:
        _after_the_end(told, state, random)
    elif not state.by_staff:
        _with_chatbot(told, state, random)
    else:
        _with_staff(told, state, random)


def _after_the_end(told: Told, state: State, random: Random) -> None:
    match random.randrange(4):
        case 0 | 1:
            told.tell("rated", state.at, rating=random.randint(1, 5))
        case 2:
            told.tell("reopened", state.at, by="customer")
            state.is_resolved = state.by_staff = False
            state.assignee = None
        case _:
            state.assignee = random.randint(1, 3)
            told.tell("reopened", state.at, by="staff", assignee_id=state.assignee)
            state.is_resolved, state.by_staff = False, True


def _with_chatbot(told: Told, state: State, random: Random) -> None:
    match random.randrange(7):
        case 0 | 1:
            told.tell("message", state.at, role="customer")
        case 2 | 3:
            told.tell("message", state.at, role="chatbot")
        case 4 | 5:
            state.by_staff, state.is_left = True, random.random() < 0.3
            kind: EventKind = "message_left" if state.is_left else "handed_over"
            reason = random.choice(["asked", "failed"])
            told.tell(kind, state.at, reason=reason, queue_id=random.choice([1, 2]))
        case _:
            state.by_staff, state.assignee = True, random.randint(1, 3)
            told.tell("handed_over", state.at, reason="taken")
            told.tell("assigned", state.at, assignee_id=state.assignee)


def _with_staff(told: Told, state: State, random: Random) -> None:
    match random.randrange(9):
        case 0 | 1:
            if state.is_aside:
                told.tell("woken", state.at, by="customer")
                state.is_aside = False
            told.tell("message", state.at, role="customer")
        case 2 | 3:
            if state.assignee is None:
                state.assignee = random.randint(1, 3)
                told.tell("assigned", state.at, assignee_id=state.assignee)
            told.tell("message", state.at, role="staff")
            state.is_aside = state.is_left = False
        case 4:
            told.tell("message", state.at, role="staff", is_internal=True)
        case 5 | 6:
            _move(told, state, random)
        case _:
            _put_away(told, state, random)


def _move(told: Told, state: State, random: Random) -> None:
    if state.assignee is not None and random.random() < 0.3:
        told.tell("unassigned", state.at, replaced_id=state.assignee, reason="absent")
        state.assignee = None
        return
    state.assignee = random.choice([None, 1, 2, 3])
    queue_id = None if state.assignee else random.choice([1, 2])
    told.tell("transferred", state.at, assignee_id=state.assignee, queue_id=queue_id)
    state.is_aside = state.is_left = False


def _put_away(told: Told, state: State, random: Random) -> None:
    if random.random() < 0.3:
        told.tell("resolved", state.at)
        state.is_resolved, state.is_aside, state.is_left = True, False, False
    elif (state.is_aside or state.is_left) and random.random() < 0.7:
        told.tell("woken", state.at, by="hours" if state.is_left else "staff")
        state.is_aside = state.is_left = False
    else:
        told.tell(random.choice(AWAY), state.at)
        state.is_aside, state.is_left = True, False


def count_naively(logs: Sequence[Told], *, now: datetime) -> Mapping[str, object]:
    """The figures by looking through whole logs for each of them, as slow as it is plain."""
    waits = [wait for told in logs for wait in _find_waits(told.events, now)]
    replied = [seconds for seconds, was_answered, _ in waits if was_answered]
    met = [
        seconds <= target for seconds, was_answered, target in waits
        if was_answered or seconds > target
    ]  # fmt: skip
    handled = [seconds for told in logs for seconds in _find_handling(told.events)]
    stays = [stay for told in logs for stay in _cut(told.events)]
    came = [stay for stay in stays if stay[0].data.get("by") != "staff"]
    over = [stay for stay in came if _says(stay, "chatbot") and _is_over(stay, now)]
    ends = [stay for stay in stays if _has(stay, "resolved")]
    ratings = [_find_rating(stay) for stay in ends]
    given = [rating for rating in ratings if rating is not None]
    oldest = [since for told in logs if (since := _find_waiting(told.events))]
    return {
        "started_count": len(logs),
        "resolved_count": len(ends),
        "first_response_median_seconds": median(replied) if replied else None,
        "service_level": _mean(met),
        "average_handle_seconds": _mean(handled),
        "first_contact_resolution": _mean(_find_resolved(logs, now)),
        "reopening_rate": len(stays) / len(ends) - len(logs) / len(ends) if ends else None,
        "containment": _mean([not _has(stay, *PEOPLE) for stay in over]),
        "hand_over_rate": _mean([_has(stay, "handed_over", "message_left") for stay in came]),
        "waiting_count": len(oldest),
        "oldest_wait_seconds": (now - min(oldest)).total_seconds() if oldest else None,
        "rating_mean": _mean(given),
        "satisfied_share": _mean([rating > 3 for rating in given]),
        "rating_response_rate": _mean([rating is not None for rating in ratings]),
    }


def _mean(values: Sequence[float]) -> float | None:
    return fmean(values) if values else None


def _has(events: Sequence[Event], *kinds: str) -> bool:
    return any(event.kind in kinds for event in events)


def _says(events: Sequence[Event], role: str) -> bool:
    return any(_is_by(event, role) for event in events)


def _is_by(event: Event, role: str) -> bool:
    return (
        event.kind == "message"
        and event.data["role"] == role
        and not event.data.get("is_internal", False)
    )


def _cut(events: Sequence[Event]) -> list[list[Event]]:
    starts = [i for i, event in enumerate(events) if event.kind in {"started", "reopened"}]
    return [list(events[i:j]) for i, j in zip(starts, [*starts[1:], None], strict=True)]


def _is_over(stay: Sequence[Event], now: datetime) -> bool:
    said = [stay[0], *(e for e in stay if _is_written(e))]
    return _has(stay, "resolved") or now - said[-1].created_at >= DAY


def _is_written(event: Event) -> bool:
    return any(_is_by(event, role) for role in ("customer", "chatbot", "staff"))


def _find_waits(events: Sequence[Event], now: datetime) -> list[tuple[float, bool, int]]:
    waits = []
    for i, event in enumerate(events):
        if event.kind != "handed_over" or event.data["reason"] == "taken":
            continue
        ends = [e for e in events[i:] if e.kind == "resolved" or _is_by(e, "staff")]
        until = ends[0].created_at if ends else now
        is_answered = bool(ends) and ends[0].kind == "message"
        target = TARGETS[int(str(event.data["queue_id"]))]
        waits.append(((until - event.created_at).total_seconds(), is_answered, target))
    return waits


def _find_handling(events: Sequence[Event]) -> list[float]:
    stays = [stay for stay in _cut(events) if _has(stay, "resolved")]
    return [seconds for stay in stays if (seconds := _find_held(stay)) is not None]


def _find_held(stay: Sequence[Event]) -> float | None:
    givings = [i for i, event in enumerate(stay) if event.kind in GIVINGS]
    if not givings or not stay[givings[-1]].data.get("assignee_id"):
        return None
    end = next(i for i, event in enumerate(stay) if event.kind == "resolved")
    seconds, is_aside = 0.0, False
    for one, following in pairwise(stay[givings[-1] : end + 1]):
        is_back = one.kind == "woken" or _is_by(one, "staff")
        is_aside = one.kind in AWAY or (is_aside and not is_back)
        gap = following.created_at - one.created_at
        seconds += 0.0 if is_aside else gap.total_seconds()
    return seconds


def _find_resolved(logs: Sequence[Told], now: datetime) -> list[bool]:
    results = []
    for told in logs:
        stays = _cut(told.events)
        for stay, following in zip(stays, [*stays[1:], None], strict=True):
            ends = [event.created_at for event in stay if event.kind == "resolved"]
            if not ends or ends[0] + 7 * DAY > now:
                continue
            if following and following[0].data["by"] == "staff":
                continue
            again = [following[0].created_at] if following else []
            customer_id = told.conversation.customer_id
            if customer_id is not None:
                again += [
                    each.conversation.created_at for each in logs
                    if each.conversation.customer_id == customer_id
                ]  # fmt: skip
            results.append(not any(ends[0] < at <= ends[0] + 7 * DAY for at in again))
    return results


def _find_rating(stay: Sequence[Event]) -> int | None:
    given = [int(str(event.data["rating"])) for event in stay if event.kind == "rated"]
    return given[-1] if given else None


def _find_waiting(events: Sequence[Event]) -> datetime | None:
    stay = _cut(events)[-1]
    since = None
    for i, event in enumerate(stay):
        with_staff = stay[0].data.get("by") == "staff" or _has(stay[:i], *PEOPLE)
        if _is_by(event, "staff") or event.kind in {*AWAY, "resolved"}:
            since = None
        elif event.kind == "woken" and event.data["by"] == "hours":
            since = event.created_at
        elif _begins_wait(event) or (with_staff and _is_by(event, "customer")):
            since = since or event.created_at
    return since


def _begins_wait(event: Event) -> bool:
    is_given = event.kind == "handed_over" and event.data["reason"] != "taken"
    return is_given or event.kind in {"message_left", "transferred"}
