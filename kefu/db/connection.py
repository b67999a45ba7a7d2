"""Connections to the database that the settings name."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager
from functools import partial

import psycopg
from psycopg import AsyncConnection
from psycopg_pool import AsyncConnectionPool, PoolTimeout

from kefu.db.embedded import run_embedded
from kefu.db.health import inspect_server, require_fit
from kefu.db.migrations import migrate
from kefu.db.sealing import use_keys_of
from kefu.db.unfit import refuse_unfit
from kefu.errors import DatabaseUnavailable
from kefu.settings import Settings

Connection = AsyncConnection

POOL_SIZE = 20
CONNECT_SECONDS = 10


class Database:
    """A pool of connections to a database with the current schema."""

    def __init__(self, pool: AsyncConnectionPool, *, url: str) -> None:
        self._pool = pool
        self.url = url

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """A connection on which every statement commits by itself: for reading.

        Raises:
            BadInput: a text or number is given that no column can hold.
            DatabaseUnavailable: none becomes free, it breaks while it is used, or the server gives
                a statement up (a deadlock, a time limit, a full disk).
        """
        async with AsyncExitStack() as stack:
            try:
                conn = await stack.enter_async_context(self._pool.connection())
            except PoolTimeout as error:
                raise DatabaseUnavailable(
                    f"No database connection became free in {CONNECT_SECONDS} seconds."
                ) from error
            try:
                with refuse_unfit():
                    yield conn
            except psycopg.OperationalError as error:
                if conn.broken:
                    raise DatabaseUnavailable("The connection to the database was lost.") from error
                raise DatabaseUnavailable(
                    "The database gave up: %(reason)s.", reason=error.diag.message_primary or error
                ) from error

    @asynccontextmanager
    async def transaction(self) -> AsyncIterator[AsyncConnection]:
        """A connection inside one transaction, committed at the end of the context."""
        async with self.connection() as conn, conn.transaction():
            yield conn

    async def ping(self) -> None:
        """Ask the database for a sign of life.

        Raises:
            DatabaseUnavailable: it gives none.
        """
        async with self.connection() as conn:
            await conn.execute("select 1")


class OneTransaction(Database):
    """Hands out one connection inside a transaction that is ended elsewhere, to one at a time.

    Whoever uses it sees what was written in it, and nobody else does before it is committed. What
    holds the connection must not ask for it again.
    """

    def __init__(self, conn: AsyncConnection, *, url: str) -> None:
        self._conn = conn
        self._turn = asyncio.Lock()
        self.url = url

    @asynccontextmanager
    async def connection(self) -> AsyncIterator[AsyncConnection]:
        """The connection, when nobody else uses it."""
        async with self._turn:
            with refuse_unfit():
                yield self._conn


@asynccontextmanager
async def open_database(settings: Settings) -> AsyncIterator[Database]:
    """Connect, check the server, migrate, and keep a pool open.

    Raises:
        DatabaseUnavailable: in one sentence, with how to mend it.
    """
    use_keys_of(settings)
    async with AsyncExitStack() as stack:
        if settings.database_url is None:
            url = stack.enter_context(run_embedded(settings.data_dir)).url
        else:
            url = settings.database_url.get_secret_value()
        await prepare(url)
        pool = AsyncConnectionPool(
            url,
            min_size=1,
            max_size=POOL_SIZE,
            timeout=CONNECT_SECONDS,
            kwargs={"autocommit": True},
            configure=partial(configure, ef_search=settings.retrieval.ef_search),
            open=False,
        )
        await stack.enter_async_context(pool)
        yield Database(pool, url=url)


async def configure(conn: AsyncConnection, *, ef_search: int = 150) -> None:
    """Make vector search go on until enough neighbours pass the filters, in their true order."""
    await conn.execute("select set_config('hnsw.ef_search', %s, false)", [str(ef_search)])
    await conn.execute("set hnsw.iterative_scan = strict_order")


async def prepare(url: str) -> None:
    """Check the server behind `url` and bring its schema up to date."""
    try:
        conn = await AsyncConnection.connect(url, autocommit=True, connect_timeout=CONNECT_SECONDS)
    except psycopg.ProgrammingError as error:
        raise DatabaseUnavailable("KEFU_DATABASE_URL is not a PostgreSQL URL.") from error
    except psycopg.OperationalError as error:
        raise DatabaseUnavailable(
            f"The database does not answer: {' '.join(str(error).split())} Check KEFU_DATABASE_URL."
        ) from error
    async with conn:
        require_fit(await inspect_server(conn))
        try:
            await migrate(conn)
        except (psycopg.errors.InsufficientPrivilege, psycopg.errors.LockNotAvailable) as error:
            raise DatabaseUnavailable(
                f"The schema could not be brought up to date: {error.diag.message_primary}. "
                "Grant the role what it needs, or try again."
            ) from error
