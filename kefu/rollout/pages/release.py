"""The page of one release: what the gate says of it, and what can be done with it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Annotated

from fastapi import APIRouter, Depends, Path, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts import require
from kefu.errors import BadInput, GateClosed, KefuError
from kefu.releases import (
    Move,
    Release,
    ShadowAnswer,
    Trial,
    TrialKind,
    find_trial,
    get_live,
    get_release,
    list_moves,
    list_shadow_answers,
    start_trial,
)
from kefu.resources import Resources
from kefu.rollout.differences import Difference, list_changes
from kefu.rollout.gating import judge_release, promote
from kefu.rollout.moving import LONGEST_REASON, override
from kefu.rollout.pages.releases import HOME, Promoter, Proposer
from kefu.rollout.running import is_being_evaluated, start_evaluation
from kefu.rollout.trying import NOT_TRIED, require_tryable
from kefu.rollout.unfinished import Progress, Stage, Unfinished, find_stage, list_unfinished
from kefu.rollout.verdicts import ReleaseVerdict
from kefu.text import translatable as _
from kefu.web import OpenResources, read_form, render_page

NOT_PROMOTED = _("Release %(number)s was not promoted: it has not passed the gate.")

router = APIRouter(
    prefix=HOME, include_in_schema=False, dependencies=[Depends(require("releases.read"))]
)

Number = Annotated[int, Path(ge=1, le=2**31 - 1)]


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleasePage:
    """One release.

    Attributes:
        changes: of the live one.
        trial: that runs, of this release or of another.
        verdict: of the gate; None for the live release.
        unfinished: experiments that are on their way, stopped or given up.
        is_running: whether some process puts datasets to it.
        stage: how far that is; None where it is between two experiments.
        shadows: what it would have answered, the latest first.
        given: what stands in the fields of a trial.
        problem: why it was not promoted; `trial_problem` why it is not tried as it was asked.
    """

    release: Release
    live: Release
    changes: Sequence[Difference]
    moves: Sequence[Move]
    trial: Trial | None
    verdict: ReleaseVerdict | None
    unfinished: Sequence[Unfinished]
    is_running: bool
    stage: Stage | None
    shadows: Sequence[ShadowAnswer]
    given: Mapping[str, str]
    problem: KefuError | None
    trial_problem: KefuError | None
    trial_kinds: Sequence[str] = tuple(TrialKind)
    longest_reason: int = LONGEST_REASON


@router.get("/{release_id}")
async def show_release(request: Request, release_id: Number, resources: OpenResources) -> Response:
    """One release: what it changes, how it did, and what can be done with it."""
    return await _render_release(request, resources, release_id)


@router.post("/{release_id}/experiments")
async def evaluate(release_id: Number, proposer: Proposer, resources: OpenResources) -> Response:
    """Put every dataset to it and to the live one; the page shows how far that is."""
    async with resources.database.connection() as conn:
        await get_release(conn, release_id)
    start_evaluation(resources, release_id, author=proposer.name)
    return _show(release_id)


@router.post("/{release_id}/promote")
async def make_live(
    request: Request, release_id: Number, promoter: Promoter, resources: OpenResources
) -> Response:
    """Make it live when it has passed the gate, or somebody vouches for what no case shows."""
    reason = (await read_form(request)).get("acknowledge")
    try:
        async with resources.database.transaction() as conn:
            await promote(conn, resources, release_id, author=promoter.name, acknowledge=reason)
    except GateClosed:
        problem = GateClosed(NOT_PROMOTED, number=release_id)
        return await _render_release(request, resources, release_id, problem=problem)
    return _show(release_id)


@router.post("/{release_id}/override")
async def force(
    request: Request, release_id: Number, promoter: Promoter, resources: OpenResources
) -> Response:
    """Make it live whatever the gate says, with a reason."""
    form = await read_form(request)
    async with resources.database.transaction() as conn:
        await override(conn, release_id, author=promoter.name, reason=form.get("reason", ""))
    return _show(release_id)


@router.post("/{release_id}/trials")
async def begin_trial(
    request: Request, release_id: Number, promoter: Promoter, resources: OpenResources
) -> Response:
    """Try it on a share of the conversations, or show the form again with what is wrong."""
    form = await read_form(request)
    problem: KefuError | None = None
    try:
        await _begin(resources, release_id, form, author=promoter.name)
    except GateClosed:
        problem = GateClosed(NOT_TRIED, number=release_id)
    except KefuError as error:
        problem = error
    if problem is None:
        return _show(release_id)
    return await _render_release(request, resources, release_id, given=form, trial_problem=problem)


async def _render_release(
    request: Request,
    resources: Resources,
    release_id: int,
    *,
    given: Mapping[str, str] = MappingProxyType({}),
    problem: KefuError | None = None,
    trial_problem: KefuError | None = None,
) -> Response:
    async with resources.database.connection() as conn:
        release, live = await get_release(conn, release_id), await get_live(conn)
        is_live = release.id == live.id
        unfinished = [] if is_live else await list_unfinished(conn, resources, release)
        is_running = not is_live and (
            await is_being_evaluated(conn, release_id)
            or any(each.progress is Progress.RUNNING for each in unfinished)
        )
        page = ReleasePage(
            release=release,
            live=live,
            changes=list_changes(live.content, release.content),
            moves=[each for each in await list_moves(conn) if each.release_id == release_id],
            trial=await find_trial(conn),
            verdict=None if is_live else await judge_release(conn, resources, release),
            unfinished=unfinished,
            is_running=is_running,
            stage=await find_stage(conn, release, live) if is_running else None,
            shadows=await list_shadow_answers(conn, release_id),
            given=given,
            problem=problem,
            trial_problem=trial_problem,
        )
    refused = problem or trial_problem
    status = refused.status if refused else 200
    return render_page(request, "rollout/release.html", page, status=status)


async def _begin(
    resources: Resources, release_id: int, form: Mapping[str, str], *, author: str
) -> None:
    kind = next((each for each in TrialKind if each == form.get("kind")), None)
    if kind is None:
        raise BadInput("A trial is a canary, a comparison or a shadow.")
    share = _read_percent(form) / 100
    given = form.get("reason", "").strip() or None
    async with resources.database.transaction() as conn:
        reason = await require_tryable(conn, resources, release_id, kind, reason=given)
        await start_trial(conn, release_id, kind, share=share, author=author, reason=reason)


def _read_percent(form: Mapping[str, str]) -> float:
    try:
        percent = float(form.get("percent", ""))
    except ValueError as error:
        raise BadInput("The share is a number of percent.") from error
    if not 0 < percent <= 100:
        raise BadInput("The share lies above 0 and is at most 100 percent.")
    return percent


def _show(release_id: int) -> RedirectResponse:
    return RedirectResponse(f"{HOME}/{release_id}", status_code=303)
