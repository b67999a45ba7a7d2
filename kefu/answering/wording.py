"""What a question says in other words than the documents do.

Customers say "my money back" where a policy says "refund", and ask in Chinese about a page in
English. The concepts of `words/concepts.txt` are compared, not the words.
"""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kefu.answering.word_lists import CONCEPTS, EVERYDAY
from kefu.text import ContentWord, index_terms, simplify_text

LONGEST = max(len(word) for word in CONCEPTS if not word.isascii())
SHORTEST = 2  # characters, to be found inside of a sentence: one is a part of many words
SHORTEST_NAME = 3  # letters: IP and OK are names of nothing that could be missing
BETWEEN = 2  # characters that an abbreviation leaves out in one place

_AROUND = re.compile(
    r"^[能会要想可再还刚才就没得该](?=.)|[了过到掉完着来去]$|^[一二三四五六七八九十百千万两几多半\d]+.{0,2}$"
)


@lru_cache(maxsize=8192)
def terms_in(text: str) -> tuple[str, ...]:
    """The index terms of a sentence or heading; what is found often is read often."""
    return tuple(index_terms(text))


@lru_cache(maxsize=8192)
def concepts_in(text: str) -> frozenset[int]:
    """The concepts that a text has a word for."""
    folded = simplify_text(text).casefold()
    words = set(terms_in(text))
    if not folded.isascii():
        words.update(_parts(folded))
    return frozenset(concept for word in words for concept in CONCEPTS.get(word, ()))


def is_everyday(word: ContentWord) -> bool:
    """Whether it is said whatever it is that is asked about, or only counts."""
    if word.is_name:
        return len(word.word) < SHORTEST_NAME
    if word.word.isascii():
        return all(term in EVERYDAY for term in word.terms)
    bare = _AROUND.sub("", word.word)
    return len(bare) < SHORTEST or not EVERYDAY.isdisjoint(_parts(word.word))


def has_concept(word: ContentWord) -> bool:
    """Whether other words for it are known."""
    return bool(_concepts_of(word))


def is_said(word: ContentWord, said: "Said") -> bool:
    """Whether a text has the word, one for the same concept, or what it is short for."""
    if all(term in said.terms for term in word.terms):
        return True
    if not _concepts_of(word).isdisjoint(said.concepts):
        return True
    return not word.word.isascii() and bool(_spelt_out(word.word).search(said.text))


@dataclass(frozen=True, slots=True, kw_only=True)
class Said:
    """What some texts say."""

    text: str
    terms: frozenset[str]
    concepts: frozenset[int]


def read_said(texts: Sequence[str]) -> Said:
    """Texts as questions are compared with them."""
    return Said(
        text="\n".join(map(simplify_text, texts)),
        terms=frozenset(term for text in texts for term in terms_in(text)),
        concepts=frozenset(concept for text in texts for concept in concepts_in(text)),
    )


def _concepts_of(word: ContentWord) -> frozenset[int]:
    if not word.word.isascii():
        return concepts_in(word.word)
    folded = word.word.casefold()
    forms = {folded, folded.removesuffix("s"), *word.terms}
    return frozenset(concept for form in forms for concept in CONCEPTS.get(form, ()))


@lru_cache(maxsize=4096)
def _spelt_out(word: str) -> re.Pattern[str]:
    """A Chinese word with other characters between its own: 专票 is a 专用发票, 云盘 a 云硬盘."""
    between = rf"[\u3400-\u9fff]{{0,{BETWEEN}}}?"
    return re.compile(between.join(map(re.escape, word)))


def _parts(text: str) -> Iterator[str]:
    """What stands in a text, as far as it may be a word."""
    for size in range(SHORTEST, LONGEST + 1):
        for at in range(len(text) - size + 1):
            yield text[at : at + size]
