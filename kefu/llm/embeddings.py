"""What an embedder is, and which one the settings name."""

from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import Protocol

from kefu.llm.built_in import BuiltInEmbedder
from kefu.llm.vectors import Vector, Vectors
from kefu.settings import EmbeddingSettings
from kefu.viewer import DataClass

__all__ = ["Embedder", "Vector", "Vectors", "open_embedder"]


class Embedder(Protocol):
    """Turns texts into vectors whose dot product is their similarity.

    Attributes:
        name: stored with the vectors; vectors of different names do not compare.
        max_tokens: longer texts are embedded badly or not at all.
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
async def open_embedder(settings: EmbeddingSettings) -> AsyncIterator[Embedder]:
    """The embedder the settings name; a remote one is asked once for its dimensions.

    Raises:
        ModelUnavailable: the remote embedder does not answer as it should.
    """
    embedder = await _open(settings)
    try:
        yield embedder
    finally:
        await embedder.aclose()


async def _open(settings: EmbeddingSettings) -> Embedder:
    if not settings.url:
        return BuiltInEmbedder()
    from kefu.llm.remote import RemoteEmbedder  # noqa: PLC0415 - 1 s to import, rarely needed

    return await RemoteEmbedder.open(settings)
