"""What the server does besides answering requests."""

import asyncio
import contextlib

import pytest

from kefu.db import Database
from kefu.knowledge import embedding, ensure_base, ingest, list_statuses
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings


async def test_waiting_chunks_get_their_vectors_from_a_running_server(
    committed_database: Database, tmp_path_factory: pytest.TempPathFactory
) -> None:
    folder = tmp_path_factory.mktemp("documents")
    (folder / "refund.md").write_text("# Refunds\n\nYou have 14 days.\n", encoding="utf-8")
    resources = Resources(settings=Settings(), database=committed_database, embedder=FakeEmbedder())
    await ensure_base(resources, "main")
    await ingest(resources, [folder], wait=False)
    keeping = asyncio.create_task(embedding.keep_embedding(committed_database, resources.embedder))
    async with asyncio.timeout(20):
        while await _waiting(committed_database):  # noqa: ASYNC110 - another task's work, in the database
            await asyncio.sleep(0.05)
    keeping.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await keeping


async def _waiting(database: Database) -> int:
    async with database.connection() as conn:
        return sum(status.waiting_count for status in await list_statuses(conn))
