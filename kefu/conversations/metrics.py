"""The figures of a contact centre, computed from what happened in conversations.

The names are those of the field (COPC CX Standard, ICMI glossary); where these leave a choice, the
function says what is chosen. All times are those of the wall clock.
"""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from math import ceil
from statistics import fmean, median
from typing import TypeVar

from kefu.conversations.facts import collect_facts
from kefu.conversations.metric_records import (
    Beginning,
    Dimension,
    Ending,
    Fact,
    Facts,
    HandingOver,
    Handling,
    Metrics,
    MetricsReport,
    Waiting,
)
from kefu.conversations.store.desk import list_queues
from kefu.conversations.store.metrics import list_log, list_logged, list_staff_names
from kefu.db import Connection

SATISFIED = 4
F = TypeVar("F", bound=Fact)


@dataclass(frozen=True, slots=True, kw_only=True)
class Log:
    """All that counts since a time, read once for as many reports as are wanted.

    Attributes:
        names: of queues and people, by their numbers.
    """

    facts: Facts
    since: datetime
    until: datetime
    targets: Mapping[int, int]
    names: Mapping[str, Mapping[int, str]]


async def read_metrics(
    conn: Connection,
    *,
    since: datetime,
    by: Dimension | None = None,
    repeat_days: int = 7,
    now: datetime | None = None,
) -> MetricsReport:
    """The desk's figures since a time, together and told apart by day, queue, person or channel.

    Who waits is counted whenever the wait began.
    """
    log = await read_log(conn, since=since, now=now)
    return build_report(log, by=by, repeat_days=repeat_days)


async def read_log(conn: Connection, *, since: datetime, now: datetime | None = None) -> Log:
    """What happened since a time, and with it everybody who waits."""
    now = now or datetime.now(UTC)
    conversations = await list_logged(conn, since=since)
    events = await list_log(conn, [each.id for each in conversations])
    queues = await list_queues(conn)
    return Log(
        facts=keep_since(collect_facts(conversations, events, now=now), since),
        since=since,
        until=now,
        targets={queue.id: queue.target_seconds for queue in queues},
        names={
            "queue": {queue.id: queue.name for queue in queues},
            "staff": await list_staff_names(conn),
        },
    )


def build_report(log: Log, *, by: Dimension | None = None, repeat_days: int = 7) -> MetricsReport:
    """The figures of a log, together and told apart."""

    def build(given: Facts, group: str | None = None) -> Metrics:
        return build_metrics(
            given, group, targets=log.targets, repeat_days=repeat_days, now=log.until
        )

    groups = {} if by is None else split(log.facts, _key(by, log.names.get(by, {})))
    return MetricsReport(
        since=log.since,
        until=log.until,
        repeat_days=repeat_days,
        by=by,
        total=build(log.facts),
        groups=[build(groups[group], group) for group in sorted(groups, key=_order)],
    )


def keep_since(facts: Facts, since: datetime) -> Facts:
    """What counts since a time, and everybody who waits."""

    def keep(given: Sequence[F]) -> list[F]:
        return [fact for fact in given if fact.at >= since]

    return Facts(
        beginnings=keep(facts.beginnings),
        hand_overs=keep(facts.hand_overs),
        handlings=keep(facts.handlings),
        endings=keep(facts.endings),
        waiting=facts.waiting,
    )


def split(facts: Facts, key: Callable[[Fact], str | None]) -> Mapping[str | None, Facts]:
    """Tell facts apart."""
    groups: dict[str | None, Facts] = defaultdict(Facts)
    for beginning in facts.beginnings:
        groups[key(beginning)].beginnings.append(beginning)
    for hand_over in facts.hand_overs:
        groups[key(hand_over)].hand_overs.append(hand_over)
    for handling in facts.handlings:
        groups[key(handling)].handlings.append(handling)
    for ending in facts.endings:
        groups[key(ending)].endings.append(ending)
    for waiting in facts.waiting:
        groups[key(waiting)].waiting.append(waiting)
    return groups


def _key(by: Dimension, names: Mapping[int, str]) -> Callable[[Fact], str | None]:
    def name(number: int | None) -> str | None:
        return None if number is None else names.get(number, f"#{number}")

    keys: dict[Dimension, Callable[[Fact], str | None]] = {
        "day": lambda fact: fact.at.astimezone(UTC).date().isoformat(),
        "queue": lambda fact: name(fact.queue_id),
        "staff": lambda fact: name(fact.staff_id),
        "channel": lambda fact: fact.channel,
    }
    return keys[by]


def _order(group: str | None) -> tuple[bool, str]:
    return group is None, group or ""


