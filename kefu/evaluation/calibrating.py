"""What a company's own cases say about confidence: how far to trust it, which thresholds to set.

Every case is answered whatever its confidence, so that each possible threshold can be judged. All
that is recommended was tried on cases held out.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kefu.errors import BadInput
from kefu.evaluation.calibration import (
    Reliability,
    Sample,
    Scale,
    fit_scale,
    measure_reliability,
)
from kefu.evaluation.candidates import set_up
from kefu.evaluation.experiments import OnProgress, Plan, run_experiment
from kefu.evaluation.folds import FOLDS, deal_folds
from kefu.evaluation.judged import OPEN_SPLITS
from kefu.evaluation.records import Behaviour, Case, Result
from kefu.evaluation.statistics import Difference, estimate_difference
from kefu.evaluation.store.datasets import list_cases
from kefu.evaluation.store.experiments import list_results
from kefu.evaluation.thresholds import Point, choose_threshold, draw_curve
from kefu.releases import SettingValue
from kefu.resources import Resources
from kefu.settings import Settings

NAME = "calibration"
LEAST_ANSWERS = 30
PRECISION = 0.9
NEAR_PRECISION = 0.5
RISK = 0.1
UNSCALED: Mapping[str, SettingValue] = {
    "answering.min_confidence": 0.0,
    "answering.calibration_slope": 1.0,
    "answering.calibration_intercept": 0.0,
}
"""Everything is answered, with confidence as its model gives it."""

ANSWERABLE = frozenset({Behaviour.ANSWER, Behaviour.PROCEDURE, Behaviour.ASK_BACK})


class Aim(StrEnum):
    """What confidence is to say: that the answer is right, or that the knowledge holds one."""

    RIGHT = "right"
    ANSWERABLE = "answerable"


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is wanted of a threshold.

    Attributes:
        precision: share of the answers shown that are right.
        near_precision: share of the abstentions that name a document in which the document is one
            that answers.
        risk: that a threshold does not keep its promise.
    """

    aim: Aim = Aim.RIGHT
    precision: float = PRECISION
    near_precision: float = NEAR_PRECISION
    risk: float = RISK


@dataclass(frozen=True, slots=True, kw_only=True)
class Kept:
    """What thresholds that were chosen on the other folds did on each fold.

    Attributes:
        precision: None where nothing was shown.
        fold_count: folds whose others gave a threshold.
    """

    precision: float | None
    shown_count: int
    coverage: float
    fold_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Calibration:
    """What was found, and what to set.

    Attributes:
        experiment_id: None where the answers come from an experiment that was not run for it.
        case_count: cases that have a reply.
        answer_count: of which so many were answered, and not asked back or without any hit.
        before: by the scale that is live; `after` by one fitted on the other folds.
        gain: how much lower the Brier score is for it, answer by answer.
        scale: fitted on all answers; None where more confidence is not more right.
        curve: thresholds on the confidence of the model, `scale` left out.
        threshold: the lowest that keeps the promise, on that confidence too; None: none does.
        near_threshold: likewise, to name the nearest document.
        kept: of the promise, on held-out cases.
    """

    dataset: str
    experiment_id: int | None
    wish: Wish
    case_count: int
    answer_count: int
    before: Reliability
    after: Reliability | None
    gain: Difference | None
    scale: Scale | None
    curve: Sequence[Point]
    threshold: float | None
    near_threshold: float | None
    kept: Kept
    seed: int

    @property
    def is_scale_recommended(self) -> bool:
        """Whether confidence on the fitted scale is nearer to the truth for certain."""
        return self.gain is not None and self.gain.is_significant and self.gain.mean > 0


async def calibrate(
    resources: Resources,
    plan: Plan,
    wish: Wish,
    *,
    on_progress: OnProgress = lambda _done, _count: None,
) -> tuple[Calibration, dict[str, SettingValue]]:
    """Have every case answered whatever its confidence, and say what to set.

    Test cases are not asked. The plan's candidate answers, but for its thresholds.

    Raises:
        BadInput: too few cases are answered, or the candidate cannot be set up.
        NotFound: there is no such base, prompt or endpoint.
        Conflict: another process runs the very same.
    """
    live = await set_up(resources, plan.candidate, base_name=plan.base or plan.version.base)
    candidate = replace(plan.candidate, settings={**plan.candidate.settings, **UNSCALED})
    asked = replace(plan, candidate=candidate, splits=OPEN_SPLITS, name=plan.name or NAME)
    experiment = await run_experiment(resources, asked, on_progress=on_progress)
    async with resources.database.connection() as conn:
        cases = await list_cases(conn, plan.version.id, splits=OPEN_SPLITS)
        results = await list_results(conn, experiment.id)
    settings = live.resources.settings
    answering = settings.answering
    scale = Scale(slope=answering.calibration_slope, intercept=answering.calibration_intercept)
    found = conclude(cases, results, wish, scale=scale, seed=plan.seed)
    found = replace(found, dataset=str(plan.version), experiment_id=experiment.id)
    return found, list_changes(found, settings)


