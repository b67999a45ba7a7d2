"""Rerank servers as their makers describe them, which judge by the built-in embedder."""

import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from kefu.llm import Embedder
from tests.llm.misbehaving import Behaviour, Request, respond

Results = Sequence[Mapping[str, Any]]

TOKENS = 40
WRAPPED = "dashscope, gte-rerank-v2"
FORMS: dict[str, Callable[[Results], dict[str, Any]]] = {
    "jina": lambda results: {
        "model": "jina",
        "usage": {"total_tokens": TOKENS},
        "results": results,
    },
    "cohere": lambda results: {
        "id": "1",
        "results": results,
        "meta": {"api_version": {"version": "2"}, "tokens": {"input_tokens": TOKENS}},
    },
    "cohere, units": lambda results: {
        "results": results,
        "meta": {"billed_units": {"search_units": 1}},
    },
    "vllm": lambda results: {
        "id": "rerank-1",
        "model": "bge",
        "usage": {"prompt_tokens": TOKENS, "total_tokens": TOKENS},
        "results": [{**each, "document": {"text": "..."}} for each in results],
    },
    "dashscope": lambda results: {
        "object": "list",
        "model": "qwen3-rerank",
        "id": "1",
        "usage": {"total_tokens": TOKENS},
        "results": results,
    },
    WRAPPED: lambda results: {
        "output": {"results": results},
        "usage": {"total_tokens": TOKENS},
        "request_id": "1",
    },
}
PATHS = {
    "jina": "/v1/rerank",
    "cohere": "/v2/rerank",
    "cohere, units": "/v2/rerank",
    "vllm": "/v1/rerank",
    "dashscope": "/compatible-api/v1/reranks",
    WRAPPED: "/api/v1/services/rerank/text-rerank/text-rerank",
}


@dataclass(frozen=True, kw_only=True)
class Asked:
    """What a request wants to be ranked."""

    query: str
    documents: list[str]
    most: int


def read(form: str, body: Mapping[str, Any]) -> Asked:
    """Raises KeyError for what the server of this form does not understand."""
    asked = body["input"] if form == WRAPPED else body
    how = body["parameters"] if form == WRAPPED else body
    return Asked(query=asked["query"], documents=asked["documents"], most=how["top_n"])


def ranker(form: str, embedder: Embedder, *, key: str, is_reversed: bool = False) -> Behaviour:
    """Ranks at the path of this form for those who have the key; reversed, the worst first."""

    async def behaviour(request: Request, writer: asyncio.StreamWriter) -> None:
        answer = respond("{}", status=400)
        if request.path != PATHS[form]:
            answer = respond("{}", status=404)
        elif request.headers.get("authorization") != f"Bearer {key}":
            answer = respond("{}", status=401)
        elif request.body.keys() == {"model", *_keys(form)}:
            ranked = await _rank(read(form, request.body), embedder, is_reversed=is_reversed)
            answer = respond(json.dumps(FORMS[form](ranked)))
        await answer(request, writer)

    return behaviour


def _keys(form: str) -> set[str]:
    return {"input", "parameters"} if form == WRAPPED else {"query", "documents", "top_n"}


async def _rank(asked: Asked, embedder: Embedder, *, is_reversed: bool) -> Results:
    (query,) = await embedder.embed_queries([asked.query])
    scores = (await embedder.embed_documents(asked.documents)) @ query
    results = [
        {"index": index, "relevance_score": float(-score if is_reversed else score)}
        for index, score in enumerate(scores)
    ]
    return sorted(results, key=lambda each: -each["relevance_score"])[: asked.most]
