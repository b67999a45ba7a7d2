"""A change of the knowledge is held against the cases it touches when it is live, and told.

What was gated was looked at before; this is for what was not, or by somebody's word.
"""

import asyncio
import logging
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta

from kefu.db import Connection
from kefu.errors import KefuError
from kefu.evaluation import (
    KnowledgeCheck,
    check_since,
    find_last_start,
    list_datasets,
    load_gates,
)
from kefu.knowledge import find_base, find_last_change
from kefu.releases import find_live
from kefu.resources import Resources
from kefu.rollout.records import Reaction, Reading
from kefu.rollout.store import (
    KNOWLEDGE,
    clear_alerts,
    insert_alert,
    insert_delivery,
    list_alerts,
    only_one,
)

MONITOR = "knowledge_losses"
EVERY_SECONDS = 30.0
QUIET = timedelta(seconds=60)
"""So long nothing was changed: an ingestion stores its documents one after another."""
MOST_NAMED = 20

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Mark:
    """What a check was about; it is repeated when one of these moves.

    Attributes:
        proven_at: when the experiment began that a change is held against.
    """

    release_id: int
    changed_at: datetime
    proven_at: datetime


@dataclass(slots=True, kw_only=True)
class KnowledgeWatch:
    """What this process has looked at, base by base."""

    resources: Resources
    quiet: timedelta = QUIET
    _marks: dict[str, _Mark] = field(default_factory=dict)
    _checks: dict[str, KnowledgeCheck] = field(default_factory=dict)

    async def look(self) -> None:
        """Check what was changed since the last look, and raise or clear the alert.

        Raises:
            BadInput: gates.toml cannot be used.
        """
        limits = load_gates().knowledge
        if not limits.watched:
            return
        async with (
            self.resources.database.connection() as conn,
            only_one(conn, KNOWLEDGE) as is_ours,
        ):
            live = await find_live(conn)
            if not is_ours or live is None:
                return
            moved = False
            for base in sorted({each.base for each in await list_datasets(conn)}):
                mark = await self._read_mark(conn, base, release_id=live.id)
                if mark is not None and mark != self._marks.get(base):
                    self._checks[base] = await check_since(self.resources, base, limits)
                    self._marks[base] = mark
                    moved = True
            if moved:
                await self._settle(conn, live.id)

    async def _read_mark(self, conn: Connection, name: str, *, release_id: int) -> _Mark | None:
        """None where there is nothing to check, or it may still be changing."""
        base = await find_base(conn, name)
        changed_at = await find_last_change(conn, base) if base else None
        proven_at = await find_last_start(conn, name)
        if changed_at is None or proven_at is None or changed_at > datetime.now(UTC) - self.quiet:
            return None
        return _Mark(release_id=release_id, changed_at=changed_at, proven_at=proven_at)

    async def _settle(self, conn: Connection, release_id: int) -> None:
        reading = read_losses(list(self._checks.values()))
        standing = [
            each
            for each in await list_alerts(conn, is_open=True)
            if each.monitor == MONITOR and each.release_id == release_id
        ]
        if reading.is_breached and [each.detail for each in standing] == [reading.detail]:
            return
        async with conn.transaction():
            await clear_alerts(conn, release_id, [MONITOR])
            if not reading.is_breached:
                return
            alert_id = await insert_alert(
                conn, reading, release_id=release_id, reaction=Reaction.NONE
            )
            if alert_id is not None and self.resources.settings.alerts.url is not None:
                await insert_delivery(conn, alert_id)
        log.warning("A change of the knowledge made cases worse: %s", reading.detail)


def read_losses(checks: list[KnowledgeCheck]) -> Reading:
    """What the checks show together; sealed cases count and are not named."""
    shown = [each for check in checks for each in check.shown if each.counts]
    named = [f"{each.affected.posed}: {each.loss}" for each in shown[:MOST_NAMED]]
    count = sum(check.loss_count for check in checks)
    rest = [f"{count - len(named)} more"] if count > len(named) else []
    return Reading(
        monitor=MONITOR,
        value=float(count),
        limit=float(max((check.most_losses for check in checks), default=0)),
        sample_count=sum(len(check.affected) for check in checks),
        is_breached=not all(check.is_passed for check in checks),
        detail="; ".join([*named, *rest]),
    )


async def keep_watching_knowledge(
    resources: Resources, *, every_seconds: float = EVERY_SECONDS
) -> None:
    """Look again and again, until cancelled; one process of several does it."""
    watch = KnowledgeWatch(resources=resources)
    while True:
        await asyncio.sleep(every_seconds)
        try:
            await watch.look()
        except KefuError as error:
            log.warning("Watching the knowledge pauses: %s", error)
