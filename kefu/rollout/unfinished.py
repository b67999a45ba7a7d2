"""Experiments of a release that are not at their end: what they are, and what goes on."""

from collections.abc import Sequence
from dataclasses import dataclass
from enum import StrEnum

from kefu.db import Connection
from kefu.evaluation import Experiment, find_begun, is_running, list_experiments
from kefu.releases import Release, apply_release
from kefu.resources import Resources
from kefu.rollout.gating import list_gate_versions, plan_evaluation

MOST_READ = 20


class Progress(StrEnum):
    """What becomes of an unfinished experiment.

    Some process works on a running one; the next evaluation goes on with a stopped one; what has
    changed since keeps one that was given up from ever counting.
    """

    RUNNING = "running"
    STOPPED = "stopped"
    GIVEN_UP = "given_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unfinished:
    """An experiment that did not reach its end."""

    experiment: Experiment
    progress: Progress


@dataclass(frozen=True, slots=True, kw_only=True)
class Stage:
    """The experiment at which an evaluation is, and the how manieth of how many it is."""

    experiment: Experiment
    number: int
    count: int


async def find_stage(conn: Connection, release: Release, live: Release) -> Stage | None:
    """How far the evaluation of a release is; None between two experiments.

    Raises:
        BadInput: gates.toml cannot be used.
    """
    versions = await list_gate_versions(conn)
    order = [(version.id, each.id) for version in versions for each in (live, release)]
    for each in (release, live):
        for experiment in await _list_begun(conn, each):
            step = (experiment.version_id, each.id)
            if step in order and await is_running(conn, experiment.id):
                number = order.index(step) + 1
                return Stage(experiment=experiment, number=number, count=len(order))
    return None


async def list_unfinished(
    conn: Connection, resources: Resources, release: Release
) -> Sequence[Unfinished]:
    """The evaluations of a release that are not at their end, the latest first.

    Raises:
        BadInput: gates.toml cannot be used.
    """
    begun = await _list_begun(conn, release)
    if not begun:
        return []
    applied = await apply_release(resources, release)
    plans = [
        plan_evaluation(each, release, author=release.author)
        for each in await list_gate_versions(conn)
    ]
    going_on = {await find_begun(applied, each) for each in plans}
    return [
        Unfinished(experiment=each, progress=await _find_progress(conn, each, going_on))
        for each in begun
    ]


async def _list_begun(conn: Connection, release: Release) -> Sequence[Experiment]:
    experiments = await list_experiments(conn, release_id=release.id, limit=MOST_READ)
    return [
        each
        for each in experiments
        if each.finished_at is None and each.name == f"release-{release.id}"
    ]


async def _find_progress(
    conn: Connection, experiment: Experiment, going_on: set[int | None]
) -> Progress:
    if await is_running(conn, experiment.id):
        return Progress.RUNNING
    return Progress.STOPPED if experiment.id in going_on else Progress.GIVEN_UP
