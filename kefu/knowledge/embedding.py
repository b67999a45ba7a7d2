"""Give chunks their vectors: in batches, beside parsing, resumable, by any number of processes."""

import asyncio
import logging
from collections.abc import Callable

import numpy as np

from kefu.db import Database
from kefu.errors import Conflict, KefuError
from kefu.knowledge.prepare import index_text
from kefu.knowledge.records import Base
from kefu.knowledge.store import chunks as store
from kefu.knowledge.store.bases import get_base, list_bases
from kefu.llm import Embedder
from kefu.viewer import classes_up_to

IDLE_SECONDS = 10.0  # between two looks for waiting chunks
BATCH = 32  # chunks a transaction; what a killed process loses at most

log = logging.getLogger(__name__)


async def embed_batch(database: Database, embedder: Embedder, base: Base) -> int:
    """Embed some waiting chunks and return how many; they stay locked until stored.

    Chunks above the class that the embedder may see are left; they are found by their words.

    Raises:
        Conflict: the base has been given to another embedder meanwhile.
    """
    async with database.transaction() as conn:
        waiting = await store.list_waiting(
            conn, base.id, classes=classes_up_to(embedder.data_class), limit=BATCH
        )
        if not waiting:
            return 0
        texts = [index_text(each.title, tuple(each.heading_path), each.text) for each in waiting]
        vectors = await embedder.embed_documents(texts)
        rows = [
            (each.id, vector_literal(vector)) for each, vector in zip(waiting, vectors, strict=True)
        ]
        stored_count = await store.update_embeddings(conn, base, rows)
        if stored_count == 0:
            require_same_embedder(await get_base(conn, base.name), embedder)
    return stored_count


async def embed_waiting(
    database: Database,
    embedder: Embedder,
    base: Base,
    *,
    on_progress: Callable[[int], None] = lambda _: None,
    until: asyncio.Event | None = None,
) -> int:
    """Embed until nothing waits; with `until`, go on looking until it is set.

    Returns how many chunks were embedded by this call.
    """
    require_same_embedder(base, embedder)
    done = 0
    while True:
        was_set = until is None or until.is_set()
        count = await embed_batch(database, embedder, base)
        done += count
        on_progress(count)
        if count == 0:
            if was_set:
                return done
            await asyncio.sleep(0.2)


async def keep_embedding(database: Database, embedder: Embedder) -> None:
    """Embed what other processes leave waiting, in every base, until cancelled."""
    while True:
        try:
            async with database.connection() as conn:
                bases = await list_bases(conn)
            for base in bases:
                if base.embedder == embedder.name:
                    await embed_waiting(database, embedder, base)
        except KefuError as error:
            log.warning("Embedding pauses: %s", error)
        await asyncio.sleep(IDLE_SECONDS)


def require_same_embedder(base: Base, embedder: Embedder) -> None:
    """Refuse to mix vectors of two embedders.

    Raises:
        Conflict: the base was filled by another one.
    """
    if base.embedder != embedder.name:
        raise Conflict(
            f"Base {base.name!r} holds vectors of {base.embedder!r}, the settings name "
            f"{embedder.name!r}. Run `kefu embed --renew --base {base.name}` or change "
            "the setting back."
        )


def vector_literal(vector: np.ndarray) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{value:.5f}" for value in vector.tolist()) + "]"
