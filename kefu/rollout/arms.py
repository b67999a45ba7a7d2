"""Two releases that answer side by side: what each achieves, and whether one is better for sure.

They may be looked at as often as one likes: see `kefu.rollout.betting`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from math import exp
from statistics import fmean, median

from kefu.db import Connection
from kefu.releases import Trial
from kefu.rollout.betting import draw_logs, draw_shares, find_bound, find_chance
from kefu.rollout.records import ArmConversation
from kefu.rollout.store import list_arm_conversations

ALPHA = 0.05


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
        is_ratio: typical values are compared by how many times one is the other.
    """

    name: str
    read: Callable[[ArmConversation], float | None]
    is_ratio: bool = False
    is_lower_better: bool = False


METRICS: Sequence[Metric] = (
    Metric(name="solved", read=lambda each: float(each.is_solved)),
    Metric(name="liked", read=lambda each: each.liked),
    Metric(name="seconds", read=lambda each: each.seconds, is_ratio=True, is_lower_better=True),
    Metric(name="cost", read=lambda each: each.cost, is_ratio=True, is_lower_better=True),
)
"""The first decides; the others may only forbid."""

SIDE_ALPHA = ALPHA / (len(METRICS) + 1)
"""Of each thing that may stop a trial: a metric that is worse, or the first one better."""

SURE = 1 - 2 * SIDE_ALPHA
"""The share of trials whose interval of one metric holds what is true, at every look."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ArmDifference:
    """One metric in both arms.

    Attributes:
        live: the mean; of a ratio the median, as `tried`.
        low: of the interval of tried less live, or of how many times live tried is; None where
            nothing was compared.
        p_value: how likely so much evidence is where there is no difference; valid at every look.
    """

    metric: str
    is_ratio: bool
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
    """What the conversations of a trial say of both releases, since it has the share it has."""
    conversations = await list_arm_conversations(conn, trial)
    differences = [compare(each, conversations, share=trial.share) for each in METRICS]
    return Arms(trial=trial, differences=differences, decision=decide(differences))


def decide(differences: Sequence[ArmDifference]) -> Decision:
    """Worse in anything, better in the first, or neither yet."""
    if any(each.is_worse for each in differences):
        return Decision.WORSE
    return Decision.BETTER if differences[0].is_better else Decision.GO_ON


def compare(
    metric: Metric, conversations: Sequence[ArmConversation], *, share: float
) -> ArmDifference:
    """Hold the arms against each other in one metric, by conversations as they began."""
    read = [
        (value, each.is_tried) for each in conversations if (value := metric.read(each)) is not None
    ]
    values, is_tried = [each for each, _ in read], [each for _, each in read]
    live = [value for value, is_ours in read if not is_ours]
    tried = [value for value, is_ours in read if is_ours]
    low = high = None
    above = below = 1.0
    if live and tried and share < 1:
        draws = (draw_logs if metric.is_ratio else draw_shares)(values, is_tried, share)
        above, below = (find_chance(draws, is_above=each) for each in (True, False))
        low, high = (find_bound(draws, alpha=SIDE_ALPHA, is_above=each) for each in (True, False))
        if metric.is_ratio:
            low, high = exp(low), exp(high)
    typical = median if metric.is_ratio else fmean
    better, worse = (below, above) if metric.is_lower_better else (above, below)
    return ArmDifference(
        metric=metric.name,
        is_ratio=metric.is_ratio,
        live=typical(live) if live else None,
        tried=typical(tried) if tried else None,
        live_count=len(live),
        tried_count=len(tried),
        low=low,
        high=high,
        p_value=min(1.0, 2 * min(above, below)),
        is_better=better <= SIDE_ALPHA,
        is_worse=worse <= SIDE_ALPHA,
    )
