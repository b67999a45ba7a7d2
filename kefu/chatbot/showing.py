"""While an answer is being written others know it: who looks on sees it, who asks again waits."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta

from anyio import CancelScope

from kefu.chatbot.records import PendingTurn
from kefu.conversations import ANSWERING_SECONDS, drop_claim, keep_claim, tell_writing
from kefu.errors import DatabaseUnavailable
from kefu.resources import Resources

SHOWN_EVERY_SECONDS = 3.0
FRESH = timedelta(seconds=ANSWERING_SECONDS)

log = logging.getLogger(__name__)


def is_fresh(asked_at: datetime) -> bool:
    """Whether a question may be being answered though nothing was heard of that."""
    return datetime.now(UTC) - asked_at < FRESH


@asynccontextmanager
async def show_writing(resources: Resources, turn: PendingTurn) -> AsyncIterator[None]:
    """Say again and again that an answer is being written, for as long as it takes.

    Where it comes to nothing, whoever asks again gets an answer at once.
    """
    telling = asyncio.create_task(_tell(resources, turn))
    is_written = False
    try:
        yield
        is_written = True
    finally:
        telling.cancel()
        with CancelScope(shield=True):  # also when the customer has left
            await asyncio.wait([telling])
            if not is_written:
                await _give_up(resources, turn)


async def _tell(resources: Resources, turn: PendingTurn) -> None:
    while True:
        await asyncio.sleep(SHOWN_EVERY_SECONDS)
        try:
            async with resources.database.transaction() as conn:
                await tell_writing(conn, turn.conversation_id)
                if turn.asked is not None:
                    await keep_claim(conn, turn.asked.id)
        except DatabaseUnavailable as error:  # the answer does without
            log.warning("Nobody was told that an answer is written: %s", error)


async def _give_up(resources: Resources, turn: PendingTurn) -> None:
    if turn.asked is None:
        return
    try:
        async with resources.database.transaction() as conn:
            await drop_claim(conn, turn.asked.id)
    except DatabaseUnavailable as error:  # it ends by itself some seconds later
        log.warning("Nobody was told that an answer was given up: %s", error)
