"""Asks a model something short on the way to an answer, by the live version of a prompt."""

from collections.abc import AsyncGenerator, Mapping
from contextlib import aclosing
from dataclasses import dataclass

from kefu.llm import ChatEndpoint
from kefu.prompts import Value, load_live, render
from kefu.resources import Resources
from kefu.text import Language
from kefu.viewer import DataClass


@dataclass(frozen=True, slots=True, kw_only=True)
class Consultation:
    """What is asked.

    Attributes:
        name: of the prompt; `values` fill it in.
        data_class: the highest in the values.
    """

    name: str
    values: Mapping[str, Value]
    language: Language
    max_tokens: int
    data_class: DataClass


async def consult(resources: Resources, endpoint: ChatEndpoint, asked: Consultation) -> str:
    """What the model writes; raises as `stream_consultation`."""
    async with aclosing(stream_consultation(resources, endpoint, asked)) as pieces:
        return "".join([piece async for piece in pieces])


async def stream_consultation(
    resources: Resources, endpoint: ChatEndpoint, asked: Consultation
) -> AsyncGenerator[str, None]:
    """What the model writes, as it comes. Close the iterator when you stop early.

    Raises:
        ModelForbidden: it may not see this.
        ModelUnavailable: it failed; before this pieces may have come.
    """
    async with resources.database.connection() as conn:
        live = await load_live(
            conn, asked.name, language=asked.language, numbers=resources.prompt_numbers
        )
    rendered = render(live.specification, asked.values)
    pieces = endpoint.stream(
        instructions=rendered.instructions,
        prompt=rendered.message,
        max_tokens=asked.max_tokens,
        data_class=asked.data_class,
    )
    async with aclosing(pieces):
        async for piece in pieces:
            yield piece
