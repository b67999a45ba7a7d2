"""Candidates in the order in which people prefer their answers: the model of Bradley and Terry.

A candidate of strength p is preferred to one of strength q with probability p / (p + q) (Bradley
and Terry, Biometrika 39, 1952). The likeliest strengths are found as Hunter does ("MM
algorithms for generalized Bradley-Terry models", Annals of Statistics 32, 2004); after each of his
steps one of Newton's moves all of them together, as on that the prior alone acts, too weakly for
his. Who prefers both alike, or neither, gives half a win to each.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from kefu.evaluation.statistics import LEVEL

RESAMPLES = 1000
PRIOR = 1.0
"""Draws against an average candidate that each is given, so that one that always won has a finite
strength, and candidates that never met can be told from an average one."""

LEAST_CASES = 10
"""Over fewer cases a bootstrap finds next to no spread, and an interval would promise too much."""

MOST_STEPS = 10_000
CLOSE_ENOUGH = 1e-9


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgment:
    """What one person prefers of two candidates, by their places.

    Attributes:
        won: 1 where the first is preferred, 0 where the second is, 0.5 where neither or both are.
    """

    case_id: str
    first: int
    second: int
    won: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Standing:
    """Where a candidate stands.

    Attributes:
        chance: that it is preferred to an average candidate.
        interval: of the chance; None where judgments of too few cases make none.
        count: of its judgments, about `case_count` cases.
        won: as many of those, ties as halves.
    """

    place: int
    chance: float
    interval: tuple[float, float] | None
    count: int
    case_count: int
    won: float


def rank(judgments: Sequence[Judgment], count: int, *, seed: int) -> list[Standing]:
    """The candidates that were judged, the strongest first.

    The intervals are percentile bootstraps over the cases, since judgments of one case are alike.
    """
    wins = _sum_cases(judgments, count)
    total = wins.sum(axis=0)
    met = total.sum(axis=0) + total.sum(axis=1)
    cases = ((wins.sum(axis=1) + wins.sum(axis=2)) > 0).sum(axis=0)
    chances = _to_chance(fit(total))
    draws = np.random.default_rng(seed).multinomial(
        len(wins), np.full(len(wins), 1 / len(wins)), size=RESAMPLES
    )
    drawn = _to_chance(fit(np.tensordot(draws.astype(float), wins, axes=1)))
    tail = (1 - LEVEL) / 2 * 100
    low, high = np.percentile(drawn, [tail, 100 - tail], axis=0)
    standings = [
        Standing(
            place=place,
            chance=float(chances[place]),
            interval=(float(low[place]), float(high[place]))
            if cases[place] >= LEAST_CASES
            else None,
            count=round(float(met[place])),
            case_count=int(cases[place]),
            won=float(total[place].sum()),
        )
        for place in range(count)
        if met[place]
    ]
    return sorted(standings, key=lambda each: -each.chance)


def fit(wins: NDArray[np.float64], *, prior: float = PRIOR) -> NDArray[np.float64]:
    """Logarithms of the strengths, their mean 0, of one table of wins or of many at once.

    `wins[i, j]` says how often i was preferred to j; leading axes hold tables of their own. Without
    a prior every candidate must have won and lost against others.
    """
    met = wins + np.swapaxes(wins, -1, -2)
    won = wins.sum(axis=-1) + prior / 2
    strengths = np.ones(won.shape)
    for _ in range(MOST_STEPS):
        together = strengths[..., :, None] + strengths[..., None, :]
        expected = (met / together).sum(axis=-1) + prior / (strengths + 1)
        found = won / expected
        found *= np.exp(_find_shift(found) if prior else -np.log(found).mean(axis=-1)[..., None])
        moved = float(np.abs(np.log(found) - np.log(strengths)).max())
        strengths = found
        if moved < CLOSE_ENOUGH:
            break
    logarithms = np.log(strengths)
    centred: NDArray[np.float64] = logarithms - logarithms.mean(axis=-1, keepdims=True)
    return centred


def _find_shift(strengths: NDArray[np.float64]) -> NDArray[np.float64]:
    """By how much to move all logarithms, so that on average half is won against the prior."""
    chances = strengths / (strengths + 1)
    missing = (0.5 - chances).sum(axis=-1, keepdims=True)
    slope = (chances * (1 - chances)).sum(axis=-1, keepdims=True)
    shift: NDArray[np.float64] = np.clip(missing / slope, -1, 1)
    return shift


def _sum_cases(judgments: Sequence[Judgment], count: int) -> NDArray[np.float64]:
    """A table of wins for every case."""
    cases = {name: place for place, name in enumerate(sorted({each.case_id for each in judgments}))}
    wins = np.zeros((len(cases), count, count))
    for each in judgments:
        wins[cases[each.case_id], each.first, each.second] += each.won
        wins[cases[each.case_id], each.second, each.first] += 1 - each.won
    return wins


def _to_chance(logarithms: NDArray[np.float64]) -> NDArray[np.float64]:
    chances: NDArray[np.float64] = 1 / (1 + np.exp(-logarithms))
    return chances
