"""Pinyin, and characters typed for others that sound alike, as the Chinese of a base.

The likeliest characters are those whose neighbours stand side by side in the base, too: its index
holds every two neighbouring characters of its texts.
"""

import asyncio
from collections.abc import Iterator, Mapping, Sequence
from itertools import accumulate, islice
from math import log

from kefu.retrieval.typed import Piece, join, list_pairs
from kefu.retrieval.vocabulary import Vocabulary
from kefu.text import (
    CHINESE_STOP_WORDS,
    ENGLISH_STOP_WORDS,
    Arc,
    Sounds,
    decode,
    is_chinese_word,
    list_neighbours,
    list_words,
    load_sounds,
    stem_word,
)

MOST_LOOKED_UP = 60_000
SHORTEST_PINYIN = 4  # letters; shorter words are taken for pinyin only beside longer ones
MOST_ENGLISH = 1  # stop words that are no pinyin; with more of them a question is English
UNKNOWN_COST = 4.0  # of a pair that no chunk holds, above one that a single chunk holds
CHANGE_COST = 3.0  # of reading another character than was typed
WORD_CHANGE_COST = 3.5  # of reading another word than a word that was typed
RARE_SOUND_COST = 2.0
CONFUSED_COST = 2.0  # of reading zh for z, n for l, in for ing
STOP_GAIN = 2.0  # of a syllable that stands alone and may be a word that says nothing
STOP_SHARE = 0.02  # of the chunks: what words count as that ask
JARGON_CHUNKS = (0.006, 3, 20)  # the same of a pair that is to stand for what is no pinyin
WORD_LENGTHS = (4, 3, 2)  # characters
MOST_SUSPECT = 0.5  # of the characters of a question; of more, it is about something else
PAIR_CHUNKS = (0.003, 1, 10)  # that hold a pair which is no word: share, least and most

ASKING_WORDS = CHINESE_STOP_WORDS | {"多久", "多长时间", "什么时候", "几天", "几点", "在哪"}
ASKING = frozenset(pair for word in ASKING_WORDS for pair in list_pairs(word))
"""Pairs of words that ask, which documents seldom hold."""

Suspects = Mapping[int, float]
"""Places of characters that may be wrong, with the cost of reading another."""


async def hear(
    vocabulary: Vocabulary, text: str, runs: Sequence[Piece], words: Sequence[Piece]
) -> list[Piece]:
    """What was meant by those runs and words that the base does not know."""
    suspects = {run: list_suspects(vocabulary, run.text) for run in runs}
    if sum(map(len, suspects.values())) > MOST_SUSPECT * sum(len(run.text) for run in runs):
        suspects = {run: {} for run in runs}
    unknown = [word for word in words if _is_unknown(vocabulary, word)]
    has_long = any(len(each.text) >= SHORTEST_PINYIN for each in unknown)
    if not has_long and not any(suspects.values()):
        return []
    sounds = await asyncio.to_thread(load_sounds)
    pinyin = [] if _is_english(words, sounds) else words
    spelt = [
        Piece(word.start, word.end, word.text, is_pinyin=True)
        for word in pinyin
        if sounds.is_pinyin(word.text) and (word in unknown or len(word.text) < SHORTEST_PINYIN)
    ]
    changes = []
    for group in join(text, [*runs, *spelt]):
        has_pinyin = any(each.is_pinyin and len(each.text) >= SHORTEST_PINYIN for each in group)
        if has_pinyin or any(suspects.get(each) for each in group):
            listener = _Listener(vocabulary, group, suspects, sounds)
            changes += await listener.listen()
    return changes


def list_suspects(vocabulary: Vocabulary, run: str) -> Suspects:
    """The characters of a run that may be wrong.

    They stand in no word and beside nothing that the base knows, or in a word that it does not.
    """
    if all(map(vocabulary.count, list_pairs(run))):
        return {}
    suspects: dict[int, float] = {}
    at = 0
    for word in list_words(run):
        end = at + len(word)
        if word not in CHINESE_STOP_WORDS and len(run) > 1:
            around = run[max(at - 1, 0) : end + 1] if len(word) == 1 else word
            if not any(map(vocabulary.count, list_pairs(around))):
                cost = CHANGE_COST if len(word) == 1 else WORD_CHANGE_COST
                suspects |= dict.fromkeys(range(at, end), cost)
        at = end
    return suspects


def _is_unknown(vocabulary: Vocabulary, word: Piece) -> bool:
    return word.text not in ENGLISH_STOP_WORDS and not vocabulary.count(stem_word(word.text))


def _is_english(words: Sequence[Piece], sounds: Sounds) -> bool:
    stop_words = [word for word in words if word.text in ENGLISH_STOP_WORDS]
    return sum(not sounds.is_pinyin(word.text) for word in stop_words) > MOST_ENGLISH


