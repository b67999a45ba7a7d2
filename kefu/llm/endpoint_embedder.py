"""The embedder that is a model endpoint, asked within the limits of that endpoint."""

from collections.abc import Awaitable, Callable, Sequence
from typing import Self

import numpy as np

from kefu.errors import ModelUnavailable
from kefu.llm.asking import told
from kefu.llm.calls import ignore_call
from kefu.llm.endpoints import Endpoint
from kefu.llm.guarded import GuardedEmbedder
from kefu.llm.open_call import OpenCall
from kefu.llm.tokens import estimate_tokens
from kefu.llm.vectors import VectorCache, Vectors, clean
from kefu.settings import EmbeddingSettings

TEXTS_PER_REQUEST = 10
"""The least that a well-known service allows (Alibaba Cloud Model Studio, text-embedding-v4)."""

Open = Callable[[], Awaitable[GuardedEmbedder]]
"""The endpoint as it is at this moment, open."""


class EndpointEmbedder:
    """Asks an endpoint whose model and data class stay as they were when this was made.

    Its address, key, limits and prices may change meanwhile.
    """

    max_tokens = 512
    """Of the smallest models in use; chunks are kept below it."""

    def __init__(self, endpoint: Endpoint, open_now: Open, settings: EmbeddingSettings) -> None:
        """Nothing is asked before `learn_dimensions`; of the settings the prefixes are taken."""
        self.name = endpoint.model
        self.data_class = endpoint.data_class
        self._endpoint_name = endpoint.name
        self._open_now = open_now
        self._settings = settings
        self._cache = VectorCache()
        self._dimensions = 0

    @classmethod
    def of(cls, guarded: GuardedEmbedder, settings: EmbeddingSettings) -> Self:
        """Of one that is open and stays so."""

        async def open_now() -> GuardedEmbedder:
            return guarded

        return cls(guarded.endpoint, open_now, settings)

    @property
    def dimensions(self) -> int:
        """Of its first answer.

        Raises:
            ModelUnavailable: it has not answered yet.
        """
        if not self._dimensions:
            raise ModelUnavailable(
                f"The embedder {self.name} (endpoint {self._endpoint_name}) has not answered yet."
                " Run `kefu doctor` to see why."
            )
        return self._dimensions

    async def learn_dimensions(self) -> None:
        """Ask for one vector to see how long they are.

        Raises:
            ModelUnavailable: the endpoint does not answer as it should.
        """
        await self._request(["kefu"])

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
        return await self._cache.embed(prefixed, self._embed, dimensions=self._dimensions)

    def count_tokens(self, text: str) -> int:
        """An estimate: the tokenizer of the model is not known here."""
        return estimate_tokens(self._settings.document_prefix + text)

    async def aclose(self) -> None:
        """The endpoint is closed by whoever opened it."""

    async def _embed(self, texts: Sequence[str]) -> Vectors:
        starts = range(0, len(texts), TEXTS_PER_REQUEST)
        rows = [await self._request(texts[start : start + TEXTS_PER_REQUEST]) for start in starts]
        return np.vstack(rows) if rows else np.empty((0, self._dimensions), dtype=np.float32)

    async def _request(self, texts: Sequence[str]) -> Vectors:
        guarded = await self._open_now()
        self._require_same_model(guarded.endpoint)
        call = OpenCall(guarded.endpoint, data_class=self.data_class, fallback_from=None)
        with told(call, ignore_call):
            call.describe_count(len(texts))
            rows = await guarded.embed([clean(text) or " " for text in texts], call=call)
            self._require_same_length(rows.shape[1])
        return rows

    def _require_same_model(self, endpoint: Endpoint) -> None:
        if endpoint.model != self.name:
            raise ModelUnavailable(
                f"Endpoint {endpoint.name} runs {endpoint.model} and embedded with {self.name} when"
                " Kefu started. Change it back, or start Kefu again and run `kefu embed --renew`."
            )

    def _require_same_length(self, length: int) -> None:
        self._dimensions = self._dimensions or length
        if length != self._dimensions:
            raise ModelUnavailable(
                f"Endpoint {self._endpoint_name} answered vectors of {length} numbers, at first"
                f" they had {self._dimensions}. Did the model behind it change?"
            )
