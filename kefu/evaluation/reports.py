"""The figures of an experiment, whole and in slices; sealed cases count and are not seen."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kefu.db import Connection
from kefu.evaluation.evaluators import EVALUATORS, Evaluator
from kefu.evaluation.judging import measure_agreement
from kefu.evaluation.records import Behaviour, Experiment, Label, Result, Split
from kefu.evaluation.statistics import Estimate, estimate_mean, percentile
from kefu.evaluation.store.experiments import (
    ReleaseScore,
    list_labels,
    list_release_scores,
    list_results,
)

LEAST_SEALED = 5
"""A figure over fewer sealed cases would tell single results."""

SLICED = ("accuracy", "faithfulness", "behaviour")
"""What slices show."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """What an evaluator says about all the cases it has something to say about.

    Attributes:
        p95: of quantities; None for grades.
    """

    evaluator: str
    unit: str
    is_lower_better: bool
    estimate: Estimate
    p50: float | None
    p95: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Abstention:
    """How well it is known what cannot be answered.

    Attributes:
        precision: share of the abstentions that are expected; None without abstentions.
        recall: share of the expected abstentions that were made; None where none is expected.
        f1: their harmonic mean.
    """

    precision: float | None
    recall: float | None
    f1: float | None
    expected_count: int
    made_count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Slice:
    """Cases that have something in common.

    Attributes:
        name: as language:zh, tag:table, split:test.
    """

    name: str
    count: int
    figures: Sequence[Figure]


@dataclass(frozen=True, slots=True, kw_only=True)
class Report:
    """An experiment in figures.

    Attributes:
        abstention: None where too few cases are sealed to tell.
        agreement: Cohen's kappa of the judge and people; None where it cannot be told.
        labelled_count: cases that both have judged.
        results: the single ones that may be seen.
        sealed_count: cases that count and are not seen.
        error_count: cases without a reply.
        cached_count: replies of earlier experiments.
    """

    experiment: Experiment
    figures: Sequence[Figure]
    abstention: Abstention | None
    slices: Sequence[Slice]
    agreement: float | None
    labelled_count: int
    results: Sequence[Result]
    sealed_count: int
    error_count: int
    cached_count: int

    @property
    def is_withheld(self) -> bool:
        """Whether so few cases are sealed that figures would tell single ones."""
        return 0 < self.sealed_count < LEAST_SEALED

    def find_figure(self, name: str) -> Figure | None:
        """What an evaluator says."""
        return next((each for each in self.figures if each.evaluator == name), None)


async def list_scores(conn: Connection) -> Sequence[ReleaseScore]:
    """How releases did in their last experiment on each dataset, as far as it may be told."""
    return await list_release_scores(conn, least_sealed=LEAST_SEALED)


async def build_report(conn: Connection, experiment: Experiment) -> Report:
    """An experiment in figures, as far as it has come; computed beside the event loop."""
    results = await list_results(conn, experiment.id)
    labels = await list_labels(conn, experiment.id)
    return await asyncio.to_thread(_summarise, experiment, results, labels)


def _summarise(
    experiment: Experiment, results: Sequence[Result], labels: Sequence[Label]
) -> Report:
    visible, sealed = part_sealed(results, is_sealed=experiment.is_sealed)
    agreement, labelled = measure_agreement(visible, labels)
    may_tell = not sealed or len(sealed) >= LEAST_SEALED
    return Report(
        experiment=experiment,
        figures=measure(results, experiment),
        abstention=measure_abstention(results) if may_tell else None,
        slices=[
            Slice(name=name, count=len(part), figures=figures)
            for name, part in slice_results(results)
            if (figures := measure(part, experiment, names=SLICED))
        ],
        agreement=agreement,
        labelled_count=labelled,
        results=visible,
        sealed_count=len(sealed),
        error_count=sum(each.reply.error is not None for each in results),
        cached_count=sum(each.is_cached for each in results),
    )


def part_sealed(results: Sequence[Result], *, is_sealed: bool) -> tuple[list[Result], list[Result]]:
    """Those that may be seen one by one, and those that may not."""
    hidden = [each for each in results if is_hidden(each, is_sealed=is_sealed)]
    return [each for each in results if not is_hidden(each, is_sealed=is_sealed)], hidden


def is_hidden(result: Result, *, is_sealed: bool) -> bool:
    """Whether a result counts and is not seen."""
    return is_sealed and result.split is Split.TEST


def measure(
    results: Sequence[Result], experiment: Experiment, *, names: Sequence[str] = ()
) -> list[Figure]:
    """What each evaluator says, or each that is named, where it may be told."""
    figures = []
    for evaluator in EVALUATORS:
        graded = [each for each in results if evaluator.name in each.grades]
        wanted = not names or evaluator.name in names
        if wanted and graded and may_be_told(graded, results, is_sealed=experiment.is_sealed):
            values = [each.grades[evaluator.name].value for each in graded]
            figures.append(_estimate(evaluator, values, seed=experiment.seed))
    return figures


def may_be_told(graded: Sequence[Result], results: Sequence[Result], *, is_sealed: bool) -> bool:
    """Whether a figure over the graded ones of some results keeps each sealed one to itself.

    That a sealed case has no grade tells something too.
    """
    sealed_count = len(part_sealed(graded, is_sealed=is_sealed)[1])
    return sealed_count >= LEAST_SEALED or not part_sealed(results, is_sealed=is_sealed)[1]


def measure_abstention(results: Sequence[Result]) -> Abstention:
    """Precision, recall and F1 of abstaining."""
    made = [each for each in results if each.reply.behaviour is Behaviour.ABSTAIN]
    wanted = [each for each in results if each.expected is Behaviour.ABSTAIN]
    right = sum(each.expected is Behaviour.ABSTAIN for each in made)
    both = len(made) + len(wanted)
    return Abstention(
        precision=right / len(made) if made else None,
        recall=right / len(wanted) if wanted else None,
        f1=2 * right / both if both else None,
        expected_count=len(wanted),
        made_count=len(made),
    )


def slice_results(results: Sequence[Result]) -> Iterator[tuple[str, list[Result]]]:
    """Every slice with its results: by split, by language, by tag."""
    slices: dict[str, list[Result]] = {}
    for each in results:
        names = [f"split:{each.split}", f"language:{each.language}"]
        for name in [*names, *(f"tag:{tag}" for tag in each.tags)]:
            slices.setdefault(name, []).append(each)
    order = {"split": 0, "language": 1, "tag": 2}
    yield from sorted(slices.items(), key=lambda each: (order[each[0].split(":")[0]], each[0]))


def _estimate(evaluator: Evaluator, values: Sequence[float], *, seed: int) -> Figure:
    return Figure(
        evaluator=evaluator.name,
        unit=evaluator.unit,
        is_lower_better=evaluator.is_lower_better,
        estimate=estimate_mean(values, seed=seed),
        p50=percentile(values, 0.5) if evaluator.unit else None,
        p95=percentile(values, 0.95) if evaluator.unit else None,
    )
