"""Whether more live answers fail than usual: a change is noticed long before a limit is reached.

Hours are bets against "no more than usual", one beginning with each hour; together they have won
on average no more than one for each hour that has passed, so that an alarm at HOURS comes on
average at most once in so many hours while nothing has changed. Shin, Ramdas and Rinaldo,
"E-detectors: a nonparametric framework for sequential change detection", New England Journal of
Statistics in Data Science 2(2), 2024.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from math import log, sqrt

import numpy as np

from kefu.db import Connection
from kefu.evaluation import Monitors
from kefu.rollout.monitors import FLAWS, upper_bound
from kefu.rollout.records import HourFigures, Reading
from kefu.rollout.store import list_hours

HOURS = 20_000
"""More than two years."""

WATCHED_DAYS = 7
STEPS = np.array([0.02, 0.05, 0.1, 0.2, 0.4])
"""Rises above what is usual that are betted on."""

HIGHEST = 0.99
ERRORS, DEVIATIONS = 1.0, 2.0
"""How far what is usual may lie above what was seen: standard errors, deviations between days."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Rise:
    """A share that may rise.

    Attributes:
        count: of an hour: how many answers fail, and of how many.
    """

    name: str
    count: Callable[[HourFigures], tuple[int, int]]


RISES: Sequence[Rise] = (
    Rise(name="abstained_rise", count=lambda each: (each.abstained_count, each.answer_count)),
    Rise(name="disliked_rise", count=lambda each: (each.disliked_count, each.rated_count)),
    Rise(name="flawed_rise", count=lambda each: (each.flawed_count, each.graded_count)),
    Rise(name="slow_rise", count=lambda each: (each.slow_count, each.answer_count)),
    Rise(name="dear_rise", count=lambda each: (each.dear_count, each.costed_count)),
)
"""Slow and dear is what was slower, or dearer, than nine of ten answers used to be."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What the hours show.

    Attributes:
        evidence: logarithm of what the bets have won together.
        begin: the hour with which the share most likely rose.
    """

    evidence: float
    begin: int


async def read_rises(
    conn: Connection,
    limits: Monitors,
    *,
    release_id: int,
    earlier_ids: Sequence[int],
    since: datetime,
    now: datetime,
) -> list[Reading]:
    """Shares of failing answers of a release against those of the days before it, or before a week.

    Nothing where it is not watched, or too few were answered before.
    """
    if limits.rise is None:
        return []
    begin = max(since, now - timedelta(days=WATCHED_DAYS))
    flaws = tuple(FLAWS.values())
    long_before = begin - timedelta(days=limits.reference_days)
    usual = await list_hours(conn, earlier_ids, since=long_before, until=begin, evaluators=flaws)
    if not usual:
        return []
    hours = await list_hours(
        conn, [release_id], since=begin, until=now, evaluators=flaws, usual=usual[0]
    )
    readings = [_read(each, usual, hours, limits) for each in RISES]
    return [each for each in readings if each is not None]


def _read(
    rise: Rise, usual: Sequence[HourFigures], hours: Sequence[HourFigures], limits: Monitors
) -> Reading | None:
    before = count_days(usual, rise)
    counts = np.array([rise.count(each) for each in hours]).reshape(-1, 2)
    if limits.rise is None or before[:, 1].sum() < limits.least_answers:
        return None
    limit = find_usual(before) + limits.rise
    if limit >= HIGHEST:
        return None
    change = find_change(counts, limit)
    failed, total = counts[change.begin :].sum(axis=0) if len(counts) else (0, 0)
    is_breached = bool(total >= limits.least_answers and change.evidence >= log(HOURS))
    return Reading(
        monitor=rise.name,
        value=float(failed / total) if total else None,
        limit=round(limit, 4),
        sample_count=int(total),
        is_breached=is_breached,
        detail=f"{hours[change.begin].begin:%Y-%m-%d %H:%M} UTC" if is_breached else "",
    )


def count_days(hours: Sequence[HourFigures], rise: Rise) -> np.ndarray:
    """Failed answers and all, a row for each day."""
    days: dict[date, np.ndarray] = {}
    for each in hours:
        before = days.get(each.begin.date(), np.zeros(2, dtype=int))
        days[each.begin.date()] = before + rise.count(each)
    return np.array(list(days.values()), dtype=int).reshape(-1, 2)


def find_usual(days: np.ndarray) -> float:
    """The share of failing answers that is usual, at most: where Saturdays are worse, it knows.

    Rows are failed answers and all. The deviation between days is what their scatter is more than
    chance (DerSimonian and Laird, Controlled Clinical Trials 7, 1986).
    """
    failed, total = days[days[:, 1] > 0].T.astype(float)
    share = failed.sum() / total.sum()
    scatter = float((total * (failed / total - share) ** 2).sum())
    expected = (len(total) - 1) * share * (1 - share)
    pairs = total.sum() - (total**2).sum() / total.sum()
    between = sqrt(max(0.0, (scatter - expected) / pairs)) if pairs > 0 else 0.0
    return upper_bound(failed.sum(), int(total.sum()), z=ERRORS) + DEVIATIONS * float(between)


def find_change(counts: np.ndarray, usual: float) -> Change:
    """How sure it is that a share rose above what is usual, and with which hour."""
    rates = np.minimum(usual + STEPS, HIGHEST)
    won = np.outer(counts[:, 0], np.log(rates / usual)) + np.outer(
        counts[:, 1] - counts[:, 0], np.log((1 - rates) / (1 - usual))
    )
    evidence = np.full(len(STEPS), -np.inf)
    for each in won:
        evidence = np.logaddexp(evidence, 0.0) + each
    together = float(np.logaddexp.reduce(evidence) - log(len(STEPS)))
    ahead = np.cumsum(won[::-1], axis=0)[::-1].max(axis=1)
    return Change(evidence=together, begin=int(ahead.argmax()) if len(ahead) else 0)
