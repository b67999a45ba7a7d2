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
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from kefu.answering import Passage, Statement, contradicts, find_lost, read_statements

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
    """

    id: str
    part: str
    language: str
    texts: tuple[str, str]
    is_alarm: bool
    is_told: bool
    kind: str = ""


def load_edits(name: str) -> list[Pair]:
    """Texts before and after an edit; other statements are alarms."""
    rows = _load(name)
    found = []
    for row in rows:
        before, after = (_read(PLACE, row[key]) for key in ("before", "after"))
        told = bool(find_lost(before, after))
        found.append(
            _pair(row, (row["before"], row["after"]), is_alarm=not row["same"], is_told=told)
        )
    return found


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
    for each in (*edits, *classes, *additions):
        if each.part == options.show and each.is_told != each.is_alarm:
            print(f"{each.id}: {' -> '.join(each.texts)}")


if __name__ == "__main__":
    main()
