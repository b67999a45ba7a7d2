"""Whether the gate tells edits of a prompt that do harm from those that do none.

    python benchmarks/prompt_edits.py
    python benchmarks/prompt_edits.py --show tuning

Forty edits (prompt_edits.jsonl) of the shipped prompt `answer` and of one in Chinese
(prompt_of_a_shop.zh.md), half of them harmful. Those of one half were looked at when the comparison
was written; what is judged wrongly in the held-out half never was.
"""

import argparse
import json
from pathlib import Path

from kefu.evaluation import UnprovenInstruction, find_unproven_instructions
from kefu.prompts import parse_specification

FOLDER = Path(__file__).parent
PROMPTS = {
    "en": FOLDER.parent / "kefu" / "prompts" / "shipped" / "answer.en.md",
    "zh": FOLDER / "prompt_of_a_shop.zh.md",
}
PARTS = ("tuning", "held out")


def judge(row: dict[str, str]) -> list[UnprovenInstruction]:
    """What the gate would have somebody acknowledge."""
    text = PROMPTS[row["language"]].read_text(encoding="utf-8")
    assert text.count(row["old"]) == 1, row
    edited = text.replace(row["old"], row["new"])
    return find_unproven_instructions(parse_specification(text), parse_specification(edited))


def main() -> None:
    """Print the table, or also what is judged wrongly in one half."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--show", choices=PARTS, help="list what is wrong in it")
    options = parser.parse_args()
    rows = [json.loads(line) for line in (FOLDER / "prompt_edits.jsonl").open(encoding="utf-8")]
    judged = [(row, judge(row)) for row in rows]
    print("| half | language | harmful edits told | harmless edits told |")
    print("|---|---|---|---|")
    for part in PARTS:
        for language in PROMPTS:
            cells = []
            for is_harmful in (True, False):
                wanted = (part, language, is_harmful)
                chosen = [
                    told
                    for row, told in judged
                    if (row["part"], row["language"], row["harmful"]) == wanted
                ]
                cells.append(f"{sum(map(bool, chosen))}/{len(chosen)}")
            print(f"| {part} | {language} | {' | '.join(cells)} |")
    for row, told in judged:
        if row["part"] == options.show and bool(told) != row["harmful"]:
            print(f"\n{row['id']} ({row['class']}): {row['old']} -> {row['new']}")
            for each in told:
                print(f"  {each.doubt} {each.about}: {each.before} -> {each.after}")


if __name__ == "__main__":
    main()
