"""The page on which people prefer one of two replies without knowing whose they are."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Annotated
from urllib.parse import urlencode
from uuid import UUID

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import require
from kefu.db import Connection
from kefu.errors import BadInput
from kefu.evaluation.datasets import load_cases, read_version
from kefu.evaluation.preferences import Ranking, choose, offer_pair, rank_experiments
from kefu.evaluation.records import Case, Choice, Dataset, Pair, Reply
from kefu.evaluation.store.datasets import list_datasets
from kefu.evaluation.store.experiments import get_experiment, get_result
from kefu.viewer import Viewer
from kefu.web import OpenResources, read_form, render_page

PATH = "/admin/evaluation/preferences"

router = APIRouter(
    prefix=PATH,
    include_in_schema=False,
    dependencies=[Depends(require("evaluation.read"))],
)

Reader = Annotated[Viewer, Depends(require("evaluation.read"))]
Reviewer = Annotated[Viewer, Depends(require("evaluation.write"))]
Name = Annotated[str, Query(max_length=80)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ShownPair:
    """Two replies to a case, without the names of those who gave them."""

    id: UUID
    case: Case
    replies: Sequence[Reply]


@dataclass(frozen=True, slots=True, kw_only=True)
class PreferencesPage:
    """What is to be judged, and what was.

    Attributes:
        dataset: that is chosen; empty where there is none.
        pair: None where there is nothing to judge, or the viewer may not.
    """

    datasets: Sequence[Dataset]
    dataset: str
    pair: ShownPair | None
    ranking: Ranking | None


@router.get("")
async def show_preferences(
    request: Request, resources: OpenResources, viewer: Reader, dataset: Name = ""
) -> Response:
    """Two replies to judge, and the ranking so far."""
    async with resources.database.transaction() as conn:
        datasets = [each for each in await list_datasets(conn) if each.version_count]
        chosen = dataset or (datasets[0].name if datasets else "")
        pair = None
        if chosen and "evaluation.write" in viewer.permissions:
            pair = await offer_pair(conn, chosen, author=viewer.name)
        page = PreferencesPage(
            datasets=datasets,
            dataset=chosen,
            pair=await _read_pair(conn, pair) if pair else None,
            ranking=await rank_experiments(conn, chosen) if chosen else None,
        )
    return render_page(request, "evaluation/preferences.html", page)


@router.post("/{pair_id}")
async def prefer(
    request: Request, pair_id: UUID, resources: OpenResources, reviewer: Reviewer
) -> Response:
    """Keep what somebody prefers, and show the next pair."""
    form = await read_form(request)
    choice = next((each for each in Choice if each == form.get("choice")), None)
    if choice is None:
        raise BadInput("One of the replies is preferred, or both, or neither.")
    async with resources.database.transaction() as conn:
        await choose(conn, pair_id, choice, author=reviewer.name)
    query = urlencode({"dataset": form.get("dataset", "")})
    return RedirectResponse(f"{PATH}?{query}", status_code=303)


async def _read_pair(conn: Connection, pair: Pair) -> ShownPair:
    experiment = await get_experiment(conn, pair.left_id)
    version = await read_version(conn, f"{experiment.dataset}@{experiment.version}")
    cases = {each.id: each for each in await load_cases(conn, version)}
    results = [await get_result(conn, id, pair.case_id) for id in (pair.left_id, pair.right_id)]
    return ShownPair(id=pair.id, case=cases[pair.case_id], replies=[each.reply for each in results])
