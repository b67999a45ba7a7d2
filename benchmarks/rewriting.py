"""How well a follow-up question finds what answers it: rewritten by Kefu, by people, or not at all.

    python benchmarks/rewriting.py [--half report] [SET ...]

Conversations of mtRAG are halved by a hash of their id: rules and weights were chosen on "tune",
figures are stated on "report". A conversation's earlier answers are those of the set.
"""

import argparse
import asyncio
import hashlib
import json
import lzma
from collections import defaultdict
from collections.abc import Awaitable, Callable, Mapping, Sequence
from pathlib import Path

import metrics
from bench_data import data_root
from datasets import RetrievalSet, load_mtrag
from kefu_bases import ensure_filled, open_bench, read_base

from kefu.answering import Turn
from kefu.answering.follow_up import Asked, follow_up, stand_alone
from kefu.resources import Resources
from kefu.retrieval import search
from kefu.viewer import OPERATOR

SETS = {"mtrag-cloud": "cloud", "mtrag-fiqa": "fiqa"}
TOP_K = 10
LONGEST_QUERY = 2000
LAST, ALL, HUMAN, KEFU = "last turn alone", "all turns", "rewritten by people", "kefu, by rules"
IN_FRONT = "leaning turns in front, unweighted"
NO_ANSWERS = "kefu, by rules, without the earlier answers"

Ask = Callable[[str], Awaitable[Asked]]
"""Query id -> what is searched for."""


def is_in(half: str, query_id: str) -> bool:
    """Whether the conversation of a query belongs to that half."""
    digest = hashlib.sha256(_conversation(query_id).encode()).digest()
    return (digest[0] % 2 == 0) == (half == "tune")


def load_histories(root: Path) -> dict[str, tuple[Turn, ...]]:
    """Query id -> the turns before it, with the answers people gave."""
    turns: dict[str, dict[int, Turn]] = defaultdict(dict)
    with lzma.open(root / "mtrag" / "mtrag_human_tasks.jsonl.xz", "rt", encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            turn = Turn(question=row["user"]["text"], answer=row["agent"]["text"])
            turns[_conversation(row["task_id"])][row["turn_id"]] = turn
    return {
        f"{conversation}<::>{number}": tuple(
            turn for at, turn in sorted(known.items()) if at < number
        )
        for conversation, known in turns.items()
        for number in range(1, max(known) + 2)
    }


async def rank(resources: Resources, base: str, ids: Sequence[str], ask: Ask) -> metrics.Ranking:
    """What each query finds, best first."""
    rankings = {}
    for query_id in ids:
        asked = await ask(query_id)
        hits = await search(
            resources,
            asked.query[:LONGEST_QUERY],
            viewer=OPERATOR,
            base_name=base,
            top_k=TOP_K,
            carried=asked.carried,
        )
        rankings[query_id] = [hit.id or "" for hit in hits]
    return rankings


def ways(
    resources: Resources,
    base: str,
    variants: Mapping[str, RetrievalSet],
    histories: Mapping[str, Sequence[Turn]],
) -> dict[str, Ask]:
    """What is compared."""
    last = variants["lastturn"].queries

    def given(variant: str) -> Ask:
        return lambda query_id: _alone(variants[variant].queries[query_id].replace("\n", " "))

    def by_rules(*, with_answers: bool) -> Ask:
        async def ask(query_id: str) -> Asked:
            history = histories[query_id]
            if not with_answers:
                history = [Turn(question=turn.question, answer="") for turn in history]
            found = await read_base(resources, base)
            return await follow_up(resources, last[query_id], history, viewer=OPERATOR, base=found)

        return ask

    return {
        LAST: given("lastturn"),
        ALL: given("questions"),
        IN_FRONT: lambda query_id: _alone(stand_alone(last[query_id], histories[query_id])),
        NO_ANSWERS: by_rules(with_answers=False),
        KEFU: by_rules(with_answers=True),
        HUMAN: given("rewrite"),
    }


async def compare(resources: Resources, root: Path, name: str, *, half: str) -> None:
    """Print a line a way; the interval is of that way minus the last turn alone."""
    variants = {
        variant: load_mtrag(root, SETS[name], variant=variant)
        for variant in ("lastturn", "questions", "rewrite")
    }
    judged = variants["lastturn"]
    await ensure_filled(resources, name, judged.passages)
    ids = [query_id for query_id in sorted(judged.queries) if is_in(half, query_id)]
    relevant = {query_id: judged.relevant[query_id] for query_id in ids}
    histories = load_histories(root)
    figures = {
        way: metrics.measure(await rank(resources, name, ids, ask), relevant)
        for way, ask in ways(resources, name, variants, histories).items()
    }
    later = [query_id for query_id in ids if histories[query_id]]
    _print(f"{judged.name}, {half}: all {len(ids)} turns", figures, ids)
    _print(f"{judged.name}, {half}: {len(later)} later turns", figures, later)


def _print(
    title: str, figures: Mapping[str, Mapping[str, Mapping[str, float]]], ids: Sequence[str]
) -> None:
    print(f"\n### {title}\n\n| searched for | nDCG@10 | recall@5 | recall@10 | minus last turn |")
    print("|---|---|---|---|---|")
    before = _only(figures[LAST]["ndcg_at_10"], ids)
    for way, measured in figures.items():
        names = ("ndcg_at_10", "recall_at_5", "recall_at_10")
        means = " | ".join(f"{metrics.mean(_only(measured[name], ids)):.3f}" for name in names)
        ndcg = _only(measured["ndcg_at_10"], ids)
        change, low, high = metrics.bootstrap_difference(ndcg, before)
        print(f"| {way} | {means} | {change:+.3f} [{low:+.3f}, {high:+.3f}] |", flush=True)


def _only(figures: Mapping[str, float], ids: Sequence[str]) -> dict[str, float]:
    return {query_id: figures[query_id] for query_id in ids}


async def _alone(question: str) -> Asked:
    return Asked(query=question, text=question)


def _conversation(query_id: str) -> str:
    return query_id.partition("<::>")[0]


async def main() -> None:
    """Compare on the sets named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", help=", ".join(SETS))
    parser.add_argument("--half", choices=["tune", "report"], default="report")
    options = parser.parse_args()
    async with open_bench() as resources:
        for name in options.sets or SETS:
            await compare(resources, data_root(), name, half=options.half)


if __name__ == "__main__":
    asyncio.run(main())
