"""`kefu ask` answers as the server does: by the live release."""

import asyncio
from typing import Any

import pytest
from filling import SUPPORT, fill

from kefu.db import Database
from kefu.resources import open_resources
from kefu.rollout import begin
from kefu.settings import Settings

QUESTION = "What does LH-4031 say?"
FACT = "LH-4031 says that the account is locked."


async def test_the_command_answers_by_the_live_release_unless_told_otherwise(
    committed_database: Database, command: Any, monkeypatch: pytest.MonkeyPatch
) -> None:
    async def ask(*options: str) -> Any:
        return await asyncio.to_thread(command, "ask", QUESTION, *options)

    async with open_resources(Settings(database_url=committed_database.url)) as resources:
        await fill(resources, SUPPORT)
        before = await ask()
        assert FACT in before
        assert "release" not in before
        async with committed_database.transaction() as conn:
            live = (await begin(conn, resources)).live
    monkeypatch.setenv("KEFU_ANSWERING__MIN_CONFIDENCE", "1")
    shown = await ask()
    assert FACT in shown
    assert f" s, release {live.id}\n" in shown
    assert (await ask("--json"))["outcome"] == "answered"
    assert (await ask("--unreleased", "--json"))["outcome"] == "abstained"
    trace = shown.rpartition("trace ")[2].strip()
    told = await asyncio.to_thread(command, "traces", "show", trace)
    assert f"kefu.release: {live.id}" in told
