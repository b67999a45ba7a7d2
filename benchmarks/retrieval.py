"""Retrieval quality of Kefu's PostgreSQL search beside other libraries on the same vectors.

    python benchmarks/retrieval.py [--half report] [--alone] [SET ...]

Each set's queries are halved once: settings were chosen on "tune", figures are stated on "report".
"""

import argparse
import asyncio
from dataclasses import replace
from time import perf_counter

import metrics
import numpy as np
from bench_data import data_root
from datasets import RetrievalSet
from kefu_bases import ensure_filled, open_bench
from retrieval_peers import PEERS, SETS, Run, ask, load_corpus
from vectors import embed_cached

from kefu.db import HalfVector
from kefu.knowledge import Base
from kefu.resources import Resources
from kefu.retrieval.noise import noise_floors
from kefu.retrieval.search import build_query
from kefu.retrieval.store.search import search_hits
from kefu.text import detect_language
from kefu.viewer import OPERATOR

KEFU_LEXICAL, KEFU_DENSE, KEFU = "kefu, lexical alone", "kefu, dense alone", "kefu, hybrid"
KEFU_DENSE_CORRECTED = "kefu, dense alone, language bias taken out"
TOP_K = 10


async def ask_kefu(
    resources: Resources, base: Base, retrieval_set: RetrievalSet, *, mode: str
) -> Run:
    """Put every query of the set to the database, its embedding given."""
    vectors = embed_cached(list(retrieval_set.queries.values()), is_query=True)
    rankings: dict[str, list[str]] = {}
    latencies_ms: list[float] = []
    async with resources.database.connection() as conn:
        for (name, text), vector in zip(retrieval_set.queries.items(), vectors, strict=True):
            floors = await noise_floors(resources, base, detect_language(text))
            floors = {} if mode == KEFU_DENSE else floors
            begin = perf_counter()
            given = None if mode == KEFU_LEXICAL else HalfVector(vector)
            query = build_query(
                base, text, vector=given, floors=floors, settings=resources.settings.retrieval
            )
            if mode in (KEFU_DENSE, KEFU_DENSE_CORRECTED):
                query = replace(query, terms={}, name_count=0, code_count=0)
            hits = await search_hits(conn, base, query, viewer=OPERATOR, top_k=TOP_K)
            rankings[name] = [hit.id or "" for hit in hits]
            latencies_ms.append((perf_counter() - begin) * 1000)
    return Run(rankings=rankings, latencies_ms=latencies_ms)


async def compare(
    resources: Resources, name: str, retrieval_set: RetrievalSet, *, alone: bool
) -> None:
    """Print a line a search; the interval is of Kefu's hybrid minus that search."""
    base = await ensure_filled(resources, _base_name(name), retrieval_set.passages)
    runs = {
        mode: await ask_kefu(resources, base, retrieval_set, mode=mode)
        for mode in (KEFU_LEXICAL, KEFU_DENSE, KEFU_DENSE_CORRECTED, KEFU)
    }
    corpus = load_corpus(retrieval_set)
    for peer, build in () if alone else PEERS.items():
        runs[peer] = ask(build(corpus), retrieval_set)
    figures = {
        each: metrics.measure(run.rankings, retrieval_set.relevant) for each, run in runs.items()
    }
    print(
        f"\n### {retrieval_set.name}: {len(retrieval_set.passages)} passages, "
        f"{len(retrieval_set.queries)} queries\n"
    )
    print("| search | nDCG@10 | recall@5 | recall@10 | MRR | p50 ms | kefu hybrid minus it |")
    print("|---|---|---|---|---|---|---|")
    ours = figures[KEFU]["ndcg_at_10"]
    for each, measured in figures.items():
        means = " | ".join(f"{metrics.mean(values):.3f}" for values in measured.values())
        change, low, high = metrics.bootstrap_difference(ours, measured["ndcg_at_10"])
        latency = float(np.median(runs[each].latencies_ms))
        print(f"| {each} | {means} | {latency:.1f} | {change:+.3f} [{low:+.3f}, {high:+.3f}] |")


def _base_name(set_name: str) -> str:
    """Cross-lingual sets ask the base of the other language."""
    return {"alicloud-zh-en": "alicloud-en", "alicloud-en-zh": "alicloud-zh"}.get(
        set_name, set_name
    )


async def main() -> None:
    """Compare on the sets named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", help=", ".join(SETS))
    parser.add_argument("--half", choices=["tune", "report"], default="report")
    parser.add_argument("--alone", action="store_true", help="leave the other libraries out")
    options = parser.parse_args()
    root = data_root()
    async with open_bench() as resources:
        for name in options.sets or SETS:
            await compare(resources, name, SETS[name](root).half(options.half), alone=options.alone)


if __name__ == "__main__":
    asyncio.run(main())
