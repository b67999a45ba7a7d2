"""A database whose changes are taken back."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from psycopg import AsyncConnection

from kefu.db import Database, configure, use_keys_of
from kefu.db.unfit import refuse_unfit
from kefu.settings import Settings


class RolledBackDatabase(Database):
    """Hands out one connection whose transaction is rolled back elsewhere."""

    def __init__(self, conn: AsyncConnection, *, url: str) -> None:
        self._conn = conn
        self.url = url

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        with refuse_unfit():
            yield self._conn


@asynccontextmanager
async def roll_back(url: str, settings: Settings) -> AsyncIterator[AsyncConnection]:
    """A connection inside a transaction that is rolled back in the end."""
    async with (
        await AsyncConnection.connect(url, autocommit=True) as conn,
        conn.transaction(force_rollback=True),
    ):
        await configure(conn)
        use_keys_of(settings)
        yield conn
