"""Intervals and p-values on data whose answers are known."""

import random
from math import comb, sqrt

import pytest

from kefu.evaluation.statistics import estimate_difference, estimate_mean, percentile


def test_the_interval_of_a_share_is_near_the_normal_one() -> None:
    values = [1.0] * 160 + [0.0] * 40
    estimate = estimate_mean(values, seed=3)
    width = 1.96 * sqrt(0.8 * 0.2 / 200)
    assert estimate.mean == pytest.approx(0.8)
    assert estimate.low == pytest.approx(0.8 - width, abs=0.01)
    assert estimate.high == pytest.approx(0.8 + width, abs=0.01)


def test_what_never_varies_has_no_width() -> None:
    estimate = estimate_mean([0.4] * 9, seed=1)
    assert (estimate.low, estimate.high) == (pytest.approx(0.4), pytest.approx(0.4))
    difference = estimate_difference([0.1] * 9, [0.1] * 9, seed=1)
    assert (difference.mean, difference.p_value, difference.is_significant) == (0.0, 1.0, False)


def test_pairs_are_kept_together() -> None:
    draw = random.Random(5)
    left = [draw.random() for _ in range(60)]
    right = [each + 0.01 for each in left]
    assert estimate_difference(left, right, seed=1).is_significant
    assert not estimate_difference(left, draw.sample(right, 60), seed=1).is_significant


def test_the_p_value_is_that_of_the_sign_test() -> None:
    left, right = [0.0] * 20, [1.0] * 9 + [0.0] * 11
    assert estimate_difference(left, right, seed=1).p_value == pytest.approx(2 / 2**9, abs=0.002)
    mixed = [1.0] * 8 + [-1.0] * 2 + [0.0] * 10
    exact = 2 * sum(comb(10, k) for k in (8, 9, 10)) / 2**10
    assert estimate_difference(left, mixed, seed=1).p_value == pytest.approx(exact, abs=0.015)


def test_a_handful_of_pairs_proves_nothing() -> None:
    few = estimate_difference([1.0] * 4, [0.0] * 4, seed=1)
    assert (few.low, few.high, few.is_significant) == (-1.0, -1.0, False)
    assert estimate_difference([1.0] * 7, [0.0] * 7, seed=1).is_significant


def test_the_same_seed_gives_the_same_figures() -> None:
    draw = random.Random(2)
    left, right = ([draw.random() for _ in range(40)] for _ in range(2))
    first, second = (estimate_difference(left, right, seed=9) for _ in range(2))
    assert first == second
    assert estimate_difference(left, right, seed=10).low != first.low


def test_alike_sides_are_seldom_called_different() -> None:
    draw = random.Random(11)
    alarms = 0
    for seed in range(100):
        left, right = ([float(draw.random() < 0.8) for _ in range(60)] for _ in range(2))
        alarms += estimate_difference(left, right, seed=seed).is_significant
    assert alarms <= 12


def test_many_cases_fit_into_memory() -> None:
    estimate = estimate_mean([0.0, 1.0] * 5000, seed=1)
    assert estimate.low < 0.5 < estimate.high


def test_percentiles_lie_between_values() -> None:
    assert percentile([1.0, 2.0, 3.0], 0.5) == 2.0
    assert percentile([0.0, 1.0], 0.95) == pytest.approx(0.95)
