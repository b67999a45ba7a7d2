"""The application with an endpoint of its settings, and a client."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kefu.db import Database
from kefu.llm import Endpoints, FakeEmbedder, Vault
from kefu.resources import Resources
from kefu.settings import EndpointSettings, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    fixed = EndpointSettings(
        name="fixed", url="http://10.0.0.7:8000/v1", model="own", key="sk-of-the-settings"
    )
    return Settings(data_dir=tmp_path, endpoints=(fixed,))


@pytest.fixture
async def endpoints(settings: Settings, database: Database) -> AsyncIterator[Endpoints]:
    vault = Vault(settings.data_dir)
    endpoints = Endpoints(settings, connect=database.connection, vault=vault)
    yield endpoints
    await endpoints.aclose()


@pytest.fixture
def resources(settings: Settings, database: Database, endpoints: Endpoints) -> Resources:
    return Resources(
        settings=settings,
        database=database,
        embedder=FakeEmbedder(),
        endpoint=endpoints,
        endpoints=endpoints,
    )
