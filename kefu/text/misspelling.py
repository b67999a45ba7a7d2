"""Words that a misspelt Latin word may stand for: one slip of the fingers away."""

from collections.abc import Iterator
from enum import IntEnum
from string import ascii_lowercase

_ROWS = ("qwertyuiop", "asdfghjkl", "zxcvbnm")


class Slip(IntEnum):
    """What went wrong, the likelier the higher."""

    OTHER_LETTER = 0
    NO_SPACE = 1
    MISSING_LETTER = 2
    TOO_MANY = 3
    NEXT_KEY = 4
    SWAPPED = 5
    DOUBLED = 6


def list_spellings(word: str) -> Iterator[tuple[str, Slip]]:
    """What was meant by a word in small letters, if one slip was made; some come twice.

    Damerau (1964) found four fifths of typing errors to be one letter too many, missing or wrong,
    or two swapped. Two words without their space between them come with it.
    """
    for at in range(len(word) + 1):
        before, rest = word[:at], word[at:]
        if before and rest:
            yield f"{before} {rest}", Slip.NO_SPACE
        for letter in ascii_lowercase:
            yield before + letter + rest, Slip.MISSING_LETTER
        if not rest:
            continue
        is_doubled = rest[:1] in {before[-1:], rest[1:2]}
        yield before + rest[1:], Slip.DOUBLED if is_doubled else Slip.TOO_MANY
        if len(rest) > 1 and rest[0] != rest[1]:
            yield before + rest[1] + rest[0] + rest[2:], Slip.SWAPPED
        for letter in ascii_lowercase:
            if letter != rest[0]:
                is_next = letter in _NEXT_KEYS.get(rest[0], "")
                yield before + letter + rest[1:], Slip.NEXT_KEY if is_next else Slip.OTHER_LETTER


def _list_next_keys() -> dict[str, str]:
    """The keys around each key; a row is shifted to the right by about half a key."""
    near = {}
    for number, row in enumerate(_ROWS):
        for at, key in enumerate(row):
            beside = row[max(at - 1, 0) : at] + row[at + 1 : at + 2]
            above = _ROWS[number - 1][at : at + 2] if number else ""
            below = _ROWS[number + 1][max(at - 1, 0) : at + 1] if number < len(_ROWS) - 1 else ""
            near[key] = beside + above + below
    return near


_NEXT_KEYS = _list_next_keys()
