"""What an embedder is, and which one the settings name."""

import logging
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from functools import partial
from typing import Protocol

from kefu.errors import BadSettings, ModelUnavailable
from kefu.llm.built_in import BuiltInEmbedder
from kefu.llm.endpoint_embedder import EndpointEmbedder
from kefu.llm.endpoints import resolve_embedder
from kefu.llm.guarded import GuardedEmbedder
from kefu.llm.registry import Endpoints
from kefu.llm.vectors import Vector, Vectors
from kefu.settings import EmbeddingSettings
from kefu.viewer import DataClass

__all__ = ["Embedder", "Vector", "Vectors", "open_embedder"]

SET_AT_THE_ENDPOINT = {"url", "model", "key", "timeout_seconds", "data_class"}

log = logging.getLogger(__name__)


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their similarity.

    Attributes:
        name: stored with the vectors; vectors of different names do not compare.
        max_tokens: longer texts are embedded badly or not at all.
        dimensions: how long vectors are; raises ModelUnavailable until that is known.
        data_class: the highest it may see.
    """

    @property
    def name(self) -> str: ...
    @property
    def dimensions(self) -> int: ...
    @property
    def max_tokens(self) -> int: ...
    @property
    def data_class(self) -> DataClass: ...

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """One row a text, in order; an empty text has a row as well."""
        ...

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One row a text; does not wait for documents being embedded."""
        ...

    def count_tokens(self, text: str) -> int:
        """Tokens of the text as the embedder sees it; callable from any thread."""
        ...

    async def aclose(self) -> None: ...


@asynccontextmanager
async def open_embedder(
    settings: EmbeddingSettings, *, endpoints: Endpoints | None = None
) -> AsyncIterator[Embedder]:
    """The embedder the settings name: an endpoint, the one at an address, or the built-in one.

    One that does not answer yet is given all the same: questions are searched by their words until
    it does.

    Raises:
        BadSettings: the settings contradict each other, or name no endpoint that embeds.
    """
    if settings.endpoint:
        yield await _greet(await _choose(settings.endpoint, settings, endpoints))
    elif settings.url:
        guarded = GuardedEmbedder.open(resolve_embedder(settings), connect=None)
        try:
            yield await _greet(EndpointEmbedder.of(guarded, settings))
        finally:
            await guarded.aclose()
    else:
        built_in = BuiltInEmbedder()
        try:
            yield built_in
        finally:
            await built_in.aclose()


async def _choose(
    name: str, settings: EmbeddingSettings, endpoints: Endpoints | None
) -> EndpointEmbedder:
    if misplaced := settings.model_fields_set & SET_AT_THE_ENDPOINT:
        given = ", ".join(f"embedding.{key}" for key in sorted(misplaced))
        raise BadSettings(f"embedding.endpoint names {name}, so {given} must not be set beside it.")
    if endpoints is None:
        raise BadSettings(f"embedding.endpoint names {name}, but no endpoints were given.")
    endpoint = await endpoints.get_embedding(name)
    open_now = partial(endpoints.open_embedding, name, data_class=endpoint.data_class)
    return EndpointEmbedder(endpoint, open_now, settings)


async def _greet(embedder: EndpointEmbedder) -> EndpointEmbedder:
    """Have it asked once; the log tells when it does not answer."""
    try:
        await embedder.learn_dimensions()
    except ModelUnavailable as error:
        log.warning("The embedder does not answer yet: %s", error)
    return embedder
