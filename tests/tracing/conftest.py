"""A small knowledge base and what records the answers from it."""

from collections.abc import AsyncIterator

import pytest
from filling import fill
from traced_answers import REFUNDS, SENTENCE, CalledEndpoint

from kefu.db import Database
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import IngestSettings, Settings
from kefu.tracing import Recorder, record_traces


@pytest.fixture
async def resources(committed_database: Database) -> Resources:
    """A base with one document, and a model that answers from it."""
    given = Resources(
        settings=Settings(ingest=IngestSettings(workers=1), database_url=committed_database.url),
        database=committed_database,
        embedder=FakeEmbedder(),
        endpoint=CalledEndpoint([SENTENCE]),
    )
    await fill(given, {"Refund policy": REFUNDS})
    return given


@pytest.fixture
async def recorder(resources: Resources) -> AsyncIterator[Recorder]:
    async with record_traces(resources) as recorder:
        yield recorder
