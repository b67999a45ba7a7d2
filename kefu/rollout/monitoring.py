"""Live answers are watched: what breaches a limit is told, and what can be taken back is."""

import asyncio
import logging
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from kefu.db import Connection
from kefu.errors import KefuError
from kefu.evaluation import Monitors, load_gates
from kefu.releases import (
    Move,
    MoveKind,
    Release,
    Trial,
    TrialKind,
    end_trial,
    find_live,
    find_trial,
    get_release,
    list_moves,
)
from kefu.resources import Resources
from kefu.rollout.arms import compare_arms
from kefu.rollout.beginning import AUTHOR, notice_changes
from kefu.rollout.drift import read_drift
from kefu.rollout.grading import grade_sample
from kefu.rollout.monitors import read_all, read_grades
from kefu.rollout.moving import roll_back
from kefu.rollout.proposing import capture
from kefu.rollout.records import Reaction, Reading, Watched
from kefu.rollout.rises import read_rises
from kefu.rollout.store import (
    clear_alerts,
    clear_alerts_of_others,
    insert_alert,
    insert_delivery,
    list_alerts,
    list_due,
    note_attempt,
    only_one,
    read_figures,
    read_grade_figures,
)
from kefu.rollout.webhook import next_wait, send_alert

EVERY_SECONDS = 60.0
FORWARD = frozenset({MoveKind.PROMOTED, MoveKind.OVERRIDDEN})
LONG_AGO = datetime(1970, 1, 1, tzinfo=UTC)
NEVER_REVERTED = frozenset({"question_distance", "unknown_share", "slow_rise", "dear_rise"})
"""What customers ask is no release's doing; what it takes and costs was known at the gate."""

MOVES_READ = 1000

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Window:
    """What is looked at together.

    Attributes:
        live: with the move that made it so.
    """

    live: Release
    move: Move
    trial: Trial | None
    begin: datetime
    now: datetime
    limits: Monitors


async def read_monitors(
    conn: Connection,
    resources: Resources,
    *,
    now: datetime | None = None,
    with_drift: bool = True,
) -> Sequence[Watched]:
    """What every monitor shows of the live release and of the one that is tried.

    The drift of questions is left out on request: it may have to embed them first.

    Raises:
        BadInput: gates.toml cannot be used.
        ModelUnavailable: the embedder does not answer.
    """
    window = await _open_window(conn, now or datetime.now(UTC))
    if window is None:
        return []
    watched = [
        Watched(
            release_id=window.live.id,
            trial_id=None,
            since=max(window.begin, window.move.created_at),
            readings=await _read_live(conn, resources, window, with_drift=with_drift),
        )
    ]
    if window.trial is not None and window.trial.kind is not TrialKind.SHADOW:
        tried = await get_release(conn, window.trial.release_id)
        since = window.trial.started_at
        readings = await _read_release(conn, window, tried, since=since)
        readings.append(await _read_fall(conn, window.trial))
        watched.append(
            Watched(
                release_id=tried.id,
                trial_id=window.trial.id,
                since=max(window.begin, since),
                readings=readings,
            )
        )
    return watched


async def watch(resources: Resources, *, now: datetime | None = None) -> Sequence[Watched]:
    """Read the monitors once, raise and clear alerts, and take back what breaches.

    Nothing is done where another process is at it.

    Raises:
        BadInput: gates.toml cannot be used.
    """
    now = now or datetime.now(UTC)
    async with (
        resources.database.connection() as conn,
        only_one(conn) as is_ours,
    ):
        if not is_ours:
            return []
        watched = await read_monitors(conn, resources, now=now)
        window = await _open_window(conn, now)
        if window is None:
            return []
        for each in reversed(watched):  # the trial first: its end spares the live release
            await _settle(conn, resources, window, each)
        async with conn.transaction():
            await clear_alerts_of_others(conn, [each.release_id for each in watched])
        return watched


async def deliver(resources: Resources) -> None:
    """Send the alerts that are due."""
    settings = resources.settings.alerts
    if settings.url is None:
        return
    async with resources.database.connection() as conn, only_one(conn) as is_ours:
        for alert in await list_due(conn) if is_ours else ():
            problem = await send_alert(settings, alert)
            if problem:
                log.warning("Alert %s was not delivered: %s", alert.id, problem)
            wait = next_wait(alert.attempt_count + 1) if problem else None
            await note_attempt(conn, alert.id, problem=problem[:500], wait_seconds=wait)


async def keep_watching(resources: Resources, *, every_seconds: float = EVERY_SECONDS) -> None:
    """Watch, and notice changed endpoints, until cancelled; one process of several does it."""
    while True:
        await asyncio.sleep(every_seconds)
        try:
            async with resources.database.transaction() as conn:
                live = await find_live(conn)
                if live is not None:
                    await notice_changes(conn, live, await capture(conn, resources))
            await grade_sample(resources, now=datetime.now(UTC))
            await watch(resources)
            await deliver(resources)
        except KefuError as error:
            log.warning("Watching pauses: %s", error)


