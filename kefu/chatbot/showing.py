"""Who looks at a conversation elsewhere sees that an answer is being written."""

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, datetime, timedelta
from uuid import UUID

from kefu.conversations import tell_writing
from kefu.errors import DatabaseUnavailable
from kefu.resources import Resources

SHOWN_EVERY_SECONDS = 3.0
FRESH = timedelta(seconds=8)

log = logging.getLogger(__name__)


def is_fresh(asked_at: datetime) -> bool:
    """Whether a question may be being answered though nothing was heard of that."""
    return datetime.now(UTC) - asked_at < FRESH


@asynccontextmanager
async def show_writing(resources: Resources, conversation_id: UUID) -> AsyncIterator[None]:
    """Say again and again that an answer is being written, for as long as it takes."""
    telling = asyncio.create_task(_tell(resources, conversation_id))
    try:
        yield
    finally:
        telling.cancel()
        await asyncio.wait([telling])


async def _tell(resources: Resources, conversation_id: UUID) -> None:
    while True:
        await asyncio.sleep(SHOWN_EVERY_SECONDS)
        try:
            async with resources.database.transaction() as conn:
                await tell_writing(conn, conversation_id)
        except DatabaseUnavailable as error:  # the answer does without
            log.warning("Nobody was told that an answer is written: %s", error)
