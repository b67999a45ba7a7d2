"""Whether the configured models work, asked as lightly as possible."""

from contextlib import aclosing
from dataclasses import dataclass
from time import perf_counter

from kefu.errors import ModelUnavailable
from kefu.llm.chat import ChatEndpoint
from kefu.llm.embeddings import Embedder

SAME_MEANING = ("How do I get my money back?", "如何申请退款？", "The colour of the sky at noon.")
"""A question, the same one in the other language, and something else."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    """The finding of a check-up."""

    is_ok: bool
    detail: str
    how_to_mend: str = ""


async def check_endpoint(endpoint: ChatEndpoint | None) -> Check:
    """Have it write a word."""
    if endpoint is None:
        return Check(
            is_ok=True,
            detail="No language model is set: answers are quoted from the documents.",
            how_to_mend="Set model.url and model.name, or model.local, to have answers written.",
        )
    started = perf_counter()
    pieces = endpoint.stream(
        instructions="Answer with one word.", prompt="Say: ready", max_tokens=200
    )
    try:
        async with aclosing(pieces):
            await anext(pieces)
    except ModelUnavailable as error:
        return _broken(error)
    seconds = perf_counter() - started
    return Check(is_ok=True, detail=f"{endpoint.name} writes its first word in {seconds:.1f} s.")


async def check_embedder(embedder: Embedder) -> Check:
    """See whether a question is nearer to its translation than to something else."""
    started = perf_counter()
    try:
        question, translation, other = await embedder.embed_queries(SAME_MEANING)
    except ModelUnavailable as error:
        return _broken(error)
    seconds = perf_counter() - started
    if question @ translation <= question @ other:
        return Check(
            is_ok=False,
            detail=f"{embedder.name} does not understand Chinese and English alike.",
            how_to_mend="Use a multilingual embedding model.",
        )
    size = f"{embedder.dimensions} dimensions"
    return Check(is_ok=True, detail=f"{embedder.name}, {size}, {seconds:.2f} s for three queries.")


def _broken(error: ModelUnavailable) -> Check:
    detail, _, mend = str(error).partition(". ")
    return Check(is_ok=False, detail=detail.rstrip(".") + ".", how_to_mend=mend)
