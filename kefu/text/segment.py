"""Text to the terms of the lexical index."""

import re
from collections.abc import Iterable
from functools import lru_cache

import Stemmer

from kefu.text.normalise import HAN, simplify_text
from kefu.text.stop_words import CHINESE_STOP_WORDS, ENGLISH_STOP_WORDS

SHORTEST_STEMMED = 4
"""Shorter words are mostly acronyms, which stemming would merge (`ecs`, `ec`)."""

LONGEST_TERM = 100
"""Longer runs are encoded data, not words; they are cut."""

_HAN_RUN = re.compile(f"[{HAN}]+")
_LETTER = f"[^\\W_{HAN}]"
_JOINT = r"(?:['’.@+&-]|_+|(?<=\d),(?=\d{3}(?!\d)))"
_TOKEN = re.compile(
    rf"(?:(?<!{_LETTER})(?<![_-])--?)?{_LETTER}+(?:{_JOINT}{_LETTER}+)*(?:\+\+|\#(?!\w))?"
)
_PLAIN_WORD = re.compile(r"[^\W\d_]?(?:(?![A-Z])[^\W\d_])+(?:['’][a-z]+)?|[A-Z]+")
_PART = re.compile(r"(?:[A-Z]+(?![a-z])|[A-Z]?[a-z]+)(?:\d(?!\d))?|\d+|(?:(?![A-Za-z])[^\W\d_])+")
_NUMBER = re.compile(r"[vV]?(\d+(?:\.\d+)*)")
_STEMMER = Stemmer.Stemmer("english", 0)


def index_terms(text: str) -> list[str]:
    """List the terms a chunk can be found by, each as often as it occurs.

    An identifier (`InvalidParameter.NotFound`, `lh.c2.large`, `LH-4031`, `max_connections`) gives
    itself, folded but not stemmed, and its parts.
    """
    simplified = simplify_text(text)
    terms = _han_words(_HAN_RUN.findall(simplified))
    for token in find_tokens(simplified):
        terms.extend(_latin_terms(token))
    return terms


def query_terms(text: str) -> list[str]:
    """List the distinct terms to look a question up by, in its order within each script.

    Stop words are left out, unless the question consists of nothing else.
    """
    simplified = simplify_text(text)
    han = _han_words(_HAN_RUN.findall(simplified))
    telling = [word for word in han if word not in CHINESE_STOP_WORDS]
    for token in find_tokens(simplified):
        if token.casefold().replace("’", "'") not in ENGLISH_STOP_WORDS:
            telling.extend(_latin_terms(token))
    return _distinct(telling) or _distinct(index_terms(text))


def find_tokens(simplified: str) -> list[str]:
    """Words of other scripts than Chinese, numbers and identifiers, whole and in order."""
    return _TOKEN.findall(simplified)


def _han_words(runs: list[str]) -> list[str]:
    """Words, and the pairs of neighbouring characters that are not words of this text.

    Pairs find what the segmenter cuts differently in question and chunk: on Chinese product
    documentation nDCG@10 is 0.74 with words, 0.75 with pairs and 0.76 with both.
    """
    if not runs:
        return []
    import rjieba  # noqa: PLC0415 - 0.2 s to import, not needed by commands without Chinese

    words = [word for word in rjieba.cut(" ".join(runs)) if word != " "]
    known = frozenset(words)
    pairs = (run[n : n + 2] for run in runs for n in range(len(run) - 1))
    return [*words, *(pair for pair in pairs if pair not in known)]


def list_words(run: str) -> list[str]:
    """Words of the segmenter's dictionary in a run of Chinese; what is in none comes singly."""
    import rjieba  # noqa: PLC0415 - as above

    return list(rjieba.cut(run, hmm=False))


def is_chinese_word(word: str) -> bool:
    """Whether the segmenter's dictionary has it."""
    import rjieba  # noqa: PLC0415 - as above

    return bool(rjieba.has_word(word))


def _distinct(terms: Iterable[str]) -> list[str]:
    return list(dict.fromkeys(terms))


@lru_cache(maxsize=100_000)
def _latin_terms(token: str) -> tuple[str, ...]:
    token = token[:LONGEST_TERM].replace(",", "")
    if _PLAIN_WORD.fullmatch(token):
        return (stem_word(token),)
    number = _NUMBER.fullmatch(token)
    if number:
        return tuple(_distinct([token.casefold(), number[1]]))
    return tuple(_distinct([token.casefold(), *map(stem_word, _PART.findall(token))]))


def stem_word(word: str) -> str:
    """The index term of a plain Latin word."""
    folded = word.casefold().replace("’", "'")
    return _STEMMER.stemWord(folded) if len(folded) >= SHORTEST_STEMMED else folded
