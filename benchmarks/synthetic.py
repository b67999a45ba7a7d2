"""Passages, vectors and queries of any number, with the word and vector statistics of real ones.

Words follow a Zipf-Mandelbrot law over a fixed vocabulary, a third of each passage from the words
of its topic; vectors lie around the centre of their topic. The same seed gives the same data.
"""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

DIMENSIONS = 384
VOCABULARY = 200_000
TOPICS = 500
WORDS_PER_TOPIC = 300
TOPIC_SHARE = 0.3
MEAN_WORDS = 120
SPREAD = 0.55
"""Length of the noise beside a centre of length 1: neighbours then have cosines of 0.7 to 0.9."""

_SYLLABLES = [onset + vowel for onset in "bcdfghjklmnprstvwz" for vowel in "aeiou"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Passage:
    """A passage of invented words."""

    id: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Question:
    """Words and a vector near those of one passage."""

    text: str
    vector: np.ndarray


def generate_passages(count: int, *, seed: int = 0) -> Iterator[Passage]:
    """Passages one by one, so that millions need no memory."""
    for number in range(count):
        words = (_word(rank) for rank in _ranks(number, seed))
        yield Passage(id=f"p{number}", text=" ".join(words))


def generate_vectors(count: int, *, seed: int = 0) -> np.ndarray:
    """Unit vectors float32 (count, DIMENSIONS), row n for passage n."""
    draw = np.random.default_rng((seed, 1))
    centres = draw.standard_normal((TOPICS, DIMENSIONS), dtype=np.float32)
    centres /= np.linalg.norm(centres, axis=1, keepdims=True)
    vectors = draw.standard_normal((count, DIMENSIONS), dtype=np.float32)
    vectors *= SPREAD / np.sqrt(DIMENSIONS)
    vectors += centres[np.arange(count) % TOPICS]
    vectors /= np.linalg.norm(vectors, axis=1, keepdims=True)
    return vectors


def generate_questions(vectors: np.ndarray, count: int, *, seed: int = 0) -> list[Question]:
    """Questions of two to five common and two to four telling words each."""
    draw = np.random.default_rng((seed, 2))
    questions = []
    for number in draw.integers(0, len(vectors), count).tolist():
        ranks = np.unique(_ranks(number, seed))
        common = draw.choice(ranks[: len(ranks) // 2], draw.integers(2, 6), replace=False)
        telling = draw.choice(ranks[len(ranks) // 2 :], draw.integers(2, 5), replace=False)
        vector = vectors[number] + draw.standard_normal(DIMENSIONS) * 0.3 / np.sqrt(DIMENSIONS)
        text = " ".join(_word(rank) for rank in (*common.tolist(), *telling.tolist()))
        unit = (vector / np.linalg.norm(vector)).astype(np.float32)
        questions.append(Question(text=text, vector=unit))
    return questions


def _ranks(number: int, seed: int) -> list[int]:
    """Frequency ranks of the words of one passage."""
    draw = np.random.default_rng((seed, 3, number))
    length = int(draw.lognormal(np.log(MEAN_WORDS), 0.4)) + 10
    # The inverse of the cumulative law with exponent 1 is exponential in a uniform draw.
    ranks = (3 * (VOCABULARY / 3 + 1) ** draw.random(length) - 3).astype(int)
    topic = np.random.default_rng((seed, 4, number % TOPICS)).integers(
        200, VOCABULARY, WORDS_PER_TOPIC
    )
    of_topic = draw.random(length) < TOPIC_SHARE
    places = (WORDS_PER_TOPIC ** draw.random(length)).astype(int) - 1
    return [int(rank) for rank in np.where(of_topic, topic[places], ranks)]


def _word(rank: int) -> str:
    """An invented word; common ones are short."""
    word = ""
    rank += len(_SYLLABLES)
    while rank:
        rank, syllable = divmod(rank, len(_SYLLABLES))
        word += _SYLLABLES[syllable]
    return word
