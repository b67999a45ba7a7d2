"""What a process holds open while it works: settings, database, embedder, model endpoint."""

import logging
from collections.abc import AsyncIterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass, field

from kefu.db import Database, open_database
from kefu.llm import ChatEndpoint, Embedder, Endpoints, open_embedder, open_endpoints
from kefu.settings import Settings


@dataclass(frozen=True, slots=True, kw_only=True)
class Resources:
    """Handed down to every use case that needs more than a connection.

    Attributes:
        endpoint: writes answers; None: answers are extracted.
        endpoints: all of them, to be looked after.
        prompt_numbers: versions of prompts that are sent instead of the live ones, by key.
        release_id: of the release that all of this is.
    """

    settings: Settings
    database: Database
    embedder: Embedder
    endpoint: ChatEndpoint | None = None
    endpoints: Endpoints | None = None
    prompt_numbers: Mapping[str, int] = field(default_factory=dict)
    release_id: int | None = None

    async def find_writer(self) -> ChatEndpoint | None:
        """What writes, unless no endpoint for it is known now."""
        if self.endpoint is not self.endpoints or self.endpoints is None:
            return self.endpoint
        return self.endpoints if await self.endpoints.find_ceiling("chat") else None


@asynccontextmanager
async def open_resources(settings: Settings) -> AsyncIterator[Resources]:
    """Open everything the settings name and close it in the opposite order.

    Raises:
        DatabaseUnavailable: the database cannot be used.
        BadSettings: a model that is configured cannot be run here.
    """
    logging.getLogger("kefu").setLevel(settings.log_level.upper())
    async with AsyncExitStack() as stack:
        database = await stack.enter_async_context(open_database(settings))
        endpoints = await stack.enter_async_context(
            open_endpoints(settings, connect=database.connection)
        )
        embedder = await stack.enter_async_context(
            open_embedder(settings.embedding, endpoints=endpoints)
        )
        yield Resources(
            settings=settings,
            database=database,
            embedder=embedder,
            endpoint=endpoints,
            endpoints=endpoints,
        )
