"""Comparisons and questions in two steps about the demo company, in Chinese and English.

    python benchmarks/hops.py [--split tune] [--model]

24 questions of `hop_questions.jsonl`, all written before the rules; the half `test` was looked at
once. Right is an answer with all facts; "with its first step" one that also shows what tells which
thing the question describes. `--model` lets the bundled SmolLM2 plan the English ones, with all the
time that it needs, and says how many of its plans hold.
"""

import argparse
import asyncio
import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from answers import DEMO, _has_facts
from kefu_bases import DEMO_BASE, open_bench

from kefu.answering import answer, decompose
from kefu.answering.decompose import Plan, Planner, plan_by_rules
from kefu.knowledge import ingest
from kefu.resources import Resources
from kefu.viewer import OPERATOR

QUESTIONS = Path(__file__).parent / "hop_questions.jsonl"
MODEL = {
    "local": True,
    "context_tokens": 1200,
    "max_tokens": 250,
    "first_token_seconds": 300,
    "between_tokens_seconds": 60,
}

Question = Mapping[str, Any]
Rules = Callable[[str], Plan]


def as_one(message: str) -> Plan:
    """No plan at all."""
    return Plan(parts=[message])


async def measure(resources: Resources, name: str, rules: Rules, rows: Sequence[Question]) -> None:
    """Print one row of the table."""
    decompose.plan_by_rules = rules
    right = {"comparison": 0, "two-hop": 0}
    explained = 0
    for row in rows:
        given = await answer(resources, row["question"], viewer=OPERATOR, base=DEMO_BASE)
        is_right = _has_facts(row["facts"])(given.answer, ())
        right[row["kind"]] += is_right
        if row["kind"] == "two-hop":
            explained += is_right and _has_facts(row["first"])(given.answer, ())
    counts = {kind: sum(row["kind"] == kind for row in rows) for kind in right}
    print(
        f"| {name} | {right['comparison']}/{counts['comparison']}"
        f" | {right['two-hop']}/{counts['two-hop']} | {explained}/{counts['two-hop']} |",
        flush=True,
    )
    decompose.plan_by_rules = plan_by_rules


async def count_plans(resources: Resources, rows: Sequence[Question]) -> int:
    """Messages for which the model proposes a plan that adds and loses nothing."""
    decompose.plan_by_rules = as_one
    plans = [await Planner(resources, []).plan(row["question"]) for row in rows]
    decompose.plan_by_rules = plan_by_rules
    return sum(len(plan.parts) > 1 or plan.hop is not None for plan in plans)


async def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--split", choices=["tune", "test"], default="test")
    parser.add_argument("--model", action="store_true")
    options = parser.parse_args()
    lines = QUESTIONS.read_text(encoding="utf-8").splitlines()
    rows = [row for row in map(json.loads, lines) if row["split"] == options.split]
    decompose.PATIENCE_SECONDS = MODEL["first_token_seconds"]
    async with open_bench(**({"model": MODEL} if options.model else {})) as opened:
        extractive = replace(opened, endpoint=None)
        await ingest(extractive, [DEMO / "documents"], base_name=DEMO_BASE)
        print("| questions | comparisons right | two steps right | with the first step |")
        print("|---|---|---|---|")
        await measure(extractive, "as one question", as_one, rows)
        await measure(extractive, "by rules", plan_by_rules, rows)
        if options.model:
            english = [row for row in rows if row["language"] == "en"]
            await measure(extractive, "by rules (en)", plan_by_rules, english)
            await measure(opened, "by SmolLM2, else rules (en)", plan_by_rules, english)
            held = await count_plans(opened, english)
            print(f"\nPlans of SmolLM2 that hold: {held}/{len(english)}")


if __name__ == "__main__":
    asyncio.run(main())
