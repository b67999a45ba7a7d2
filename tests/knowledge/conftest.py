"""What an ingestion works with: a real database, a fake embedder."""

import pytest
from taken_in import CountingEmbedder

from kefu.db import Database
from kefu.resources import Resources
from kefu.settings import IngestSettings, Settings


@pytest.fixture
def embedder() -> CountingEmbedder:
    return CountingEmbedder()


@pytest.fixture
def resources(committed_database: Database, embedder: CountingEmbedder) -> Resources:
    settings = Settings(ingest=IngestSettings(workers=1))
    return Resources(settings=settings, database=committed_database, embedder=embedder)
