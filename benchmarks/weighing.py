"""Fit and judge the weights by which sentences are ranked (`kefu/answering/weighing.py`).

    python benchmarks/weighing.py

On the development and tuning questions about the demo company, whose sentences answer where they
hold a fact and stand in a document that is cited, and on the tuning questions of the product
documentation, where every sentence of a relevant passage counts as one. A listwise fit: those that
answer share the probability. Figures are of questions that were left out of the fit, by six folds.
"""

import asyncio
import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from answers import DEMO, DEVELOPMENT, plain_text
from bench_data import data_root
from datasets import load_alicloud, load_products
from kefu_bases import DEMO_BASE, ensure_filled, open_bench, read_base

from kefu.answering.evidence import Unit
from kefu.answering.follow_up import Asked
from kefu.answering.gather import gather
from kefu.answering.weighing import KIND_BONUS, NEARNESS_UNIT, Fit, beside
from kefu.knowledge import ingest
from kefu.resources import Resources
from kefu.retrieval import Hit
from kefu.viewer import OPERATOR

NAMES = ("HIT", "NEARNESS", "own words", "HEADING", "CONCEPT", "CONCEPT_ABOVE", "KIND", "the rest")
OWN = NAMES.index("own words")
FOLDS = 6
RIDGE = 0.003
STEPS = 300


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """The units found for a question.

    Attributes:
        features: a row a unit.
        answers: which of them answer.
        score: of each today.
    """

    group: str
    features: np.ndarray
    answers: np.ndarray
    score: np.ndarray


def read_features(question: str, unit: Unit) -> list[float]:
    """What a unit's score is a sum of."""
    fit = Fit(question)
    kind = fit.kinds_held(unit.span.text)
    return [
        unit.hit.score,
        max(unit.hit.parts.above_noise or 0.0, 0.0) / NEARNESS_UNIT,
        sum(unit.held.values()),
        beside(unit.above, unit.held),
        sum(unit.meant.values()),
        beside(unit.meant_above, unit.meant),
        kind,
        fit.bonus(unit.hit, unit.span) - KIND_BONUS * kind,
    ]


async def ask(resources: Resources, base: str, question: str) -> list[Unit]:
    """The units that are ranked."""
    asked = Asked(query=question, text=question)
    found = await read_base(resources, base)
    evidence = await gather(resources, asked, viewer=OPERATOR, base=found)
    return [unit for unit in evidence.units if unit.score]


def make_question(
    group: str, question: str, units: Sequence[Unit], answers: Sequence[bool]
) -> Question:
    """Its units as arrays."""
    return Question(
        group=group,
        features=np.array([read_features(question, unit) for unit in units]),
        answers=np.array(answers, dtype=bool),
        score=np.array([unit.score for unit in units]),
    )


async def load_demo(resources: Resources) -> list[Question]:
    """Questions about the demo company that have an answer."""
    await ingest(resources, [DEMO / "documents"], base_name=DEMO_BASE)
    lines = [
        line
        for path in (DEVELOPMENT, DEMO / "questions.jsonl")
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    loaded = []
    for row in map(json.loads, lines):
        if row["split"] == "test" or row["behaviour"] != "answer":
            continue
        facts = [each for fact in row["facts"] for each in ([fact] if fact is str(fact) else fact)]
        units = await ask(resources, DEMO_BASE, row["question"])
        answers = [
            _is_of(unit.hit, row["citations"])
            and any(plain_text(fact) in plain_text(unit.span.text) for fact in facts)
            for unit in units
        ]
        loaded.append(make_question("demo company", row["question"], units, answers))
    return loaded


async def load_documentation(resources: Resources, root: Path, language: str) -> list[Question]:
    """The tuning questions of the product documentation."""
    retrieval_set = load_alicloud(root, language)
    by_passage, _ = load_products(root, language)
    audiences = {name: by_passage[name] for name in retrieval_set.passages}
    base = f"products-{language}"
    await ensure_filled(resources, base, retrieval_set.passages, audiences=audiences)
    loaded = []
    for name, question in retrieval_set.half("tune").queries.items():
        units = await ask(resources, base, question)
        answers = [(unit.hit.id or unit.hit.uri) in retrieval_set.relevant[name] for unit in units]
        loaded.append(make_question(f"product documentation, {language}", question, units, answers))
    return loaded


def fit_weights(questions: Sequence[Question]) -> np.ndarray:
    """The weights under which those that answer get the highest probability (RMSprop)."""
    weights = np.zeros(len(NAMES))
    scale = np.ones(len(NAMES)) * 1e-8
    known = [each for each in questions if each.answers.any()]
    for step in range(STEPS):
        gradient = -RIDGE * weights
        for each in known:
            odds = np.exp(each.features @ weights - (each.features @ weights).max())
            chances = odds / odds.sum()
            wanted = chances * each.answers
            gradient += each.features.T @ (wanted / (wanted.sum() + 1e-12) - chances) / len(known)
        scale = 0.9 * scale + 0.1 * gradient**2 if step else gradient**2
        weights += 0.3 * 0.98**step * gradient / np.sqrt(scale + 1e-8)
    return weights


def place(each: Question, score: np.ndarray) -> int:
    """Of the first unit that answers; behind all where none does."""
    found = np.flatnonzero(each.answers[np.argsort(-score, kind="stable")])
    return int(found[0]) if len(found) else len(score) + STEPS


def judge(places: Sequence[int]) -> str:
    """Share of questions of which one of the first units answers."""
    return " | ".join(f"{np.mean([each < most for each in places]):.3f}" for most in (1, 2, 3, 4))


async def main() -> None:
    """Print the fitted weights and a table."""
    async with open_bench() as resources:
        questions = await load_demo(resources)
        for language in ("zh", "en"):
            questions += await load_documentation(resources, data_root(), language)
    weights = fit_weights(questions)
    for name, weight in zip(NAMES, weights / weights[OWN], strict=True):
        print(f"{name}: {weight:.2f}")
    folds = np.random.default_rng(2).permutation(len(questions)) % FOLDS
    left_out: dict[int, int] = {}
    for fold in range(FOLDS):
        fitted = fit_weights(
            [each for each, own in zip(questions, folds, strict=True) if own != fold]
        )
        for n in np.flatnonzero(folds == fold):
            left_out[n] = place(questions[n], questions[n].features @ fitted)
    print(
        "\n| questions | weights | first | of two | of three | of four |\n|---|---|---|---|---|---|"
    )
    for group in dict.fromkeys(each.group for each in questions):
        own = [n for n, each in enumerate(questions) if each.group == group]
        today = [place(questions[n], questions[n].score) for n in own]
        print(f"| {group}, {len(own)} | of today | {judge(today)} |")
        print(f"| | fitted on others | {judge([left_out[n] for n in own])} |")


def _is_of(hit: Hit, citations: Sequence[str]) -> bool:
    uri = hit.uri.rsplit("/documents/", 1)[-1]
    return uri in citations or any(hit.id and each.endswith(f"#{hit.id}") for each in citations)


if __name__ == "__main__":
    asyncio.run(main())
