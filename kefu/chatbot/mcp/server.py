"""A server of the protocol for one caller: lists what it may use, calls it, and reads chunks."""

import re
from collections.abc import Awaitable, Callable
from functools import partial
from pathlib import Path
from typing import Any

from mcp.server import Server
from mcp.shared.exceptions import MCPError
from mcp_types import (
    INVALID_PARAMS,
    CallToolRequestParams,
    CallToolResult,
    ListResourceTemplatesResult,
    ListToolsResult,
    PaginatedRequestParams,
    ReadResourceRequestParams,
    ReadResourceResult,
    ResourceTemplate,
    TextContent,
    TextResourceContents,
)
from pydantic import ValidationError

import kefu
from kefu.accounts import Permission, lack
from kefu.chatbot.mcp.tools import TOOLS, Caller, name_chunk
from kefu.errors import KefuError
from kefu.knowledge import get_excerpt
from kefu.text import explain_mistake
from kefu.web import describe

INSTRUCTIONS = Path(__file__).with_name("instructions.md")
CHUNK = re.compile(re.escape(name_chunk("")) + r"(\d{1,18})")
CHUNKS = ResourceTemplate(
    name="chunk",
    title="Passage of a document",
    description="What a hit or a citation refers to, with the text before and after it.",
    uri_template=name_chunk("{chunk_id}"),
    mime_type="text/markdown",
)


def build_server(caller: Caller) -> Server[Any]:
    """Everything that this caller may use, and nothing else."""
    server: Server[Any] = Server(
        "kefu",
        version=kefu.__version__,
        title=caller.resources.settings.chatbot.name,
        instructions=INSTRUCTIONS.read_text(encoding="utf-8"),
        on_list_tools=partial(_give, _list_tools, caller),
        on_call_tool=partial(_give, _call_tool, caller),
        on_list_resource_templates=partial(_give, _list_templates, caller),
        on_read_resource=partial(_give, _read_chunk, caller),
    )
    server.middleware.clear()  # its spans would be traces of their own; a trace is no request
    return server


async def _give(
    handle: Callable[[Caller, Any], Awaitable[Any]], caller: Caller, _context: Any, params: Any
) -> Any:
    return await handle(caller, params)


async def _list_tools(caller: Caller, _: PaginatedRequestParams | None) -> ListToolsResult:
    return ListToolsResult(
        tools=[each.describe() for each in TOOLS if each.permission in caller.viewer.permissions]
    )


async def _call_tool(caller: Caller, params: CallToolRequestParams) -> CallToolResult:
    """Call a tool; what went wrong is a result too, so that the model can mend it."""
    tool = next((each for each in TOOLS if each.name == params.name), None)
    if tool is None:
        raise MCPError(code=INVALID_PARAMS, message=f"There is no tool {params.name!r:.80}.")
    try:
        _require(caller, tool.permission)
        return await tool.call(caller, tool.arguments.model_validate(params.arguments or {}))
    except ValidationError as error:
        said = " ".join(
            str(explain_mistake(each, place=".".join(map(str, each["loc"]))))
            for each in error.errors()
        )
    except Exception as error:  # noqa: BLE001 - described and, where nobody foresaw it, logged
        said = describe(error).message
    return CallToolResult(content=[TextContent(type="text", text=said)], is_error=True)


async def _list_templates(
    _caller: Caller, _: PaginatedRequestParams | None
) -> ListResourceTemplatesResult:
    return ListResourceTemplatesResult(resource_templates=[CHUNKS])


async def _read_chunk(caller: Caller, params: ReadResourceRequestParams) -> ReadResourceResult:
    found = CHUNK.fullmatch(params.uri)
    if found is None:
        raise MCPError(code=INVALID_PARAMS, message=f"There is nothing at {params.uri!r:.80}.")
    try:
        _require(caller, "search")
        async with caller.resources.database.connection() as conn:
            excerpt = await get_excerpt(conn, int(found[1]), viewer=caller.viewer)
    except KefuError as error:
        raise MCPError(code=INVALID_PARAMS, message=str(error)) from error
    heading = " > ".join((excerpt.title, *excerpt.heading_path))
    text = "\n\n".join(filter(None, (f"# {heading}", excerpt.before, excerpt.text, excerpt.after)))
    contents = TextResourceContents(uri=params.uri, mime_type="text/markdown", text=text)
    return ReadResourceResult(contents=[contents])


def _require(caller: Caller, permission: Permission) -> None:
    if permission not in caller.viewer.permissions:
        raise lack(permission)
