"""The whole application on a real database."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from people import IDENTITY_KEY

from kefu.db import Database
from kefu.knowledge import ensure_base
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.server import attach, create_app
from kefu.settings import Settings


@pytest.fixture
def settings() -> Settings:
    return Settings(customers={"identity_key": IDENTITY_KEY})


@pytest.fixture
def resources(settings: Settings, database: Database) -> Resources:
    return Resources(settings=settings, database=database, embedder=FakeEmbedder())


@pytest.fixture
def app(resources: Resources) -> FastAPI:
    app = create_app(resources.settings)
    attach(app, resources)
    return app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
        yield client


@pytest.fixture
async def main_base(resources: Resources) -> None:
    """A knowledge base to ask, without documents."""
    await ensure_base(resources, "main")
