"""What a model is given at a fixed budget of tokens: the gold answer, or copies of something else.

    python benchmarks/consolidation.py [--part tune]

How much of the gold answer (character 4-grams; for the demo company facts) stands in the excerpts,
and how many excerpts say nearly the same as one before them. Compared are hits as they are found,
the same without copies, and what an answer is written from.
"""

import argparse
import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from statistics import mean

from answers import DEMO, plain_text
from bench_data import data_root
from datasets import load_alicloud, load_gold_answers
from kefu_bases import DEMO_BASE, ensure_filled, open_bench

from kefu.answering.evidence import distinct_hits
from kefu.answering.likeness import are_alike
from kefu.answering.write import fit_excerpts
from kefu.knowledge import ingest
from kefu.resources import Resources
from kefu.retrieval import Hit, search
from kefu.viewer import OPERATOR

BUDGETS = (500, 1000, 2000, 3000)
GRAM = 4
FOUND, READ = 12, 6  # found, and of these written from before the budget alone decided

Fit = Callable[[Sequence[Hit], int, Callable[[str], int]], list[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question and what of a context holds its answer: spellings of each fact, or text."""

    question: str
    gold: str | Sequence[str | list[str]]

    def held(self, context: str) -> float:
        """Share of the gold answer in the context."""
        plain = plain_text(context)
        if not isinstance(self.gold, str):
            spellings = [fact if isinstance(fact, list) else [fact] for fact in self.gold]
            return mean(any(plain_text(each) in plain for each in fact) for fact in spellings)
        gold = plain_text(self.gold)
        grams = {gold[at : at + GRAM] for at in range(len(gold) - GRAM + 1)}
        return sum(gram in plain for gram in grams) / max(len(grams), 1)


def fit_found(hits: Sequence[Hit], budget: int, count_tokens: Callable[[str], int]) -> list[str]:
    """Excerpts of the hits as they are found."""
    return fit_excerpts(hits, budget_tokens=budget, count_tokens=count_tokens)


def fit_distinct(hits: Sequence[Hit], budget: int, count_tokens: Callable[[str], int]) -> list[str]:
    """Excerpts of the hits that say something of their own, as an answer is written from."""
    return fit_found(distinct_hits(hits), budget, count_tokens)


def fit_six(hits: Sequence[Hit], budget: int, count_tokens: Callable[[str], int]) -> list[str]:
    """Likewise, six at most whatever the budget."""
    return fit_found(distinct_hits(hits)[:READ], budget, count_tokens)


WAYS: Mapping[str, Fit] = {
    "as found": fit_found,
    "distinct, six at most": fit_six,
    "distinct, as the budget holds": fit_distinct,
}


def count_copies(excerpts: Sequence[str]) -> int:
    """Excerpts that say nearly the same as one before them."""
    texts = [excerpt.partition("\n")[2] for excerpt in excerpts]
    return sum(
        any(are_alike(text, earlier) for earlier in texts[:place])
        for place, text in enumerate(texts)
    )


async def measure(resources: Resources, base: str, cases: Sequence[Case]) -> None:
    """Print the rows of one set."""
    found = [
        await search(resources, case.question, viewer=OPERATOR, base_name=base, top_k=FOUND)
        for case in cases
    ]
    count_tokens = resources.embedder.count_tokens
    for name, fit in WAYS.items():
        cells = []
        for budget in BUDGETS:
            contexts = [fit(hits, budget, count_tokens) for hits in found]
            held = mean(
                case.held("\n".join(context)) for case, context in zip(cases, contexts, strict=True)
            )
            copies = sum(map(count_copies, contexts)) / sum(map(len, contexts))
            cells.append(f"{held:.3f} ({copies:.0%})")
        print(f"| {base} | {len(cases)} | {name} | {' | '.join(cells)} |", flush=True)


async def main() -> None:
    """Print a table of all sets."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--part", choices=["tune", "report"], default="report")
    part = parser.parse_args().part
    print(f"| set | questions | excerpts | {' | '.join(map(str, BUDGETS))} tokens |")
    print(f"|---|---|---|{'---|' * len(BUDGETS)}")
    async with open_bench() as resources:
        await ingest(resources, [DEMO / "documents"], base_name=DEMO_BASE)
        lines = (DEMO / "questions.jsonl").read_text("utf-8").splitlines()
        rows = [json.loads(line) for line in lines]
        split = "tune" if part == "tune" else "test"
        demo = [
            Case(question=row["question"], gold=row["facts"])
            for row in rows
            if row["facts"] and row["split"] == split
        ]
        await measure(resources, DEMO_BASE, demo)
        for language in ("zh", "en"):
            whole = load_alicloud(data_root(), language)
            await ensure_filled(resources, f"products-{language}", whole.passages)
            gold = load_gold_answers(data_root(), language)
            queries = whole.half(part).queries
            cases = [Case(question=text, gold=gold[name]) for name, text in queries.items()]
            await measure(resources, f"products-{language}", cases)


if __name__ == "__main__":
    asyncio.run(main())
