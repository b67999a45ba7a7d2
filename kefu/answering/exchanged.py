"""Content words of one sentence that another one puts in their place."""

import re
from collections.abc import Iterator
from functools import lru_cache
from typing import Protocol

import rjieba

from kefu.answering.grounds import is_said
from kefu.answering.typos import is_typo
from kefu.answering.word_lists import CONCEPTS, REWORDINGS
from kefu.text import fold_text, is_chinese_word, one_spelling

LONGEST_ENDING = 1
"""Characters by which a Chinese word may go on in another: 手机号, 手机号码."""

_HAN = re.compile(r"[\u3400-\u9fff]+")
_FORM_OF_Y = re.compile(r"i$")  # of stems: tri, try


class Wording(Protocol):
    """A sentence with its content words, but for those of a way of saying it."""

    text: str

    @property
    def telling_terms(self) -> frozenset[str]:
        """The content words."""


@lru_cache(maxsize=8192)
def means_same(one: str, other: str) -> bool:
    """Whether two words stand for each other."""
    nothing: frozenset[int] = frozenset()
    return (
        one_spelling(one) == one_spelling(other)
        or _FORM_OF_Y.sub("y", one) == _FORM_OF_Y.sub("y", other)
        or is_said(one, frozenset({other}))
        or is_typo(one, other)
        or any(
            not each.get(one, nothing).isdisjoint(each.get(other, nothing))
            for each in (REWORDINGS, CONCEPTS)
        )
    )


def replaced(old: Wording, new: Wording) -> tuple[frozenset[str], frozenset[str]]:
    """Content words that went, and that came, without another that says the same."""
    return unpaired(_unsaid(old, new), _unsaid(new, old))


def is_left_out(word: str, old: Wording, new: Wording, *, is_replaced: bool) -> bool:
    """Whether one sentence has lost a word that does not come with the way of saying it.

    English forms on -ing do, and Chinese verbs that others replace or that are said in short:
    opening a ticket; 等待, 等.
    """
    if word.isascii():
        return not re.search(rf"\b{re.escape(word)}\w*ing\b", fold_text(old.text))
    is_verb = any(each == word and tag.startswith("v") for each, tag in _tag(old.text))
    is_short = any(len(each) == 1 and each in word for each, _ in _tag(new.text))
    return not (is_short or (is_verb and is_replaced))


def _tag(text: str) -> Iterator[tuple[str, str]]:
    for run in _HAN.findall(text):
        yield from rjieba.tag(run)


def unpaired(gone: frozenset[str], come: frozenset[str]) -> tuple[frozenset[str], frozenset[str]]:
    """The words of either that stand for none of the other."""
    for word in sorted(gone):
        same = next((each for each in sorted(come) if means_same(word, each)), None)
        if same is not None:
            gone, come = gone - {word}, come - {same}
    return gone, come


def _unsaid(one: Wording, other: Wording) -> frozenset[str]:
    """Content words of one that the other has not, whole or as part of a word."""
    folded = fold_text(other.text)
    return frozenset(
        term
        for term in one.telling_terms - other.telling_terms
        if term.isascii()
        or not (
            term in folded or _is_put_together(term, folded) or _goes_on(term, other.telling_terms)
        )
    )


def _is_put_together(term: str, text: str) -> bool:
    """Whether it consists of two words that a text has apart."""
    parts = ((term[:at], term[at:]) for at in range(2, len(term) - 1))
    return any(is_chinese_word(part) and part in text and rest in text for part, rest in parts)


def _goes_on(term: str, others: frozenset[str]) -> bool:
    return any(
        len(each) > 1 and term.startswith(each) and len(term) - len(each) <= LONGEST_ENDING
        for each in others
    )