async def _open_window(conn: Connection, now: datetime) -> _Window | None:
    live = await find_live(conn)
    if live is None:
        return None
    limits = load_gates().monitors
    (move,) = await list_moves(conn, limit=1)
    return _Window(
        live=live,
        move=move,
        trial=await find_trial(conn),
        begin=now - timedelta(minutes=limits.window_minutes),
        now=now,
        limits=limits,
    )


async def _read_live(
    conn: Connection, resources: Resources, window: _Window, *, with_drift: bool
) -> list[Reading]:
    since, now = window.move.created_at, window.now
    readings = await _read_release(conn, window, window.live, since=since)
    readings += await read_rises(
        conn,
        window.limits,
        release_id=window.live.id,
        earlier_ids=[each.release_id for each in await list_moves(conn, limit=MOVES_READ)],
        since=since,
        now=now,
    )
    if with_drift:
        readings += await read_drift(conn, resources, window.limits, now=now)
    return readings


async def _read_fall(conn: Connection, trial: Trial) -> Reading:
    """How many fewer conversations the tried release solves than the live one beside it."""
    solved = (await compare_arms(conn, trial)).differences[0]
    return Reading(
        monitor="solved_fall",
        value=None if solved.live is None or solved.tried is None else solved.live - solved.tried,
        limit=0.0,
        sample_count=solved.tried_count,
        is_breached=solved.is_worse,
    )


async def _read_release(
    conn: Connection, window: _Window, release: Release, *, since: datetime
) -> list[Reading]:
    return await _read(conn, window, release, since=since, until=window.now)


async def _read(
    conn: Connection, window: _Window, release: Release, *, since: datetime, until: datetime
) -> list[Reading]:
    """What the monitors show at a moment, by answers that were given since another one."""
    limits = window.limits
    figures = await read_figures(
        conn,
        release.id,
        since=max(since, until - timedelta(minutes=limits.window_minutes)),
        until=until,
        slow=limits.p95_seconds or 0.0,
    )
    graded = await read_grade_figures(
        conn,
        release.id,
        since=max(since, until - timedelta(minutes=limits.graded_minutes)),
        until=until,
    )
    return [
        *read_all(figures, limits, has_models=bool(release.content.endpoints)),
        *read_grades(graded, limits),
    ]


async def _settle(
    conn: Connection, resources: Resources, window: _Window, watched: Watched
) -> None:
    """Alerts of one release: those that are new, and those that are over."""
    standing = {
        each.monitor
        for each in await list_alerts(conn, is_open=True)
        if each.release_id == watched.release_id
    }
    for reading in watched.readings:
        if not reading.is_breached or reading.monitor in standing:
            continue
        async with conn.transaction():
            reaction = await _react(conn, window, watched, reading)
            alert_id = await insert_alert(
                conn, reading, release_id=watched.release_id, reaction=reaction
            )
            if alert_id is not None and resources.settings.alerts.url is not None:
                await insert_delivery(conn, alert_id)
        log.warning("Release %s breaches %s.", watched.release_id, reading.monitor)
    kept = [each.monitor for each in watched.readings if not each.is_breached]
    async with conn.transaction():
        await clear_alerts(conn, watched.release_id, kept)


async def _react(conn: Connection, window: _Window, watched: Watched, reading: Reading) -> Reaction:
    """Take back a release that breaches a limit, and is worse than the one before or beside it."""
    if not window.limits.reverts or reading.monitor in NEVER_REVERTED:
        return Reaction.NONE
    reason = f"{reading.monitor} is {reading.value:.3g}, at most {reading.limit:g} is allowed."
    if watched.trial_id is not None:
        beside = await _read_release(conn, window, window.live, since=watched.since)
        if not _is_worse(reading, beside) or await find_trial(conn) is None:
            return Reaction.NONE
        await end_trial(conn, author=AUTHOR, reason=reason)
        return Reaction.TRIAL_ENDED
    if not await _may_go_back(conn, window, reading):
        return Reaction.NONE
    await roll_back(conn, author=AUTHOR, reason=reason, kind=MoveKind.REVERTED)
    return Reaction.ROLLED_BACK


async def _may_go_back(conn: Connection, window: _Window, reading: Reading) -> bool:
    """Whether the release is fresh, and what it replaced did certainly better as long before."""
    live = await find_live(conn)
    move = window.move
    watched_until = move.created_at + timedelta(hours=window.limits.watch_hours)
    if live is None or live.id != window.live.id or move.kind not in FORWARD:
        return False
    if move.replaced_id is None or window.now > watched_until:
        return False
    replaced = await get_release(conn, move.replaced_id)
    before = await _read(conn, window, replaced, since=LONG_AGO, until=move.created_at)
    return _is_worse(reading, before)


def _is_worse(reading: Reading, others: Sequence[Reading]) -> bool:
    """Whether the same of another release lies certainly below; where that has nothing, yes."""
    compared = [each.most for each in others if each.monitor == reading.monitor]
    return all(most is None or reading.least is None or reading.least > most for most in compared)
