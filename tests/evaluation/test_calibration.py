"""How far confidence can be trusted, and thresholds that keep what they promise."""

import math
from collections.abc import Sequence
from math import comb

import numpy as np
import pytest
from made import abstain, make_case, make_reply, make_result

from kefu.errors import BadInput
from kefu.evaluation import Aim, Behaviour, Case, Result, Wish
from kefu.evaluation.calibrating import conclude, list_changes, list_samples
from kefu.evaluation.calibration import Scale, fit_scale, measure_reliability
from kefu.evaluation.statistics import bound_share, tail_of_binomial
from kefu.evaluation.thresholds import GRID, choose_threshold, draw_curve
from kefu.settings import Settings

RIGHT, WRONG = "It takes 7 days. [1]", "It takes a while. [1]"


def test_confidence_that_is_the_truth_has_no_error() -> None:
    sure = [0.2] * 10 + [0.8] * 10
    right = [True] * 2 + [False] * 8 + [True] * 8 + [False] * 2
    found = measure_reliability([*sure[:10], *sure[10:]] * 5, [*right[:10], *right[10:]] * 5)
    assert found.ece == pytest.approx(0.0)
    assert found.brier == pytest.approx(0.16)


def test_bins_hold_as_many_answers_each() -> None:
    sure = [0.9 + place / 1000 for place in range(50)]
    found = measure_reliability(sure, [True] * 40 + [False] * 10)
    assert [each.count for each in found.bins] == [5] * 10
    assert [each.low for each in found.bins] == sorted(each.low for each in found.bins)
    assert [each.right_share for each in found.bins] == [1.0] * 8 + [0.0] * 2
    wanted = sum(abs(each.confidence - each.right_share) for each in found.bins) / 10
    assert found.ece == pytest.approx(wanted)


def draw(scale: Scale, count: int, *, seed: int) -> tuple[list[float], list[bool]]:
    """Confidences of which a scale is the truth."""
    random = np.random.default_rng(seed)
    sure = random.uniform(0.05, 0.95, count).round(3).tolist()
    return sure, [random.uniform() < scale.apply(each) for each in sure]


def test_the_scale_that_made_the_answers_is_found() -> None:
    sure, right = draw(Scale(slope=0.5, intercept=-1.0), 5000, seed=1)
    found = fit_scale(sure, right)
    assert found is not None
    assert found.slope == pytest.approx(0.5, abs=0.08)
    assert found.intercept == pytest.approx(-1.0, abs=0.1)
    after = measure_reliability([found.apply(each) for each in sure], right)
    assert after.ece < measure_reliability(sure, right).ece / 3


def test_confidence_that_is_turned_round_has_no_scale() -> None:
    sure, right = draw(Scale(), 500, seed=2)
    assert fit_scale(sure, [not each for each in right]) is None


def test_answers_that_are_all_right_leave_no_one_certain() -> None:
    found = fit_scale([0.5, 0.6, 0.9] * 10, [True] * 30)
    assert found is None or all(found.apply(each) < 1 for each in (0.5, 0.999, 1.0))


@pytest.mark.parametrize("confidence", [0.001, 0.3, 0.5, 0.999])
def test_a_scale_can_be_undone(confidence: float) -> None:
    scale = Scale(slope=1.7, intercept=-0.4)
    assert scale.undo(scale.apply(confidence)) == pytest.approx(confidence)
    assert Scale().apply(confidence) == confidence
    assert Scale(slope=20, intercept=-50).apply(0.0) >= 0


def test_the_tail_of_a_binomial_is_exact() -> None:
    for right, count, share in ((0, 5, 0.3), (3, 5, 0.3), (45, 50, 0.8), (50, 50, 0.9)):
        wanted = sum(
            comb(count, each) * share**each * (1 - share) ** (count - each)
            for each in range(right, count + 1)
        )
        assert tail_of_binomial(right, count, share) == pytest.approx(wanted)
    assert tail_of_binomial(3000, 3000, 0.999) == pytest.approx(0.999**3000)


def test_the_bound_is_that_of_clopper_and_pearson() -> None:
    assert bound_share(45, 50, risk=0.05) == pytest.approx(0.8012, abs=1e-4)
    assert bound_share(10, 10, risk=0.05) == pytest.approx(0.05**0.1)
    assert bound_share(0, 10, risk=0.05) == pytest.approx(0.0)


def test_a_threshold_promises_what_it_can_keep() -> None:
    """Above 0.6 nine of ten and more are right here; a hundred draws seldom break the promise."""
    truth = Scale(slope=2.0, intercept=1.4)
    above = {at: truth_above(truth, at) for at in GRID}
    broken, found = 0, 0
    for seed in range(100):
        sure, right = draw(truth, 150, seed=seed)
        chosen = choose_threshold(list(zip(sure, right, strict=True)), precision=0.9, risk=0.1)
        found += chosen is not None
        broken += chosen is not None and above[chosen] < 0.9
    assert found > 60
    assert broken <= 10


