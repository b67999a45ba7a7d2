"""The pages of releases: what is live, waits or is tried, and who released what."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Annotated

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import require
from kefu.db import Connection
from kefu.errors import BadInput, KefuError
from kefu.evaluation import ReleaseScore, list_scores
from kefu.prompts import Label, PromptSummary, list_prompts
from kefu.releases import (
    Move,
    Release,
    SettingValue,
    Trial,
    TrialKind,
    end_trial,
    find_live,
    find_trial,
    get_live,
    list_endpoint_pins,
    list_moves,
    list_releases,
)
from kefu.resources import Resources
from kefu.rollout.arms import SURE, Arms, compare_arms
from kefu.rollout.differences import Difference, list_changes
from kefu.rollout.monitoring import read_monitors
from kefu.rollout.moving import LONGEST_REASON, find_earlier, roll_back
from kefu.rollout.proposing import NO_ENDPOINT, Changes, propose
from kefu.rollout.records import Alert, Watched
from kefu.rollout.store import list_alerts
from kefu.viewer import Viewer
from kefu.web import OpenResources, read_form, render_page

HOME = "/admin/releases"
SHOWN_ALERTS = 20

router = APIRouter(
    prefix=HOME, include_in_schema=False, dependencies=[Depends(require("releases.read"))]
)

Reader = Annotated[Viewer, Depends(require("releases.read"))]
Proposer = Annotated[Viewer, Depends(require("releases.propose"))]
Promoter = Annotated[Viewer, Depends(require("releases.promote"))]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseLine:
    """A release in the list, with what it changes of the live one and how it did."""

    release: Release
    changes: Sequence[Difference]
    scores: Sequence[ReleaseScore]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasesPage:
    """All releases.

    Attributes:
        live: None before the server has started for the first time.
        arms: of a trial that customers read.
        earlier_id: what a roll-back goes to.
        watched: what the monitors show.
        alerts: the latest first.
        problem: why nothing is watched.
    """

    live: Release | None
    lines: Sequence[ReleaseLine]
    moves: Sequence[Move]
    trial: Trial | None
    arms: Arms | None
    earlier_id: int | None
    watched: Sequence[Watched]
    alerts: Sequence[Alert]
    problem: KefuError | None
    longest_reason: int = LONGEST_REASON
    sure: float = SURE


@dataclass(frozen=True, slots=True, kw_only=True)
class ProposePage:
    """The form of a proposal.

    Attributes:
        prompts: those that releases hold.
        endpoints: names of all that write.
        given: what stands in the fields.
        problem: why it was refused.
    """

    live: Release
    prompts: Sequence[PromptSummary]
    endpoints: Sequence[str]
    given: Mapping[str, str]
    problem: KefuError | None = None


@router.get("")
async def show_releases(request: Request, resources: OpenResources) -> Response:
    """Every release, the latest first, and how each went live."""
    async with resources.database.connection() as conn:
        live = await find_live(conn)
        releases, moves = await list_releases(conn), await list_moves(conn)
        trial = await find_trial(conn)
        is_read = trial is not None and trial.kind is not TrialKind.SHADOW
        arms = await compare_arms(conn, trial) if trial is not None and is_read else None
        scores = await list_scores(conn)
        watched, problem = await _try_monitors(conn, resources)
        alerts = await list_alerts(conn, limit=SHOWN_ALERTS)
    page = ReleasesPage(
        live=live,
        lines=[
            ReleaseLine(
                release=each,
                changes=list_changes(live.content, each.content) if live else (),
                scores=[score for score in scores if score.release_id == each.id],
            )
            for each in releases
        ],
        moves=moves,
        trial=trial,
        arms=arms,
        earlier_id=find_earlier(moves),
        watched=watched,
        alerts=alerts,
        problem=problem,
    )
    return render_page(request, "rollout/releases.html", page)


@router.get("/_propose")
async def show_form(
    request: Request,
    _: Proposer,
    resources: OpenResources,
    prompt: Annotated[str, Query(max_length=90)] = "",
) -> Response:
    """An empty form, or one with a version of a prompt."""
    async with resources.database.connection() as conn:
        page = await _build_form(conn, resources, {"prompts": prompt})
    return render_page(request, "rollout/propose.html", page)


@router.post("")
async def add(request: Request, proposer: Proposer, resources: OpenResources) -> Response:
    """Make a release that waits, or show the form again with what is wrong."""
    form = await read_form(request)
    try:
        changes = read_changes(form)
        async with resources.database.transaction() as conn:
            release = await propose(
                conn, resources, changes, author=proposer.name, note=form.get("note", "")
            )
    except KefuError as error:
        async with resources.database.connection() as conn:
            page = await _build_form(conn, resources, form, problem=error)
        return render_page(request, "rollout/propose.html", page, status=error.status)
    return RedirectResponse(f"{HOME}/{release.id}", status_code=303)


@router.post("/_rollback")
async def go_back(request: Request, promoter: Promoter, resources: OpenResources) -> Response:
    """Go back to what was live before."""
    form = await read_form(request)
    async with resources.database.transaction() as conn:
        await roll_back(conn, author=promoter.name, reason=form.get("reason", ""))
    return RedirectResponse(HOME, status_code=303)


@router.post("/_end")
async def finish_trial(request: Request, promoter: Promoter, resources: OpenResources) -> Response:
    """Give all conversations back to the live release."""
    form = await read_form(request)
    reason = form.get("reason", "").strip() or "Ended on the page."
    async with resources.database.transaction() as conn:
        await end_trial(conn, author=promoter.name, reason=reason[:LONGEST_REASON])
    return RedirectResponse(HOME, status_code=303)


def read_changes(form: Mapping[str, str]) -> Changes:
    """What was entered: versions and endpoints by spaces or lines, settings a line each.

    Raises:
        BadInput: a line is no setting.
    """
    settings: dict[str, SettingValue] = {}
    for line in form.get("settings", "").splitlines():
        key, sign, value = line.partition("=")
        if line.strip() and not sign:
            raise BadInput("%(line)s is no setting: write retrieval.top_k = 8.", line=line.strip())
        if sign:
            settings[key.strip()] = value.strip()
    return Changes(
        prompts=re.split(r"[\s,]+", form["prompts"].strip()) if form.get("prompts") else (),
        endpoints=re.split(r"[\s,]+", form["endpoints"].strip()) if form.get("endpoints") else (),
        settings=settings,
    )


async def _try_monitors(
    conn: Connection, resources: Resources
) -> tuple[Sequence[Watched], BadInput | None]:
    """What the monitors show; a gates.toml that cannot be used keeps nobody from rolling back."""
    try:
        return await read_monitors(conn, resources, with_drift=False), None
    except BadInput as error:
        return (), error


async def _build_form(
    conn: Connection,
    resources: Resources,
    given: Mapping[str, str],
    *,
    problem: KefuError | None = None,
) -> ProposePage:
    live = await get_live(conn)
    names = [each.name for each in list_endpoint_pins(resources)]
    return ProposePage(
        live=live,
        prompts=[
            each
            for each in await list_prompts(conn)
            if str(each.key) in live.content.prompts and Label.LIVE in each.labels
        ],
        endpoints=[*names, NO_ENDPOINT],
        given={"prompts": "", "endpoints": "", "settings": "", "note": ""} | dict(given),
        problem=problem,
    )
