"""Thresholds of confidence, chosen so that what lies above is right as often as wanted."""

from collections.abc import Sequence
from dataclasses import dataclass

from kefu.evaluation.statistics import bound_share, tail_of_binomial

GRID = tuple(round(place / 20, 2) for place in range(19, 0, -1))
"""From the highest to the lowest; fixed, so that a choice among them can be tested."""

MAY_BE_WRONG = 2
"""Of the answers that the first threshold tested shows; with fewer chance decides, with more few
thresholds are left.
"""

Outcome = tuple[float, bool]
"""A confidence, and whether it was right."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Point:
    """What a threshold would have shown.

    Attributes:
        coverage: share of all cases that is shown.
        bound: what the precision exceeds, but for the risk, for this one threshold.
    """

    threshold: float
    shown_count: int
    right_count: int
    coverage: float
    precision: float
    bound: float


def draw_curve(outcomes: Sequence[Outcome], *, case_count: int, risk: float) -> list[Point]:
    """A point for each threshold at which something is shown, the highest first."""
    points = []
    for threshold in GRID:
        shown, right = _count(outcomes, threshold)
        if shown:
            points.append(
                Point(
                    threshold=threshold,
                    shown_count=shown,
                    right_count=right,
                    coverage=shown / case_count,
                    precision=right / shown,
                    bound=bound_share(right, shown, risk=risk),
                )
            )
    return points


def choose_threshold(outcomes: Sequence[Outcome], *, precision: float, risk: float) -> float | None:
    """The lowest threshold above which as many are right as wanted; None: there is none.

    Learn then Test (Angelopoulos et al. 2021): walks down a fixed grid, from the first threshold
    that shows enough answers, and stops where an exact binomial test cannot exclude that the
    precision is lower than wanted. As the order is fixed by confidence and not by what is right,
    the risk is that of being wrong about the threshold chosen, however many were tested; it holds
    for customers who ask like the cases.
    """
    enough = _least_count(precision, risk)
    passed = None
    for threshold in GRID:
        shown, right = _count(outcomes, threshold)
        if shown >= enough:
            if tail_of_binomial(right, shown, precision) > risk:
                break
            passed = threshold
    return passed


def _least_count(precision: float, risk: float) -> int:
    """Answers of which so many may be wrong and the test is passed."""
    count = MAY_BE_WRONG + 1
    while tail_of_binomial(count - MAY_BE_WRONG, count, precision) > risk:
        count += 1
    return count


def _count(outcomes: Sequence[Outcome], threshold: float) -> tuple[int, int]:
    above = [is_right for confidence, is_right in outcomes if confidence >= threshold]
    return len(above), sum(above)
