"""What other processes tell through PostgreSQL's notifications."""

import asyncio
import logging
from collections.abc import AsyncGenerator
from contextlib import aclosing

import psycopg
from psycopg import AsyncConnection, sql

SILENCE_SECONDS = 10.0  # after which those who listen look for themselves
RETRY_SECONDS = 1.0
CONNECT_SECONDS = 10

log = logging.getLogger(__name__)


async def listen(url: str, channel: str) -> AsyncGenerator[str, None]:
    """What is told on a channel, on a connection that is made again when it breaks.

    An empty payload comes also after each connecting and after silence: something may have been
    missed before.
    """
    while True:
        try:
            async with (
                await AsyncConnection.connect(
                    url, autocommit=True, connect_timeout=CONNECT_SECONDS
                ) as conn,
                aclosing(_hear(conn, channel)) as heard,
            ):
                async for payload in heard:
                    yield payload
        except psycopg.OperationalError as error:
            log.warning("Nothing is heard from the database: %s", " ".join(str(error).split()))
        await asyncio.sleep(RETRY_SECONDS)


async def _hear(conn: AsyncConnection, channel: str) -> AsyncGenerator[str, None]:
    await conn.execute(sql.SQL("listen {}").format(sql.Identifier(channel)))
    while True:
        yield ""
        async with aclosing(conn.notifies(timeout=SILENCE_SECONDS)) as told:
            async for notification in told:
                yield notification.payload
