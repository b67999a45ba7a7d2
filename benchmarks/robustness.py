"""Questions with typing errors: nDCG@10 clean, with the error uncorrected, and corrected.

    python benchmarks/robustness.py [--half report] [SET ...]

Each error is put into the questions by a seeded generator (`noise.py`); a row has the questions that
it changes. Beside Kefu stands the least hybrid search in memory (bm25s, exact similarity, the same
embedder), which corrects nothing. The time is that of correcting, without search and embedding.
"""

import argparse
import asyncio
from collections.abc import Mapping
from dataclasses import dataclass, replace
from statistics import median
from time import perf_counter

import metrics
import noise
from bench_data import data_root
from datasets import RetrievalSet
from kefu_bases import ensure_filled, open_bench
from peer_searches import build_bm25s_with_numpy
from retrieval_peers import SETS, ask, load_corpus
from vectors import embed_cached

from kefu.db import HalfVector
from kefu.knowledge import Base
from kefu.llm import BuiltInEmbedder
from kefu.resources import Resources
from kefu.retrieval import Corrected, ask_corrected, correct, search_base
from kefu.retrieval.noise import noise_floors
from kefu.retrieval.search import blend, build_query
from kefu.retrieval.store.search import search_hits
from kefu.text import detect_language, to_simplified
from kefu.viewer import OPERATOR

NOISES = {
    "alicloud-zh": noise.CHINESE,
    "alicloud-en": noise.ENGLISH,
    "mtrag-cloud": noise.ENGLISH,
}
TOP_K = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """What a search found, and which questions were read otherwise."""

    rankings: dict[str, list[str]]
    corrected: Mapping[str, Corrected]


async def read(
    resources: Resources, base: Base, queries: Mapping[str, str]
) -> tuple[dict[str, Corrected], float]:
    """The questions that are read otherwise, and the median of the milliseconds it took."""
    corrected, times = {}, []
    for name, text in queries.items():
        begin = perf_counter()
        found = await correct(resources, text, viewer=OPERATOR, base=base)
        times.append((perf_counter() - begin) * 1000)
        if found is not None:
            corrected[name] = found
    return corrected, median(times)


async def find(
    resources: Resources,
    base: Base,
    queries: Mapping[str, str],
    corrected: Mapping[str, Corrected] | None,
) -> dict[str, list[str]]:
    """The best passages for each question, corrected where it was; None: all as they were typed."""
    rankings = {}
    async with resources.database.connection() as conn:
        for name, typed in queries.items():
            query, carried = ask_corrected(typed, (corrected or {}).get(name))
            texts = [query, *carried.texts]
            embedded = texts if corrected is None else list(map(to_simplified, texts))
            rows = embed_cached(embedded, is_query=True)
            vector, scale = blend(rows, [1.0, *carried.texts.values()])
            wanted = build_query(
                base,
                query,
                vector=HalfVector(vector),
                floors=await noise_floors(resources, base, detect_language(query)),
                settings=resources.settings.retrieval,
                carried=carried,
            )
            wanted = replace(wanted, scale=scale)
            hits = await search_hits(conn, base, wanted, viewer=OPERATOR, top_k=TOP_K)
            rankings[name] = [hit.id or "" for hit in hits]
    return rankings


async def measure(resources: Resources, name: str, clean: RetrievalSet, *, shown: int) -> None:
    """Print a line for each error."""
    base = await ensure_filled(resources, name, clean.passages)
    peer = build_bm25s_with_numpy(load_corpus(clean), fusion="rrf")
    print(f"\n### {clean.name}: {len(clean.passages)} passages, {len(clean.queries)} queries\n")
    print(
        "| error | questions | read otherwise | ms | bm25s + numpy | kefu, uncorrected"
        " | kefu, corrected | corrected minus uncorrected |"
    )
    print("|---|---|---|---|---|---|---|---|", flush=True)
    for error, make in {"none": None, **NOISES[name]}.items():
        queries = clean.queries if make is None else noise.add_noise(make, clean.queries)
        asked = replace(clean, queries=queries, relevant={n: clean.relevant[n] for n in queries})
        corrected, milliseconds = await read(resources, base, queries)
        runs = [
            ask(peer, asked).rankings,
            await find(resources, base, queries, None),
            await find(resources, base, queries, corrected),
        ]
        figures = [metrics.measure(run, asked.relevant)["ndcg_at_10"] for run in runs]
        means = " | ".join(f"{metrics.mean(each):.3f}" for each in figures)
        change, low, high = metrics.bootstrap_difference(figures[2], figures[1])
        print(
            f"| {error} | {len(queries)} | {len(corrected)} | {milliseconds:.1f} | {means}"
            f" | {change:+.3f} [{low:+.3f}, {high:+.3f}] |",
            flush=True,
        )
        for n in list(corrected)[:shown]:
            print("   ", clean.queries[n], "|", queries[n], "|", corrected[n].text)


async def time_clean(resources: Resources, name: str, clean: RetrievalSet) -> None:
    """Print what correcting adds to a search for questions without errors, in turns."""
    base = await ensure_filled(resources, name, clean.passages)
    embedder = BuiltInEmbedder()
    plain = replace(resources, embedder=embedder)
    times: dict[str, list[float]] = {"correct": [], "search": []}
    for text in clean.queries.values():
        begin = perf_counter()
        await correct(plain, text, viewer=OPERATOR, base=base)
        middle = perf_counter()
        await search_base(plain, base, text, viewer=OPERATOR)
        times["correct"].append((middle - begin) * 1000)
        times["search"].append((perf_counter() - middle) * 1000)
    await embedder.aclose()
    correcting, searching = (median(each) for each in times.values())
    print(
        f"| {clean.name} | {len(clean.queries)} | {searching:.1f} | {correcting:.1f}"
        f" | {correcting / searching:.3f} |",
        flush=True,
    )


async def main() -> None:
    """Measure on the sets named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", help=", ".join(NOISES))
    parser.add_argument("--half", choices=["tune", "report"], default="report")
    parser.add_argument("--show", type=int, default=0, help="corrections printed an error")
    parser.add_argument("--latency", action="store_true", help="only time questions without errors")
    options = parser.parse_args()
    root = data_root()
    async with open_bench() as resources:
        if options.latency:
            print(
                "| set | questions | search with its embedding, ms p50 | correcting, ms p50 | ratio |"
            )
            print("|---|---|---|---|---|")
        for name in options.sets or NOISES:
            retrieval_set = SETS[name](root).half(options.half)
            if options.latency:
                await time_clean(resources, name, retrieval_set)
            else:
                await measure(resources, name, retrieval_set, shown=options.show)


if __name__ == "__main__":
    asyncio.run(main())
