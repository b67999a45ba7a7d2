"""A server that is killed in the middle: what it acknowledged is there, once, and in order."""

import asyncio
import signal
from pathlib import Path
from uuid import UUID

import httpx
from desk_people import ask
from server_processes import build_environment, free_port, start_server, wait_until_up

from kefu.conversations import list_messages
from kefu.db import Database

WRITERS = 8


async def write_on(url: str, id: UUID, writer: int, acknowledged: list[str]) -> None:
    """Send message after message; what got no answer is sent again with its key."""
    path = f"{url}/api/conversations/{id}/messages"
    async with httpx.AsyncClient(timeout=30) as client:
        for n in range(1000):
            key = f"{writer}-{n}"
            response = await client.post(path, json={"text": key, "client_key": key})
            response.raise_for_status()
            acknowledged.append(key)


async def test_what_was_acknowledged_outlives_a_killed_server(
    committed_database: Database, migrated_url: str, tmp_path: Path
) -> None:
    async with committed_database.transaction() as conn:
        id = (await ask(conn, customer_id=None)).id
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = start_server(build_environment(migrated_url, tmp_path), port)
    acknowledged: list[str] = []
    try:
        await wait_until_up(url)
        writing = [asyncio.create_task(write_on(url, id, n, acknowledged)) for n in range(WRITERS)]
        async with asyncio.timeout(60):
            while len(acknowledged) < 40:  # noqa: ASYNC110 - other tasks count
                await asyncio.sleep(0.01)
        server.send_signal(signal.SIGKILL)
        outcomes = await asyncio.gather(*writing, return_exceptions=True)
    finally:
        server.kill()
        server.wait()
    assert all(isinstance(outcome, httpx.TransportError) for outcome in outcomes)
    async with committed_database.connection() as conn:
        kept = await list_messages(conn, id, limit=2000)
    keys = [message.client_key for message in kept[1:]]
    assert set(acknowledged) <= set(keys)
    assert len(keys) - len(acknowledged) <= WRITERS  # in flight when it was killed
    assert [message.position for message in kept] == list(range(len(kept)))
    for writer in range(WRITERS):
        own = [key for key in keys if key and key.startswith(f"{writer}-")]
        assert own == [f"{writer}-{n}" for n in range(len(own))]
