"""A server that is killed in the middle: what it acknowledged is there, once, and in order."""

import asyncio
import signal
from contextlib import suppress
from pathlib import Path
from uuid import UUID

import httpx
import psutil
from desk_people import ask
from server_processes import build_environment, free_port, start_server, wait_until_up

from kefu.conversations import list_messages
from kefu.db import Database

WRITERS = 8
UNLIMITED = {"KEFU_VISITORS__MESSAGES_PER_MINUTE": "0"}


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
    server = start_server(build_environment(migrated_url, tmp_path) | UNLIMITED, port)
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


async def test_one_of_two_processes_is_killed_and_the_service_goes_on(
    committed_database: Database, migrated_url: str, tmp_path: Path
) -> None:
    async with committed_database.transaction() as conn:
        id = (await ask(conn, customer_id=None)).id
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    environment = build_environment(migrated_url, tmp_path) | UNLIMITED
    server = start_server(environment, port, "--processes", "2")
    acknowledged: list[str] = []
    try:
        await wait_until_up(url)
        writing = asyncio.create_task(write_on_and_on(url, id, acknowledged))
        while len(acknowledged) < 20:
            await asyncio.wait([writing], timeout=0.01)
        answering = find_answering(server.pid)
        answering[0].kill()
        await asyncio.wait_for(writing, 60)
        async with asyncio.timeout(30):
            while len(find_answering(server.pid)) < len(answering):  # noqa: ASYNC110 - a process begins
                await asyncio.sleep(0.05)
    finally:
        server.terminate()
        server.wait()
    assert len(answering) == 2
    async with committed_database.connection() as conn:
        kept = await list_messages(conn, id, limit=2000)
    assert [message.client_key for message in kept[1:]] == acknowledged
    assert not psutil.pid_exists(answering[1].pid)


async def write_on_and_on(url: str, id: UUID, acknowledged: list[str]) -> None:
    """Send messages one after the other, each on a connection of its own.

    One that got no answer is sent again with its key.
    """
    path = f"{url}/api/conversations/{id}/messages"
    async with httpx.AsyncClient(timeout=30, headers={"Connection": "close"}) as client:
        for n in range(120):
            while len(acknowledged) <= n:
                with suppress(httpx.TransportError):
                    body = {"text": str(n), "client_key": str(n)}
                    (await client.post(path, json=body)).raise_for_status()
                    acknowledged.append(str(n))


def find_answering(pid: int) -> list[psutil.Process]:
    """The processes that a server has begun to answer requests."""
    children = psutil.Process(pid).children()
    return [each for each in children if "spawn_main" in " ".join(each.cmdline())]
