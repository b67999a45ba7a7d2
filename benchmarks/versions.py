"""Versions of documents told apart by their dates, with and without what does it.

    python benchmarks/versions.py [--split tune] [--verbose]

Questions about an invented sports club whose documents exist in several versions: what holds today
(current), what held on a day that is named (dated), figures that contradict each other (conflict),
what only an expired document says (expired), and documents that merely look like versions of one
another (control). An answer is right that holds all facts and nothing of what is wrong; "without"
keeps the penalty for what its front matter calls outdated. Nothing is abstained from, which would
hide what was chosen.
"""

import argparse
import asyncio
import json
import tempfile
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from answers import plain_text
from kefu_bases import open_bench

from kefu.answering import answer, gather
from kefu.answering.versions import Settled
from kefu.knowledge import ingest
from kefu.resources import Resources
from kefu.retrieval import Hit
from kefu.viewer import OPERATOR

QUESTIONS = Path(__file__).parent / "version_questions.jsonl"
BASE = "versions"


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """A question, what a right answer holds, and what only a wrong one does.

    A fact may be a list of spellings.
    """

    id: str
    kind: str
    language: str
    question: str
    facts: Sequence[str | list[str]]
    absent: Sequence[str]
    split: str
    documents: Sequence[dict[str, str]]

    def is_right(self, text: str) -> bool:
        """Whether an answer is."""
        shown = plain_text(text)
        spellings = [fact if isinstance(fact, list) else [fact] for fact in self.facts]
        holds_all = all(any(plain_text(each) in shown for each in fact) for fact in spellings)
        return holds_all and not any(plain_text(each) in shown for each in self.absent)


@contextmanager
def without_versions() -> Iterator[None]:
    """Answers as they come without settling versions and without looking for conflicts."""

    async def keep(_resources: Resources, _question: str, hits: Sequence[Hit], **_: Any) -> Settled:
        return Settled(hits=list(hits), standings={})

    settle, find = gather.settle_versions, gather.find_conflict
    gather.settle_versions, gather.find_conflict = keep, lambda *_: []
    try:
        yield
    finally:
        gather.settle_versions, gather.find_conflict = settle, find


async def count_right(
    resources: Resources, cases: Sequence[Case], *, is_verbose: bool
) -> Counter[str]:
    """Right answers by kind."""
    right: Counter[str] = Counter()
    for case in cases:
        given = await answer(resources, case.question, viewer=OPERATOR, base=BASE)
        is_right = case.is_right(given.answer)
        right[case.kind] += is_right
        if is_verbose:
            print(
                f"{'   ' if is_right else '!! '}{case.id} {case.question}\n      {given.answer!r}"
            )
    return right


async def main() -> None:
    """Print a table of right answers by kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["tune", "report"])
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    rows = [Case(**json.loads(line)) for line in QUESTIONS.read_text("utf-8").splitlines()]
    cases = [case for case in rows if options.split in (None, case.split)]
    async with open_bench(answering={"min_confidence": 0}) as resources:
        with tempfile.TemporaryDirectory() as folder:
            for document in (document for case in rows for document in case.documents):
                (Path(folder) / document["name"]).write_text(document["text"], encoding="utf-8")
            await ingest(resources, [Path(folder)], base_name=BASE)
        found = await count_right(resources, cases, is_verbose=options.verbose)
        with without_versions():
            before = await count_right(resources, cases, is_verbose=False)
    asked = Counter(case.kind for case in cases)
    print("| questions | without | with |\n|---|---|---|")
    for kind, count in asked.items():
        print(f"| {kind} | {before[kind]}/{count} | {found[kind]}/{count} |")
    total = asked.total()
    print(f"| all | {before.total()}/{total} | {found.total()}/{total} |")


if __name__ == "__main__":
    asyncio.run(main())
