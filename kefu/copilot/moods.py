"""How a customer feels and whether it is urgent: words that say so, then a classifier."""

import re
import tomllib
from collections.abc import Iterator, Mapping
from functools import cache
from importlib.resources import files

import numpy as np
from opentelemetry import trace

from kefu.answering import load_classifier, read_labelled
from kefu.copilot.records import Lines, Mood, Reading, Speaker
from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.llm import Vectors
from kefu.resources import Resources

LINES_READ = 4
DECAY = 0.5  # a line, of those before the last
WORD_WEIGHT = 1.0  # of a word that shows a mood, against all that the classifier gives a line
LEAST_SHARE = 0.35  # below it a customer is calm

tracer = trace.get_tracer("kefu.copilot")


async def read_mood(resources: Resources, lines: Lines) -> Reading:
    """The mood of the last lines of the customer, the last one counting most."""
    said = [line.text for line in lines if line.speaker is Speaker.CUSTOMER][-LINES_READ:]
    with tracer.start_as_current_span("mood") as span:
        reading = _weigh(said, await _classify(resources, said))
        span.set_attribute("kefu.mood", reading.mood)
    return reading


def find_mood_words(text: str) -> list[tuple[Mood, str]]:
    """The words that show a mood by themselves."""
    return [
        (mood, found[0])
        for mood, pattern in _load_words().items()
        if isinstance(mood, Mood)
        for found in pattern.finditer(text)
    ]


def find_haste(text: str) -> list[str]:
    """The words that say that it is urgent."""
    return [found[0] for found in _load_words()[None].finditer(text)]


@cache
def load_seeds() -> Mapping[str, Mood]:
    """What the classifier was trained on: utterance -> mood."""
    labelled = read_labelled("kefu.copilot", "mood_words/seeds")
    return {utterance: Mood(label) for utterance, label in labelled.items()}


def _weigh(said: list[str], shares: Vectors | None) -> Reading:
    moods = list(Mood)
    weights = np.zeros(len(moods))
    for age, text in enumerate(reversed(said)):
        weight = DECAY**age
        if shares is not None:
            weights += weight * shares[len(said) - 1 - age]
        for mood in {mood for mood, _ in find_mood_words(text)}:
            weights[moods.index(mood)] += weight * WORD_WEIGHT
    best = int(weights.argmax())
    share = float(weights[best] / weights.sum()) if weights.any() else 1.0
    mood = moods[best] if weights.any() and share >= LEAST_SHARE else Mood.CALM
    return Reading(
        mood=mood,
        share=round(min(share, 1.0), 3),
        is_urgent=any(map(find_haste, said)),
        because=tuple(dict.fromkeys(_name_reasons(said, mood))),
    )


def _name_reasons(said: list[str], mood: Mood) -> Iterator[str]:
    for text in reversed(said):
        yield from (word for found, word in find_mood_words(text) if found is mood)
        yield from find_haste(text)


async def _classify(resources: Resources, said: list[str]) -> Vectors | None:
    """Shares (lines, moods in the order of `Mood`); None without vectors that it reads."""
    classifier, embedder = load_classifier("kefu.copilot", "moods"), resources.embedder
    highest = resources.settings.routing.conversation_class
    if not said or embedder.name != classifier.embedder:
        return None
    if embedder.data_class.rank < highest.rank:
        return None
    try:
        shares = classifier.classify(await embedder.embed_queries(said))
    except (ModelForbidden, ModelUnavailable):
        return None
    order = [classifier.labels.index(mood) for mood in Mood]
    ordered: Vectors = shares[:, order]
    return ordered


@cache
def _load_words() -> Mapping[Mood | None, re.Pattern[str]]:
    """What shows each mood; under None what shows haste."""
    text = (files("kefu.copilot") / "mood_words" / "words.toml").read_text(encoding="utf-8")
    held = tomllib.loads(text)
    named: dict[Mood | None, dict[str, list[str]]] = {
        **{Mood(name): words for name, words in held["moods"].items()},
        None: held["urgent"],
    }
    return {
        mood: re.compile("|".join([*words["en"], *words["zh"]]), re.IGNORECASE)
        for mood, words in named.items()
    }