def build_metrics(
    facts: Facts,
    group: str | None = None,
    *,
    targets: Mapping[int, int],
    repeat_days: int,
    now: datetime,
) -> Metrics:
    """Everything that is computed; `targets` are the seconds of the service level by queue."""
    waits = list_first_responses(facts.hand_overs)
    ratings = [ending.rating for ending in facts.endings if ending.rating is not None]
    reasons = find_hand_over_rates(facts.beginnings)
    return Metrics(
        group=group,
        started_count=sum(each.is_start for each in facts.beginnings),
        reopened_count=sum(each.reopened_by is not None for each in facts.endings),
        resolved_count=len(facts.endings),
        handed_over_count=len(facts.hand_overs),
        left_count=sum(each.was_left for each in facts.hand_overs),
        first_response_median_seconds=median(waits) if waits else None,
        first_response_p90_seconds=find_p90(waits),
        service_level=find_service_level(facts.hand_overs, targets),
        average_handle_seconds=find_average_handle(facts.handlings),
        first_contact_resolution=find_first_contact_resolution(
            facts.endings, repeat=timedelta(days=repeat_days), now=now
        ),
        reopening_rate=_share([each.reopened_by is not None for each in facts.endings]),
        containment=find_containment(facts.beginnings),
        hand_over_rate=_share([each.hand_over_reason is not None for each in facts.beginnings]),
        hand_over_rates=reasons,
        waiting_count=len(facts.waiting),
        oldest_wait_seconds=find_oldest_wait(facts.waiting, now=now),
        rating_mean=fmean(ratings) if ratings else None,
        satisfied_share=_share([rating >= SATISFIED for rating in ratings]),
        rating_response_rate=_share([each.rating is not None for each in facts.endings]),
    )


def list_first_responses(hand_overs: Sequence[HandingOver]) -> list[float]:
    """First response times (ICMI; COPC: speed of answer), in seconds: hand-over to first reply.

    Left out: what was left while the queue was closed, and what people took of their own accord,
    for nobody waited.
    """
    return [each.waited_seconds for each in _list_awaited(hand_overs) if each.is_answered]


def find_service_level(
    hand_overs: Sequence[HandingOver], targets: Mapping[int, int]
) -> float | None:
    """Service level (ICMI: X % answered in Y seconds): first replies within the queue's target.

    Whoever has no reply counts as missed once the target is past, also when the conversation was
    resolved without one, and is left out before that (ICMI: short abandons).
    """
    results = []
    for each in _list_awaited(hand_overs):
        target_seconds = targets.get(each.queue_id or 0)
        if target_seconds is None:
            continue
        is_in_time = each.waited_seconds <= target_seconds
        if each.is_answered or not is_in_time:
            results.append(is_in_time)
    return _share(results)


def _list_awaited(hand_overs: Sequence[HandingOver]) -> list[HandingOver]:
    return [each for each in hand_overs if not each.was_left and each.reason != "taken"]


def find_average_handle(handlings: Sequence[Handling]) -> float | None:
    """Average handle time (AHT; COPC): seconds from getting a conversation to resolving it.

    Of the person who resolved it, since that person last got it; time put aside is not handling.
    """
    return fmean(each.seconds for each in handlings) if handlings else None


def find_first_contact_resolution(
    endings: Sequence[Ending], *, repeat: timedelta, now: datetime
) -> float | None:
    """First contact resolution (FCR; ICMI: no repeat contact): the customer did not come again.

    Coming again is reopening the conversation, going on in one that follows it, or beginning
    another within `repeat`. Ends that are younger, or that the staff took back, do not count.
    """
    return _share(
        [
            each.repeated_at is None or each.repeated_at > each.at + repeat
            for each in endings
            if each.at + repeat <= now and each.reopened_by != "staff"
        ]
    )


def find_containment(beginnings: Sequence[Beginning]) -> float | None:
    """Containment: of what the chatbot answered and is over, what no person had."""
    return _share([not each.has_person for each in beginnings if each.has_answer and each.is_over])


def find_hand_over_rates(beginnings: Sequence[Beginning]) -> Mapping[str, float]:
    """By reason, the share of beginnings that were handed over, for the first time, for it."""
    reasons = Counter(
        each.hand_over_reason for each in beginnings if each.hand_over_reason is not None
    )
    return {reason: count / len(beginnings) for reason, count in sorted(reasons.items())}


def find_oldest_wait(waiting: Sequence[Waiting], *, now: datetime) -> float | None:
    """Age of the backlog (COPC), in seconds: how long the one has waited who waits longest."""
    return max(((now - each.at).total_seconds() for each in waiting), default=None)


def find_p90(values: Sequence[float]) -> float | None:
    """The value that nine of ten do not exceed (nearest rank)."""
    return sorted(values)[ceil(0.9 * len(values)) - 1] if values else None


def _share(results: Sequence[bool]) -> float | None:
    return sum(results) / len(results) if results else None