def truth_above(scale: Scale, threshold: float) -> float:
    grid = np.linspace(max(threshold, 0.05), 0.95, 400)
    return float(np.mean([scale.apply(each) for each in grid]))


def test_no_threshold_is_promised_by_few_answers_or_bad_ones() -> None:
    few = [(0.9, True)] * 50
    assert choose_threshold(few, precision=0.9, risk=0.1) is None
    assert choose_threshold(few[:3] * 20, precision=0.9, risk=0.1) == 0.05
    bad = [(0.9, place % 2 == 0) for place in range(200)]
    assert choose_threshold(bad, precision=0.9, risk=0.1) is None
    assert choose_threshold([], precision=0.9, risk=0.1) is None


def test_few_sure_answers_that_are_wrong_hide_no_threshold() -> None:
    outcomes = [(0.92, False)] * 2 + [(0.65, True)] * 120 + [(0.2, False)] * 50
    assert choose_threshold(outcomes, precision=0.9, risk=0.1) == 0.25


def test_the_curve_tells_what_each_threshold_shows() -> None:
    points = draw_curve([(0.9, True), (0.5, True), (0.5, False)], case_count=6, risk=0.1)
    assert points[0].threshold == 0.9
    last = points[-1]
    assert (last.threshold, last.shown_count, last.right_count) == (0.05, 3, 2)
    assert (last.coverage, last.precision) == (0.5, pytest.approx(2 / 3))
    assert last.bound < last.precision


def made(confidences: Sequence[float], rights: Sequence[bool]) -> tuple[list[Case], list[Result]]:
    cases = [
        make_case(id=f"c{at}", question=f"How long is it, no. {at}?", facts=(("7 days",),))
        for at in range(len(rights))
    ]
    replies = [
        make_reply(RIGHT if is_right else WRONG, confidence=sure)
        for sure, is_right in zip(confidences, rights, strict=True)
    ]
    return cases, [make_result(*each) for each in zip(cases, replies, strict=True)]


def test_confidence_that_boasts_is_put_right() -> None:
    cases, results = made(*draw(Scale(slope=1.5, intercept=-2.0), 800, seed=5))
    found = conclude(cases, results, Wish(precision=0.6), scale=Scale(), seed=7)
    assert found.is_scale_recommended
    assert found.after is not None
    assert found.after.ece < found.before.ece / 2
    assert found.kept.precision is not None
    assert found.kept.precision >= 0.55
    assert found.threshold is not None
    changes = list_changes(found, Settings())
    assert found.scale is not None
    assert changes["answering.calibration_slope"] == found.scale.slope
    wanted = round(found.scale.apply(found.threshold), 3)
    assert changes["answering.min_confidence"] == wanted
    assert changes["answering.near_confidence"] <= wanted


def test_confidence_that_is_true_stays_as_it_is() -> None:
    cases, results = made(*draw(Scale(), 400, seed=6))
    found = conclude(cases, results, Wish(precision=0.99), scale=Scale(), seed=7)
    assert not found.is_scale_recommended
    assert found.threshold is None
    assert list_changes(found, Settings()) == {}


def test_a_live_scale_is_what_another_one_has_to_beat() -> None:
    truth = Scale(slope=1.5, intercept=-2.0)
    cases, results = made(*draw(truth, 400, seed=5))
    found = conclude(cases, results, Wish(precision=0.99), scale=truth, seed=7)
    assert not found.is_scale_recommended


def test_thresholds_that_stay_have_other_numbers_on_another_scale() -> None:
    cases, results = made(*draw(Scale(slope=1.5, intercept=-2.0), 400, seed=5))
    found = conclude(cases, results, Wish(precision=0.999), scale=Scale(), seed=7)
    assert found.threshold is None
    assert found.scale is not None
    changes = list_changes(found, Settings())
    assert changes["answering.min_confidence"] == round(found.scale.apply(0.5), 3)


def test_only_answers_count_and_the_aim_says_what_is_right() -> None:
    good, absent = make_case(facts=(("7 days",),)), make_case(behaviour=Behaviour.ABSTAIN)
    results = [
        make_result(good, make_reply(WRONG)),
        make_result(absent, make_reply(RIGHT)),
        make_result(good, abstain()),
        make_result(good, make_reply(behaviour=Behaviour.ASK_BACK)),
        make_result(good, make_reply(behaviour=None, error="It is too long.")),
    ]
    assert [each.is_right for each in list_samples(results, Aim.RIGHT)] == [False, False]
    assert [each.is_right for each in list_samples(results, Aim.ANSWERABLE)] == [True, False]
    assert [each.is_near for each in list_samples(results, Aim.RIGHT)] == [None, False]


def test_too_few_answers_are_refused() -> None:
    cases, results = made(*draw(Scale(), 29, seed=1))
    with pytest.raises(BadInput, match="Only 29 cases outside of the test split are answered"):
        conclude(cases, results, Wish(), scale=Scale(), seed=7)


def test_log_odds_of_certainty_stay_finite() -> None:
    assert math.isfinite(Scale(slope=20, intercept=50).apply(1.0))