def conclude(
    cases: Sequence[Case], results: Sequence[Result], wish: Wish, *, scale: Scale, seed: int
) -> Calibration:
    """What replies of every confidence say; pure.

    Raises:
        BadInput: too few of them are answers.
    """
    samples = list_samples(results, wish.aim)
    if len(samples) < LEAST_ANSWERS:
        raise BadInput(
            "Only %(count)s cases outside of the test split are answered; calibration needs "
            "%(least)s. Add cases that have an answer, of the splits train and validation.",
            count=len(samples),
            least=LEAST_ANSWERS,
        )
    by_id = {case.id: case for case in cases}
    dealt = deal_folds([by_id[each.case_id] for each in samples], count=FOLDS, seed=seed)
    sure, right = [each.confidence for each in samples], [each.is_right for each in samples]
    before = [scale.apply(each) for each in sure]
    after = scale_held_out(samples, dealt)
    replied = [each for each in results if each.reply.error is None]
    outcomes = list(zip(sure, right, strict=True))
    threshold = choose_threshold(outcomes, precision=wish.precision, risk=wish.risk)
    return Calibration(
        dataset="",
        experiment_id=None,
        wish=wish,
        case_count=len(replied),
        answer_count=len(samples),
        before=measure_reliability(before, right),
        after=measure_reliability(after, right) if after else None,
        gain=_compare_brier(after, before, right, seed=seed) if after else None,
        scale=fit_scale(sure, right),
        curve=draw_curve(outcomes, case_count=len(replied), risk=wish.risk),
        threshold=threshold,
        near_threshold=choose_near_threshold(samples, wish, below=threshold),
        kept=keep_promise(samples, dealt, wish),
        seed=seed,
    )


def list_samples(results: Sequence[Result], aim: Aim) -> list[Sample]:
    """The answers; what was asked back or found nothing at all is none, whatever its confidence."""
    return [
        Sample(
            case_id=each.case_id,
            confidence=each.reply.confidence,
            is_right=(
                each.expected in ANSWERABLE
                if aim is Aim.ANSWERABLE
                else each.grades["accuracy"].value == 1.0
            ),
            is_near=_is_near(each),
        )
        for each in results
        if each.reply.error is None and each.reply.is_answer
    ]


def choose_near_threshold(
    samples: Sequence[Sample], wish: Wish, *, below: float | None
) -> float | None:
    """From which confidence an abstention may name the nearest document; None: from none."""
    near = [
        (each.confidence, each.is_near)
        for each in samples
        if each.is_near is not None and (below is None or each.confidence < below)
    ]
    return choose_threshold(near, precision=wish.near_precision, risk=wish.risk)


def scale_held_out(samples: Sequence[Sample], dealt: Sequence[int]) -> list[float]:
    """The confidence of each by a scale fitted on the other folds; nothing where one fits none."""
    scales = {}
    for fold in set(dealt):
        others = [each for each, at in zip(samples, dealt, strict=True) if at != fold]
        scale = fit_scale([each.confidence for each in others], [each.is_right for each in others])
        if scale is None:
            return []
        scales[fold] = scale
    return [scales[fold].apply(each.confidence) for each, fold in zip(samples, dealt, strict=True)]


def keep_promise(samples: Sequence[Sample], dealt: Sequence[int], wish: Wish) -> Kept:
    """How precise a threshold chosen on the other folds is on each."""
    shown: list[bool] = []
    fold_count = 0
    for fold in set(dealt):
        pairs = list(zip(samples, dealt, strict=True))
        others = [(each.confidence, each.is_right) for each, at in pairs if at != fold]
        threshold = choose_threshold(others, precision=wish.precision, risk=wish.risk)
        if threshold is not None:
            fold_count += 1
            held = [each for each, at in pairs if at == fold and each.confidence >= threshold]
            shown += [each.is_right for each in held]
    return Kept(
        precision=sum(shown) / len(shown) if shown else None,
        shown_count=len(shown),
        coverage=len(shown) / len(samples),
        fold_count=fold_count,
    )


def list_changes(found: Calibration, live: Settings) -> dict[str, SettingValue]:
    """The settings that what was found asks for; those that stay as they are left out.

    On another scale thresholds that stay where they are have other numbers.
    """
    answering = live.answering
    before = Scale(slope=answering.calibration_slope, intercept=answering.calibration_intercept)
    after = (found.scale if found.is_scale_recommended else None) or before
    answer = found.threshold
    if answer is None:
        answer = before.undo(answering.min_confidence)
    near = found.near_threshold
    if near is None:
        near = before.undo(answering.near_confidence)
    wanted: dict[str, SettingValue] = {
        "answering.calibration_slope": after.slope,
        "answering.calibration_intercept": after.intercept,
        "answering.min_confidence": round(after.apply(answer), 3),
        "answering.near_confidence": round(after.apply(min(near, answer)), 3),
    }
    held = answering.model_dump()
    return {key: value for key, value in wanted.items() if held[key.partition(".")[2]] != value}


def _is_near(result: Result) -> bool | None:
    """By the reciprocal rank, which stands where a case names documents."""
    if result.expected not in ANSWERABLE:
        return False
    rank = result.grades.get("mrr")
    return None if rank is None else rank.value == 1.0


def _compare_brier(
    after: Sequence[float], before: Sequence[float], rights: Sequence[bool], *, seed: int
) -> Difference:
    """By how much the squared distance shrinks."""
    new = [(each - right) ** 2 for each, right in zip(after, rights, strict=True)]
    old = [(each - right) ** 2 for each, right in zip(before, rights, strict=True)]
    return estimate_difference(new, old, seed=seed)
