"""Two experiments side by side, case by case over what both were asked."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from enum import StrEnum

from kefu.db import Connection
from kefu.errors import BadInput
from kefu.evaluation.evaluators import EVALUATORS, Evaluator
from kefu.evaluation.evaluators.retrieval import NDCG, RECALL
from kefu.evaluation.records import Experiment, Result
from kefu.evaluation.reports import SLICED, is_hidden, may_be_told, slice_results
from kefu.evaluation.statistics import Difference, estimate_difference
from kefu.evaluation.store.experiments import list_results

DECIDING = "accuracy"
"""The grade by which cases are won and lost."""

SEARCHED = replace(RECALL, name="search_recall")
"""What a search shows, where its depth was changed."""

Pair = tuple[Result, Result]


class Certainty(StrEnum):
    """What a change proves, and by which of the two tests it proves nothing."""

    WORSE = "worse"
    BETTER = "better"
    SAME = "same"
    HOLDS_ZERO = "holds_zero"
    BY_CHANCE = "by_chance"


@dataclass(frozen=True, slots=True, kw_only=True)
class Change:
    """What an evaluator says of both.

    Attributes:
        difference: right less left.
        win_count: cases that the right one does better, lower being better where it is.
    """

    evaluator: str
    unit: str
    is_lower_better: bool
    left: float
    right: float
    difference: Difference
    win_count: int
    loss_count: int
    tie_count: int

    @property
    def certainty(self) -> Certainty:
        """Worse or better where both tests agree that the right one is; else what they lack."""
        if not self.win_count and not self.loss_count:
            return Certainty.SAME
        if not self.difference.leaves_out_zero:
            return Certainty.HOLDS_ZERO
        if not self.difference.is_significant:
            return Certainty.BY_CHANCE
        is_worse = (self.difference.mean > 0) is self.is_lower_better
        return Certainty.WORSE if is_worse else Certainty.BETTER

    @property
    def is_worse(self) -> bool:
        """Whether the right one is significantly worse."""
        return self.certainty is Certainty.WORSE


@dataclass(frozen=True, slots=True, kw_only=True)
class SliceChange:
    """What changed for cases that have something in common."""

    name: str
    count: int
    changes: Sequence[Change]


@dataclass(frozen=True, slots=True, kw_only=True)
class Compared:
    """One case that one of both does better."""

    case_id: str
    is_win: bool
    left: Result
    right: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class Comparison:
    """The right experiment by the measure of the left one.

    Attributes:
        wins: cases that the right one gets right and the left one does not, as far as they may be
            seen; `losses` the other way.
        unpaired_count: cases that only one of both was asked.
        differences: what is not the same in both configurations, as key, left, right.
    """

    left: Experiment
    right: Experiment
    pair_count: int
    unpaired_count: int
    changes: Sequence[Change]
    slices: Sequence[SliceChange]
    wins: Sequence[Compared]
    losses: Sequence[Compared]
    sealed_win_count: int | None
    sealed_loss_count: int | None
    differences: Sequence[tuple[str, str, str]]

    def find_change(self, name: str) -> Change | None:
        """What an evaluator says."""
        return next((each for each in self.changes if each.evaluator == name), None)


async def compare_experiments(conn: Connection, left: Experiment, right: Experiment) -> Comparison:
    """Pair the cases that ask and expect the same, and measure.

    Raises:
        BadInput: they have no case in common.
    """
    theirs = await list_results(conn, left.id)
    own = await list_results(conn, right.id)
    return await asyncio.to_thread(_compare, (left, theirs), (right, own))


def _compare(
    before: tuple[Experiment, Sequence[Result]], after: tuple[Experiment, Sequence[Result]]
) -> Comparison:
    left, right = before[0], after[0]
    theirs, own = ({_key(each): each for each in side} for side in (before[1], after[1]))
    pairs = [(theirs[key], own[key]) for key in sorted(theirs.keys() & own.keys())]
    if not pairs:
        raise BadInput(
            "The experiments %(left)s and %(right)s have no case in common.",
            left=left.id,
            right=right.id,
        )
    is_sealed = left.is_sealed or right.is_sealed
    hidden: list[Pair] = []
    visible: list[Pair] = []
    for pair in pairs:
        may_be_seen = not any(is_hidden(each, is_sealed=is_sealed) for each in pair)
        (visible if may_be_seen else hidden).append(pair)
    compared = _decide(visible)
    sealed = _decide(hidden)
    ours = [pair[1] for pair in hidden]
    may_tell = may_be_told(ours, ours, is_sealed=is_sealed)
    return Comparison(
        left=left,
        right=right,
        pair_count=len(pairs),
        unpaired_count=len(theirs) + len(own) - 2 * len(pairs),
        changes=[
            *measure_changes(pairs, seed=right.seed, is_sealed=is_sealed),
            *_measure_search(left, right, visible),
        ],
        slices=_slice(pairs, seed=right.seed, is_sealed=is_sealed),
        wins=[each for each in compared if each.is_win],
        losses=[each for each in compared if not each.is_win],
        sealed_win_count=sum(each.is_win for each in sealed) if may_tell else None,
        sealed_loss_count=sum(not each.is_win for each in sealed) if may_tell else None,
        differences=list_differences(left, right),
    )


def measure_changes(
    pairs: Sequence[Pair], *, seed: int, is_sealed: bool, names: Sequence[str] = ()
) -> list[Change]:
    """What each evaluator says that has graded both sides of a pair."""
    changes = []
    for evaluator in EVALUATORS:
        name = evaluator.name
        graded = [pair for pair in pairs if all(name in each.grades for each in pair)]
        parts = ([pair[1] for pair in each] for each in (graded, pairs))
        may_tell = may_be_told(*parts, is_sealed=is_sealed)
        if graded and may_tell and (not names or name in names):
            changes.append(_measure_change(evaluator, graded, seed=seed))
    return changes


def _measure_search(left: Experiment, right: Experiment, pairs: Sequence[Pair]) -> Iterator[Change]:
    """How many of the documents that are named a search shows, where its depth was changed.

    Answers read hits of their own, whatever `retrieval.top_k` says.
    """
    depths = [_read_depth(each) for each in (left, right)]
    named = [pair for pair in pairs if all(NDCG.name in each.grades for each in pair)]
    if named and None not in depths and depths[0] != depths[1]:
        shown = [(_show(one, depths[0] or 0), _show(other, depths[1] or 0)) for one, other in named]
        yield _describe_change(SEARCHED, shown, seed=right.seed)


def _read_depth(experiment: Experiment) -> int | None:
    retrieval = experiment.configuration.get("retrieval")
    return retrieval.get("top_k") if isinstance(retrieval, dict) else None


def _show(result: Result, depth: int) -> float:
    """Share of the places of documents that are named, up to a depth."""
    places = str(result.grades[NDCG.name].values["places"]).split(", ")
    return sum(each.isdigit() and int(each) <= depth for each in places) / len(places)


def list_differences(left: Experiment, right: Experiment) -> list[tuple[str, str, str]]:
    """What is not the same in both."""
    one, other = _flatten(left), _flatten(right)
    return [
        (key, write_value(one.get(key, "")), write_value(other.get(key, "")))
        for key in sorted(one.keys() | other.keys())
        if one.get(key) != other.get(key)
    ]


def _measure_change(evaluator: Evaluator, pairs: Sequence[Pair], *, seed: int) -> Change:
    name = evaluator.name
    values = [(left.grades[name].value, right.grades[name].value) for left, right in pairs]
    return _describe_change(evaluator, values, seed=seed)


def _describe_change(
    evaluator: Evaluator, values: Sequence[tuple[float, float]], *, seed: int
) -> Change:
    left, right = ([pair[side] for pair in values] for side in (0, 1))
    difference = estimate_difference(left, right, seed=seed)
    sign = -1 if evaluator.is_lower_better else 1
    gains = [sign * (ours - theirs) for theirs, ours in zip(left, right, strict=True)]
    return Change(
        evaluator=evaluator.name,
        unit=evaluator.unit,
        is_lower_better=evaluator.is_lower_better,
        left=sum(left) / len(left),
        right=sum(right) / len(right),
        difference=difference,
        win_count=sum(gain > 0 for gain in gains),
        loss_count=sum(gain < 0 for gain in gains),
        tie_count=sum(gain == 0 for gain in gains),
    )


def _slice(pairs: Sequence[Pair], *, seed: int, is_sealed: bool) -> list[SliceChange]:
    by_case = {pair[1].case_id: pair for pair in pairs}
    found = []
    for name, results in slice_results([pair[1] for pair in pairs]):
        part = [by_case[each.case_id] for each in results]
        changes = measure_changes(part, seed=seed, is_sealed=is_sealed, names=SLICED)
        if changes:
            found.append(SliceChange(name=name, count=len(part), changes=changes))
    return found


def _decide(pairs: Sequence[Pair]) -> list[Compared]:
    """The pairs that one side wins."""
    compared = []
    for left, right in pairs:
        gain = right.grades[DECIDING].value - left.grades[DECIDING].value
        if gain:
            compared.append(
                Compared(case_id=right.case_id, is_win=gain > 0, left=left, right=right)
            )
    return compared


def _key(result: Result) -> tuple[str, str]:
    return result.case_id, result.case_digest


def write_value(value: object) -> str:
    """What stands in a configuration, as people read it."""
    if isinstance(value, dict):
        return ", ".join(f"{name} {write_value(part)}" for name, part in value.items())
    if isinstance(value, list):
        return "; ".join(map(write_value, value))
    return str(value)


def _flatten(experiment: Experiment) -> dict[str, object]:
    flat: dict[str, object] = {
        "knowledge": experiment.knowledge_digest[:12],
        "base": experiment.base,
    }
    flat["dataset"] = f"{experiment.dataset}@{experiment.version}"
    for name, value in experiment.configuration.items():
        parts = value if isinstance(value, dict) else {"": value}
        for key, part in parts.items():
            flat[f"{name}.{key}" if key else name] = part
    return flat
