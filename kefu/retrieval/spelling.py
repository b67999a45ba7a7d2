"""Misspelt Latin words as the words of a base that they were probably to be.

The embedder's vocabulary serves as a dictionary: two thirds of the words that people ask with stand
whole in that of multilingual-e5, and one misspelling in thirty.
"""

import re
from collections.abc import Callable, Sequence
from math import log

from kefu.retrieval.typed import Piece
from kefu.retrieval.vocabulary import Vocabulary
from kefu.text import ENGLISH_STOP_WORDS, Slip, list_spellings, stem_word

SHORTEST_CORRECTED = 4  # letters
LONGEST_CORRECTED = 40  # letters; what is longer is no word with a slip in it
SHORTEST_NAME = 6  # of Latin words among Chinese, which are names and abbreviations
SHORTEST_VARIED = 6  # of a word in which one vowel stands for another
SHORTEST_PART = 3  # of a word that lacks its space, and of one without its ending
MOST_CORRECTED = 6  # words
MOST_READ = 5000  # chunks; a word that more of them hold may be known to anybody
MOST_VERIFIED = 3  # words that one may stand for
SLIP_WEIGHT = 0.7  # of how likely a slip is, against ln(1 + chunks) of the word that it makes
PIECE_WEIGHT = 0.5  # of each piece more that the embedder cuts a word into

PLAIN_CHUNKS = (0.0015, 1, 5)
"""Chunks that must hold a word, as a share of all, with the least and the most that this may be.

Of a word that the embedder cuts into fewer pieces than what was typed; other ones may be correct.
"""
ODD_CHUNKS = (0.006, 2, 20)

VOWELS = frozenset("aeiouy")
ENDINGS = ("", "s", "es", "ed", "d", "ing", "er", "ers", "ly", "less", "able", "ment")

CountTokens = Callable[[str], int]


async def spell(
    vocabulary: Vocabulary,
    words: Sequence[Piece],
    *,
    among_chinese: bool,
    count_tokens: CountTokens,
) -> list[Piece]:
    """What those of the words were to be that the base does not know."""
    shortest = SHORTEST_NAME if among_chinese else SHORTEST_CORRECTED
    misspelt = [
        word
        for word in words[:MOST_CORRECTED]
        if shortest <= len(word.text) <= LONGEST_CORRECTED and not _is_word(word.text, count_tokens)
    ]
    meant = {word: _list_slips(word.text) for word in misspelt}
    parts = {part for each in meant.values() for spelling in each for part in spelling.split()}
    await vocabulary.look_up(map(stem_word, parts))
    changes = []
    for word, slips in meant.items():
        known = {each: slip for each, slip in slips.items() if _least_count(vocabulary, each)}
        typed = _count_pieces(word.text, count_tokens)
        rated = {}
        for spelling, slip in known.items():
            pieces = _count_pieces(spelling, count_tokens)
            if _is_common(vocabulary, spelling, is_plainer=pieces < typed):
                rating = log(1 + _least_count(vocabulary, spelling)) + SLIP_WEIGHT * slip
                rated[spelling] = rating - PIECE_WEIGHT * pieces
        for spelling in sorted(rated, key=lambda each: -rated[each])[:MOST_VERIFIED]:
            if await _is_seen(vocabulary, spelling, count_tokens):
                changes.append(Piece(word.start, word.end, spelling))
                break
    return changes


def _list_slips(word: str) -> dict[str, int]:
    """What a word may stand for, each with the likeliest slip that leads to it.

    Hardly anybody mistypes the first letter (Pollock and Zamora 1984), but for swapping it. A
    letter far from the one that was meant is no slip but another word (lose, lost), unless it is a
    vowel for a vowel in a longer one (seperate).
    """
    slips: dict[str, int] = {}
    for spelling, slip in list_spellings(word):
        if slip is Slip.OTHER_LETTER and not _is_varied(word, spelling):
            continue
        if spelling[0] == word[0] or slip is Slip.SWAPPED:
            slips[spelling] = max(slip, slips.get(spelling, 0))
    return slips


def _is_varied(word: str, spelling: str) -> bool:
    changed = {
        letter for pair in zip(word, spelling, strict=True) if len({*pair}) > 1 for letter in pair
    }
    return len(word) >= SHORTEST_VARIED and changed <= VOWELS


async def _is_seen(vocabulary: Vocabulary, spelling: str, count_tokens: CountTokens) -> bool:
    """Whether the viewer may read it, spelt so where it is not known to be spelt so."""
    parts = _telling(spelling)
    rare = [part for part in parts if vocabulary.count(stem_word(part)) <= MOST_READ]
    texts = await vocabulary.read(map(stem_word, rare))
    return all(
        stem_word(part) in texts
        and (_is_word(part, count_tokens) or _stands_in(part, texts[stem_word(part)]))
        for part in rare
    )


def _stands_in(word: str, text: str) -> bool:
    """Whether a text has it as a whole word."""
    return re.search(rf"(?<![a-z]){re.escape(word)}(?![a-z])", text.casefold()) is not None


def _is_word(word: str, count_tokens: CountTokens) -> bool:
    """Whether the embedder has it, or what it is a form of, whole in its own vocabulary."""
    bare = [word.removesuffix(ending) for ending in ENDINGS]
    long = (each for each in bare if len(each) >= SHORTEST_PART)
    return any(_count_pieces(each, count_tokens) <= 0 for each in long)


def _count_pieces(spelling: str, count_tokens: CountTokens) -> int:
    """Pieces above one a word."""
    return count_tokens(spelling) - count_tokens(" ".join("a" for _ in spelling.split()))


def _least_count(vocabulary: Vocabulary, spelling: str) -> int:
    counts = [vocabulary.count(stem_word(part)) for part in _telling(spelling)]
    return min(counts, default=vocabulary.chunk_count if " " in spelling else 0)


def _is_common(vocabulary: Vocabulary, spelling: str, *, is_plainer: bool) -> bool:
    is_split = " " in spelling
    share, least, most = PLAIN_CHUNKS if is_plainer and not is_split else ODD_CHUNKS
    if is_split and any(len(part) < SHORTEST_PART for part in _telling(spelling)):
        return False
    few = min(max(share * vocabulary.chunk_count, least), most)
    return _least_count(vocabulary, spelling) >= few


def _telling(spelling: str) -> list[str]:
    return [part for part in spelling.split() if part not in ENGLISH_STOP_WORDS]
