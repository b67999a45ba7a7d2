"""Servers as processes of their own, which tests can kill."""

import asyncio
import os
import socket
import subprocess
import sys
from pathlib import Path

import httpx


def build_environment(url: str, folder: Path, **settings: str) -> dict[str, str]:
    """The variables of this process with these settings alone, on a database of the tests."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("KEFU_")}  # noqa: TID251
    return kept | {"KEFU_DATABASE_URL": url, "KEFU_DATA_DIR": str(folder)} | settings


def start_server(
    environment: dict[str, str], port: int, *options: str
) -> "subprocess.Popen[bytes]":
    """`kefu serve`; it is up some seconds later."""
    return subprocess.Popen(
        [sys.executable, "-m", "kefu", "serve", *options],
        env=environment | {"KEFU_SERVER__PORT": str(port)},
    )


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


async def wait_until_up(url: str) -> None:
    async with asyncio.timeout(60), httpx.AsyncClient() as client:
        while True:
            try:
                if (await client.get(f"{url}/healthz")).is_success:
                    return
            except httpx.TransportError:
                await asyncio.sleep(0.1)
