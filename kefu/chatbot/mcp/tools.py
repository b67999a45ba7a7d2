"""The tools: what they take, what they do, and what they give back."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from mcp_types import CallToolResult, TextContent, Tool, ToolAnnotations
from pydantic import BaseModel, ConfigDict, Field, TypeAdapter

from kefu.accounts import Permission
from kefu.chatbot.answerer import Answerer
from kefu.chatbot.plain_text import list_sources, write_out
from kefu.chatbot.records import ChatAnswer
from kefu.chatbot.turns import (
    MAX_QUESTION_CHARACTERS,
    begin_turn,
    finish_turn,
    wait_for_answer,
)
from kefu.knowledge import choose_base, get_base
from kefu.resources import Resources
from kefu.retrieval import Hit, ask_corrected, correct, search_base
from kefu.viewer import Viewer

MOST_HITS = 20
BASE = "Name of the knowledge base; else `main`, or the only one that may be read."


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """On whose behalf tools work, and what they work with."""

    resources: Resources
    viewer: Viewer
    answerer: Answerer


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """What a search gives back."""

    hits: list[Hit]


class SearchArguments(BaseModel):
    """Find passages in the company's documents, best first.

    Words, codes and whole questions may be asked, in Chinese or English.
    """

    model_config = ConfigDict(extra="forbid")

    query: str = Field(
        min_length=1, max_length=MAX_QUESTION_CHARACTERS, description="Words or a question."
    )
    base: str | None = Field(None, max_length=200, description=BASE)
    top_k: int = Field(5, ge=1, le=MOST_HITS, description="How many hits.")


class AskArguments(BaseModel):
    """Get an answer to a customer's question, verified and with its sources.

    It may also abstain, ask back with choices, or hand over to a person; `outcome` says which.
    """

    model_config = ConfigDict(extra="forbid")

    question: str = Field(
        min_length=1, max_length=MAX_QUESTION_CHARACTERS, description="As the customer asks it."
    )
    base: str | None = Field(None, max_length=200, description=BASE)
    conversation_id: UUID | None = Field(
        None, description="Of an earlier answer, to ask on in the same conversation."
    )


@dataclass(frozen=True, slots=True, kw_only=True)
class Offer:
    """A tool as it is offered.

    Attributes:
        permission: that its caller needs.
        result: the type of its structured result.
    """

    name: str
    title: str
    permission: Permission
    arguments: type[BaseModel]
    result: TypeAdapter[Any]
    call: Callable[[Caller, Any], Awaitable[CallToolResult]]
    reads_only: bool

    def describe(self) -> Tool:
        """As it is listed."""
        return Tool(
            name=self.name,
            title=self.title,
            description=(self.arguments.__doc__ or "").strip(),
            input_schema=self.arguments.model_json_schema(),
            output_schema=self.result.json_schema(mode="serialization"),
            annotations=ToolAnnotations(
                read_only_hint=self.reads_only, destructive_hint=False, open_world_hint=False
            ),
        )


async def find_hits(caller: Caller, asked: SearchArguments) -> CallToolResult:
    """Search as `GET /api/search` does; typing errors are read as what the base holds."""
    resources, viewer = caller.resources, caller.viewer
    async with resources.database.connection() as conn:
        base = await get_base(conn, asked.base or await choose_base(conn, viewer))
    corrected = await correct(resources, asked.query, viewer=viewer, base=base)
    query, carried = ask_corrected(asked.query, corrected)
    hits = await search_base(
        resources, base, query, viewer=viewer, top_k=asked.top_k, carried=carried
    )
    text = "\n\n".join(map(_show, hits)) or "Nothing was found."
    return _give(text, FOUND.dump_python(Found(hits=list(hits)), mode="json"))


async def ask(caller: Caller, asked: AskArguments) -> CallToolResult:
    """Answer as `POST /api/chat` does."""
    resources, viewer = caller.resources, caller.viewer
    turn = await begin_turn(
        resources,
        asked.question,
        viewer=viewer,
        base=asked.base,
        conversation_id=asked.conversation_id,
    )
    events = finish_turn(resources, turn, viewer=viewer, answerer=caller.answerer)
    answer = await wait_for_answer(events)
    sources = list_sources(answer, site=resources.settings.server.url)
    text = "\n\n".join(filter(None, (write_out(answer), sources)))
    return _give(text, ANSWER.dump_python(answer, mode="json"))


def _show(hit: Hit) -> str:
    return f"{hit.breadcrumb} ({name_chunk(hit.chunk_id)})\n{hit.text}"


def name_chunk(chunk_id: int | str) -> str:
    """The address under which a chunk can be read as a resource."""
    return f"kefu://chunks/{chunk_id}"


def _give(text: str, structured: Any) -> CallToolResult:
    return CallToolResult(
        content=[TextContent(type="text", text=text)], structured_content=structured
    )


FOUND = TypeAdapter(Found)
ANSWER = TypeAdapter(ChatAnswer)
TOOLS = (
    Offer(
        name="search",
        title="Search the documents",
        permission="search",
        arguments=SearchArguments,
        result=FOUND,
        call=find_hits,
        reads_only=True,
    ),
    Offer(
        name="ask",
        title="Ask",
        permission="chat",
        arguments=AskArguments,
        result=ANSWER,
        call=ask,
        reads_only=False,  # the question becomes a conversation
    ),
)
