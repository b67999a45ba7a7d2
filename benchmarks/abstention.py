"""Fit and judge the confidence that decides between answering and abstaining.

    python benchmarks/abstention.py

Each real question is asked twice: of all passages, and of those of the other products only. The
model is fitted on the tuning half, the demo company's tuning questions and the development
questions about it, and judged on the rest.
"""

import asyncio
import json
import random
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from answers import DEMO, DEVELOPMENT
from bench_data import data_root
from datasets import SEED, RetrievalSet, load_alicloud, load_products
from kefu_bases import DEMO_BASE, ensure_filled, open_bench, read_base

from kefu.answering.confidence import signals
from kefu.answering.evidence import distinct_hits, list_units, rank_units, telling_idf
from kefu.answering.gather import HITS_SEARCHED
from kefu.answering.unknown import find_unknown, unsaid_share
from kefu.answering.word_lists import CONCEPTS
from kefu.answering.wording import concepts_in
from kefu.knowledge import ingest
from kefu.resources import Resources
from kefu.retrieval import search_base, weigh_terms
from kefu.text import content_words, detect_language, query_terms
from kefu.viewer import OPERATOR, Viewer

DEMO_WEIGHT = 1.5  # a question about the demo company, asked in a customer's words, against one that is a heading
LEFT_OUT = 0.4  # of the words for concepts
RIDGE = 0.5


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    """One question put to one base by one viewer.

    Attributes:
        signals: as `kefu.answering.confidence` weighs them.
    """

    group: str
    signals: tuple[float, float, float]
    is_answerable: bool
    is_tuning: bool
    weight: float


async def read_signals(
    resources: Resources, base: str, question: str, viewer: Viewer
) -> tuple[float, float, float]:
    """What the best units and the base say of a question."""
    found = await read_base(resources, base)
    find = {"viewer": viewer, "base": found}
    hits = distinct_hits(
        await search_base(resources, found, question, viewer=viewer, top_k=HITS_SEARCHED)
    )
    words, terms = content_words(question), query_terms(question)
    known = {*terms, *(term for word in words for term in word.terms)}
    weights = await weigh_terms(resources, known, **find)
    held = weights.held
    idf = telling_idf({term: weights.idf[term] for term in terms}, words, held)
    units = rank_units(question, list_units(hits), idf=idf)
    if not units:
        return signals(0.0, find_unknown(words, held, hits, language="en"), 1.0)
    language = detect_language(question)
    return signals(
        units[0].hit.parts.above_noise or 0.0,
        find_unknown(words, held, hits, language=language),
        unsaid_share(words, units, language=language),
    )


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
                    signals=await read_signals(resources, base, question, viewer),
                    is_answerable=viewer is OPERATOR,
                    is_tuning=name in tuning,
                    weight=1.0,
                )
            )
    return samples


@contextmanager
def words_left_out() -> Iterator[None]:
    """Without some of the words for concepts, as for questions they were not written beside."""
    known = dict(CONCEPTS)
    chance = random.Random(SEED)
    for word in known:
        if chance.random() < LEFT_OUT:
            del CONCEPTS[word]
    concepts_in.cache_clear()
    yield
    CONCEPTS.update(known)
    concepts_in.cache_clear()


async def sample_demo(resources: Resources) -> list[Sample]:
    """The demo company's questions; the lists of words were written with some of them in view."""
    await ingest(resources, [DEMO / "documents"], base_name=DEMO_BASE)
    rows = [
        json.loads(line)
        for path in (DEMO / "questions.jsonl", DEVELOPMENT)
        for line in path.read_text(encoding="utf-8").splitlines()
    ]
    given = [(row, row["split"] != "test") for row in rows]
    samples = []
    for is_tuning in (True, False):
        with words_left_out() if is_tuning else nullcontext():
            samples += [
                Sample(
                    group="demo company",
                    signals=await read_signals(resources, DEMO_BASE, row["question"], OPERATOR),
                    is_answerable=row["behaviour"] == "answer",
                    is_tuning=is_tuning,
                    weight=DEMO_WEIGHT,
                )
                for row, is_given in given
                if is_given is is_tuning
            ]
    return samples


def features(each: Sample) -> list[float]:
    """What is weighed, bias first."""
    return [1.0, *each.signals]


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
    names = ("BIAS", "WEIGHT", "NAME_WEIGHT", "UNSAID_WEIGHT")
    print("\n".join(f"{name} = {value:.2f}" for name, value in zip(names, model, strict=True)))
    print()
    print("| held-out set | questions | abstention precision | recall | answerable answered |")
    print("|---|---|---|---|---|")
    for group in dict.fromkeys(each.group for each in samples):
        held_out = [each for each in samples if each.group == group and not each.is_tuning]
        print(f"| {group} | {judge(held_out, model)} |")


if __name__ == "__main__":
    asyncio.run(main())
