"""Give chunks their vectors: in batches, beside parsing, resumable, by any number of processes."""

import asyncio
import logging
from collections.abc import Callable, Iterator, Sequence
from contextlib import AbstractContextManager, suppress

import numpy as np
from opentelemetry import trace

from kefu.db import Database
from kefu.errors import Conflict, KefuError, ModelBusy, ModelUnavailable
from kefu.knowledge.prepare import index_text
from kefu.knowledge.records import Base, WaitingChunk
from kefu.knowledge.store import chunks as store
from kefu.knowledge.store.bases import get_base, list_bases
from kefu.llm import Embedder
from kefu.text import to_simplified
from kefu.viewer import classes_up_to

LOOK_SECONDS = 0.2  # between two looks for waiting chunks while files are being parsed
IDLE_SECONDS = 10.0  # between two looks for waiting chunks
FAILED_SECONDS = 60.0  # the same after a failure: a broken embedder, or a budget that is spent
BATCH = 32  # chunks a transaction; what a killed process loses at most
CALL = 8  # chunks a call of the embedder; every embedder takes so many at once
PAUSES_SECONDS = (1.0, 2.0, 4.0, 8.0, 15.0, 15.0, 15.0, 30.0, 30.0)
"""Between tries while an embedder fails in a way that may pass: two minutes in all."""

log = logging.getLogger(__name__)
tracer = trace.get_tracer("kefu.knowledge")


async def embed_batch(database: Database, embedder: Embedder, base: Base) -> int:
    """Embed some waiting chunks and return how many; they stay locked until stored.

    Chunks above the class that the embedder may see are left; they are found by their words.

    Raises:
        Conflict: the base has been given to another embedder meanwhile, or the embedder has
            vectors of another length than at first.
    """
    async with database.transaction() as conn:
        waiting = await store.list_waiting(
            conn, base.id, classes=classes_up_to(embedder.data_class), limit=BATCH
        )
        if not waiting:
            return 0
        rows = await _embed(embedder, base, waiting)
        stored_count = await store.update_embeddings(conn, base, rows)
        if stored_count == 0:
            require_same_embedder(await get_base(conn, base.name), embedder)
    return stored_count


async def _embed(
    embedder: Embedder, base: Base, waiting: Sequence[WaitingChunk]
) -> list[tuple[int, str]]:
    """Chunk ids with their vectors; of the first chunks only, when the embedder fails after them.

    So a failure costs nothing that was paid for; the next call meets it again.
    """
    rows: list[tuple[int, str]] = []
    for start in range(0, len(waiting), CALL):
        chunks = waiting[start : start + CALL]
        texts = [
            to_simplified(index_text(each.title, tuple(each.heading_path), each.text))
            for each in chunks
        ]
        try:
            vectors = await embedder.embed_documents(texts)
        except ModelUnavailable:
            if not rows:
                raise
            break
        _require_same_length(base, vectors.shape[1])
        literals = map(vector_literal, vectors)
        rows += [(each.id, literal) for each, literal in zip(chunks, literals, strict=True)]
    return rows


async def embed_waiting(
    database: Database,
    embedder: Embedder,
    base: Base,
    *,
    on_progress: Callable[[int], None] = lambda _: None,
    until: asyncio.Event | None = None,
) -> int:
    """Embed until nothing waits; with `until`, go on looking until it is set.

    A busy embedder is waited for, one that fails in a way that may pass is tried again for two
    minutes. Returns how many chunks were embedded by this call.

    Raises:
        Conflict: the base holds vectors of another embedder.
        ModelUnavailable: the embedder fails; what it embedded until then is kept.
    """
    require_same_embedder(base, embedder)
    done = 0
    while True:
        is_last = until is None or until.is_set()
        count = await _embed_patiently(database, embedder, base)
        done += count
        on_progress(count)
        if count == 0:
            if until is None or is_last:
                return done
            with suppress(TimeoutError):
                await asyncio.wait_for(until.wait(), LOOK_SECONDS)


async def _embed_patiently(database: Database, embedder: Embedder, base: Base) -> int:
    """As `embed_batch`; nothing is locked while it waits."""
    pauses = iter(PAUSES_SECONDS)
    while True:
        try:
            return await embed_batch(database, embedder, base)
        except ModelUnavailable as error:
            seconds = _find_pause(error, pauses)
            log.warning("Embedding goes on in %g seconds: %s", seconds, error)
            await asyncio.sleep(seconds)


def _find_pause(error: ModelUnavailable, pauses: Iterator[float]) -> float:
    """How long to wait for an embedder.

    Raises:
        ModelUnavailable: that error, when waiting does not help or did not.
    """
    if isinstance(error, ModelBusy):
        return float(error.retry_after_seconds or IDLE_SECONDS)
    seconds = next(pauses, None) if error.is_transient else None
    if seconds is None:
        raise error
    return seconds


async def keep_embedding(database: Database, embedder: Embedder) -> None:
    """Embed what other processes leave waiting, in every base, until cancelled."""
    while True:
        seconds = IDLE_SECONDS
        try:
            async with database.connection() as conn:
                bases = [each for each in await list_bases(conn) if each.embedder == embedder.name]
            for base in bases:
                if await _has_waiting(database, embedder, base):
                    with trace_embedding(base):
                        await embed_waiting(database, embedder, base)
        except KefuError as error:
            log.warning("Embedding pauses: %s", error)
            seconds = FAILED_SECONDS
        await asyncio.sleep(seconds)


async def _has_waiting(database: Database, embedder: Embedder, base: Base) -> bool:
    classes = classes_up_to(embedder.data_class)
    async with database.connection() as conn:
        return bool(await store.list_waiting(conn, base.id, classes=classes, limit=1))


def trace_embedding(base: Base) -> AbstractContextManager[object]:
    """A trace of what is embedded while no document is taken in."""
    return tracer.start_as_current_span(
        "embed chunks", attributes={"kefu.product": "knowledge", "kefu.base": base.name}
    )


def require_same_embedder(base: Base, embedder: Embedder) -> None:
    """Refuse to mix vectors of two embedders.

    Raises:
        Conflict: the base was filled by another one, or its vectors had another length.
    """
    if base.embedder != embedder.name:
        raise Conflict(
            f"Base {base.name!r} holds vectors of {base.embedder!r}, the settings name "
            f"{embedder.name!r}. Run `kefu embed --renew --base {base.name}` or change "
            "the setting back."
        )
    try:
        _require_same_length(base, embedder.dimensions)
    except ModelUnavailable:  # not known before it answers, and until then nothing is embedded
        return


def _require_same_length(base: Base, length: int) -> None:
    if base.dimensions != length:
        raise Conflict(
            f"Base {base.name!r} holds vectors of {base.dimensions} numbers, {base.embedder!r} now"
            f" answers {length}. Run `kefu embed --renew --base {base.name}` or change the embedder"
            " back."
        )


def vector_literal(vector: np.ndarray) -> str:
    """A vector as pgvector reads it."""
    return "[" + ",".join(f"{value:.5f}" for value in vector.tolist()) + "]"
