"""How customers feel, read from their messages: the copilot's classifier, fitted and measured."""

import json
from collections.abc import Callable, Sequence
from pathlib import Path

import numpy as np
from copilot_data import Talk, load_contact_center
from intents import FOLDS, fit
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import f1_score
from sklearn.model_selection import StratifiedKFold, cross_val_predict
from vectors import embed_cached

from kefu.copilot import Line, Mood, Speaker, read_mood
from kefu.copilot.moods import load_seeds
from kefu.resources import Resources

HERE = Path(__file__).parent
SHIPPED = HERE.parent / "kefu" / "copilot" / "moods.npz"
MESSAGES = HERE / "mood_messages.jsonl"
"""Written after the utterances of training and before the first fit."""


def write_moods() -> None:
    """Fit what Kefu ships, and say what cross-validation makes of it."""
    seeds = load_seeds()
    labels = [mood.value for mood in seeds.values()]
    vectors = embed_cached(list(seeds), is_query=True)
    folds = StratifiedKFold(FOLDS, shuffle=True, random_state=0)
    model = LogisticRegression(C=30.0, max_iter=2000)
    told = cross_val_predict(model, vectors - vectors.mean(axis=0), labels, cv=folds)
    fit(vectors, labels).save(SHIPPED)
    print(f"{len(labels)} utterances, right in {FOLDS} folds {np.mean(told == labels):.3f}")


async def measure_moods(resources: Resources, root: Path) -> None:
    """Single messages, and what others say of whole conversations."""
    rows = [json.loads(line) for line in MESSAGES.read_text(encoding="utf-8").splitlines()]
    embed_cached([row["text"] for row in rows], is_query=True)
    told = [(await _mood(resources, [row["text"]])).value for row in rows]
    wanted = [row["mood"] for row in rows]
    print("\n| mood | messages | recall | precision |\n|---|---|---|---|")
    for mood in Mood:
        of = [each == mood for each in wanted]
        as_told = [each == mood for each in told]
        both = sum(a and b for a, b in zip(of, as_told, strict=True))
        precision = f"{both / sum(as_told):.2f}" if sum(as_told) else "-"
        print(f"| {mood} | {sum(of)} | {both / sum(of):.2f} | {precision} |")
    print(f"| all | {len(rows)} | {np.mean(np.array(told) == wanted):.2f} | |")
    await _measure_sentiment(resources, load_contact_center(root))


async def _mood(resources: Resources, texts: Sequence[str]) -> Mood:
    lines = [Line(speaker=Speaker.CUSTOMER, text=text) for text in texts]
    return (await read_mood(resources, lines)).mood


async def _measure_sentiment(resources: Resources, talks: list[Talk]) -> None:
    """Whole conversations by their lines; each is told by borders chosen on all the others."""
    print(
        f"\n| {len(talks)} whole conversations | unhappy or not: accuracy | macro F1 | satisfied or"
        " not: accuracy | macro F1 |\n|---|---|---|---|---|"
    )
    ways: dict[str, Callable[[Talk], Sequence[str]]] = {
        "kefu, all lines of the customer": list_said,
        "last message only": lambda talk: list_said(talk)[-1:],
    }
    labels = (("sentiment", "Negative"), ("satisfied", "No"))
    for name, choose in ways.items():
        scores = [await _unhappiness(resources, choose(talk)) for talk in talks]
        row = []
        for label, bad in labels:
            pairs = [
                (score, t.labels[label] == bad) for score, t in zip(scores, talks, strict=True)
            ]
            told = [
                (score >= _choose_border(pairs[:at] + pairs[at + 1 :]), is_bad)
                for at, (score, is_bad) in enumerate(pairs)
            ]
            row += _accuracy(told)
        print(f"| {name} | {' | '.join(row)} |", flush=True)
    row = []
    for label, bad in labels:
        row += _accuracy([(False, talk.labels[label] == bad) for talk in talks])
    print(f"| always the commonest | {' | '.join(row)} |")


async def _unhappiness(resources: Resources, texts: Sequence[str]) -> float:
    moods = [await _mood(resources, [text]) for text in texts]
    bad = sum(mood in {Mood.ANNOYED, Mood.ANGRY} for mood in moods)
    good = sum(mood is Mood.PLEASED for mood in moods)
    return (bad - 0.5 * good) / max(len(moods), 1)


def _choose_border(pairs: Sequence[tuple[float, bool]]) -> float:
    borders = [*sorted({score for score, _ in pairs}), 9.0]
    wanted = [is_bad for _, is_bad in pairs]
    return max(
        borders,
        key=lambda border: f1_score(
            wanted, [score >= border for score, _ in pairs], average="macro"
        ),
    )


def _accuracy(pairs: Sequence[tuple[bool, bool]]) -> list[str]:
    told, wanted = [a for a, _ in pairs], [b for _, b in pairs]
    accuracy = np.mean([a == b for a, b in pairs])
    return [f"{accuracy:.2f}", f"{f1_score(wanted, told, average='macro', zero_division=0):.2f}"]


def list_said(talk: Talk) -> list[str]:
    """What the customer wrote."""
    return [line.text for line in talk.lines if line.speaker is Speaker.CUSTOMER]
