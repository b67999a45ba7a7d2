"""A process is killed while it answers: whoever sends the question again is answered by another."""

import asyncio
import signal
from pathlib import Path
from typing import Any

import httpx
from documents import REFUNDS
from filling import fill
from server_processes import build_environment, free_port, start_server, wait_until_up

from kefu.db import Database
from kefu.llm import BuiltInEmbedder
from kefu.resources import Resources
from kefu.settings import Settings

SENT = {"question": "退款多久到账？", "client_key": "a9f3c1d2-7c57-4a0e-9a3d-0e5b1d6f2c44"}


async def ask(url: str) -> dict[str, Any]:
    async with httpx.AsyncClient(timeout=60) as client:
        response = await client.post(f"{url}/api/chat", json=SENT)
    answer: dict[str, Any] = response.raise_for_status().json()
    return answer


async def list_stored(database: Database) -> list[tuple[str, str]]:
    async with database.connection() as conn:
        cursor = await conn.execute("select role, text from messages order by position")
        return await cursor.fetchall()


async def test_another_process_answers_once_what_a_killed_one_had_begun_to(
    committed_database: Database,
    migrated_url: str,
    built_in_embedder: BuiltInEmbedder,
    tmp_path: Path,
) -> None:
    resources = Resources(
        settings=Settings(), database=committed_database, embedder=built_in_embedder
    )
    await fill(resources, {"退款政策": REFUNDS})
    ports = [free_port(), free_port()]
    first, second = [f"http://127.0.0.1:{port}" for port in ports]
    environment = build_environment(migrated_url, tmp_path)
    servers = [start_server(environment, port) for port in ports]
    try:
        await asyncio.gather(wait_until_up(first), wait_until_up(second))
        async with committed_database.transaction() as conn:
            await conn.execute("lock table chunks")  # nothing is found for as long as this is held
            lost = asyncio.create_task(ask(first))
            async with asyncio.timeout(30):
                while not await list_stored(committed_database):  # noqa: ASYNC110 - a process stores
                    await asyncio.sleep(0.05)
            asking = asyncio.create_task(ask(second))
            await asyncio.sleep(1)
            servers[0].send_signal(signal.SIGKILL)
        answer = await asking
        again = await ask(second)
        outcome = await asyncio.gather(lost, return_exceptions=True)
    finally:
        for server in servers:
            server.kill()
            server.wait()
    assert isinstance(outcome[0], httpx.TransportError)
    assert again == answer
    assert await list_stored(committed_database) == [
        ("customer", SENT["question"]),
        ("chatbot", answer["answer"]),
    ]
