"""Whether a text repeats the instructions that a model was given."""

import re
from functools import lru_cache

from kefu.text import fold_text

LEAST_REPEATED = 8
"""Words or Chinese characters on end that are no accident."""

_WORD = re.compile(r"[a-z0-9]+|[\u3400-\u9fff]")
_LETTERS = re.compile(r"[^a-z0-9]+")


class Repetition:
    """The instructions of one call, and the mark in them that nobody else knows."""

    def __init__(self, instructions: str, *, mark: str) -> None:
        self._runs = _runs(instructions)
        self._mark = _letters(mark)
        self._tail = ""

    def holds_mark(self, delta: str) -> bool:
        """Whether what has come so far, this included, holds the mark, spelt out or not."""
        self._tail += _letters(delta)
        found = self._mark in self._tail
        self._tail = self._tail[-len(self._mark) :]
        return found

    def is_in(self, text: str, *, known: str) -> bool:
        """Whether a text repeats instructions that do not stand in what it may say, too."""
        repeated = _runs(text) & self._runs
        return bool(repeated and repeated - _runs(known))


@lru_cache(maxsize=64)
def _runs(text: str) -> frozenset[tuple[str, ...]]:
    words = _WORD.findall(fold_text(text))
    starts = range(len(words) - LEAST_REPEATED + 1)
    return frozenset(tuple(words[at : at + LEAST_REPEATED]) for at in starts)


def _letters(text: str) -> str:
    return _LETTERS.sub("", fold_text(text))
