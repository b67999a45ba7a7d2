"""A small knowledge base with a dataset about it."""

import pytest
from filling import fill
from shop import DOCUMENTS, TEXT

from kefu.db import Database
from kefu.evaluation import DatasetVersion, read_lines, save_version
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings


@pytest.fixture
async def resources(committed_database: Database) -> Resources:
    url = committed_database.url
    resources = Resources(
        settings=Settings(database_url=url),
        database=committed_database,
        embedder=FakeEmbedder(),
    )
    await fill(resources, DOCUMENTS)
    return resources


@pytest.fixture
async def version(resources: Resources) -> DatasetVersion:
    async with resources.database.transaction() as conn:
        return await save_version(conn, "shop", read_lines(TEXT), author="li", base="main")
