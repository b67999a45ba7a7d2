"""Time of one hybrid query, its embedding given, over synthetic passages in memory.

    python benchmarks/latency_peers.py [--sizes 3000 30000 300000] [--queries 50]

Haystack and LlamaIndex keep vectors as Python lists and are left out above LARGEST_FOR_LISTS.
"""

import argparse
import gc
from collections.abc import Callable, Mapping
from functools import partial
from time import perf_counter

import numpy as np
import psutil
from peer_searches import (
    Corpus,
    Search,
    build_bm25s_with_numpy,
    build_haystack,
    build_llama_index,
)
from synthetic import Question, generate_passages, generate_questions, generate_vectors

LARGEST_FOR_LISTS = 30_000
WARM_UP = 3
PEERS: Mapping[str, Callable[[Corpus], Search]] = {
    "bm25s + numpy, rrf": partial(build_bm25s_with_numpy, fusion="rrf"),
    "haystack rrf": partial(build_haystack, mode="reciprocal_rank_fusion"),
    "llama-index rrf": partial(build_llama_index, mode="reciprocal_rerank"),
}


def build_synthetic_corpus(count: int) -> Corpus:
    """Texts and vectors of the first passages of the synthetic set."""
    passages = list(generate_passages(count))
    return Corpus(
        ids=[passage.id for passage in passages],
        texts=[passage.text for passage in passages],
        vectors=generate_vectors(count),
        has_chinese=False,
    )


def time_queries(search: Search, questions: list[Question]) -> list[float]:
    """Milliseconds of each query, one after the other, after a warm-up."""
    for question in questions[:WARM_UP]:
        search(question.text, question.vector)
    latencies_ms = []
    for question in questions:
        begin = perf_counter()
        search(question.text, question.vector)
        latencies_ms.append((perf_counter() - begin) * 1000)
    return latencies_ms


def report(name: str, corpus: Corpus, questions: list[Question]) -> None:
    """Print one line: median and 95th percentile, time and memory of the index."""
    gc.collect()
    before = psutil.Process().memory_info().rss
    begin = perf_counter()
    search = PEERS[name](corpus)
    build_seconds = perf_counter() - begin
    megabytes = (psutil.Process().memory_info().rss - before) / 1e6
    median, late = np.percentile(time_queries(search, questions), [50, 95])
    print(
        f"{len(corpus.ids):8,}  {name:20} p50 {median:8.1f} ms  p95 {late:8.1f} ms"
        f"  build {build_seconds:6.1f} s  {megabytes:7.0f} MB",
        flush=True,
    )


def main() -> None:
    """Measure every peer at every size that it can hold."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[3_000, 30_000, 300_000])
    parser.add_argument("--queries", type=int, default=50)
    options = parser.parse_args()
    for size in options.sizes:
        corpus = build_synthetic_corpus(size)
        questions = generate_questions(corpus.vectors, options.queries)
        for name in PEERS:
            if size <= LARGEST_FOR_LISTS or name.startswith("bm25s"):
                report(name, corpus, questions)


if __name__ == "__main__":
    main()
