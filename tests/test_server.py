"""What the server does besides answering requests."""

import asyncio
import contextlib
import socket

import pytest
from server_processes import free_port

from kefu.db import Database
from kefu.errors import Unavailable
from kefu.knowledge import embedding, ensure_base, ingest, list_statuses
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.server import open_port
from kefu.settings import ServerSettings, Settings


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


def test_a_port_that_is_taken_is_told_before_anything_begins() -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        settings = ServerSettings(port=taken.getsockname()[1])
        with pytest.raises(Unavailable, match="KEFU_SERVER__PORT"):
            open_port(settings)


def test_a_host_that_is_none_of_this_machine_is_told() -> None:
    with pytest.raises(Unavailable, match=r"192\.0\.2\.1"):
        open_port(ServerSettings(host="192.0.2.1", port=free_port()))
