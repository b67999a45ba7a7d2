"""Retrieval quality of other libraries on the same passages, queries and vectors.

KEFU_BENCH_DATA=... python benchmarks/retrieval_peers.py [--half report] [SET ...]
"""

import argparse
import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from time import perf_counter

import metrics
import numpy as np
from datasets import RetrievalSet, load_alicloud, load_crosslingual, load_mtrag
from peer_searches import (
    Corpus,
    Search,
    build_bm25s,
    build_bm25s_with_numpy,
    build_brute_force,
    build_haystack,
    build_llama_index,
)
from vectors import embed_cached

from kefu.text import detect_language

SETS: Mapping[str, Callable[[Path], RetrievalSet]] = {
    "alicloud-zh": partial(load_alicloud, language="zh"),
    "alicloud-en": partial(load_alicloud, language="en"),
    "alicloud-zh-en": partial(load_crosslingual, asked_in="zh"),
    "alicloud-en-zh": partial(load_crosslingual, asked_in="en"),
    "mtrag-cloud": partial(load_mtrag, domain="cloud"),
    "mtrag-fiqa": partial(load_mtrag, domain="fiqa"),
}
BM25 = "bm25s"
DENSE = "dense, exact"
PEERS: Mapping[str, Callable[[Corpus], Search]] = {
    BM25: build_bm25s,
    DENSE: build_brute_force,
    "bm25s + numpy, rrf": partial(build_bm25s_with_numpy, fusion="rrf"),
    "bm25s + numpy, min-max": partial(build_bm25s_with_numpy, fusion="min_max"),
    "haystack rrf": partial(build_haystack, mode="reciprocal_rank_fusion"),
    "haystack dbsf": partial(build_haystack, mode="distribution_based_rank_fusion"),
    "llama-index rrf": partial(build_llama_index, mode="reciprocal_rerank"),
    "llama-index relative": partial(build_llama_index, mode="relative_score"),
    "llama-index dist": partial(build_llama_index, mode="dist_based_score"),
    "llama-index relative 1:3": partial(
        build_llama_index, mode="relative_score", weights=(0.25, 0.75)
    ),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """What a search found, and how long each query took without its embedding."""

    rankings: dict[str, list[str]]
    latencies_ms: list[float]


def load_corpus(retrieval_set: RetrievalSet) -> Corpus:
    """The passages of a set with their cached vectors."""
    texts = list(retrieval_set.passages.values())
    sample = [*texts[:200], *list(retrieval_set.queries.values())[:50]]
    return Corpus(
        ids=list(retrieval_set.passages),
        texts=texts,
        vectors=embed_cached(texts, is_query=False),
        has_chinese=any(detect_language(text) == "zh" for text in sample),
    )


def ask(search: Search, retrieval_set: RetrievalSet) -> Run:
    """Put every query of the set to a search."""
    vectors = embed_cached(list(retrieval_set.queries.values()), is_query=True)
    rankings, latencies_ms = {}, []
    for (name, text), vector in zip(retrieval_set.queries.items(), vectors, strict=True):
        begin = perf_counter()
        rankings[name] = search(text, vector)
        latencies_ms.append((perf_counter() - begin) * 1000)
    return Run(rankings=rankings, latencies_ms=latencies_ms)


def compare(retrieval_set: RetrievalSet) -> None:
    """Print a line a peer; the interval is of its nDCG@10 minus that of the better half alone."""
    corpus = load_corpus(retrieval_set)
    figures, runs = {}, {}
    for name, build in PEERS.items():
        runs[name] = ask(build(corpus), retrieval_set)
        figures[name] = metrics.measure(runs[name].rankings, retrieval_set.relevant)
    halves = (figures[BM25]["ndcg_at_10"], figures[DENSE]["ndcg_at_10"])
    better = max(halves, key=metrics.mean)
    print(f"\n{retrieval_set.name}: {len(corpus.ids)} passages, {len(better)} queries")
    print(f"{'':26} nDCG@10  R@5    R@10   MRR    p50 ms   minus better half")
    for name, measured in figures.items():
        means = "  ".join(f"{metrics.mean(values):.3f}" for values in measured.values())
        change, low, high = metrics.bootstrap_difference(measured["ndcg_at_10"], better)
        latency = np.median(runs[name].latencies_ms)
        print(f"{name:26} {means}  {latency:6.1f}   {change:+.3f} [{low:+.3f}, {high:+.3f}]")


def main() -> None:
    """Compare on the sets named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", help=", ".join(SETS))
    parser.add_argument("--half", choices=["tune", "report"])
    options = parser.parse_args()
    root = Path(os.environ["KEFU_BENCH_DATA"])
    for name in options.sets or SETS:
        retrieval_set = SETS[name](root)
        compare(retrieval_set.half(options.half) if options.half else retrieval_set)


if __name__ == "__main__":
    main()
