"""Resources with two endpoints, of which nobody is asked."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from kefu.db import Connection, Database
from kefu.llm import Endpoints, FakeEmbedder, Vault
from kefu.releases import Release
from kefu.resources import Resources
from kefu.rollout import begin
from kefu.settings import EndpointSettings, Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    fixed = [
        EndpointSettings(name=name, url=f"http://10.0.0.7:8000/{name}", model=f"{name}-7b")
        for name in ("first", "second")
    ]
    return Settings(data_dir=tmp_path, endpoints=tuple(fixed))


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


@pytest.fixture
async def live(conn: Connection, resources: Resources) -> Release:
    """What a server releases when it starts for the first time."""
    return (await begin(conn, resources)).live
