"""Whether two texts say the same in nearly the same letters, as editions of a page do."""

import re
from dataclasses import dataclass
from functools import lru_cache

from kefu.text import fold_text

ALIKE = 0.75  # of the pairs of neighbouring letters of both
_NOT_LETTERS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def letters(text: str) -> str:
    """Its letters and digits, folded and without anything between them."""
    return _NOT_LETTERS.sub("", fold_text(text))


def are_alike(one: str, other: str) -> bool:
    """Whether one contains the other, or they differ by little that is not a number."""
    mine, theirs = _print(one), _print(other)
    if mine.letters in theirs.letters or theirs.letters in mine.letters:
        return True
    if mine.numbers != theirs.numbers:
        return False
    return len(mine.pairs & theirs.pairs) >= ALIKE * len(mine.pairs | theirs.pairs)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Print:
    letters: str
    pairs: frozenset[str]
    numbers: frozenset[str]


@lru_cache(maxsize=512)
def _print(text: str) -> _Print:
    plain = letters(text)
    return _Print(
        letters=plain,
        pairs=frozenset(plain[at : at + 2] for at in range(len(plain) - 1)),
        numbers=frozenset(_NUMBER.findall(text)),
    )
