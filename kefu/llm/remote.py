"""The embedder behind an OpenAI-compatible `/v1/embeddings`."""

import asyncio
from collections.abc import Sequence
from typing import Self

import numpy as np
from openai import AsyncOpenAI, OpenAIError
from openai.types import CreateEmbeddingResponse

from kefu.errors import ModelUnavailable
from kefu.llm.endpoints import HIGHEST_BY_LOCATION, locate_url
from kefu.llm.failures import MALFORMED, Place
from kefu.llm.http import explain, open_client
from kefu.llm.tokens import estimate_tokens
from kefu.llm.vectors import QueryCache, Vectors, clean, normalise
from kefu.settings import EmbeddingSettings

TEXTS_PER_REQUEST = 10
"""The least that a well-known service allows (Alibaba Cloud Model Studio, text-embedding-v4)."""


class RemoteEmbedder:
    """Asks an endpoint; refused, throttled and broken requests are tried three times."""

    max_tokens = 512
    """Of the smallest models in use; chunks are kept below it."""

    def __init__(self, settings: EmbeddingSettings, *, place: Place | None = None) -> None:
        """Use `open`, which learns the dimensions."""
        self.name = settings.model
        self.dimensions = 0
        self.data_class = settings.data_class or HIGHEST_BY_LOCATION[locate_url(settings.url or "")]
        self._settings = settings
        self._place = place or Place.of_embedder(settings.url or "", settings.model)
        self._cache = QueryCache()
        self._client = open_client(
            settings.url or "", settings.key, timeout_seconds=settings.timeout_seconds, tries=3
        )

    @classmethod
    async def open(cls, settings: EmbeddingSettings, *, place: Place | None = None) -> Self:
        """Ask for one vector to learn how long they are; without a place it is that of settings.

        Raises:
            ModelUnavailable: the endpoint does not answer as it should.
        """
        embedder = cls(settings, place=place)
        try:
            probe = await embedder._request(["kefu"])
        except ModelUnavailable:
            await embedder.aclose()
            raise
        embedder.dimensions = probe.shape[1]
        return embedder

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """One row a text.

        Raises:
            ModelUnavailable: the endpoint does not answer as it should.
        """
        return await self._embed([self._settings.document_prefix + text for text in texts])

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One row a text, from memory where it was asked before.

        Raises:
            ModelUnavailable: the endpoint does not answer as it should.
        """
        prefixed = [self._settings.query_prefix + text for text in texts]
        return await self._cache.embed(prefixed, self._embed, dimensions=self.dimensions)

    def count_tokens(self, text: str) -> int:
        """An estimate: the tokenizer of the remote model is not known here."""
        return estimate_tokens(self._settings.document_prefix + text)

    async def aclose(self) -> None:
        """Close the connections."""
        await self._client.close()

    async def _embed(self, texts: Sequence[str]) -> Vectors:
        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), TEXTS_PER_REQUEST):
            batch = texts[start : start + TEXTS_PER_REQUEST]
            answered = await self._request([clean(text) or " " for text in batch])
            if answered.shape[1] != self.dimensions:
                raise ModelUnavailable(
                    f"{self._place.subject} answered vectors of {answered.shape[1]} numbers, at"
                    f" first they had {self.dimensions}. Did the model behind it change?"
                )
            rows[start : start + len(batch)] = answered
        return rows

    async def _request(self, texts: list[str]) -> Vectors:
        try:
            async with asyncio.timeout(self._settings.timeout_seconds):
                response = await _post(self._client, self.name, texts)
                return _read(response, count=len(texts))
        except (OpenAIError, TimeoutError, *MALFORMED) as error:
            raise ModelUnavailable(explain(error, self._place)) from error


async def _post(client: AsyncOpenAI, model: str, texts: list[str]) -> CreateEmbeddingResponse:
    return await client.embeddings.create(model=model, input=texts, encoding_format="float")


def _read(response: CreateEmbeddingResponse, *, count: int) -> Vectors:
    items = sorted(response.data, key=lambda item: item.index)
    rows = np.asarray([item.embedding for item in items], dtype=np.float32)
    if rows.ndim != 2 or len(rows) != count:
        raise ValueError("not one vector a text")
    return normalise(rows)
