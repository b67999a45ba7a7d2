"""The pages of experiments: lists, one experiment, one reply, two experiments side by side."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import quote

from fastapi import APIRouter, Depends, Path, Query, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import require
from kefu.db import Connection
from kefu.errors import BadInput, NotFound
from kefu.evaluation.comparison import Comparison, compare_experiments, write_value
from kefu.evaluation.datasets import LONGEST_NOTE, load_cases, read_version, remove_dataset
from kefu.evaluation.labelling import label_reply
from kefu.evaluation.records import Case, Dataset, Experiment, Result
from kefu.evaluation.reports import Report, build_report
from kefu.evaluation.store.datasets import list_datasets
from kefu.evaluation.store.experiments import get_experiment, list_experiments
from kefu.viewer import Viewer
from kefu.web import OpenResources, RowId, read_form, render_page

SHOWN_EXPERIMENTS = 50
MOST_COMPARED = 50
COMMANDS = {"import": "kefu evaluation import", "run": "kefu evaluation run"}
PATH = "/admin/evaluation"

router = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    dependencies=[Depends(require("evaluation.read"))],
)

Reviewer = Annotated[Viewer, Depends(require("evaluation.write"))]
Number = Annotated[int, Query(ge=1, le=2**31 - 1)]
CaseId = Annotated[str, Path(max_length=80)]
Name = Annotated[str, Path(max_length=80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ListPage:
    """What there is.

    Attributes:
        commands: that make the first dataset and the first experiment.
    """

    datasets: Sequence[Dataset]
    experiments: Sequence[Experiment]
    commands: Mapping[str, str]
    longest_reason: int = LONGEST_NOTE


@dataclass(frozen=True, slots=True, kw_only=True)
class ExperimentPage:
    """One experiment.

    Attributes:
        questions: by id of the case.
        others: experiments on the same dataset, to compare with.
    """

    report: Report
    questions: Mapping[str, str]
    others: Sequence[Experiment]

    @property
    def configuration(self) -> Mapping[str, str]:
        """What it ran with, as people read it."""
        known = self.report.experiment.configuration
        return {name: write_value(value) for name, value in known.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class CasePage:
    """One reply with its grades."""

    experiment: Experiment
    case: Case
    result: Result


@dataclass(frozen=True, slots=True, kw_only=True)
class ComparisonPage:
    """Two experiments."""

    comparison: Comparison
    questions: Mapping[str, str]
    most: int = MOST_COMPARED


@router.get("")
async def show_evaluation(request: Request, resources: OpenResources) -> Response:
    """Datasets and the latest experiments."""
    async with resources.database.connection() as conn:
        page = ListPage(
            datasets=await list_datasets(conn),
            experiments=await list_experiments(conn, limit=SHOWN_EXPERIMENTS),
            commands=COMMANDS,
        )
    return render_page(request, "evaluation/list.html", page)


@router.post("/datasets/{dataset}/removal")
async def remove(
    request: Request, dataset: Name, resources: OpenResources, reviewer: Reviewer
) -> Response:
    """Have a dataset asked no more."""
    reason = (await read_form(request)).get("reason", "")
    async with resources.database.transaction() as conn:
        await remove_dataset(conn, dataset, author=reviewer.name, reason=reason)
    return RedirectResponse(PATH, status_code=303)


@router.get("/experiments/{number}")
async def show_experiment(request: Request, number: RowId, resources: OpenResources) -> Response:
    """Scores as bars, slices, and the cases that may be seen."""
    async with resources.database.connection() as conn:
        experiment = await get_experiment(conn, number)
        others = await list_experiments(conn, dataset=experiment.dataset)
        page = ExperimentPage(
            report=await build_report(conn, experiment),
            questions=await _read_questions(conn, experiment),
            others=[each for each in others if each.id != number],
        )
    return render_page(request, "evaluation/experiment.html", page)


@router.get("/experiments/{number}/cases/{case_id}")
async def show_case(
    request: Request, number: RowId, case_id: CaseId, resources: OpenResources
) -> Response:
    """A reply with every grade and what it cites."""
    async with resources.database.connection() as conn:
        experiment = await get_experiment(conn, number)
        report = await build_report(conn, experiment)
        cases = {each.id: each for each in await _read_cases(conn, experiment)}
    found = next((each for each in report.results if each.case_id == case_id), None)
    if found is None:
        raise NotFound("Experiment %(number)s shows no case %(case)s.", number=number, case=case_id)
    page = CasePage(experiment=experiment, case=cases[case_id], result=found)
    return render_page(request, "evaluation/case.html", page)


@router.post("/experiments/{number}/cases/{case_id}/labels")
async def label(
    request: Request, number: RowId, case_id: CaseId, resources: OpenResources, reviewer: Reviewer
) -> Response:
    """Keep a person's verdict on a reply."""
    form = await read_form(request)
    if form.get("verdict") not in {"good", "bad"}:
        raise BadInput("The verdict is good or bad.")
    async with resources.database.transaction() as conn:
        experiment = await get_experiment(conn, number)
        is_good = form["verdict"] == "good"
        await label_reply(conn, experiment, case_id, author=reviewer.name, is_good=is_good)
    address = f"{PATH}/experiments/{number}/cases/{quote(case_id, safe='')}"
    return RedirectResponse(address, status_code=303)


@router.get("/comparison")
async def show_comparison(
    request: Request, resources: OpenResources, left: Number, right: Number
) -> Response:
    """What changed from one experiment to another."""
    async with resources.database.connection() as conn:
        after = await get_experiment(conn, right)
        page = ComparisonPage(
            comparison=await compare_experiments(conn, await get_experiment(conn, left), after),
            questions=await _read_questions(conn, after),
        )
    return render_page(request, "evaluation/comparison.html", page)


async def _read_cases(conn: Connection, experiment: Experiment) -> Sequence[Case]:
    version = await read_version(conn, f"{experiment.dataset}@{experiment.version}")
    return await load_cases(conn, version)


async def _read_questions(conn: Connection, experiment: Experiment) -> dict[str, str]:
    return {each.id: each.question for each in await _read_cases(conn, experiment)}
