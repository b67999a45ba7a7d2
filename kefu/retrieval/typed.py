"""What a question was typed of: runs of Chinese and Latin words, with their places."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from kefu.text import HAN

_BOUND = r"A-Za-z0-9_@+&/:'’\-"
_LATIN = re.compile(rf"(?<![{_BOUND}.])[A-Za-z]?[a-z]*(?![{_BOUND}]|\.\w)")
_HAN_RUN = re.compile(f"[{HAN}]+")


@dataclass(frozen=True, slots=True)
class Piece:
    """A run of Chinese, or a Latin word, or what it was to be.

    Attributes:
        start: in the question, as is `end`.
        text: Latin words in small letters.
    """

    start: int
    end: int
    text: str
    is_pinyin: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Corrected:
    """A question as it was read.

    Attributes:
        text: the whole of it.
        typed: what was read otherwise; nothing where it was only written in capitals.
    """

    text: str
    typed: tuple[str, ...] = ()


def list_runs(text: str) -> list[Piece]:
    """The runs of Chinese characters."""
    return [Piece(*found.span(), found[0]) for found in _HAN_RUN.finditer(text)]


def list_latin(text: str) -> Iterator[Piece]:
    """Latin words that may be misspelt.

    No codes, and no names, which are capitalised behind the first word.
    """
    is_first = True
    for found in _LATIN.finditer(text):
        if found[0] and (found[0].islower() or is_first):
            yield Piece(*found.span(), found[0].lower())
        is_first = is_first and not found[0]


def list_pairs(run: str) -> list[str]:
    """Every two characters side by side."""
    return [first + second for first, second in pairwise(run)]


def join(text: str, pieces: Sequence[Piece]) -> list[list[Piece]]:
    """Pieces in groups between whose members nothing but spaces stands."""
    groups: list[list[Piece]] = []
    for piece in sorted(pieces, key=lambda piece: piece.start):
        if groups and not text[groups[-1][-1].end : piece.start].strip():
            groups[-1].append(piece)
        else:
            groups.append([piece])
    return groups


def apply(text: str, changes: Sequence[Piece]) -> Corrected:
    """The text with the changes in it, without the spaces that parted the syllables of pinyin."""
    read, at, was_pinyin = "", 0, False
    for change in sorted(changes, key=lambda change: change.start):
        between = text[at : change.start]
        read += between.strip() if was_pinyin and change.is_pinyin else between
        read += change.text
        at, was_pinyin = change.end, change.is_pinyin
    typed = tuple(text[each.start : each.end] for each in changes)
    return Corrected(text=read + text[at:], typed=typed)
