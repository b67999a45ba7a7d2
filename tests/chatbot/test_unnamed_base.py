"""Whichever way somebody asks who names no base: which one is meant."""

from collections.abc import Awaitable, Callable
from typing import Any

import pytest
from documents import REFUNDS
from filling import fill
from httpx import AsyncClient
from signing_in import sign_in

from kefu.resources import Resources

QUESTION = "退款多久到账？"
WHICH = "There is no knowledge base 'main'. Name one of these: shop, staff."
MCP = {"accept": "application/json, text/event-stream", "mcp-protocol-version": "2025-06-18"}


async def search(client: AsyncClient, **base: str) -> str:
    return (await client.get("/api/search", params={"q": QUESTION, **base})).text


async def chat(client: AsyncClient, **base: str) -> str:
    return (await client.post("/api/chat", json={"question": QUESTION, **base})).text


async def complete(client: AsyncClient, base: str = "") -> str:
    said = [{"role": "user", "content": QUESTION}]
    body = {"model": f"kefu/{base}" if base else "kefu", "messages": said}
    return (await client.post("/v1/chat/completions", json=body)).text


async def call(client: AsyncClient, name: str, arguments: dict[str, str]) -> str:
    called: dict[str, Any] = {"name": name, "arguments": arguments}
    body = {"jsonrpc": "2.0", "id": 1, "method": "tools/call", "params": called}
    return (await client.post("/mcp", json=body, headers=MCP)).text


async def search_by_tool(client: AsyncClient, **base: str) -> str:
    return await call(client, "search", {"query": QUESTION, **base})


async def ask_by_tool(client: AsyncClient, **base: str) -> str:
    return await call(client, "ask", {"question": QUESTION, **base})


@pytest.mark.usefixtures("answerer")
@pytest.mark.parametrize("door", [search, chat, complete, search_by_tool, ask_by_tool])
async def test_the_only_base_is_meant_and_of_several_one_must_be_named(
    client: AsyncClient, resources: Resources, door: Callable[..., Awaitable[str]]
) -> None:
    await sign_in(client, resources.database, "staff")
    await fill(resources, {"退款政策": REFUNDS}, base="shop")
    assert "原路退回" in await door(client)
    await fill(resources, {"退款政策": REFUNDS}, base="staff")
    assert WHICH in await door(client)
    assert "原路退回" in await door(client, base="staff")


async def test_a_base_of_which_nothing_may_be_read_is_not_named(
    client: AsyncClient, resources: Resources
) -> None:
    await fill(resources, {"退款政策": REFUNDS}, base="board", audience="board")
    await fill(resources, {"退款政策": REFUNDS}, base="shop")
    assert "原路退回" in await search(client)
    await fill(resources, {"退款政策": REFUNDS}, base="staff")
    assert WHICH in await search(client)
