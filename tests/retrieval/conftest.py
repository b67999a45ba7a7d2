"""What a search works with: a real database, a fake embedder."""

from dataclasses import replace

import pytest

from kefu.db import Database
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import IngestSettings, Settings


@pytest.fixture
def resources(database: Database) -> Resources:
    settings = Settings(ingest=IngestSettings(workers=1))
    return Resources(settings=settings, database=database, embedder=FakeEmbedder())


@pytest.fixture
def committed(resources: Resources, committed_database: Database) -> Resources:
    """For ingestion, which uses several connections at once."""
    return replace(resources, database=committed_database)
