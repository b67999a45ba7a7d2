"""What messages want: the classifier of turns, and the same kind of classifier on public intent sets.

    python benchmarks/intents.py [--write] [turns|banking77|clinc150 ...]

Multinomial logistic regression on embeddings, by scikit-learn, beside TF-IDF with a linear support
vector machine. `--write` fits the classifier that Kefu ships, on the utterances that it ships.
"""

import argparse
import asyncio
import csv
import json
import time
from collections.abc import Sequence
from pathlib import Path

import numpy as np
from bench_data import data_root
from datasets import load_alicloud, load_mtrag
from kefu_bases import open_bench
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from sklearn.svm import LinearSVC
from vectors import embed_cached

from kefu.answering.intents import Classifier, find_intent, load_seeds
from kefu.answering.records import Intent
from kefu.llm import BuiltInEmbedder, Vectors

SHIPPED = Path(__file__).parent.parent / "kefu" / "answering" / "intents" / "turns.npz"
TURNS = Path(__file__).parent / "turn_intents.jsonl"
"""Written after the seeds, by somebody who had not read them."""
INVERSE_PENALTY = 30.0
FALSE_ALARMS = 0.05
FOLDS = 5
Set = tuple[list[str], list[str]]
"""Texts and their labels."""


def fit(vectors: Vectors, labels: Sequence[str]) -> Classifier:
    """A classifier on vectors (texts, dimensions)."""
    centre: Vectors = vectors.mean(axis=0)
    blank = Classifier(
        embedder=BuiltInEmbedder.name,
        labels=(),
        centre=centre,
        weights=vectors[:0],
        offsets=vectors[:0, 0],
    )
    model = _regression().fit(blank.prepare(vectors), labels)
    return Classifier(
        embedder=BuiltInEmbedder.name,
        labels=tuple(map(str, model.classes_)),
        centre=centre,
        weights=model.coef_.astype(np.float32),
        offsets=model.intercept_.astype(np.float32),
    )


def _regression() -> LogisticRegression:
    return LogisticRegression(C=INVERSE_PENALTY, max_iter=2000)


def write_shipped() -> None:
    """Fit what Kefu ships, and say what cross-validation makes of it."""
    seeds = load_seeds()
    labels = [intent.value for intent in seeds.values()]
    vectors = embed_cached(list(seeds), is_query=True)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    told = cross_val_predict(_regression(), vectors - vectors.mean(axis=0), labels, cv=folds)
    fit(vectors, labels).save(SHIPPED)
    print(f"{len(labels)} utterances, right in {FOLDS} folds {np.mean(told == labels):.3f}")


async def measure_turns(root: Path) -> None:
    """The whole way, rules included, on messages, and on questions that must stay questions."""
    rows = [json.loads(line) for line in TURNS.read_text(encoding="utf-8").splitlines()]
    real = _real_questions(root)
    messages = [row["text"] for row in rows]
    embed_cached([*messages, *(text for texts in real.values() for text in texts)], is_query=True)
    async with open_bench() as resources:
        told = [(await find_intent(resources, row["text"], ())).value for row in rows]
        print("\n| intent | messages | recall | precision |\n|---|---|---|---|")
        for intent in Intent:
            of = [row["intent"] == intent for row in rows]
            as_told = [each == intent for each in told]
            both = sum(a and b for a, b in zip(of, as_told, strict=True))
            if sum(of):
                shown = f"{both / max(sum(as_told), 1):.2f}"
                print(f"| {intent} | {sum(of)} | {both / sum(of):.2f} | {shown} |")
        right = np.mean([each == row["intent"] for each, row in zip(told, rows, strict=True)])
        print(f"| all | {len(rows)} | {right:.2f} | |")
        print("\n| real questions | not taken for one |\n|---|---|")
        for name, questions in real.items():
            intents = [await find_intent(resources, each, ()) for each in questions]
            others = [each for each in intents if each is not Intent.QUESTION]
            print(f"| {name} | {len(others)}/{len(questions)} |", flush=True)


