"""Conversations that are really committed, as events are numbered at the end of a transaction."""

from pathlib import Path

import pytest
from hooked import Hooked

from kefu.db import Database
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings


@pytest.fixture
def resources(committed_database: Database, tmp_path: Path) -> Resources:
    return Resources(
        settings=Settings(data_dir=tmp_path / "data"),
        database=committed_database,
        embedder=FakeEmbedder(),
        endpoint=None,
    )


@pytest.fixture
def hooked(resources: Resources) -> Hooked:
    return Hooked(resources)
