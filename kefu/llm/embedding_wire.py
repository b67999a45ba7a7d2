"""An embedder behind an OpenAI-compatible `POST /embeddings`."""

import asyncio
from collections.abc import Sequence

import numpy as np
from openai import OpenAIError
from pydantic import BaseModel

from kefu.errors import ModelUnavailable
from kefu.llm.calls import Usage
from kefu.llm.endpoints import Endpoint
from kefu.llm.failures import MALFORMED, Place
from kefu.llm.http import explain, open_client, raise_for
from kefu.llm.vectors import Vectors, normalise


class _Item(BaseModel):
    index: int
    embedding: list[float]


class _Tokens(BaseModel):
    prompt_tokens: int | None = None
    total_tokens: int | None = None


class _Answer(BaseModel):
    data: list[_Item]
    usage: _Tokens | None = None


class EmbeddingWire:
    """Asks one model for vectors."""

    def __init__(self, endpoint: Endpoint) -> None:
        """Nothing is sent before `embed`."""
        self._place = Place.of(endpoint)
        self._model = endpoint.model
        self._seconds = endpoint.settings.first_token_seconds
        self._client = open_client(
            endpoint.url, endpoint.settings.key, timeout_seconds=self._seconds, tries=1
        )

    async def embed(self, texts: Sequence[str], *, usage: Usage) -> Vectors:
        """One row a text, in order.

        Raises:
            ModelUnavailable: it does not answer as it should.
        """
        body = {"model": self._model, "input": list(texts), "encoding_format": "float"}
        try:
            async with asyncio.timeout(self._seconds):
                given = await self._client.post("/embeddings", cast_to=object, body=body)
            answer = _Answer.model_validate(given)
            rows = _read(answer, count=len(texts))
        except OpenAIError as error:
            raise_for(error, self._place)
        except (TimeoutError, *MALFORMED) as error:
            raise ModelUnavailable(explain(error, self._place)) from error
        tokens = answer.usage and (answer.usage.prompt_tokens or answer.usage.total_tokens)
        if tokens:
            usage.input_tokens, usage.output_tokens = tokens, 0
        return rows

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()


def _read(answer: _Answer, *, count: int) -> Vectors:
    items = sorted(answer.data, key=lambda item: item.index)
    rows = np.asarray([item.embedding for item in items], dtype=np.float32)
    if rows.ndim != 2 or len(rows) != count:
        raise ValueError("not one vector a text")
    return normalise(rows)