class _Listener:
    """Hears what stands side by side."""

    def __init__(
        self,
        vocabulary: Vocabulary,
        group: Sequence[Piece],
        suspects: Mapping[Piece, Suspects],
        sounds: Sounds,
    ) -> None:
        self._vocabulary = vocabulary
        self._group = group
        self._suspects = suspects
        self._sounds = sounds

    async def listen(self) -> list[Piece]:
        """What was meant; what is not certain is listened to again for confused sounds."""
        changes = await self._decode(frozenset())
        certain = {change.start for change in changes}
        vague = {each for each in self._group if each.is_pinyin and each.start not in certain}
        if any(len(each.text) >= SHORTEST_PINYIN for each in vague):
            changes = await self._decode(frozenset(vague)) or changes
        is_heard = any(not each.is_pinyin or len(each.text) > 1 for each in changes)
        return changes if is_heard else []

    async def _decode(self, vague: frozenset[Piece]) -> list[Piece]:
        arcs: list[Arc] = []
        starts = []
        at = 0
        for piece in self._group:
            starts.append(at)
            arcs += self._list_arcs(piece, at, is_vague=piece in vague)
            at += len(piece.text)
        pairs = set(islice(list_neighbours(arcs), MOST_LOOKED_UP))
        if len(pairs) == MOST_LOOKED_UP:
            return []
        await self._vocabulary.look_up(pairs)
        path = decode(arcs, at, price=self._price)
        changes = []
        for piece, start in zip(self._group, starts, strict=True):
            meant = _read(path, piece, start)
            if meant and meant != piece.text and await self._is_certain(piece, start, path):
                changes.append(Piece(piece.start, piece.end, meant, is_pinyin=piece.is_pinyin))
        return changes

    def _list_arcs(self, piece: Piece, at: int, *, is_vague: bool) -> Iterator[Arc]:
        if piece.is_pinyin:
            yield from self._list_syllables(piece, at, is_vague=is_vague)
            return
        suspects = self._suspects[piece]
        for place, letter in enumerate(piece.text, start=at):
            yield Arc(place, place + 1, letter)
            cost = suspects.get(place - at)
            if cost is not None:
                for other in self._sounds.alike(letter, with_tone=cost == WORD_CHANGE_COST):
                    yield Arc(place, place + 1, other, cost)

    def _list_syllables(self, piece: Piece, at: int, *, is_vague: bool) -> Iterator[Arc]:
        for place in range(len(piece.text)):
            for end in self._sounds.list_ends(piece.text, place):
                syllable = piece.text[place:end]
                gain = STOP_GAIN if syllable == piece.text else 0.0
                for character in self._sounds.characters[syllable]:
                    cost = 0.0 if self._sounds.is_usual(character, syllable) else RARE_SOUND_COST
                    cost -= gain if character in CHINESE_STOP_WORDS else 0.0
                    yield Arc(at + place, at + end, character, cost)
                for near in self._sounds.confused(syllable) if is_vague else ():
                    for character in self._sounds.characters[near]:
                        yield Arc(at + place, at + end, character, CONFUSED_COST)

    def _price(self, pair: str) -> float:
        highest = log(1 + self._vocabulary.chunk_count)
        count = float(self._vocabulary.count(pair))
        if pair in ASKING:
            count = max(count, STOP_SHARE * self._vocabulary.chunk_count)
        return highest - log(count) if count else highest + UNKNOWN_COST

    async def _is_certain(self, piece: Piece, start: int, path: Sequence[Arc]) -> bool:
        """Whether all that is read otherwise in a piece makes words that the base really holds."""
        if not piece.is_pinyin:
            return await self._makes_words(piece.text, _read(path, piece, start))
        held = []
        for before, arc, after in zip([None, *path], path, [*path[1:], None], strict=False):
            if not start <= arc.start < start + len(piece.text) or arc.cost < 0:
                continue
            sides = [before.character + arc.character] if before else []
            sides += [arc.character + after.character] if after else []
            good = [pair for pair in sides if pair in ASKING or self._is_held(pair)]
            if not good:
                return False
            held.append(max(good, key=self._vocabulary.count))
        return await self._vocabulary.is_seen(set(held) - ASKING)

    async def _makes_words(self, typed: str, meant: str) -> bool:
        """Whether each other character stands in a word, made of what were whole words as typed."""
        ends = set(accumulate(map(len, list_words(typed)), initial=0))
        held = set()
        for at in (at for at, letter in enumerate(meant) if letter != typed[at]):
            words = [
                meant[start : start + length]
                for length in WORD_LENGTHS
                for start in range(max(at - length + 1, 0), at + 1)
                if start in ends and start + length in ends
            ]
            word = next((word for word in words if self._is_word(word)), None)
            if word is None:
                return False
            held.update(list_pairs(word))
        return await self._vocabulary.is_seen(held - ASKING)

    def _is_word(self, word: str) -> bool:
        pairs = list_pairs(word)
        if is_chinese_word(word):
            return word in CHINESE_STOP_WORDS or all(map(self._vocabulary.count, pairs))
        return not CHINESE_STOP_WORDS.intersection(word) and all(
            self._vocabulary.count(pair) >= self._share(JARGON_CHUNKS) for pair in pairs
        )

    def _is_held(self, pair: str) -> bool:
        few = 1 if is_chinese_word(pair) else self._share(PAIR_CHUNKS)
        return self._vocabulary.count(pair) >= few

    def _share(self, bounds: tuple[float, int, int]) -> float:
        share, least, most = bounds
        return min(max(share * self._vocabulary.chunk_count, least), most)


def _read(path: Sequence[Arc], piece: Piece, start: int) -> str:
    end = start + len(piece.text)
    return "".join(arc.character for arc in path if start <= arc.start < end)
