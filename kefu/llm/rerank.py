"""A reranker behind `POST /rerank`, as Jina, Cohere (v2), vLLM, llama.cpp and DashScope speak it.

All take model, query and documents, and answer `results` of `index` and `relevance_score`; they
differ in the address and in where they report tokens. The first protocol of DashScope, the only one
its gte-rerank models know, wraps both question and answer.
"""

import asyncio
import math
from collections.abc import Sequence
from typing import Any

from openai import OpenAIError
from pydantic import AliasChoices, AliasPath, BaseModel, Field

from kefu.errors import ModelUnavailable
from kefu.llm.calls import Usage
from kefu.llm.endpoints import Endpoint
from kefu.llm.failures import MALFORMED, Place
from kefu.llm.http import explain, open_client, raise_for
from kefu.llm.vectors import clean

WRAPPED_PATH = "/text-rerank"
PATHS = ("/rerank", "/reranks", WRAPPED_PATH)
"""An address that ends with one of them is taken as it is."""


class _Result(BaseModel):
    index: int
    relevance_score: float


class _Tokens(BaseModel):
    total_tokens: int | None = None
    prompt_tokens: int | None = None
    input_tokens: int | None = None

    @property
    def count(self) -> int | None:
        return self.input_tokens or self.total_tokens or self.prompt_tokens


class _Meta(BaseModel):
    tokens: _Tokens | None = None


class _Answer(BaseModel):
    results: list[_Result] = Field(
        validation_alias=AliasChoices("results", AliasPath("output", "results"))
    )
    usage: _Tokens | None = None
    meta: _Meta | None = Field(None)
    """Of Cohere."""

    @property
    def tokens(self) -> int | None:
        counted = self.usage or (self.meta.tokens if self.meta else None)
        return counted.count if counted else None


class RerankWire:
    """Asks one model how well texts answer a question."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Nothing is sent before `rerank`."""
        self._place = Place.of(endpoint)
        self._model = endpoint.model
        self._seconds = endpoint.settings.first_token_seconds
        self._url = endpoint.url if endpoint.url.endswith(PATHS) else f"{endpoint.url}/rerank"
        self._client = open_client(
            endpoint.url, endpoint.settings.key, timeout_seconds=self._seconds, tries=1
        )

    async def rerank(self, query: str, texts: Sequence[str], *, usage: Usage) -> list[float]:
        """One score a text, in their order; higher is better, the scale is the model's.

        Raises:
            ModelUnavailable: it does not answer as it should.
        """
        asked = {"query": clean(query), "documents": [clean(text) or " " for text in texts]}
        how = {"top_n": len(texts)}
        is_wrapped = self._url.endswith(WRAPPED_PATH)
        rest = {"input": asked, "parameters": how} if is_wrapped else asked | how
        body = {"model": self._model} | rest
        try:
            async with asyncio.timeout(self._seconds):
                given = await self._client.post(self._url, cast_to=object, body=body)
            answer = _Answer.model_validate(given)
            scores = _read(answer, count=len(texts))
        except OpenAIError as error:
            raise_for(error, self._place)
        except (TimeoutError, *MALFORMED) as error:
            raise ModelUnavailable(explain(error, self._place)) from error
        if answer.tokens is not None:
            usage.input_tokens, usage.output_tokens = answer.tokens, 0
        return scores

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()


def _read(answer: _Answer, *, count: int) -> list[float]:
    by_index: dict[int, Any] = {each.index: each.relevance_score for each in answer.results}
    scores = [float(by_index[index]) for index in range(count)]
    if len(answer.results) != count or not all(map(math.isfinite, scores)):
        raise ValueError("not one score a text")
    return scores
