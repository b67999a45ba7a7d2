"""Whether two words are one, misspelt or misheard in one of the two places."""

from functools import lru_cache

from kefu.answering.word_lists import CONCEPTS, EVERYDAY, LIGHT, REWORDINGS, SYNONYMS
from kefu.text import Slip, is_chinese_word, list_spellings, load_sounds

SHORTEST = 6
"""Letters of an English word in which a slip leaves no other word behind, most of the time."""

_VOWELS = frozenset("aeiouy")


@lru_cache(maxsize=4096)
def is_typo(one: str, other: str) -> bool:
    """Whether one slip lies between them and not both are words that are known.

    Where a letter stands for another one, only a vowel for a vowel inside the word is a slip: an
    employer is no employee.
    """
    if _is_known(one) and _is_known(other):
        return False
    if one.isascii() != other.isascii():
        return False
    return _is_slip(one, other) if one.isascii() else sounds_alike(one, other)


def sounds_alike(one: str, other: str) -> bool:
    """Whether Chinese words differ in characters that are said alike, one of them being no word."""
    if len(one) != len(other) or (is_chinese_word(one) and is_chinese_word(other)):
        return False
    sounds = load_sounds()
    pairs = [(mine, its) for mine, its in zip(one, other, strict=True) if mine != its]
    return len(pairs) == 1 and pairs[0][1] in sounds.alike(pairs[0][0])


def is_heard_in(word: str, text: str) -> bool:
    """Whether a text has a Chinese word that only one character tells apart, which sounds alike."""
    sounds = load_sounds()
    heard = (
        word[:at] + other + word[at + 1 :]
        for at, letter in enumerate(word)
        for other in sounds.alike(letter)
    )
    return any(each in text and is_chinese_word(each) for each in heard)


def _is_known(word: str) -> bool:
    lists = (CONCEPTS, EVERYDAY, LIGHT, REWORDINGS, SYNONYMS)
    return any(word in each for each in lists)


def _is_slip(one: str, other: str) -> bool:
    if min(len(one), len(other)) < SHORTEST or one[0] != other[0]:
        return False
    if abs(len(one) - len(other)) > 1:
        return False
    slips = {slip for spelling, slip in list_spellings(one) if spelling == other}
    slips |= {slip for spelling, slip in list_spellings(other) if spelling == one}
    if slips & {Slip.MISSING_LETTER, Slip.TOO_MANY, Slip.DOUBLED, Slip.SWAPPED}:
        return one[-1] == other[-1]
    if not slips:
        return False
    changed = [(mine, its) for mine, its in zip(one, other, strict=True) if mine != its]
    return one[-2:] == other[-2:] and all(set(pair) <= _VOWELS for pair in changed)
