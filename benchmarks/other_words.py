"""How many questions are known to ask what another one asked, and how many of them ask something else.

    python benchmarks/other_words.py

Questions come one after the other; each is compared with those before it, by what it asks
(`answer_cache.other_words`) and by the cosine of its vector, as caches do that go by likeness alone.
Intents and questions of the sets say which belong together. Pairs of one's own are in both languages,
most of them near misses.
"""

import csv
import json
import random
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from bench_data import data_root
from vectors import embed_cached

from kefu.answering import read_sense

SEED = 1
LIKENESSES = (0.92, 0.95, 0.97, 0.98)
PAIRS = Path(__file__).with_name("other_words.jsonl")


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question, and what belongs together."""

    text: str
    group: str


def load_banking77(root: Path, part: str) -> list[Asked]:
    path = root / "banking77" / "banking_data" / f"{part}.csv"
    with path.open(encoding="utf-8") as lines:
        return [Asked(text=row["text"], group=row["category"]) for row in csv.DictReader(lines)]


def load_stackfaq(root: Path) -> list[Asked]:
    text = (root / "stackfaq" / "stackExchange-FAQ.json").read_text(encoding="utf-8")
    pairs = json.loads(text)["root"]["qapair"]
    return [
        Asked(text=each, group=pair["question"])
        for pair in pairs
        for each in (pair["question"], *filter(None, pair["rephr"]))
    ]


def count_by_sense(asked: Sequence[Asked]) -> tuple[int, int, list[tuple[str, str]]]:
    """Questions that ask what an earlier one asked, those of another group, and these by pairs."""
    seen: dict[str, Asked] = {}
    hits, wrong = 0, []
    for each in asked:
        sense = read_sense(each.text)
        if sense is None:
            continue
        before = seen.setdefault(sense, each)
        hits += before is not each
        if before.group != each.group:
            wrong.append((each.text, before.text))
    return hits, len(wrong), wrong


def count_by_likeness(asked: Sequence[Asked], least: float) -> tuple[int, int]:
    """As above, where the nearest earlier question is near enough."""
    vectors = embed_cached([each.text for each in asked], is_query=True)
    likeness = np.tril(vectors @ vectors.T, -1)
    nearest = likeness.argmax(axis=1)
    hits = [at for at in range(1, len(asked)) if likeness[at, nearest[at]] >= least]
    return len(hits), sum(asked[at].group != asked[nearest[at]].group for at in hits)


def print_sets(root: Path) -> None:
    print("| questions | known by | given an earlier answer | of another group |")
    print("|---|---|---|---|")
    sets = {
        "stackfaq": load_stackfaq(root),
        "banking77, train": load_banking77(root, "train"),
        "banking77, test": load_banking77(root, "test"),
    }
    for name, asked in sets.items():
        random.Random(SEED).shuffle(asked)
        hits, wrong, pairs = count_by_sense(asked)
        print(f"| {name}, {len(asked)} | what it asks | {hits} | {wrong} |", flush=True)
        for least in LIKENESSES if "train" not in name else ():
            hits, wrong = count_by_likeness(asked, least)
            print(f"| {name}, {len(asked)} | cosine {least} | {hits} | {wrong} |", flush=True)
        if "test" in name:
            print("\n" + "\n".join(f"{one} / {other}" for one, other in pairs) + "\n")


def print_pairs() -> None:
    rows = [json.loads(line) for line in PAIRS.read_text(encoding="utf-8").splitlines()]
    same = [row for row in rows if row["same"]]
    near = [row for row in rows if not row["same"]]
    print("| own pairs known by | the same, known | near misses, taken for the same |")
    print("|---|---|---|")
    kept, asked = (
        embed_cached([row[name] for row in rows], is_query=True) for name in ("kept", "asked")
    )
    likeness = {
        id(row): float(one @ other) for row, one, other in zip(rows, kept, asked, strict=True)
    }
    tests: dict[str, Callable[[dict[str, str]], bool]] = {
        "what it asks": lambda row: read_sense(row["kept"]) == read_sense(row["asked"]),
    }
    for least in LIKENESSES:
        tests[f"cosine {least}"] = lambda row, least=least: likeness[id(row)] >= least
    for name, test in tests.items():
        print(
            f"| {name} | {sum(map(test, same))} of {len(same)} | {sum(map(test, near))} of {len(near)} |"
        )


if __name__ == "__main__":
    print_pairs()
    print()
    print_sets(data_root())
