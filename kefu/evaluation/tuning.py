"""Settings of search chosen by the company's own judgments, if that holds on cases held out.

Settings are drawn at random from a grid (Bergstra and Bengio 2012), every single change first.
The simplest choice within one standard error of the best is taken (Breiman et al. 1984), and
cross-validation says what choosing like that is worth: each fold is searched with what was chosen
on the others.
"""

import asyncio
import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import product

import numpy as np
from numpy.typing import NDArray
from opentelemetry import trace

from kefu.errors import BadInput, KefuError
from kefu.evaluation.candidates import Setup, set_up
from kefu.evaluation.experiments import CONCURRENCY, SEED, OnProgress
from kefu.evaluation.folds import FOLDS, deal_folds
from kefu.evaluation.judged import (
    Judged,
    Ranked,
    RememberingEmbedder,
    list_judged_cases,
    rank,
    understand_case,
)
from kefu.evaluation.records import Candidate, Case, DatasetVersion
from kefu.evaluation.statistics import Difference, estimate_difference
from kefu.releases import SettingValue, read_settings
from kefu.resources import Resources

LEAST_CASES = 20
TRIALS = 48
GRID: Mapping[str, Sequence[float]] = {
    "retrieval.lexical_weight": (0.0, 0.25, 0.5, 0.75, 1.0, 1.5, 2.0),
    "retrieval.literal_weight": (0.0, 0.5, 1.0, 2.0),
    "retrieval.language_bias": (0.0, 0.4, 0.8, 1.0),
    "retrieval.candidates": (50, 100, 200, 400),
    "retrieval.lexical_budget": (500, 1500, 5000, 20_000),
}
RERANK_GRID: Mapping[str, Sequence[float]] = {"retrieval.rerank_candidates": (10, 20, 30, 60)}
"""Where an endpoint reranks."""

Changes = Mapping[str, SettingValue]
"""What differs from the settings that are live."""

Figures = NDArray[np.float64]
"""A row a trial, a column a case."""

tracer = trace.get_tracer("kefu.evaluation")


@dataclass(frozen=True, slots=True, kw_only=True)
class TuningPlan:
    """What is to be tuned.

    Attributes:
        base: to be searched; None: that of the dataset.
        with_proposed: cases count too that nobody has reviewed yet.
        trials: so many settings are tried, the live ones among them.
    """

    version: DatasetVersion
    base: str | None = None
    with_proposed: bool = False
    folds: int = FOLDS
    trials: int = TRIALS
    seed: int = SEED


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """Settings with what they reach on all cases, which flatters the best of many."""

    changes: Changes
    ndcg: float
    recall: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Fold:
    """Cases held out, and what was chosen without them.

    Attributes:
        before: nDCG@10 of the live settings, `after` of those chosen.
    """

    case_count: int
    chosen: Changes
    before: float
    after: float


@dataclass(frozen=True, slots=True, kw_only=True)
class HeldOut:
    """A figure of all cases, each searched with what was chosen without it."""

    before: float
    after: float
    difference: Difference


@dataclass(frozen=True, slots=True, kw_only=True)
class Tuning:
    """What was chosen, and what choosing is worth.

    Attributes:
        live: the settings that were tuned as they are live.
        chosen: on all cases; empty: what is live.
        trials: the best first.
    """

    dataset: str
    base: str
    case_count: int
    live: Changes
    chosen: Changes
    ndcg: HeldOut
    recall: HeldOut
    folds: Sequence[Fold]
    trials: Sequence[Trial]
    seed: int

    @property
    def is_recommended(self) -> bool:
        """Whether something else is chosen and cases that were held out gain by it for certain."""
        gain, recall = self.ndcg.difference, self.recall.difference
        loses = recall.is_significant and recall.mean < 0
        return bool(self.chosen) and gain.is_significant and gain.mean > 0 and not loses


async def tune_retrieval(
    resources: Resources,
    plan: TuningPlan,
    *,
    on_progress: OnProgress = lambda _done, _count: None,
) -> Tuning:
    """Try settings of search on the cases that name documents; nothing is changed.

    Raises:
        BadInput: too few cases name documents.
        NotFound: there is no such base.
        Unavailable: the embedder does not answer.
    """
    setup = await set_up(resources, Candidate(), base_name=plan.base or plan.version.base)
    remembering = RememberingEmbedder(setup.resources.embedder)
    setup = replace(setup, resources=replace(setup.resources, embedder=remembering))
    async with resources.database.connection() as conn:
        cases = await list_judged_cases(conn, plan.version, with_proposed=plan.with_proposed)
    if len(cases) < LEAST_CASES:
        raise BadInput(
            "%(version)s has %(count)s cases outside of its test split that name documents; "
            "tuning needs %(least)s. Import more, or have some proposed:"
            " `kefu evaluation propose --dataset %(dataset)s --from knowledge`;"
            " `--unreviewed` counts those before they are reviewed.",
            version=plan.version,
            count=len(cases),
            least=LEAST_CASES,
            dataset=plan.version.dataset,
        )
    grid = await _choose_grid(setup)
    trials = draw_trials(grid, count=plan.trials, seed=plan.seed)
    attributes = {"kefu.case_count": len(cases), "kefu.trial_count": len(trials)}
    with tracer.start_as_current_span("tune retrieval", attributes=attributes):
        judged, ranked = await _rank_all(setup, cases, trials, on_progress)
    live = {key: values[0] for key, values in grid.items()}
    return _conclude(plan, setup.base.name, live, trials, (judged, ranked))


