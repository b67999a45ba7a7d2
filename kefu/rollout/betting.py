"""Evidence from conversations dealt at random: what a bet against "no difference" has won so far.

Whoever bets before each conversation which release got it, and knows no more than its share, wins
nothing in the long run unless the releases differ: to multiply the stake by 100 happens to them in
at most 1 of 100 trials, however long they play and whenever they stop (Ville, 1939). So the stake
won is evidence, without a word about how the values are spread. Waudby-Smith and Ramdas,
"Estimating means of bounded random variables by betting", JRSS B 86(1), 2024; the weighing by
share is that of Horvitz and Thompson.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, log

import numpy as np

STAKES = np.array([0.9, 0.5, 0.25, 0.12, 0.06, 0.03, 0.015])
"""Of what could be lost at most, played side by side: large ones see large differences early."""

WIDEST_LOG = log(8.0)
"""Logarithms of values count as at most so far from the typical one."""

LEAST_VALUE = 1e-9
HALVINGS = 25


@dataclass(frozen=True, slots=True, kw_only=True)
class Draws:
    """Values in the order in which their conversations began.

    Attributes:
        is_tried: who got the release that is tried, each with the chance `share`.
        low: no value is smaller, and none larger than `high`.
    """

    values: np.ndarray
    is_tried: np.ndarray
    share: float
    low: float
    high: float


def draw_shares(values: Sequence[float], is_tried: Sequence[bool], share: float) -> Draws:
    """Values from 0 to 1 as they are."""
    return Draws(
        values=np.array(values, dtype=np.float64),
        is_tried=np.array(is_tried, dtype=bool),
        share=share,
        low=0.0,
        high=1.0,
    )


def draw_logs(values: Sequence[float], is_tried: Sequence[bool], share: float) -> Draws:
    """Logarithms of values, less what was typical before each, cut to what one may count."""
    logs = [log(max(each, LEAST_VALUE)) for each in values]
    typical, cut = logs[0] if logs else 0.0, []
    for place, each in enumerate(logs, start=1):
        cut.append(min(WIDEST_LOG, max(-WIDEST_LOG, each - typical)))
        typical += cut[-1] / place
    return Draws(
        values=np.array(cut, dtype=np.float64),
        is_tried=np.array(is_tried, dtype=bool),
        share=share,
        low=-WIDEST_LOG,
        high=WIDEST_LOG,
    )


def list_stakes(draws: Draws, difference: float = 0.0, *, is_above: bool) -> np.ndarray:
    """Logarithm of the stake after each conversation, of a bet that the tried release lies above.

    Above the difference, or below it. A conversation counts for what it says beyond those before.
    """
    count, width = len(draws.values), draws.high - draws.low
    before = np.concatenate([[0.0], np.cumsum(draws.values)[:-1]]) if count else draws.values
    usual = (before + (draws.low + draws.high) / 2) / (np.arange(count) + 1)
    weights = np.where(draws.is_tried, 1 / draws.share, -1 / (1 - draws.share))
    effects = (draws.values - usual) * weights
    up, down = draws.high - usual, usual - draws.low
    if is_above:
        gains, losses = effects - difference, np.maximum(down / draws.share, up / (1 - draws.share))
    else:
        gains, losses = difference - effects, np.maximum(up / draws.share, down / (1 - draws.share))
    won = np.log1p(STAKES[:, None] * (gains / (losses + width)))
    played: np.ndarray = np.logaddexp.reduce(np.cumsum(won, axis=1), axis=0) - log(len(STAKES))
    return played


def find_chance(draws: Draws, *, is_above: bool) -> float:
    """How likely so much is won where the tried release does not lie above, or below."""
    stakes = list_stakes(draws, is_above=is_above)
    return exp(-max(0.0, float(stakes.max(initial=0.0))))


def find_bound(draws: Draws, *, alpha: float, is_above: bool) -> float:
    """The end of the interval below which the difference lies in at most alpha of the trials.

    Or above which; at any time. Without evidence it is as wide as values can lie apart.
    """
    width = draws.high - draws.low
    refuted, held = (-width, width) if is_above else (width, -width)
    for _ in range(HALVINGS):
        middle = (refuted + held) / 2
        stakes = list_stakes(draws, middle, is_above=is_above)
        if stakes.max(initial=0.0) >= log(1 / alpha):
            refuted = middle
        else:
            held = middle
    return refuted
