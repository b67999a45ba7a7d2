"""Words of a pair or set of which one must not take the place of another: north and south.

Two sentences conflict where each holds one side of a set and none of the sides of the other.
"""

import re
from collections.abc import Iterable
from functools import lru_cache

from kefu.answering.word_lists import SIDES
from kefu.text import fold_text, stem_word

_LATIN = re.compile(r"[a-z]+(?:-[a-z]+)*")


def _pattern(words: Iterable[str]) -> re.Pattern[str] | None:
    chinese = [word for word in words if not word.isascii()]
    return re.compile("|".join(chinese)) if chinese else None


_SETS = [
    [
        (_pattern(words), frozenset(stem_word(word) for word in words if word.isascii()))
        for words in sides
    ]
    for sides in SIDES
]


@lru_cache(maxsize=8192)
def list_sides(text: str) -> tuple[frozenset[int], ...]:
    """Of each set, the sides that a text names."""
    folded = fold_text(text)
    stems = frozenset(map(stem_word, _LATIN.findall(folded)))
    return tuple(
        frozenset(
            number
            for number, (chinese, english) in enumerate(sides)
            if (chinese and chinese.search(folded)) or not stems.isdisjoint(english)
        )
        for sides in _SETS
    )


def changes_sides(one: str, other: str) -> bool:
    """Whether one text names a side of a set and the other another one alone."""
    pairs = zip(list_sides(one), list_sides(other), strict=True)
    return any(mine and theirs and mine.isdisjoint(theirs) for mine, theirs in pairs)
