"""Questions of cases are embedded once, and their vectors kept."""

from collections.abc import Mapping, Sequence

import numpy as np

from kefu.errors import ModelUnavailable
from kefu.evaluation.store.vectors import insert_vectors, list_vectors
from kefu.llm import Embedder, Vector, Vectors
from kefu.resources import Resources
from kefu.text import content_digest
from kefu.viewer import DataClass

NUMBER = np.dtype("<f4")


class KeptQuestions:
    """An embedder that knows some questions already."""

    def __init__(self, embedder: Embedder, vectors: Mapping[str, Vector]) -> None:
        """Ask the embedder for whatever has no vector, by its text, yet."""
        self._embedder = embedder
        self._vectors = vectors

    @property
    def name(self) -> str:
        """Of the embedder."""
        return self._embedder.name

    @property
    def dimensions(self) -> int:
        """Of the embedder."""
        return self._embedder.dimensions

    @property
    def max_tokens(self) -> int:
        """Of the embedder."""
        return self._embedder.max_tokens

    @property
    def data_class(self) -> DataClass:
        """Of the embedder."""
        return self._embedder.data_class

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """By the embedder."""
        return await self._embedder.embed_documents(texts)

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """From what is kept where all of them are."""
        if all(text in self._vectors for text in texts):
            return np.stack([self._vectors[text] for text in texts])
        return await self._embedder.embed_queries(texts)

    def count_tokens(self, text: str) -> int:
        """By the embedder."""
        return self._embedder.count_tokens(text)

    async def aclose(self) -> None:
        """Leave the embedder to whoever opened it."""


async def keep_questions(resources: Resources, questions: Sequence[str]) -> Embedder:
    """The embedder with the vectors of these questions, the missing ones made and kept.

    Where it may not see questions, or does not answer, it is as it was.
    """
    embedder = resources.embedder
    if resources.settings.routing.conversation_class.rank > embedder.data_class.rank:
        return embedder
    texts = {content_digest(each): each for each in questions}
    async with resources.database.connection() as conn:
        kept = await list_vectors(conn, list(texts), embedder=embedder.name)
    vectors = {texts[each]: np.frombuffer(data, dtype=NUMBER) for each, data in kept.items()}
    missing = [each for each in texts if each not in kept]
    if missing:
        try:
            rows = await embedder.embed_queries([texts[each] for each in missing])
        except ModelUnavailable:
            return embedder
        made = dict(zip(missing, rows.astype(NUMBER), strict=True))
        async with resources.database.transaction() as conn:
            data = {digest: row.tobytes() for digest, row in made.items()}
            await insert_vectors(conn, data, embedder=embedder.name)
        vectors |= {texts[digest]: row for digest, row in made.items()}
    return KeptQuestions(embedder, vectors)
