"""The word lists that ranking and verification read, from the files in `words/`."""

import tomllib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal
from importlib.resources import files
from typing import Any

from kefu.text import stem_word

_FOLDER = files("kefu.answering") / "words"


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A unit as tables use it.

    Attributes:
        dimension: what it measures; units of one can be compared.
        factor: how many of the smallest unit of the dimension it is.
    """

    dimension: str
    factor: Decimal
    zh: str
    en: str


def _lines(name: str) -> Iterator[list[str]]:
    for line in (_FOLDER / name).read_text(encoding="utf-8").splitlines():
        if line and not line.startswith("#"):
            yield line.split()


def _groups() -> dict[str, frozenset[str]]:
    by_word: dict[str, set[str]] = {}
    for words in _lines("synonyms.txt"):
        for word in words:
            by_word.setdefault(word, set()).update(words)
    return {word: frozenset(others - {word}) for word, others in by_word.items()}


def _sides() -> list[list[list[str]]]:
    return [
        [side.split() for side in " ".join(words).split(" / ")] for words in _lines("sides.txt")
    ]


def _units() -> dict[str, Unit]:
    units: dict[str, Unit] = {}
    for dimension, factor, zh, en, *spellings in _lines("units.txt"):
        unit = Unit(
            dimension=dimension,
            factor=Decimal(factor),
            zh=zh.replace("_", " "),
            en=en.replace("_", " "),
        )
        for spelling in (zh, en, *spellings):
            units.setdefault(spelling.replace("_", " ").casefold(), unit)
    return units


def _numbered(lines: Iterable[Sequence[str]]) -> dict[str, frozenset[int]]:
    by_word: dict[str, set[int]] = {}
    for number, words in enumerate(lines):
        for word in words:
            by_word.setdefault(word, set()).add(number)
    return {word: frozenset(numbers) for word, numbers in by_word.items()}


KINDS: dict[str, dict[str, list[str]]] = tomllib.loads(
    (_FOLDER / "kinds.toml").read_text(encoding="utf-8")
)
LOADED: dict[str, Any] = tomllib.loads((_FOLDER / "loaded.toml").read_text(encoding="utf-8"))
GLUE = frozenset(word for words in _lines("glue.txt") for word in words)
"""Words that do not say what a sentence is about."""

SYNONYMS = _groups()
"""Word -> other words for it."""

UNITS = _units()
"""Spelling, folded -> unit."""

COLUMN_WORDS = tuple(frozenset(words) for words in _lines("columns.txt"))
"""Groups of words for what a column holds."""

TABLE_GLUE = frozenset(word for words in _lines("table_glue.txt") for word in words)
"""Words of a question to a table that no row has to hold."""

TABLE_FORMS: dict[str, Any] = tomllib.loads((_FOLDER / "tables.toml").read_text(encoding="utf-8"))

CONCEPTS = _numbered(_lines("concepts.txt"))
"""Word -> what it may mean, as numbers: words that share one may stand for each other."""

REWORDINGS = _numbered([stem_word(word) for word in words] for words in _lines("rewordings.txt"))
"""Word -> groups whose words stand for each other in a sentence said otherwise."""

SIDES = _sides()
"""Sets of sides, each its words; Chinese ones as regular expressions."""

LIGHT = frozenset(stem_word(word) for words in _lines("light.txt") for word in words)
"""Words that assert nothing."""

_CLOSED = frozenset(stem_word(word) for words in _lines("closed_classes.txt") for word in words)

EVERYDAY = _CLOSED.union(
    word
    for name in ("everyday.en.txt", "everyday.zh.txt")
    for words in _lines(name)
    for word in words
)
"""What is said whatever it is that is asked about; English words as stems."""

ASKING = frozenset(word for words in _lines("asking.txt") for word in words)
"""Words that change no question."""

ORDERING = frozenset(word for words in _lines("order.txt") for word in words)
"""Words beside which the order of the others matters."""
