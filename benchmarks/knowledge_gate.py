"""Whether an edit of one document is held against the cases that it changes, and how fast.

    python benchmarks/knowledge_gate.py

Four of the demo company's text documents are edited one by one: a document is deleted, one of its parts is
deleted, its numbers are changed, and a sentence that nobody asks about is added. Each edit is
looked at as `kefu ingest --gate` does; then every case is asked, to see which ones really changed.
Cases that an edit may touch are found by one search each with the kept vector of their question;
beside it stands what finding them takes when each is prepared as if it were answered. The two
take turns in being first.
"""

import asyncio
import random
import re
import shutil
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import partial
from importlib.resources import as_file, files
from pathlib import Path
from statistics import median

from kefu.answering.finding import Finder
from kefu.db import Database
from kefu.evaluation import KnowledgeLimits, Plan, read_lines, run_experiment, save_version
from kefu.evaluation.asking import ask, find_documents
from kefu.evaluation.candidates import set_up
from kefu.evaluation.knowledge_check import AT_ONCE, KnowledgeCheck, find_loss, load_posed
from kefu.evaluation.knowledge_gate import check_candidate
from kefu.evaluation.question_vectors import keep_questions
from kefu.evaluation.records import Candidate, Case, Reply
from kefu.evaluation.working import work_through
from kefu.knowledge import Base, ingest
from kefu.resources import Resources, open_resources
from kefu.settings import load_settings

BASE = "demo"
SUFFIXES = {".md", ".txt", ".html", ".csv", ".jsonl"}
DOCUMENTS = 4
SEED = 20_261_121
UNASKED = "The gardeners water the roses in front of the office on Tuesdays."


times: list[float] = []
"""Of every edit that was looked at."""


class _Seen(Exception):
    """Everything was looked at; nothing stays."""


@dataclass(frozen=True)
class Outcome:
    """One edit."""

    kind: str
    check: KnowledgeCheck
    changed: frozenset[str]
    worse: frozenset[str]
    seconds: float
    searching_seconds: float
    gathering_seconds: float

    @property
    def affected(self) -> frozenset[str]:
        return frozenset(each.posed.case.id for each in self.check.affected)

    @property
    def caught(self) -> frozenset[str]:
        return frozenset(each.affected.posed.case.id for each in self.check.worse)


def delete(path: Path, _chance: random.Random) -> bool:
    path.unlink()
    return True


def delete_part(path: Path, chance: random.Random) -> bool:
    separator = "\n" if path.suffix in {".csv", ".jsonl", ".html"} else "\n\n"
    parts = path.read_text().split(separator)
    long = [place for place, part in enumerate(parts) if len(part) > 40]
    if len(parts) < 3 or not long:
        return False
    del parts[chance.choice(long)]
    path.write_text(separator.join(parts))
    return True


def change_numbers(path: Path, _chance: random.Random) -> bool:
    text = path.read_text()
    changed = re.sub(r"(?<![\w.#-])[1-9]\d*(?![\w-])", lambda found: str(int(found[0]) + 7), text)
    path.write_text(changed)
    return changed != text


def add_sentence(path: Path, _chance: random.Random) -> bool:
    if path.suffix not in {".md", ".txt"}:
        return False
    path.write_text(f"{path.read_text()}\n\n{UNASKED}\n")
    return True


EDITS = (delete, delete_part, change_numbers, add_sentence)


async def main() -> None:
    """Print the table."""
    with tempfile.TemporaryDirectory(prefix="kefu-bench-") as folder:
        documents = Path(folder) / "documents"
        with as_file(files("kefu.demo") / "documents") as shipped:
            shutil.copytree(shipped, documents)
        settings = load_settings().model_copy(update={"data_dir": Path(folder) / "data"})
        async with open_resources(settings) as resources:
            outcomes = await run(replace(resources, endpoint=None, endpoints=None), documents)
    print_table(outcomes)


async def run(resources: Resources, documents: Path) -> list[Outcome]:
    await ingest(resources, [documents], base_name=BASE)
    text = (files("kefu.demo") / "questions.jsonl").read_text(encoding="utf-8")
    async with resources.database.transaction() as conn:
        version = await save_version(conn, BASE, read_lines(text), author="bench", base=BASE)
    await run_experiment(resources, Plan(version=version, author="bench"))
    before = await ask_all(resources)
    chance = random.Random(SEED)
    outcomes = []
    for path in chance.sample(list_texts(documents), DOCUMENTS):
        for edit in EDITS:
            original = path.read_bytes()
            if edit(path, chance):
                outcomes.append(await look(resources, documents, before, kind=edit.__name__))
                tell(outcomes[-1])
            path.write_bytes(original)
    return outcomes


def list_texts(documents: Path) -> list[Path]:
    return sorted(each for each in documents.rglob("*") if each.suffix in SUFFIXES)


