"""Fit and judge the confidence that decides between answering and abstaining.

    python benchmarks/abstention.py

Each real question is asked twice: of all passages, and of those of the other products only. The
model is fitted on the tuning half and the demo company's tuning questions, and judged on the rest.
"""

import asyncio
import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from answers import DEMO
from bench_data import data_root
from datasets import RetrievalSet, load_alicloud, load_products
from kefu_bases import ensure_filled, open_bench

from kefu.answering.confidence import MOST_ABOVE_NOISE, SIMILARITY_UNIT
from kefu.answering.unknown import Unknown, find_unknown
from kefu.knowledge import ingest
from kefu.resources import Resources
from kefu.retrieval import find_held, search
from kefu.text import content_words, detect_language
from kefu.viewer import OPERATOR, Viewer

DEMO_WEIGHT = 35.0  # a demo question, asked in a customer's words, against one that is a heading
RIDGE = 0.05


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One question put to one base by one viewer.

    Attributes:
        above_noise: of its nearest hit.
        unknown: what it names that the viewer's part of the base does not hold.
    """

    group: str
    above_noise: float
    unknown: Unknown
    is_answerable: bool
    is_tuning: bool
    weight: float


async def sample(
    resources: Resources, base: str, question: str, viewer: Viewer
) -> dict[str, float | Unknown]:
    """How far the nearest hit stands above the noise, and what the base does not hold."""
    hits = await search(resources, question, viewer=viewer, base_name=base)
    words = content_words(question)
    terms = {term for word in words for term in word.terms}
    held = await find_held(resources, terms, viewer=viewer, base_name=base)
    language = detect_language(question)
    return {
        "above_noise": max((hit.parts.above_noise or 0.0 for hit in hits), default=0.0),
        "unknown": find_unknown(words, held, hits, language=language),
    }


async def sample_products(resources: Resources, root: Path, language: str) -> list[Sample]:
    """Every question with and without its product."""
    retrieval_set: RetrievalSet = load_alicloud(root, language)
    by_passage, by_query = load_products(root, language)
    audiences = {name: by_passage[name] for name in retrieval_set.passages}
    base = f"products-{language}"
    await ensure_filled(resources, base, retrieval_set.passages, audiences=audiences)
    tuning = retrieval_set.half("tune").queries
    samples = []
    for name, question in retrieval_set.queries.items():
        others = frozenset(by_passage.values()) - {by_query[name]}
        for viewer in (OPERATOR, Viewer(name="others", audiences=others)):
            samples.append(
                Sample(
                    group=f"product documentation, {language}",
                    **await sample(resources, base, question, viewer),
                    is_answerable=viewer is OPERATOR,
                    is_tuning=name in tuning,
                    weight=1.0,
                )
            )
    return samples


async def sample_demo(resources: Resources) -> list[Sample]:
    """The demo company's questions."""
    await ingest(resources, [DEMO / "documents"], base_name="demo")
    samples = []
    for line in (DEMO / "questions.jsonl").read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        samples.append(
            Sample(
                group="demo company",
                **await sample(resources, "demo", row["question"], OPERATOR),
                is_answerable=row["behaviour"] == "answer",
                is_tuning=row["split"] == "tune",
                weight=DEMO_WEIGHT,
            )
        )
    return samples


def features(each: Sample) -> list[float]:
    """What `kefu.answering.confidence.logit` weighs, bias first."""
    height = min(each.above_noise, MOST_ABOVE_NOISE) / SIMILARITY_UNIT
    return [1.0, height, float(each.unknown.has_name), float(each.unknown.has_noun)]


def fit(samples: list[Sample]) -> np.ndarray:
    """Bias and weights of a logistic regression, by Newton's method."""
    rows = np.array([features(each) for each in samples])
    wanted = np.array([float(each.is_answerable) for each in samples])
    weights = np.array([each.weight for each in samples])
    model = np.zeros(rows.shape[1])
    for _ in range(60):
        guess = 1 / (1 + np.exp(-rows @ model))
        gradient = rows.T @ (weights * (wanted - guess)) - RIDGE * model
        hessian = (rows * (weights * guess * (1 - guess))[:, None]).T @ rows + RIDGE * np.eye(
            len(model)
        )
        model += np.linalg.solve(hessian, gradient)
    return model


def judge(samples: list[Sample], model: np.ndarray) -> str:
    """Precision and recall of abstention, and the share of answerable questions answered."""
    rows = np.array([features(each) for each in samples])
    abstains = 1 / (1 + np.exp(-rows @ model)) < 0.5
    lacks = np.array([not each.is_answerable for each in samples])
    precision = (abstains & lacks).sum() / max(abstains.sum(), 1)
    recall = (abstains & lacks).sum() / max(lacks.sum(), 1)
    answered = (~abstains & ~lacks).sum() / max((~lacks).sum(), 1)
    return f"{len(samples)} | {precision:.2f} | {recall:.2f} | {answered:.2f}"


async def main() -> None:
    """Print the fitted constants and a table."""
    async with open_bench() as resources:
        samples = await sample_demo(resources)
        for language in ("zh", "en"):
            samples += await sample_products(resources, data_root(), language)
    model = fit([each for each in samples if each.is_tuning])
    names = ("BIAS", "WEIGHT", "NAME_WEIGHT", "NOUN_WEIGHT")
    print("\n".join(f"{name} = {value:.2f}" for name, value in zip(names, model, strict=True)))
    print()
    print("| held-out set | questions | abstention precision | recall | answerable answered |")
    print("|---|---|---|---|---|")
    for group in dict.fromkeys(each.group for each in samples):
        held_out = [each for each in samples if each.group == group and not each.is_tuning]
        print(f"| {group} | {judge(held_out, model)} |")


if __name__ == "__main__":
    asyncio.run(main())