def _real_questions(root: Path) -> dict[str, list[str]]:
    sets = {f"product documentation, {name}": load_alicloud(root, name) for name in ("zh", "en")}
    sets |= {
        f"mtrag {name}": load_mtrag(root, name, variant="lastturn") for name in ("cloud", "fiqa")
    }
    return {name: sorted(held.half("tune").queries.values()) for name, held in sets.items()}


def load_banking77(root: Path) -> tuple[Set, Set, list[str]]:
    """Train, test, and nothing that is out of scope."""

    def read(name: str) -> Set:
        with (root / "banking77" / "banking_data" / name).open(encoding="utf-8") as lines:
            rows = list(csv.DictReader(lines))
        return [row["text"] for row in rows], [row["category"] for row in rows]

    return read("train.csv"), read("test.csv"), []


def load_clinc150(root: Path) -> tuple[Set, Set, list[str]]:
    """Train, test, and the test's messages that are out of scope."""
    held = json.loads((root / "clinc150" / "data_full.json").read_text(encoding="utf-8"))

    def read(name: str) -> Set:
        return [text for text, _ in held[name]], [label for _, label in held[name]]

    return read("train"), read("test"), [text for text, _ in held["oos_test"]]


def measure_public(name: str, train: Set, test: Set, strange: Sequence[str]) -> None:
    """Accuracy, time, and what is told to be out of scope, beside TF-IDF with a linear machine."""
    vectors = embed_cached(train[0], is_query=True)
    started = time.perf_counter()
    classifier = fit(vectors, train[1])
    seconds = time.perf_counter() - started
    tested = embed_cached(test[0], is_query=True)
    started = time.perf_counter()
    shares = classifier.classify(tested)
    each = (time.perf_counter() - started) / len(tested) * 1000
    told = [classifier.labels[best] for best in shares.argmax(axis=1)]
    found = "-"
    if strange:
        unknown = classifier.classify(embed_cached(strange, is_query=True))
        found = _recall_of_strange(shares.max(axis=1), unknown.max(axis=1))
    _print_row(name, "embeddings, logistic regression", told, test[1], seconds, each, found)

    words = make_pipeline(TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True), LinearSVC())
    started = time.perf_counter()
    words.fit(*train)
    seconds = time.perf_counter() - started
    started = time.perf_counter()
    margins = words.decision_function(test[0])
    each = (time.perf_counter() - started) / len(test[0]) * 1000
    told = list(words.classes_[margins.argmax(axis=1)])
    found = (
        _recall_of_strange(margins.max(axis=1), words.decision_function(strange).max(axis=1))
        if strange
        else "-"
    )
    _print_row(name, "TF-IDF, linear SVC", told, test[1], seconds, each, found)


def _recall_of_strange(known: Vectors, strange: Vectors) -> str:
    """With the threshold that takes FALSE_ALARMS of what is known for strange."""
    return f"{np.mean(strange < np.quantile(known, FALSE_ALARMS)):.3f}"


def _print_row(  # noqa: PLR0913 - a cell each
    name: str,
    way: str,
    told: Sequence[str],
    wanted: Sequence[str],
    seconds: float,
    each: float,
    found: str,
) -> None:
    right = np.mean([a == b for a, b in zip(told, wanted, strict=True)])
    print(f"| {name} | {way} | {right:.3f} | {found} | {seconds:.1f} | {each:.3f} |", flush=True)


async def main() -> None:
    """Measure the sets named, or all."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--write", action="store_true")
    parser.add_argument("sets", nargs="*")
    options = parser.parse_args()
    if options.write:
        write_shipped()
        return
    if not options.sets or "turns" in options.sets:
        await measure_turns(data_root())
    print(
        "\n| set | classifier | accuracy | out of scope told, 5 % false alarms | fitted in s"
        " | ms a message, without its embedding |\n|---|---|---|---|---|---|"
    )
    for name, load in {"banking77": load_banking77, "clinc150": load_clinc150}.items():
        if not options.sets or name in options.sets:
            measure_public(name, *load(data_root()))


if __name__ == "__main__":
    asyncio.run(main())
