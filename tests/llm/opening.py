"""Endpoints as the settings `model.*` describe one."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from kefu.llm import Endpoints, open_endpoints
from kefu.settings import ModelSettings, Settings


@asynccontextmanager
async def open_endpoint(settings: ModelSettings) -> AsyncIterator[Endpoints]:
    async with open_endpoints(Settings(model=settings)) as endpoints:
        yield endpoints
