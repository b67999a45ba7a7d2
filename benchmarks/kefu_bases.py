"""Kefu itself under test: bases filled with given passages, one chunk each, and cached vectors."""

from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from pathlib import Path

import numpy as np
from vectors import CACHE, embed_cached

from kefu.knowledge import (
    Base,
    ChunkKind,
    NewChunk,
    Validity,
    embed_waiting,
    ensure_base,
    get_base,
)
from kefu.knowledge.records import PreparedChunk, PreparedDocument
from kefu.knowledge.replace import Target, store_documents
from kefu.knowledge.store.chunks import renew_weights
from kefu.knowledge.store.files import insert_source, upsert_file
from kefu.llm import BuiltInEmbedder
from kefu.parsing import ParsedDocument
from kefu.resources import Resources, open_resources
from kefu.safety import find_signs
from kefu.settings import Settings
from kefu.text import content_digest, detect_language, index_terms
from kefu.viewer import PUBLIC

AT_ONCE = 500
DEMO = Path(__file__).parent.parent / "kefu" / "demo"
DEMO_BASE = f"demo-{content_digest(str(DEMO))[:8]}"
"""Of this checkout: under the paths of two every document would be there twice."""


class CachedEmbedder(BuiltInEmbedder):
    """The built-in embedder with the vectors of earlier runs."""

    async def embed_documents(self, texts: Sequence[str]) -> np.ndarray:
        """From the cache where it can."""
        return embed_cached(texts, is_query=False)

    async def embed_queries(self, texts: Sequence[str]) -> np.ndarray:
        """From the cache where it can."""
        return embed_cached(texts, is_query=True)


@asynccontextmanager
async def open_bench(**settings: object) -> AsyncIterator[Resources]:
    """Resources with a data folder of their own and the cached embedder."""
    async with open_resources(Settings(data_dir=CACHE / "data", **settings)) as resources:
        yield Resources(
            settings=resources.settings,
            database=resources.database,
            embedder=CachedEmbedder(),
            endpoint=resources.endpoint,
            endpoints=resources.endpoints,
        )


async def read_base(resources: Resources, name: str) -> Base:
    """The base of a name, as it is now."""
    async with resources.database.connection() as conn:
        return await get_base(conn, name)


async def ensure_filled(
    resources: Resources,
    name: str,
    passages: Mapping[str, str],
    *,
    audiences: Mapping[str, str] | None = None,
) -> Base:
    """A base with one chunk a passage, filled once; `audiences` by passage id."""
    base = await ensure_base(resources, name)
    if base.chunk_count == len(passages):
        return base
    if base.chunk_count:
        raise SystemExit(f"{name} holds {base.chunk_count} chunks: remove {CACHE / 'data'}.")
    prepared = [_prepare(passage_id, text) for passage_id, text in passages.items()]
    async with resources.database.transaction() as conn:
        source_id = await insert_source(conn, base.id, name, audience=PUBLIC)
        file_id = await upsert_file(conn, base.id, source_id, name)
        by_audience: dict[str, list[PreparedDocument]] = defaultdict(list)
        for each in prepared:
            by_audience[(audiences or {}).get(each.key, PUBLIC)].append(each)
        for audience, documents in by_audience.items():
            target = Target(base=base, file_id=file_id, audience=audience, known={})
            for start in range(0, len(documents), AT_ONCE):
                await store_documents(conn, target, documents[start : start + AT_ONCE])
    await embed_waiting(resources.database, resources.embedder, base)
    base = await ensure_base(resources, name)
    async with resources.database.transaction() as conn:
        await renew_weights(conn, base)
        await conn.execute("analyze")
    return base


def _prepare(passage_id: str, text: str) -> PreparedDocument:
    chunk = NewChunk(
        position=0, heading_path=(), text=text, kind=ChunkKind.TEXT, page=None, token_count=0
    )
    prepared = PreparedChunk(
        chunk=chunk,
        terms=dict(Counter(index_terms(text))),
        digest=bytes.fromhex(content_digest(text)),
    )
    return PreparedDocument(
        key=passage_id,
        uri=passage_id,
        language=detect_language(text),
        checksum=content_digest(text),
        signs=find_signs(text),
        series=None,
        validity=Validity(),
        parsed=ParsedDocument(title="", markdown=text, format="jsonl", external_id=passage_id),
        chunks=(prepared,),
    )
