"""How sure a figure is: bootstrap intervals, of one experiment and of the difference of two."""

from collections.abc import Sequence
from dataclasses import dataclass
from math import exp, fsum, lgamma, log, log1p

import numpy as np
from numpy.typing import NDArray

RESAMPLES = 10_000
LEVEL = 0.95
BATCH = 2_000_000
"""Numbers drawn at once, which bounds the memory whatever the number of cases."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Estimate:
    """A mean with its interval.

    Attributes:
        low: the mean lies between it and `high` in 95 of 100 draws of the cases.
    """

    mean: float
    low: float
    high: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference(Estimate):
    """The mean difference of pairs.

    Attributes:
        p_value: how often a difference like this comes about by chance alone.
    """

    p_value: float

    @property
    def leaves_out_zero(self) -> bool:
        """Whether zero lies outside of the interval."""
        return self.low > 0 or self.high < 0

    @property
    def is_significant(self) -> bool:
        """Whether zero lies outside of the interval, and chance alone seldom leads as far.

        The interval of a few pairs that all differ alike has no width and proves nothing.
        """
        return self.leaves_out_zero and self.p_value < 1 - LEVEL


def estimate_mean(values: Sequence[float], *, seed: int) -> Estimate:
    """The mean and its percentile bootstrap interval (Efron and Tibshirani 1993, chapter 13)."""
    sample = np.asarray(values, dtype=float)
    low, high = _interval(_draw_means(sample, seed=seed))
    return Estimate(mean=float(sample.mean()), low=low, high=high, count=len(sample))


def estimate_difference(left: Sequence[float], right: Sequence[float], *, seed: int) -> Difference:
    """How much the right values exceed the left ones, pair by pair.

    The interval is a percentile bootstrap over the pairs (Koehn 2004); the p-value comes from
    flipping the signs of the differences at random (Fisher 1935), which both sides being alike
    would allow.
    """
    pairs = np.asarray(right, dtype=float) - np.asarray(left, dtype=float)
    low, high = _interval(_draw_means(pairs, seed=seed))
    mean = float(pairs.mean())
    return Difference(
        mean=mean, low=low, high=high, count=len(pairs), p_value=_flip_signs(pairs, seed=seed)
    )


def percentile(values: Sequence[float], share: float) -> float:
    """The value that this share of the values does not exceed, between two by interpolation."""
    return float(np.percentile(np.asarray(values, dtype=float), share * 100))


def _draw_means(sample: NDArray[np.float64], *, seed: int) -> NDArray[np.float64]:
    random = np.random.default_rng(seed)
    means = []
    for size in _batches(len(sample)):
        means.append(sample[random.integers(0, len(sample), (size, len(sample)))].mean(axis=1))
    return np.concatenate(means)


def _flip_signs(pairs: NDArray[np.float64], *, seed: int) -> float:
    """The share of sign flips whose mean is at least as far from zero; never exactly zero."""
    changed = pairs[pairs != 0]
    if not len(changed):
        return 1.0
    random = np.random.default_rng(seed)
    reached = abs(changed.sum()) * (1 - 1e-12)
    as_far = 0
    for size in _batches(len(changed)):
        signs = random.integers(0, 2, (size, len(changed)), dtype=np.int8) * 2 - 1
        as_far += int((np.abs(signs @ changed) >= reached).sum())
    return (as_far + 1) / (RESAMPLES + 1)


def _batches(width: int) -> list[int]:
    size = max(1, min(RESAMPLES, BATCH // width))
    whole, rest = divmod(RESAMPLES, size)
    return [size] * whole + ([rest] if rest else [])


def _interval(means: NDArray[np.float64]) -> tuple[float, float]:
    tail = (1 - LEVEL) / 2 * 100
    low, high = np.percentile(means, [tail, 100 - tail])
    return float(low), float(high)


def tail_of_binomial(right: int, count: int, share: float) -> float:
    """How likely at least so many of a number of tries succeed, each with this chance."""
    if right <= 0:
        return 1.0
    if share <= 0:
        return 0.0
    if share >= 1:
        return 1.0
    succeed, fail = log(share), log1p(-share)
    logs = [
        lgamma(count + 1) - lgamma(each + 1) - lgamma(count - each + 1)
        + each * succeed + (count - each) * fail
        for each in range(right, count + 1)
    ]  # fmt: skip
    return min(1.0, fsum(map(exp, logs)))


def bound_share(right: int, count: int, *, risk: float) -> float:
    """What a share exceeds, but for a risk (Clopper and Pearson 1934, one side), by halving."""
    low, high = 0.0, right / count if count else 0.0
    for _ in range(50):
        middle = (low + high) / 2
        if tail_of_binomial(right, count, middle) > risk:
            high = middle
        else:
            low = middle
    return low
