"""The page of confidence: how far an experiment's replies let it be trusted."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from kefu.accounts import require
from kefu.errors import BadInput
from kefu.evaluation.calibrating import PRECISION, Aim, Calibration, Wish, conclude
from kefu.evaluation.calibration import Scale
from kefu.evaluation.datasets import load_cases, read_version
from kefu.evaluation.records import Experiment
from kefu.evaluation.reports import build_report
from kefu.evaluation.store.experiments import get_experiment
from kefu.web import OpenResources, RowId, render_page

router = APIRouter(
    prefix="/admin/evaluation",
    include_in_schema=False,
    dependencies=[Depends(require("evaluation.read"))],
)

Precision = Annotated[float, Query(ge=0.01, le=0.999)]


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A place in a picture whose sides go from 0 to 1."""

    x: float
    y: float
    count: int


@dataclass(frozen=True, slots=True, kw_only=True)
class CalibrationPage:
    """Confidence of an experiment's replies.

    Attributes:
        found: None where too few of them are answers.
    """

    experiment: Experiment
    found: Calibration | None
    wish: Wish
    aims: Sequence[Aim] = tuple(Aim)

    @property
    def command(self) -> str:
        """Has every case answered whatever its confidence."""
        return f"kefu evaluation calibrate --dataset {self.experiment.dataset}"

    @property
    def reliability(self) -> list[Dot]:
        """Confidence against what is right."""
        bins = self.found.before.bins if self.found else ()
        return [Dot(x=each.confidence, y=each.right_share, count=each.count) for each in bins]

    @property
    def curve(self) -> list[Dot]:
        """Coverage against precision."""
        points = self.found.curve if self.found else ()
        return [Dot(x=each.coverage, y=each.precision, count=each.shown_count) for each in points]


@router.get("/experiments/{number}/calibration")
async def show_calibration(
    request: Request,
    number: RowId,
    resources: OpenResources,
    precision: Precision = PRECISION,
    aim: Aim = Aim.RIGHT,
) -> Response:
    """Reliability as a picture and a table, and what each threshold would have shown."""
    wish = Wish(aim=aim, precision=precision)
    async with resources.database.connection() as conn:
        experiment = await get_experiment(conn, number)
        report = await build_report(conn, experiment)
        version = await read_version(conn, f"{experiment.dataset}@{experiment.version}")
        cases = await load_cases(conn, version)
    try:
        found = conclude(cases, report.results, wish, scale=Scale(), seed=experiment.seed)
    except BadInput:
        found = None
    page = CalibrationPage(experiment=experiment, found=found, wish=wish)
    return render_page(request, "evaluation/calibration.html", page)
