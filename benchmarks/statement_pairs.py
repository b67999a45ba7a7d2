"""Whether the gate takes a sentence in other words for the same statement, and only then.

    python benchmarks/statement_pairs.py
    python benchmarks/statement_pairs.py --show tuning

Pairs of sentences as an editor might replace one by the other (statement_pairs.jsonl), of shops,
banks, airlines and others, in Chinese and English: half of them state the same. And pairs of which
one stands and the other is added to another document (statement_additions.jsonl): half of them
contradict each other. Edits by what an editor does stand in edit_classes.jsonl: parties, bounds and
connectives exchanged, sentences cut up, lists made of them, and so on, as Markdown. Those of one
half were looked at when the comparison was written; what is judged wrongly in the held-out half
never was.
"""

import argparse
import json
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import seeded_rewordings_seventh
import seeded_rewordings_sixth

from kefu.answering import (
    Passage,
    Statement,
    contradicts,
    find_lost,
    find_rewriting,
    keeps_facts,
    read_statements,
)

FOLDER = Path(__file__).parent
PLACE = ("Rules",)
PARTS = ("tuning", "held out")


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    """Two sentences.

    Attributes:
        kind: what was done to the text; empty where nobody says.
        is_alarm: whether an editor has to hear of it.
        is_told: whether the gate says so.
        is_left: whether a model that reads both could clear all that it says.
    """

    id: str
    part: str
    language: str
    texts: tuple[str, str]
    is_alarm: bool
    is_told: bool
    is_left: bool = False
    kind: str = ""


def load_edits(name: str) -> list[Pair]:
    """Texts before and after an edit; other statements are alarms."""
    rows = _load(name)
    found = []
    for row in rows:
        texts = row["before"], row["after"]
        told, left = _look(*texts)
        pair = _pair(row, texts, is_alarm=not row["same"], is_told=told)
        found.append(replace(pair, is_left=left))
    return found


def load_rewordings() -> list[Pair]:
    """Sentences of documents that the sixth and seventh list of changes put into other words."""
    found = []
    for module in (seeded_rewordings_sixth, seeded_rewordings_seventh):
        for name in dir(module):
            if name.startswith(("REWORDED", "SLIPPED")):
                for texts in _find_pairs(getattr(module, name)):
                    told, left = _look(*texts)
                    alarm = name.startswith("SLIPPED")
                    row = {"id": name, "part": module.__name__.rpartition("_")[2], "language": ""}
                    pair = _pair(row, texts, is_alarm=alarm, is_told=told)
                    found.append(replace(pair, is_left=left))
    return found


def _find_pairs(given: object) -> Iterator[tuple[str, str]]:
    """Texts before and after, however deep; names of files and what is wrong stand beside them."""
    if not isinstance(given, tuple | list):
        return
    if len(given) == 2 and all(isinstance(each, str) for each in given):
        yield given[0], given[1]
    for each in given:
        yield from _find_pairs(each)


def _look(before: str, after: str) -> tuple[bool, bool]:
    """Whether anything is told, and whether a reader could clear it."""
    old, new = _read(PLACE, before), _read(PLACE, after)
    lost = find_lost(old, new)
    read = [find_rewriting(each, old, new) for each in lost]
    return bool(lost), all(each is not None and keeps_facts(*each) for each in read)


def load_additions() -> list[Pair]:
    """A sentence that stands, and one that is added; contradictions are alarms."""
    found = []
    for row in _load("statement_additions.jsonl"):
        sides = [row["standing"], row["added"]]
        standing, added = (_read(tuple(each["place"]), each["text"])[0] for each in sides)
        texts = (row["standing"]["text"], row["added"]["text"])
        told = contradicts(added, standing)
        found.append(_pair(row, texts, is_alarm=row["contradicts"], is_told=told))
    return found


def _load(name: str) -> list[dict[str, Any]]:
    return [json.loads(line) for line in (FOLDER / name).read_text("utf-8").splitlines()]


def _read(place: tuple[str, ...], text: str) -> list[Statement]:
    return list(read_statements([Passage(place, text)]))


def _pair(row: dict[str, Any], texts: tuple[str, str], *, is_alarm: bool, is_told: bool) -> Pair:
    return Pair(
        id=row["id"],
        part=row["part"],
        language=row["language"],
        texts=texts,
        is_alarm=is_alarm,
        is_told=is_told,
        kind=row.get("class", ""),
    )


def print_table(pairs: Sequence[Pair], alarms: str, rest: str) -> None:
    """What is told, by half and language."""
    print(f"| half | language | {alarms} told | {rest} told |")
    print("|---|---|---|---|")
    for part in PARTS:
        for language in ("zh", "en"):
            chosen = [each for each in pairs if (each.part, each.language) == (part, language)]
            wrong, fine = ([p for p in chosen if p.is_alarm is is_it] for is_it in (True, False))
            print(f"| {part} | {language} | {_share(wrong)} | {_share(fine)} |")
    print()


def print_left(name: str, pairs: Sequence[Pair]) -> None:
    """Of what is told, how much a model that reads both texts could clear, rightly or not."""
    shares = []
    for is_alarm in (False, True):
        told = [each for each in pairs if each.is_alarm is is_alarm and each.is_told]
        shares.append(f"{sum(each.is_left for each in told)}/{len(told)}")
    print(f"| {name} | {' | '.join(shares)} |")


def print_kinds(pairs: Sequence[Pair]) -> None:
    """What is told, by what was done."""
    print("| edit | to be told | told: tuning | told: held out |")
    print("|---|---|---|---|")
    for kind, is_alarm in dict.fromkeys((each.kind, each.is_alarm) for each in pairs):
        chosen = [each for each in pairs if (each.kind, each.is_alarm) == (kind, is_alarm)]
        shares = [_share([each for each in chosen if each.part == part]) for part in PARTS]
        print(f"| {kind} | {'yes' if is_alarm else 'no'} | {' | '.join(shares)} |")
    print()


def _share(pairs: Sequence[Pair]) -> str:
    return f"{sum(each.is_told for each in pairs)}/{len(pairs)}"


def main() -> None:
    """Print the tables, or also what is judged wrongly in one half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", choices=PARTS, help="list what is wrong in it")
    options = parser.parse_args()
    edits, additions = load_edits("statement_pairs.jsonl"), load_additions()
    classes = load_edits("edit_classes.jsonl")
    print_table(edits, "other statements", "same statements")
    print_table(classes, "edits that change", "edits that do not")
    print_kinds(classes)
    print_table(additions, "contradictions", "what may stand beside it")
    print("| pairs | the same, told: could be cleared | something else, told: could be cleared |")
    print("|---|---|---|")
    for name, pairs in (("sentences", edits), ("edits", classes), ("lists", load_rewordings())):
        print_left(name, pairs)
    for each in (*edits, *classes, *additions):
        if each.part == options.show and each.is_told != each.is_alarm:
            print(f"{each.id}: {' -> '.join(each.texts)}")


if __name__ == "__main__":
    main()
