"""The monitors: each holds one figure of live answers against its limit."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from math import sqrt

from kefu.evaluation import Monitors
from kefu.rollout.records import GradeFigures, Reading, WindowFigures

Z = 3.0
"""How many standard errors a figure lies beyond its limit before it is a breach: 1 in 740 by chance
at one look, and the same answers are looked at many times while their window passes."""

SLOW_SHARE = 0.05
MILLION = 1_000_000


@dataclass(frozen=True, slots=True, kw_only=True)
class Monitor:
    """One figure.

    Attributes:
        read: None where it is not watched, or does not apply.
    """

    name: str
    read: Callable[[WindowFigures, Monitors], Reading | None]


def lower_bound(count: float, total: int, *, z: float = Z) -> float:
    """The least share that explains so many of so many (Wilson, JASA 22, 1927).

    Of values between 0 and 1 `count` may be the sum: they vary at most as shares do.
    """
    if not total:
        return 0.0
    share = count / total
    spread = z * sqrt(share * (1 - share) / total + z * z / (4 * total * total))
    return max(0.0, (share + z * z / (2 * total) - spread) / (1 + z * z / total))


def upper_bound(count: float, total: int, *, z: float = Z) -> float:
    """The largest share that explains so many of so many."""
    return 1.0 - lower_bound(total - count, total, z=z)


def hold_share(
    name: str, count: float, total: int, limit: float | None, least: int
) -> Reading | None:
    """A share against its limit; None where it is not watched."""
    if limit is None:
        return None
    return Reading(
        monitor=name,
        value=count / total if total else None,
        limit=limit,
        sample_count=total,
        is_breached=total >= least and lower_bound(count, total) > limit,
        least=lower_bound(count, total) if total else None,
        most=upper_bound(count, total) if total else None,
    )


def _abstained(figures: WindowFigures, limits: Monitors) -> Reading | None:
    return hold_share(
        "abstained_share",
        figures.abstained_count,
        figures.answer_count,
        limits.abstained_share,
        limits.least_answers,
    )


def _failed(figures: WindowFigures, limits: Monitors) -> Reading | None:
    return hold_share(
        "failed_share",
        figures.failed_count,
        figures.answer_count + figures.failed_count,
        limits.failed_share,
        limits.least_answers,
    )


def _disliked(figures: WindowFigures, limits: Monitors) -> Reading | None:
    return hold_share(
        "disliked_share",
        figures.disliked_count,
        figures.rated_count,
        limits.disliked_share,
        limits.least_answers,
    )


def _extracted(figures: WindowFigures, limits: Monitors) -> Reading | None:
    return hold_share(
        "extracted_share",
        figures.extracted_count,
        figures.answer_count - figures.abstained_count,
        limits.extracted_share,
        limits.least_answers,
    )


def _slow(figures: WindowFigures, limits: Monitors) -> Reading | None:
    """The percentile lies beyond the limit when more than one in twenty answers does."""
    if limits.p95_seconds is None:
        return None
    total = figures.answer_count
    least = lower_bound(figures.slow_count, total)
    return Reading(
        monitor="p95_seconds",
        value=figures.p95_seconds,
        limit=limits.p95_seconds,
        sample_count=total,
        is_breached=total >= limits.least_answers and least > SLOW_SHARE,
        least=least if total else None,
        most=upper_bound(figures.slow_count, total) if total else None,
    )


def _cost(figures: WindowFigures, limits: Monitors) -> Reading | None:
    if limits.cost_per_answer is None:
        return None
    count = figures.costed_count
    mean = figures.cost_sum / count if count else 0.0
    variance = max(0.0, figures.cost_square_sum / count - mean * mean) if count else 0.0
    error = sqrt(variance / count) if count else 0.0
    least, most = ((mean + z * error) / MILLION for z in (-Z, Z))
    return Reading(
        monitor="cost_per_answer",
        value=mean / MILLION if count else None,
        limit=limits.cost_per_answer,
        sample_count=count,
        is_breached=count >= limits.least_answers and least > limits.cost_per_answer,
        least=least if count else None,
        most=most if count else None,
    )


MONITORS: Sequence[Monitor] = (
    Monitor(name="abstained_share", read=_abstained),
    Monitor(name="failed_share", read=_failed),
    Monitor(name="disliked_share", read=_disliked),
    Monitor(name="extracted_share", read=_extracted),
    Monitor(name="p95_seconds", read=_slow),
    Monitor(name="cost_per_answer", read=_cost),
)


FLAWS: Mapping[str, str] = {
    "unfaithful_share": "faithfulness",
    "unsafe_share": "safety",
    "malformed_share": "format",
    "wrong_language_share": "language",
}
"""Monitor -> evaluator whose missing points it holds against its limit."""


def read_grades(figures: Sequence[GradeFigures], limits: Monitors) -> list[Reading]:
    """What the monitors of graded answers show."""
    graded = {each.evaluator: each for each in figures}
    nothing = GradeFigures(evaluator="", graded_count=0, value_sum=0.0)
    readings = []
    for name, evaluator in FLAWS.items():
        found = graded.get(evaluator, nothing)
        flaws = found.graded_count - found.value_sum
        limit: float | None = getattr(limits, name)
        readings.append(hold_share(name, flaws, found.graded_count, limit, limits.least_answers))
    return [each for each in readings if each is not None]


def read_all(figures: WindowFigures, limits: Monitors, *, has_models: bool) -> list[Reading]:
    """What every monitor shows that is watched."""
    readings = (each.read(figures, limits) for each in MONITORS)
    return [
        each
        for each in readings
        if each is not None and (has_models or each.monitor != "extracted_share")
    ]
