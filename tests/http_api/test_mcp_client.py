"""The Model Context Protocol through its own client: over HTTP, and with a process of its own."""

import os
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import httpx2
import pytest
from mcp import Client, MCPError, StdioServerParameters
from mcp.client.streamable_http import streamable_http_client
from running_site import Site

pytestmark = pytest.mark.xdist_group("http_api")

QUESTION = "When are refunds paid?"


@asynccontextmanager
async def connect(
    site: Site, key: str | None = None, *, mode: str = "auto"
) -> AsyncIterator[Client]:
    headers = {"Authorization": f"Bearer {key or site.key}"}
    async with (
        httpx2.AsyncClient(headers=headers, timeout=60) as http,
        Client(streamable_http_client(f"{site.url}/mcp", http_client=http), mode=mode) as client,
    ):
        yield client


async def test_tools_are_listed_with_what_they_take_and_give(site: Site) -> None:
    async with connect(site) as client:
        tools = {tool.name: tool for tool in (await client.list_tools()).tools}
        (template,) = (await client.list_resource_templates()).resource_templates
    assert tools.keys() == {"search", "ask"}
    assert tools["search"].input_schema["required"] == ["query"]
    assert tools["ask"].output_schema["properties"]["outcome"]
    assert tools["search"].annotations.read_only_hint is True
    assert template.uri_template == "kefu://chunks/{chunk_id}"


@pytest.mark.parametrize("mode", ["auto", "legacy"])  # without and with a handshake
async def test_a_question_is_answered_with_its_sources(site: Site, mode: str) -> None:
    async with connect(site, mode=mode) as client:
        result = await client.call_tool("ask", {"question": QUESTION})
    assert not result.is_error
    answer = result.structured_content
    assert answer["outcome"] == "answered"
    assert "within seven days" in result.content[0].text
    assert "[1] Refunds" in result.content[0].text
    assert f"/sources/{site.known['chunk_id']}?" in result.content[0].text


async def test_a_conversation_goes_on(site: Site) -> None:
    async with connect(site) as client:
        first = await client.call_tool("ask", {"question": QUESTION})
        place = {"conversation_id": first.structured_content["conversation_id"]}
        again = await client.call_tool("ask", {"question": "And when exactly?"} | place)
    assert again.structured_content["outcome"] == "answered"
    assert again.structured_content["conversation_id"] == place["conversation_id"]


async def test_what_is_found_can_be_read(site: Site) -> None:
    async with connect(site) as client:
        result = await client.call_tool("search", {"query": "refunds", "top_k": 1})
        (hit,) = result.structured_content["hits"]
        (contents,) = (await client.read_resource(f"kefu://chunks/{hit['chunk_id']}")).contents
        for address in ("kefu://chunks/999999", "kefu://chunks/x", "file:///etc/passwd"):
            with pytest.raises(MCPError):
                await client.read_resource(address)
    assert f"kefu://chunks/{hit['chunk_id']}" in result.content[0].text
    assert "paid within seven days" in contents.text


@pytest.mark.parametrize(
    ("tool", "arguments", "said"),
    [
        ("search", {"query": ""}, "query: it is empty or too short."),
        ("search", {"query": "a", "colour": 1}, "colour: there is no such field."),
        ("search", {"query": "a", "base": "none"}, "There is no knowledge base 'none'."),
        ("ask", {"question": "a", "conversation_id": "x"}, "conversation_id: "),
    ],
)
async def test_what_is_wrong_is_said_to_the_model(
    site: Site, tool: str, arguments: dict[str, object], said: str
) -> None:
    async with connect(site) as client:
        result = await client.call_tool(tool, arguments)
    assert result.is_error
    assert said in result.content[0].text


async def test_a_tool_that_is_none_is_an_error(site: Site) -> None:
    async with connect(site) as client:
        with pytest.raises(MCPError, match="There is no tool"):
            await client.call_tool("delete_everything", {})


async def test_the_rights_are_those_of_the_key(site: Site) -> None:
    async with connect(site, site.search_key) as client:
        tools = [tool.name for tool in (await client.list_tools()).tools]
        refused = await client.call_tool("ask", {"question": QUESTION})
    assert tools == ["search"]
    assert refused.is_error
    assert "needs the permission chat" in refused.content[0].text


def test_nobody_gets_in_without_a_key(site: Site) -> None:
    message = {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}
    accept = {"Accept": "application/json, text/event-stream"}
    response = httpx2.post(f"{site.url}/mcp", json=message, headers=accept)
    assert response.status_code == 401
    for method in ("GET", "DELETE"):
        assert httpx2.request(method, f"{site.url}/mcp").status_code == 405


async def test_a_process_of_its_own_serves_one_client(site: Site) -> None:
    variables = {
        name: value
        for name, value in os.environ.items()  # noqa: TID251
        if name in {"PATH", "PYTHONPATH", "HOME"}
    }
    command = StdioServerParameters(
        command=sys.executable,
        args=["-m", "kefu", "mcp"],
        env=variables | {"KEFU_DATA_DIR": str(site.data_dir), "KEFU_MCP__KEY": site.search_key},
        cwd=Path(site.data_dir),
    )
    async with Client(command) as client:
        assert [tool.name for tool in (await client.list_tools()).tools] == ["search"]
        result = await client.call_tool("search", {"query": "refunds"})
    assert "paid within seven days" in result.content[0].text
