"""How common Chinese characters sound, without tones, and which of them sound alike."""

import unicodedata
from collections import defaultdict
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache

LEVEL_1 = range(0xB0, 0xD8)
"""First bytes of the 3,755 characters of GB 2312 that texts nearly always keep to."""

SOUNDS_KEPT = 3
"""Of a character, the first ones; the others are rare or old."""

LONGEST_SYLLABLE = 6

_CONFUSED_INITIALS = (("zh", "z"), ("ch", "c"), ("sh", "s"), ("n", "l"))
_CONFUSED_FINALS = (("ing", "in"), ("eng", "en"), ("ang", "an"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Sounds:
    """The sounds of common characters.

    Attributes:
        of: character -> its sounds with tones, the usual one first.
        characters: syllable without tone -> the characters that are read so.
    """

    of: Mapping[str, tuple[str, ...]]
    characters: Mapping[str, str]

    def alike(self, character: str, *, with_tone: bool = False) -> str:
        """Other characters with one of its sounds, or one that is often taken for it."""
        sounds = self.of.get(character, ())
        if with_tone:
            near = self.characters[without_tone(sounds[0])] if sounds else ""
            found = [each for each in near if self.of[each][0] == sounds[0]]
        else:
            syllables = dict.fromkeys(map(without_tone, sounds))
            wide = [*syllables, *(near for each in syllables for near in self.confused(each))]
            found = [each for syllable in wide for each in self.characters[syllable]]
        return "".join(each for each in dict.fromkeys(found) if each != character)

    def is_usual(self, character: str, syllable: str) -> bool:
        """Whether a character is mostly read so."""
        return without_tone(self.of[character][0]) == syllable

    def confused(self, syllable: str) -> list[str]:
        """Syllables that differ by one confusion of speakers: zh and z, n and l, in and ing."""
        near = []
        for pairs, has, swap in (
            (_CONFUSED_INITIALS, str.startswith, _swap_start),
            (_CONFUSED_FINALS, str.endswith, _swap_end),
        ):
            for long, short in pairs:
                if has(syllable, long):
                    near.append(swap(syllable, long, short))
                elif has(syllable, short):
                    near.append(swap(syllable, short, long))
        return [each for each in near if each in self.characters]

    def is_pinyin(self, word: str) -> bool:
        """Whether a word of small letters is nothing but syllables."""
        ends = {0}
        for start in range(len(word)):
            if start in ends:
                ends.update(self.list_ends(word, start))
        return len(word) in ends

    def list_ends(self, word: str, start: int) -> list[int]:
        """Where a syllable that begins at a place of a word may end."""
        last = min(start + LONGEST_SYLLABLE, len(word))
        return [end for end in range(start + 1, last + 1) if word[start:end] in self.characters]


@cache
def load_sounds() -> Sounds:
    """From the dictionary of `pypinyin`; takes half a second the first time."""
    from pypinyin.pinyin_dict import pinyin_dict  # noqa: PLC0415 - see above

    cells = ((first, second) for first in LEVEL_1 for second in range(0xA1, 0xFF))
    common = "".join(bytes(cell).decode("gb2312", "ignore") for cell in cells)
    of = {each: tuple(pinyin_dict[ord(each)].split(",")[:SOUNDS_KEPT]) for each in common}
    characters: dict[str, str] = defaultdict(str)
    for each, sounds in of.items():
        for syllable in dict.fromkeys(map(without_tone, sounds)):
            characters[syllable] += each
    return Sounds(of=of, characters=dict(characters))


@cache
def without_tone(sound: str) -> str:
    """A syllable as it is typed: `lǜ` is `lv`."""
    letters = unicodedata.normalize("NFD", sound).replace("u\u0308", "v")
    return "".join(each for each in letters if each.isascii())


def _swap_start(syllable: str, given: str, other: str) -> str:
    return other + syllable.removeprefix(given)


def _swap_end(syllable: str, given: str, other: str) -> str:
    return syllable.removesuffix(given) + other