async def look(
    resources: Resources, documents: Path, before: dict[str, Reply], *, kind: str
) -> Outcome:
    seen: list[Outcome] = []

    async def judge(candidate: Database, base: Base) -> None:
        started = time.monotonic()
        check = await check_candidate(resources, candidate, base, KnowledgeLimits())
        seconds = time.monotonic() - started
        changed = replace(resources, database=candidate)
        searching, gathering = await time_finding(changed, resources, is_first=len(times) % 2 == 0)
        times.append(searching)
        after = await ask_all(changed)
        async with candidate.connection() as conn:
            cases = {each.case.id: each.case for each in await load_posed(conn, BASE)}
        seen.append(
            Outcome(
                kind=kind,
                check=check,
                changed=frozenset(id for id in cases if differs(before[id], after[id])),
                worse=frozenset(id for id in cases if find_loss(cases[id], before[id], after[id])),
                seconds=seconds,
                searching_seconds=searching,
                gathering_seconds=gathering,
            )
        )
        raise _Seen

    try:
        await ingest(resources, [documents], base_name=BASE, judge=judge)
    except _Seen:
        return seen[0]
    raise AssertionError("the judge raises")


async def time_finding(
    changed: Resources, live: Resources, *, is_first: bool
) -> tuple[float, float]:
    """Seconds of finding for all cases: by a search each, and as if each were answered."""
    async with live.database.connection() as conn:
        cases = [each.case for each in await load_posed(conn, BASE)]

    async def search() -> None:
        questions = [case.question for case in cases if not case.history]
        embedder = await keep_questions(live, questions)
        setup = await set_up(live, Candidate(), base_name=BASE)
        setup = replace(setup, resources=replace(changed, embedder=embedder))
        await work_through(cases, partial(find_documents, setup), at_once=AT_ONCE)

    async def gather(case: Case) -> None:
        finder = await Finder.open(changed, [], viewer=case.viewer, base=BASE)
        await finder.find_parts(case.question)

    async def gather_all() -> None:
        await work_through(cases, gather, at_once=AT_ONCE)

    seconds = {}
    ways = {"search": search, "gather": gather_all}
    for name in ways if is_first else reversed(ways):
        started = time.monotonic()
        await ways[name]()
        seconds[name] = time.monotonic() - started
    return seconds["search"], seconds["gather"]


async def ask_all(resources: Resources) -> dict[str, Reply]:
    setup = await set_up(resources, Candidate(), base_name=BASE)
    async with resources.database.connection() as conn:
        posed = await load_posed(conn, BASE)
    return {each.case.id: await ask(setup, each.case) for each in posed}


def tell(outcome: Outcome) -> None:
    """What came of an edit, on standard error, as the table comes last."""
    print(
        f"{outcome.kind}: {len(outcome.changed)} changed, {len(outcome.affected)} asked again, "
        f"{len(outcome.changed & outcome.affected)} of both, {len(outcome.worse)} worse, "
        f"{len(outcome.caught)} caught, {outcome.seconds:.1f} s",
        file=sys.stderr,
        flush=True,
    )


def differs(one: Reply, other: Reply) -> bool:
    return (one.answer, one.behaviour) != (other.answer, other.behaviour)


def print_table(outcomes: Sequence[Outcome]) -> None:
    print("| edit | edits | cases changed | of them asked again | cases asked again | edits that")
    print("made a case worse | refused | harmless edits | let pass | stopped as unproven |")
    print("seconds p50 | p95 | finding cases p50 | as if answered p50 |")
    print("|---|---|---|---|---|---|---|---|---|---|---|---|---|---|")
    kinds = list(dict.fromkeys(each.kind for each in outcomes))
    for kind in [*kinds, "all"]:
        part = [each for each in outcomes if kind in (each.kind, "all")]
        changed = sum(len(each.changed) for each in part)
        found = sum(len(each.changed & each.affected) for each in part)
        asked = sum(len(each.affected) for each in part)
        count = sum(each.check.case_count for each in part)
        bad = [each for each in part if each.worse]
        fine = [each for each in part if not each.worse]
        refused = sum(not each.check.holds for each in bad)
        passed = sum(each.check.holds for each in fine)
        unproven = sum(not each.check.is_proven for each in part)
        seconds = sorted(each.seconds for each in part)
        print(
            f"| {kind.replace('_', ' ')} | {len(part)} | {changed} | {share(found, changed)} |"
            f" {share(asked, count)} | {len(bad)} | {share(refused, len(bad))} | {len(fine)} |"
            f" {share(passed, len(fine))} | {unproven} | {seconds[len(seconds) // 2]:.1f} |"
            f" {seconds[int(len(seconds) * 0.95)]:.1f} |"
            f" {median(each.searching_seconds for each in part):.2f} |"
            f" {median(each.gathering_seconds for each in part):.2f} |"
        )
    ratios = [each.searching_seconds / each.gathering_seconds for each in outcomes]
    print(f"\nfinding, ratio to as if answered: median {median(ratios):.3f}")
    for each in outcomes:
        for id in sorted(each.changed - each.affected):
            print(f"missed: {each.kind} {each.check.changes[0].uri} {id}")
        for id in sorted(each.worse - each.caught):
            print(f"not caught: {each.kind} {each.check.changes[0].uri} {id}")


def share(part: int, whole: int) -> str:
    return f"{part / whole:.3f}" if whole else "–"


if __name__ == "__main__":
    asyncio.run(main())