async def _choose_grid(setup: Setup) -> dict[str, list[SettingValue]]:
    """The values of each setting, the live one first; those that a small base makes alike left out.

    A half that may score every chunk finds no more with a larger budget.
    """
    settings = setup.resources.settings
    endpoints = setup.resources.endpoints
    reranks = endpoints is not None and await endpoints.find_ceiling("rerank") is not None
    grid = {**GRID, **(RERANK_GRID if reranks else {})}
    known = read_settings(settings)
    depths = {"retrieval.candidates", "retrieval.lexical_budget"}
    return {
        key: [
            known[key],
            *(
                value
                for value in values
                if value != known[key] and (key not in depths or value < setup.base.chunk_count)
            ),
        ]
        for key, values in grid.items()
    }


def draw_trials(
    grid: Mapping[str, Sequence[SettingValue]], *, count: int, seed: int
) -> list[Changes]:
    """Nothing changed, every single change, then a sample of their combinations."""
    single = [{key: value} for key, values in grid.items() for value in values[1:]]
    combined = [
        {key: value for (key, values), value in zip(grid.items(), combination, strict=True)
         if value != values[0]}
        for combination in product(*grid.values())
    ]  # fmt: skip
    rest = [each for each in combined if len(each) > 1]
    draw = random.Random(seed)  # noqa: S311 - to be drawn again
    trials: list[Changes] = [{}, *single]
    left = max(0, min(count - len(trials), len(rest)))
    return [*trials[:count], *draw.sample(rest, left)]


async def _rank_all(
    setup: Setup, cases: Sequence[Case], trials: Sequence[Changes], on_progress: OnProgress
) -> tuple[list[Judged], list[list[Ranked]]]:
    """The cases that can be asked, and for each how every trial ranks its documents."""
    waiting = iter(enumerate(cases))
    done: dict[int, tuple[Judged, list[Ranked]]] = {}
    count = 0
    on_progress(0, len(cases))

    async def work() -> None:
        nonlocal count
        for place, case in waiting:
            judged = await understand_case(setup, case)
            if judged is not None:
                done[place] = judged, [await rank(setup, judged, each) for each in trials]
            count += 1
            on_progress(count, len(cases))

    try:
        async with asyncio.TaskGroup() as group:
            for _ in range(CONCURRENCY):
                group.create_task(work())
    except* KefuError as problems:
        raise problems.exceptions[0] from None
    kept = [done[place] for place in sorted(done)]
    return [judged for judged, _ in kept], [ranked for _, ranked in kept]


def _conclude(
    plan: TuningPlan,
    base: str,
    live: Changes,
    trials: Sequence[Changes],
    found: tuple[Sequence[Judged], Sequence[Sequence[Ranked]]],
) -> Tuning:
    judged, ranked = found
    ndcg = np.array([[each.ndcg for each in row] for row in ranked]).T
    recall = np.array([[each.recall for each in row] for row in ranked]).T
    dealt = np.array(deal_folds([each.case for each in judged], count=plan.folds, seed=plan.seed))
    picked = {fold: choose(trials, ndcg[:, dealt != fold]) for fold in sorted(set(dealt.tolist()))}
    after = np.array([picked[fold] for fold in dealt.tolist()])
    final = choose(trials, ndcg)
    tried = [
        Trial(changes=changes, ndcg=float(row.mean()), recall=float(other.mean()))
        for changes, row, other in zip(trials, ndcg, recall, strict=True)
    ]
    return Tuning(
        dataset=str(plan.version),
        base=base,
        case_count=len(judged),
        live=live,
        chosen=trials[final],
        ndcg=_hold_out(ndcg, after, seed=plan.seed),
        recall=_hold_out(recall, after, seed=plan.seed),
        folds=[
            Fold(
                case_count=int((dealt == fold).sum()),
                chosen=trials[trial],
                before=float(ndcg[0, dealt == fold].mean()),
                after=float(ndcg[trial, dealt == fold].mean()),
            )
            for fold, trial in picked.items()
        ],
        trials=sorted(tried, key=lambda each: (-each.ndcg, len(each.changes))),
        seed=plan.seed,
    )


def choose(trials: Sequence[Changes], figures: Figures) -> int:
    """The trial with the fewest changes within one standard error of the best; the first is live.

    The error is that of the difference to the best, case by case.
    """
    means = figures.mean(axis=1)
    best = int(means.argmax())
    behind = figures[best] - figures
    errors = behind.std(axis=1, ddof=1) / np.sqrt(figures.shape[1])
    near = [place for place in range(len(trials)) if behind[place].mean() <= errors[place]]
    return min(near, key=lambda place: (len(trials[place]), -means[place], place))


def _hold_out(figures: Figures, chosen: NDArray[np.int64], *, seed: int) -> HeldOut:
    before = figures[0]
    after = figures[chosen, np.arange(figures.shape[1])]
    return HeldOut(
        before=float(before.mean()),
        after=float(after.mean()),
        difference=estimate_difference(before.tolist(), after.tolist(), seed=seed),
    )
