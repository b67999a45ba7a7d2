"""Questions to tables, with and without what works them out.

    python benchmarks/tables.py [--split tune] [--verbose]

48 questions in Chinese and English about an invented bicycle company with eight tables in six file
formats, one of 120 rows over several chunks (`table_documents.py`). An answer is right that holds
all facts, figures as whole numbers, and nothing that belongs to other rows alone. A control question
is right when nothing is worked out: no table operation applies, or a condition fits no row. One half
was tuned on; the other, written with it before the rules, was looked at once.
"""

import argparse
import asyncio
import json
import re
import tempfile
import unicodedata
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kefu_bases import open_bench
from table_documents import write_documents

from kefu.answering import Answer, answer, gather
from kefu.knowledge import ingest
from kefu.resources import Resources
from kefu.viewer import OPERATOR

QUESTIONS = Path(__file__).parent / "table_questions.jsonl"
BASE = "tables"
CONTROL = "control"
WORKED_OUT = re.compile(r"^(?:From the table in “|根据《.+》中的表格)")


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

    def is_right(self, given: Answer) -> bool:
        """Whether an answer is."""
        if self.kind == CONTROL:
            return not WORKED_OUT.match(given.answer)
        shown = _plain(re.sub(r"\[\d+\]", "", given.answer))
        spellings = [fact if isinstance(fact, list) else [fact] for fact in self.facts]
        holds_all = all(any(_holds(shown, each) for each in fact) for fact in spellings)
        return holds_all and not any(_holds(shown, each) for each in self.absent)


@contextmanager
def without_tables() -> Iterator[None]:
    """Answers as they come without working anything out."""

    async def find_nothing(*_: Any, **__: Any) -> None:
        return None

    work_out = gather.work_out
    gather.work_out = find_nothing
    try:
        yield
    finally:
        gather.work_out = work_out


async def count_right(
    resources: Resources, cases: Sequence[Case], *, is_verbose: bool
) -> tuple[Counter[str], int, int]:
    """Right answers by kind, how many were worked out, and how many of those are wrong."""
    right: Counter[str] = Counter()
    worked = wrong = 0
    for case in cases:
        given = await answer(resources, case.question, viewer=OPERATOR, base=BASE)
        is_right = case.is_right(given)
        is_worked = bool(WORKED_OUT.match(given.answer))
        right[case.kind] += is_right
        worked += is_worked
        wrong += is_worked and not is_right
        if is_verbose:
            print(f"{'   ' if is_right else '!! '}{case.id} {case.question}\n{given.answer}\n")
    return right, worked, wrong


async def main() -> None:
    """Print a table of right answers by kind."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["tune", "report"])
    parser.add_argument("--verbose", action="store_true")
    options = parser.parse_args()
    rows = [Case(**json.loads(line)) for line in QUESTIONS.read_text("utf-8").splitlines()]
    cases = [case for case in rows if options.split in (None, case.split)]
    async with open_bench() as resources:
        with tempfile.TemporaryDirectory() as folder:
            write_documents(Path(folder))
            await ingest(resources, [Path(folder)], base_name=BASE)
            found, worked, wrong = await count_right(resources, cases, is_verbose=options.verbose)
            with without_tables():
                before, _, _ = await count_right(resources, cases, is_verbose=False)
    asked = Counter(case.kind for case in cases)
    print("| questions | without | with |\n|---|---|---|")
    for kind, count in asked.items():
        print(f"| {kind} | {before[kind]}/{count} | {found[kind]}/{count} |")
    total = asked.total()
    print(f"| all | {before.total()}/{total} | {found.total()}/{total} |")
    print(f"\n{worked} of {total} were worked out, {wrong} of these wrong.")


def _holds(shown: str, text: str) -> bool:
    """Whether a text stands in what is shown, words and numbers as whole ones."""
    edge = r"[a-z0-9]"
    wanted = re.escape(_plain(text))
    return bool(re.search(rf"(?<!{edge})(?<!{edge}[-.,]){wanted}(?!-?{edge}|[.,]\d)", shown))


def _plain(text: str) -> str:
    return " ".join(unicodedata.normalize("NFKC", text).lower().split())


if __name__ == "__main__":
    asyncio.run(main())
