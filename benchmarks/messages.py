"""Messages of two questions, and questions that are too wide, about the demo company.

    python benchmarks/messages.py [--split test]

Two questions of the demo company in one language make a message: both with an answer, or one of them
without. "together" is the same answer with the message searched as one question. Wide questions are
those of the list below; what is asked back wrongly is counted on the demo company's own questions.
"""

import argparse
import asyncio
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import replace
from itertools import pairwise
from typing import Any

from answers import DEMO, _has_facts
from kefu_bases import DEMO_BASE, open_bench

from kefu.answering import Answer, Outcome, answer, decompose
from kefu.answering.parts import split_parts
from kefu.knowledge import ingest
from kefu.resources import Resources
from kefu.viewer import OPERATOR

Question = Mapping[str, Any]

WIDE = (
    "How long are backups kept?",
    "How many websites are included?",
    "How many databases are included?",
    "How many PHP worker processes do I get?",
    "备份默认保留多久？",
    "最大存储空间是多少？",
    "What happens when I pass the visit limit?",
    "存储空间可以缩小吗？",
)
"""Each is answered by two or more documents, for different products."""


def pair_up(rows: Sequence[Question], *, second: str) -> Iterator[tuple[Question, Question]]:
    """Two questions in one language, the first with an answer, the other as said."""
    for language in ("zh", "en"):
        own = [row for row in rows if row["language"] == language]
        known = [row for row in own if row["behaviour"] == "answer"]
        if second == "answer":
            yield from pairwise(known)
        else:
            yield from zip(known, [row for row in own if row not in known], strict=False)


async def ask(resources: Resources, message: str) -> Answer:
    """The answer from the demo company's documents."""
    return await answer(resources, message, viewer=OPERATOR, base=DEMO_BASE)


def holds(given: Answer, *rows: Question) -> bool:
    """Whether all facts of these questions are shown."""
    return all(_has_facts(row["facts"])(given.answer, ()) for row in rows)


async def measure(resources: Resources, rows: Sequence[Question]) -> dict[str, int]:
    """How many messages are answered rightly, by kind."""
    counts = dict.fromkeys(("both", "of_both", "known", "named", "of_known"), 0)
    for one, other in pair_up(rows, second="answer"):
        given = await ask(resources, f"{one['question']} {other['question']}")
        counts["both"] += holds(given, one, other)
        counts["of_both"] += 1
    for one, other in pair_up(rows, second="abstain"):
        given = await ask(resources, f"{one['question']} {other['question']}")
        counts["known"] += given.outcome is Outcome.ANSWERED and holds(given, one)
        counts["named"] += other["question"].rstrip("?？") in given.answer
        counts["of_known"] += 1
    return counts


async def main() -> None:
    """Print both tables."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["tune", "test"], default="test")
    options = parser.parse_args()
    lines = (DEMO / "questions.jsonl").read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["split"] == options.split]
    async with open_bench() as opened:
        resources = replace(opened, endpoint=None)
        await ingest(resources, [DEMO / "documents"], base_name=DEMO_BASE)
        print(
            "| message | both known: both right | one unknown: the other right"
            " | the unknown one named |\n|---|---|---|---|"
        )
        for way, split in (("together", lambda message: [message]), ("part by part", split_parts)):
            decompose.split_parts = split
            counts = await measure(resources, rows)
            print(
                f"| {way} | {counts['both']}/{counts['of_both']}"
                f" | {counts['known']}/{counts['of_known']}"
                f" | {counts['named']}/{counts['of_known']} |",
                flush=True,
            )
        wide = [await ask(resources, question) for question in WIDE]
        own = [await ask(resources, row["question"]) for row in rows]
        print("\n| questions | asked back |\n|---|---|")
        for name, given in (("too wide", wide), ("with one answer or none", own)):
            asked = sum(each.outcome is Outcome.ASKED_BACK for each in given)
            print(f"| {name} | {asked}/{len(given)} |")


if __name__ == "__main__":
    asyncio.run(main())
