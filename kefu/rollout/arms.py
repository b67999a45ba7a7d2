"""Two releases that answer side by side: what each achieves, and whether one is better for sure.

The test may be looked at as often as one likes: the p-value is always valid, from a sequential
probability ratio mixed over the differences that may be there (mSPRT). Johari, Koomen, Pekelis and
Walsh, "Always Valid Inference: Continuous Monitoring of A/B Tests", Operations Research 70(3).
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp, log, sqrt
from statistics import fmean, variance

from kefu.db import Connection
from kefu.releases import Trial
from kefu.rollout.records import ArmConversation
from kefu.rollout.store import list_arm_conversations

ALPHA = 0.05
LEAST_CONVERSATIONS = 50
"""Of each arm; with fewer the normal approximation does not hold."""


class Decision(StrEnum):
    """What the stopping rule says."""

    GO_ON = "go_on"
    BETTER = "better"
    WORSE = "worse"


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What is compared, one value a conversation.

    Attributes:
        read: None where a conversation says nothing about it.
        spread: the typical difference that is looked for, in the unit of the metric.
    """

    name: str
    read: Callable[[ArmConversation], float | None]
    spread: float
    is_lower_better: bool = False


METRICS: Sequence[Metric] = (
    Metric(name="solved", read=lambda each: float(each.is_solved), spread=0.1),
    Metric(name="liked", read=lambda each: each.liked, spread=0.1),
    Metric(name="seconds", read=lambda each: each.seconds, spread=0.5, is_lower_better=True),
    Metric(name="cost", read=lambda each: each.cost, spread=0.001, is_lower_better=True),
)
"""The first decides; the others may only forbid."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmDifference:
    """One metric in both arms.

    Attributes:
        low: of the confidence sequence of tried less live, which may be looked at at any time.
        p_value: always valid; 1 while there is too little to tell.
    """

    metric: str
    live: float | None
    tried: float | None
    live_count: int
    tried_count: int
    low: float | None
    high: float | None
    p_value: float
    is_better: bool
    is_worse: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Arms:
    """Both arms of a trial, and what the stopping rule says.

    It stops when a metric is worse, or the first one better, with an error of at most 5 in 100 for
    all of them together, however often it was looked at.
    """

    trial: Trial
    differences: Sequence[ArmDifference]
    decision: Decision


async def compare_arms(conn: Connection, trial: Trial) -> Arms:
    """What the conversations of a trial say of both releases so far."""
    live = await list_arm_conversations(conn, trial.live_id, trial=trial)
    tried = await list_arm_conversations(conn, trial.release_id, trial=trial)
    differences = [compare(each, live, tried) for each in METRICS]
    return Arms(trial=trial, differences=differences, decision=decide(differences))


def decide(differences: Sequence[ArmDifference]) -> Decision:
    """Worse in anything, better in the first, or neither yet."""
    if any(each.is_worse for each in differences):
        return Decision.WORSE
    return Decision.BETTER if differences[0].is_better else Decision.GO_ON


def compare(
    metric: Metric, live: Sequence[ArmConversation], tried: Sequence[ArmConversation]
) -> ArmDifference:
    """Hold the arms against each other in one metric."""
    ours = [value for each in tried if (value := metric.read(each)) is not None]
    theirs = [value for each in live if (value := metric.read(each)) is not None]
    low = high = None
    p_value = 1.0
    if min(len(ours), len(theirs)) >= LEAST_CONVERSATIONS:
        noise = _noise(ours) + _noise(theirs)
        difference = fmean(ours) - fmean(theirs)
        p_value = find_p_value(difference, noise, metric.spread)
        half = find_half_width(noise, metric.spread, alpha=ALPHA / len(METRICS))
        low, high = difference - half, difference + half
    sign = -1.0 if metric.is_lower_better else 1.0
    ends = sorted((sign * low, sign * high)) if low is not None and high is not None else (0.0, 0.0)
    return ArmDifference(
        metric=metric.name,
        live=fmean(theirs) if theirs else None,
        tried=fmean(ours) if ours else None,
        live_count=len(theirs),
        tried_count=len(ours),
        low=low,
        high=high,
        p_value=p_value,
        is_better=ends[0] > 0,
        is_worse=ends[1] < 0,
    )


def find_p_value(difference: float, noise: float, spread: float) -> float:
    """1 over the likelihood ratio, mixed over differences of N(0, spread²); noise is a variance."""
    mixed = noise + spread * spread
    exponent = (spread * difference) ** 2 / (2 * noise * mixed)
    return min(1.0, sqrt(mixed / noise) * exp(-min(exponent, 700.0)))


def find_half_width(noise: float, spread: float, *, alpha: float) -> float:
    """Where the p-value of what lies further away is below alpha."""
    mixed = noise + spread * spread
    return sqrt(2 * noise * mixed / (spread * spread) * (log(1 / alpha) + 0.5 * log(mixed / noise)))


def _noise(values: Sequence[float]) -> float:
    """The variance of the mean; with a grain, for values that are all the same."""
    return max(variance(values), 1 / len(values) ** 2) / len(values)
