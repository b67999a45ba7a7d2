"""A process that delivers until it is killed: URL of the database, data folder."""

import asyncio
import sys
from pathlib import Path

from pydantic import SecretStr

from kefu.chatbot.webhooks import keep_delivering
from kefu.db import open_database
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings


async def run(url: str, folder: str) -> None:
    settings = Settings(database_url=SecretStr(url), data_dir=Path(folder))
    async with open_database(settings) as database:
        resources = Resources(settings=settings, database=database, embedder=FakeEmbedder())
        await keep_delivering(resources, every_seconds=0.1)


asyncio.run(run(*sys.argv[1:]))
