"""What a running server does for the desk: wake what slept, call back what was left behind."""

import asyncio
import logging
from datetime import UTC, datetime, timedelta

from kefu.conversations.assigning import give_out_waiting
from kefu.conversations.attaching import UNSENT_HOURS
from kefu.conversations.presence import settle_absent
from kefu.conversations.snoozing import wake_due
from kefu.conversations.store.messages import delete_unsent
from kefu.db import Database
from kefu.errors import KefuError

PAUSE_SECONDS = 15.0

log = logging.getLogger(__name__)


async def keep_desk(database: Database, *, absent_minutes: int) -> None:
    """Settle the desk again and again; several processes may."""
    while True:
        try:
            await settle(database, absent_minutes=absent_minutes)
        except KefuError as error:
            log.warning("The desk was not settled: %s", error)
        await asyncio.sleep(PAUSE_SECONDS)


async def settle(database: Database, *, absent_minutes: int, now: datetime | None = None) -> None:
    """Do once what is due at the desk."""
    now = now or datetime.now(UTC)
    async with database.transaction() as conn:
        await wake_due(conn, now=now)
    async with database.transaction() as conn:
        await settle_absent(conn, seen_before=now - timedelta(minutes=absent_minutes))
    async with database.transaction() as conn:
        await give_out_waiting(conn)
    async with database.transaction() as conn:
        await delete_unsent(conn, hours=UNSENT_HOURS)
