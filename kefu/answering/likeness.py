"""Whether two texts say the same in nearly the same letters, as editions of a page do."""

import re

from kefu.text import fold_text

ALIKE = 0.75  # of the pairs of neighbouring letters of both
_NOT_LETTERS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"\d+(?:[.,]\d+)*")


def letters(text: str) -> str:
    """Its letters and digits, folded and without anything between them."""
    return _NOT_LETTERS.sub("", fold_text(text))


def are_alike(one: str, other: str) -> bool:
    """Whether one contains the other, or they differ by little that is not a number."""
    mine, theirs = letters(one), letters(other)
    if mine in theirs or theirs in mine:
        return True
    if 2 * min(len(mine), len(theirs)) < max(len(mine), len(theirs)):
        return False
    if set(_NUMBER.findall(one)) != set(_NUMBER.findall(other)):
        return False
    pairs, their_pairs = _pairs(mine), _pairs(theirs)
    return len(pairs & their_pairs) >= ALIKE * len(pairs | their_pairs)


def _pairs(text: str) -> set[str]:
    return {text[at : at + 2] for at in range(len(text) - 1)}
