"""Whether tuning search on a company's own judgments pays, and whether its verdict can be trusted.

    python benchmarks/tuning.py [SET ...]

`kefu evaluation tune-retrieval` reads the tuning third of each set; what it chooses is then
searched on the rest, which it has not seen. It begins once with Kefu's defaults, which those
thirds had a part in, and once with settings that do not fit.
"""

import argparse
import asyncio
from dataclasses import replace

import metrics
import numpy as np
from bench_data import data_root
from datasets import RetrievalSet
from kefu_bases import ensure_filled, open_bench
from retrieval import _base_name
from retrieval_peers import SETS

from kefu.evaluation import Candidate, Case, Split, Tuning, TuningPlan, save_version, set_up
from kefu.evaluation.judged import rank, understand_case
from kefu.evaluation.tuning import tune_retrieval
from kefu.releases import SettingValue, change_settings
from kefu.resources import Resources
from kefu.text import content_digest, detect_language

STARTS: dict[str, dict[str, SettingValue]] = {
    "defaults": {},
    "words count too much, the bias to the own language stays": {
        "retrieval.lexical_weight": 4.0,
        "retrieval.language_bias": 0.0,
    },
}


def build_cases(retrieval_set: RetrievalSet) -> list[Case]:
    """The tuning third to learn from, the rest as a sealed test."""
    tuning = retrieval_set.half("tune").queries
    return [
        Case(
            id=f"q-{content_digest(name)[:16]}",
            question=text,
            language=detect_language(text),
            split=Split.TRAIN if name in tuning else Split.TEST,
            citations=tuple((each,) for each in sorted(retrieval_set.relevant[name])),
        )
        for name, text in retrieval_set.queries.items()
    ]


async def measure(
    resources: Resources, base: str, cases: list[Case], tuning: Tuning
) -> tuple[np.ndarray, np.ndarray]:
    """nDCG@10 of each case with what is live and with what was chosen."""
    setup = await set_up(resources, Candidate(), base_name=base)
    rows = []
    for case in cases:
        judged = await understand_case(setup, case)
        if judged is not None:
            found = [await rank(setup, judged, each) for each in ({}, tuning.chosen)]
            rows.append([each.ndcg for each in found])
    before, after = np.array(rows).T
    return before, after


async def tune(resources: Resources, name: str, retrieval_set: RetrievalSet, start: str) -> str:
    """One line of the table."""
    base = _base_name(name)
    await ensure_filled(resources, base, retrieval_set.passages)
    cases = build_cases(retrieval_set)
    async with resources.database.transaction() as conn:
        version = await save_version(conn, f"tuning-{name}", cases, author="bench", base=base)
    settings = change_settings(resources.settings, STARTS[start])
    resources = replace(resources, settings=settings)
    tuning = await tune_retrieval(resources, TuningPlan(version=version))
    held_out = tuning.ndcg
    unseen = [each for each in cases if each.split is Split.TEST]
    before, after = await measure(resources, base, unseen, tuning)
    names = range(len(before))
    change, low, high = metrics.bootstrap_difference(
        dict(zip(names, after, strict=True)), dict(zip(names, before, strict=True))
    )
    chosen = ", ".join(f"{key.partition('.')[2]} {value}" for key, value in tuning.chosen.items())
    return (
        f"| {name} | {tuning.case_count} | {held_out.before:.3f} → {held_out.after:.3f}"
        f" [{held_out.difference.low:+.3f}, {held_out.difference.high:+.3f}] |"
        f" {chosen or 'nothing'} | {'yes' if tuning.is_recommended else 'no'} |"
        f" {len(before)} | {before.mean():.3f} → {after.mean():.3f} | {change:+.3f}"
        f" [{low:+.3f}, {high:+.3f}] |"
    )


async def main() -> None:
    """Tune on the sets named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("sets", nargs="*", help=", ".join(SETS))
    options = parser.parse_args()
    root = data_root()
    async with open_bench() as resources:
        for start in STARTS:
            print(f"\n### Begun with: {start}\n")
            print(
                "| set | cases | held out by folds, nDCG@10 | chosen | recommended | unseen |"
                " nDCG@10 | difference |"
            )
            print("|---|---|---|---|---|---|---|---|")
            for name in options.sets or SETS:
                print(await tune(resources, name, SETS[name](root), start), flush=True)


if __name__ == "__main__":
    asyncio.run(main())
