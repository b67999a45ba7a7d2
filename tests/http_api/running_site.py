"""The application on a real server, in a thread with an event loop of its own."""

import asyncio
import socket
import threading
import time
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import httpx
import uvicorn

from kefu.accounts import PERMISSIONS, NewKey, add_staff, create_key
from kefu.db import open_database
from kefu.knowledge import ingest
from kefu.resources import open_resources
from kefu.server import configure_server, create_app
from kefu.settings import ServerSettings, Settings

LONGEST_STOP_SECONDS = 120.0


class Site:
    """A running application.

    Attributes:
        key: of an administrator.
        search_key: that may only search.
        headers: with the key of the administrator.
        searching_headers: with the key that may only search.
        known: ids that exist, by the name of the parameter that takes them.
    """

    def __init__(self, url: str, keys: Sequence[str], *, data_dir: Path) -> None:
        self.url = url
        self.data_dir = data_dir
        self.port = urlsplit(url).port or 0
        self.key, self.search_key = keys
        self.headers = {"Authorization": f"Bearer {self.key}"}
        self.searching_headers = {"Authorization": f"Bearer {self.search_key}"}
        answer = self.ask("When are refunds paid?")
        self.known = {name: answer[name] for name in ("conversation_id", "message_id")}
        self.known["chunk_id"] = answer["citations"][0]["chunk_id"]

    def ask(self, question: str) -> Any:
        response = httpx.post(
            f"{self.url}/api/chat", json={"question": question}, headers=self.headers
        )
        return response.raise_for_status().json()


@contextmanager
def run_site(folder: Path) -> Iterator[Site]:
    """Fill a data folder and serve from it."""
    (folder / "refund.md").write_text("# Refunds\n\nRefunds are paid within seven days.\n")
    settings = Settings(data_dir=folder / "data")
    keys = asyncio.run(_fill(settings, folder / "refund.md"))
    given = ServerSettings(port=_free_port())
    server = uvicorn.Server(configure_server(create_app(settings), given, "critical"))
    thread = threading.Thread(target=server.run, daemon=True)
    thread.start()
    while not server.started:
        assert thread.is_alive()
        time.sleep(0.02)
    try:
        yield Site(f"http://127.0.0.1:{given.port}", keys, data_dir=settings.data_dir)
    finally:
        server.should_exit = True
        thread.join(LONGEST_STOP_SECONDS)
        assert not thread.is_alive()


async def _fill(settings: Settings, file: Path) -> list[str]:
    """Take in a document and make an administrator's keys: for everything, and for searching."""
    async with open_resources(settings) as resources:
        await ingest(resources, [file])
    async with open_database(settings) as database, database.transaction() as conn:
        staff = await add_staff(
            conn, actor="test", email="ann@example.com", name="Ann", role="admin"
        )
        wanted = (
            NewKey(name="all", scopes=sorted(PERMISSIONS["admin"]), days=1),
            NewKey(name="search", scopes=["search"], days=1),
        )
        return [(await create_key(conn, staff, each)).secret for each in wanted]


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port
