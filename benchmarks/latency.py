"""Latency of one hybrid query, its embedding given: Kefu's PostgreSQL beside libraries in memory.

    python benchmarks/latency.py [--sizes 3000 30000 300000] [--queries 50] [--rounds 5]

Passages and vectors are synthetic (synthetic.py); the database holds and access-checks them, and has
answered other questions before. A matrix product takes all cores that it finds, a query of Kefu one:
the peer of arrays is timed with all and with one.
"""

import argparse
import asyncio
from collections import Counter, defaultdict
from time import perf_counter

import numpy as np
from kefu_bases import open_bench
from latency_peers import LARGEST_FOR_LISTS, PEERS, build_synthetic_corpus, time_queries
from peer_searches import Corpus
from synthetic import Question, generate_questions
from threadpoolctl import threadpool_limits

from kefu.db import Connection, HalfVector
from kefu.knowledge import Base, ensure_base, vector_literal
from kefu.knowledge.lexical_index import count_by_id, weigh
from kefu.knowledge.store.bases import create_vector_indexes
from kefu.knowledge.store.files import insert_source, upsert_file
from kefu.resources import Resources
from kefu.retrieval.search import build_query
from kefu.retrieval.store.search import search_hits
from kefu.text import index_terms
from kefu.viewer import ANONYMOUS

TOP_K = 10
WARM_UP = 8
WARM_UP_QUESTIONS = 400  # others than those timed; what memory holds from the start is warm, too
WARM_UP_SEED = 1
KEFU = "kefu, PostgreSQL on disk"


async def fill(resources: Resources, name: str, corpus: Corpus) -> Base:
    """Write the passages straight into the tables, then build the vector index."""
    base = await ensure_base(resources, name)
    if base.chunk_count == len(corpus.ids):
        return base
    async with resources.database.transaction() as conn:
        for language in ("zh", "en"):
            await conn.execute(f"drop index chunks_{base.id}_by_vector_{language}")
        source_id = await insert_source(conn, base.id, name, audience="public")
        file_id = await upsert_file(conn, base.id, source_id, name)
        rows = await conn.execute(
            "insert into documents (base_id, file_id, key, uri, title, format, language, audience,"
            " checksum, character_count) values (%s, %s, '', 'x', 'x', 'jsonl', 'en', 'public',"
            " '', 0) returning id",
            [base.id, file_id],
        )
        (document_id,) = await rows.fetchone()
        counts: Counter[int] = Counter()
        length_sum = 0
        columns = (
            "base_id, document_id, position, heading_path, text, kind, token_count, audience,"
            " language, digest, length, term_ids, term_counts, term_weights, embedding"
        )
        async with conn.cursor().copy(f"copy chunks ({columns}) from stdin") as copy:
            for place, (text, vector) in enumerate(zip(corpus.texts, corpus.vectors, strict=True)):
                terms = Counter(index_terms(text))
                by_id = count_by_id(base.id, terms)
                counts.update(by_id.keys())
                length = sum(terms.values())
                length_sum += length
                await copy.write_row(
                    (
                        base.id, document_id, place, [], text, "text", 0, "public", "en", b"", length,
                        list(by_id), list(by_id.values()),
                        weigh(by_id, length=length, average_length=125.0), vector_literal(vector),
                    )
                )  # fmt: skip
        await conn.execute(
            "insert into terms select %s, * from unnest(%s::int[], %s::int[])",
            [base.id, list(counts), list(counts.values())],
        )
        await conn.execute(
            "update knowledge_bases set chunk_count = %s, length_sum = %s, weighted_length = 125"
            " where id = %s",
            [len(corpus.ids), length_sum, base.id],
        )
        await create_vector_indexes(conn, base.id, dimensions=384)
    async with resources.database.connection() as conn:
        await conn.execute("vacuum analyze")
    return await ensure_base(resources, name)


async def time_kefu(
    resources: Resources, conn: Connection, base: Base, questions: list[Question]
) -> list[float]:
    """Milliseconds of each query: candidates, fusion, texts of the best ten."""
    latencies_ms = []
    for question in [*questions[:WARM_UP], *questions]:
        begin = perf_counter()
        query = build_query(
            base,
            question.text,
            vector=HalfVector(question.vector),
            floors={},
            settings=resources.settings.retrieval,
        )
        await search_hits(conn, base, query, viewer=ANONYMOUS, top_k=TOP_K)
        latencies_ms.append((perf_counter() - begin) * 1000)
    return latencies_ms[WARM_UP:]


async def compare(
    resources: Resources, base: Base, corpus: Corpus, questions: list[Question], *, rounds: int
) -> dict[str, list[float]]:
    """Milliseconds of each query by search; in rounds, so that a busy machine slows all alike."""
    others = generate_questions(corpus.vectors, WARM_UP_QUESTIONS, seed=WARM_UP_SEED)
    peers = {
        name: build(corpus)
        for name, build in PEERS.items()
        if len(corpus.ids) <= LARGEST_FOR_LISTS or "numpy" in name
    }
    latencies: dict[str, list[float]] = defaultdict(list)
    async with resources.database.connection() as conn:
        await time_kefu(resources, conn, base, others)
        for first in range(rounds):
            some = questions[first::rounds]
            latencies[KEFU] += await time_kefu(resources, conn, base, some)
            for name, search in peers.items():
                latencies[name] += time_queries(search, some)
                if "numpy" in name:
                    with threadpool_limits(1):
                        latencies[f"{name}, one core"] += time_queries(search, some)
    return latencies


async def main() -> None:
    """Print a table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--sizes", type=int, nargs="+", default=[3_000, 30_000, 300_000])
    parser.add_argument("--queries", type=int, default=50)
    parser.add_argument("--rounds", type=int, default=5)
    options = parser.parse_args()
    print("| chunks | search | p50 ms | p95 ms |\n|---|---|---|---|")
    async with open_bench() as resources:
        for size in options.sizes:
            corpus = build_synthetic_corpus(size)
            questions = generate_questions(corpus.vectors, options.queries)
            base = await fill(resources, f"synthetic-{size}", corpus)
            rows = await compare(resources, base, corpus, questions, rounds=options.rounds)
            for name, latencies in rows.items():
                p50, p95 = np.percentile(latencies, [50, 95])
                print(f"| {size:,} | {name} | {p50:.1f} | {p95:.1f} |", flush=True)


if __name__ == "__main__":
    asyncio.run(main())
