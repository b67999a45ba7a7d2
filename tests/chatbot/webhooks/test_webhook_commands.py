"""kefu webhooks, from the first to the last command."""

import asyncio
from collections.abc import Callable
from typing import Any

import pytest
from standardwebhooks import Webhook as Verifier

from kefu.db import Database
from kefu.errors import BadInput, Conflict, NotFound, Unavailable
from tests.llm.misbehaving import respond, serve


@pytest.fixture
def run(command: Any, committed_database: Database) -> Callable[..., Any]:
    """A command in a thread of its own, as it starts an event loop."""

    async def run(*arguments: str) -> Any:
        return await asyncio.to_thread(command, "webhooks", *arguments)

    return run


async def test_a_webhook_is_added_tried_changed_and_removed(run: Callable[..., Any]) -> None:
    async with serve(respond("{}")) as server:
        added = await run("add", "crm", server.url, "--allow-private", "--kind", "rated", "--json")
        assert "status 200" in await run("test", "crm")
        (request,) = server.requests
        body = Verifier(added["secret"]).verify(request.sent, request.headers)
        assert body["type"] == "test"
        (delivery,) = await run("deliveries", "crm", "--json")
        assert (delivery["state"], delivery["attempt_count"]) == ("delivered", 1)
        assert delivery["id"] in await run("deliveries", "crm", "--state", "delivered")
        assert delivery["id"] not in await run("deliveries", "crm", "--state", "given_up")
        assert "again" in await run("redeliver", delivery["id"])
        assert delivery["id"] in await run("deliveries", "crm", "--state", "waiting")
        assert (await run("rotate", "crm")).startswith("whsec_")
        with pytest.raises(Conflict):
            await run("add", "crm", server.url)
        assert f"leads to {server.url}/2." in await run("move", "crm", f"{server.url}/2")
        with pytest.raises(BadInput, match="a whole one"):
            await run("move", "crm", "nowhere")
    with pytest.raises(Unavailable, match="The test was not taken"):
        await run("test", "crm")
    await run("switch", "crm", "--off")
    (listed,) = await run("list", "--json")
    assert listed["disabled_at"] is not None
    await run("switch", "crm", "--on")
    assert "rated" in await run("list")
    await run("remove", "crm")
    with pytest.raises(NotFound):
        await run("deliveries", "crm")
