"""The page of graded live answers: by day and release, and those that miss points."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response

from kefu.accounts import require
from kefu.evaluation import LIVE_GRADES, load_gates
from kefu.rollout.monitors import FLAWS
from kefu.rollout.records import DayGrades, GradedAnswer
from kefu.rollout.store import list_day_grades, list_flawed
from kefu.safety import mask_personal_data
from kefu.web import OpenResources, render_page

SHOWN_ANSWERS = 50

router = APIRouter(
    prefix="/admin/releases",
    include_in_schema=False,
    dependencies=[Depends(require("releases.read"))],
)

Days = Annotated[int, Query(ge=1, le=366)]


@dataclass(frozen=True, slots=True, kw_only=True)
class GradedPage:
    """Grades of the last days.

    Attributes:
        evaluators: that grade live answers.
        flawed: answers that miss points of those that are monitored, the latest first.
        share: of the answers that are drawn.
    """

    days: int
    evaluators: Sequence[str]
    lines: Sequence[DayGrades]
    flawed: Sequence[GradedAnswer]
    share: float


@router.get("/_graded")
async def show_graded(request: Request, resources: OpenResources, days: Days = 14) -> Response:
    """What evaluators think of live answers."""
    since = datetime.now(UTC) - timedelta(days=days)
    async with resources.database.connection() as conn:
        lines = await list_day_grades(conn, since=since)
        flawed = await list_flawed(conn, [*FLAWS.values()], since=since, limit=SHOWN_ANSWERS)
    page = GradedPage(
        days=days,
        evaluators=LIVE_GRADES,
        lines=lines,
        flawed=[_mask(each) for each in flawed],
        share=load_gates().monitors.graded_share,
    )
    return render_page(request, "rollout/graded.html", page)


def _mask(answer: GradedAnswer) -> GradedAnswer:
    return replace(
        answer,
        question=mask_personal_data(answer.question),
        text=mask_personal_data(answer.text),
        grades={
            name: {
                **given,
                "values": {key: _mask_value(each) for key, each in given["values"].items()},
            }
            for name, given in answer.grades.items()
            if name in FLAWS.values() and given["value"] < 1
        },
    )


def _mask_value(value: object) -> object:
    return mask_personal_data(value) if isinstance(value, str) else value
