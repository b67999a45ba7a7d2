"""Whether a question names a column of a table, in its own words or in others for them."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import lru_cache

from kefu.answering.word_lists import COLUMN_WORDS
from kefu.text import find_tokens, index_terms, query_terms

SHORTEST_CORE = 2  # characters of a Chinese head
OTHER_WORD = 0.6  # of a word of the name, for another one of its group
_HAN = re.compile(r"[一-鿿]")
_MODAL = re.compile(
    r"^(?:是否|可否|能否|可以|可|能|支持|包含|含|有|提供)+(?=[一-鿿]{2}|\s*[a-z0-9])\s*"
)
_NO_PRICE = "免"  # 免费 is no fee


@dataclass(frozen=True, slots=True, kw_only=True)
class Naming:
    """How much of a column's name a question holds, 0..1, and where.

    Attributes:
        words: of the question, that are thereby understood.
        start: of the first of them, -1 where it is only named by another word.
    """

    share: float
    words: frozenset[str]
    start: int = -1


def stem(word: str) -> str:
    """A single English word as the index has it; Chinese as it is."""
    return word if _HAN.search(word) else (index_terms(word) or [word])[0]


_GROUPS = tuple(frozenset(map(stem, words)) for words in COLUMN_WORDS)


def group_of(word: str) -> frozenset[str]:
    """The group of words for a column that a word belongs to."""
    return next((group for group in _GROUPS if stem(word) in group), frozenset())


def is_in_group(name: str, group: frozenset[str]) -> bool:
    """Whether a word of a column's name belongs to the group."""
    return any(group in _groups_of(word) for word in _words(name))


def find_naming(name: str, text: str) -> Naming:
    """How a folded question names a column."""
    core = _MODAL.sub("", name)
    if _HAN.search(core) and len(core) >= SHORTEST_CORE and core in text:
        words = {word for word in _words_of_question(text) if word in name or core in word}
        return Naming(share=1.0, words=frozenset((*words, core)), start=text.index(core))
    wanted = _words(core)
    if not wanted:
        return Naming(share=0.0, words=frozenset())
    asked = _words_of_question(text)
    own = [_find_word(word, asked, text) for word in wanted]
    other = [
        _find_other(word, asked, text) for word, hit in zip(wanted, own, strict=True) if hit is None
    ]
    found = [hit for hit in (*own, *other) if hit is not None]
    places = [place for place in (_place(hit, text) for hit in found) if place >= 0]
    whole = sum(hit is not None for hit in own)
    return Naming(
        share=(whole + OTHER_WORD * (len(found) - whole)) / len(wanted),
        words=frozenset(stem(hit) for hit in found) | frozenset(found),
        start=min(places, default=-1),
    )


def _find_word(word: str, asked: Sequence[str], text: str) -> str | None:
    """A word of the name as it stands in the question."""
    if _HAN.search(word):
        return word if len(word) >= SHORTEST_CORE and word in text else None
    return next((each for each in asked if stem(each) == word), None)


def _find_other(word: str, asked: Sequence[str], text: str) -> str | None:
    """The word of the question that is in a group with a word of the name."""
    for group in _groups_of(word):
        for other in asked:
            if stem(other) in group:
                return other
        for other in group:
            if _HAN.search(other) and len(other) >= SHORTEST_CORE and other in text:
                return other
    return None


def _place(word: str, text: str) -> int:
    found = re.search(rf"(?<![a-z]){re.escape(word)}", text)
    return found.start() if found else -1


@lru_cache(maxsize=2048)
def _groups_of(word: str) -> tuple[frozenset[str], ...]:
    if not _HAN.search(word):
        return tuple(group for group in _GROUPS if word in group)
    if word.startswith(_NO_PRICE):
        return ()
    return tuple(
        group
        for group in _GROUPS
        if any(_HAN.search(other) and word.endswith(other) for other in group)
    )


@lru_cache(maxsize=2048)
def _words(name: str) -> tuple[str, ...]:
    """The telling words of a column's name, Chinese ones as they are, others as stems."""
    han = [word for word in _cut(name) if word]
    latin = [stem(token) for token in find_tokens(name) if query_terms(token)]
    return tuple(dict.fromkeys([*han, *latin]))


@lru_cache(maxsize=2048)
def _words_of_question(text: str) -> tuple[str, ...]:
    return (*_cut(text), *find_tokens(text))


def _cut(text: str) -> list[str]:
    runs = re.findall(r"[一-鿿]+", text)
    if not runs:
        return []
    import rjieba  # noqa: PLC0415 - 0.2 s to import, not needed by commands without Chinese

    return [word for run in runs for word in rjieba.cut(run)]
