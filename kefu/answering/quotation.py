"""Tells a sentence that repeats one of the source in its order, with little put in or left out.

Models that keep to the source write such sentences. Checks that look at single words are made for
those who put it in words of their own, and find fault with a "you" or with half of a sentence.
"""

import re
from collections.abc import Sequence
from difflib import SequenceMatcher
from itertools import pairwise

from kefu.answering.facts import find_facts
from kefu.answering.grounds import Ground, Grounds, content_terms
from kefu.answering.loaded_words import CONCEPTS, marks

LEAST_REPEATED = 0.75
"""Of the words and characters of the sentence."""

FEWEST_REPEATED = 5
HARMLESS = frozenset({"permission"})
"""What may be put in: "you can" before a step."""

LIGHT = frozenset(
    ["a", "an", "the", "your", "you", "its", "this", "您", "你", "就", "即", "便", "则"]
)
"""What may stand in the place of something else."""

_TOKEN = re.compile(r"\d+(?:[.,:/-]\d+)*|[a-z]+(?:'[a-z]+)?|[\u3400-\u9fff]|[$¥€£%]")
_BREAK = re.compile(r"[,，;；:：。!！?？]|\.(?:\s|$)|\band\b")
_MANNER = re.compile(r"\W*(?:without|无需|不用|不必)")


def is_quoted(sentence: str, grounds: Grounds) -> bool:
    """Whether it repeats a sentence of the source, with all facts that it tells.

    Nothing that is put in or left out between its words turns the meaning or is a fact, nothing but
    a word like "the" takes the place of something else, and what is put in is said elsewhere in the
    source. Of the clauses in which it begins and ends, it leaves out no such thing either.
    """
    folded = sentence.casefold()
    return any(_repeats(folded, ground, grounds) for ground in grounds.all if not ground.is_heading)


def _repeats(sentence: str, ground: Ground, grounds: Grounds) -> bool:
    source = ground.text.casefold()
    mine, theirs = list(_TOKEN.finditer(sentence)), list(_TOKEN.finditer(source))
    matcher = SequenceMatcher(
        None, [each[0] for each in mine], [each[0] for each in theirs], autojunk=False
    )
    blocks = [block for block in matcher.get_matching_blocks() if block.size]
    if sum(block.size for block in blocks) < max(LEAST_REPEATED * len(mine), FEWEST_REPEATED):
        return False
    first, last = blocks[0], blocks[-1]
    between = [
        (mine[one.a + one.size : other.a], _cut(source, theirs[one.b + one.size : other.b]))
        for one, other in pairwise(blocks)
    ]
    before = _BREAK.split(source[: theirs[first.b].start()])[-1]
    after = _BREAK.split(source[theirs[last.b + last.size - 1].end() :])[0]
    after = "" if _MANNER.match(after) else after
    gaps = [(mine[: first.a], before), *between, (mine[last.a + last.size :], after)]
    if any(_TOKEN.search(out) and not _are_light(put_in) for put_in, out in gaps):
        return False
    return (
        not any(marks(out) or find_facts(out) for _, out in gaps)
        and _adds_nothing([each for put_in, _ in gaps for each in put_in], grounds)
        and _tells_its_facts(sentence, source)
        and not _is_loaded(sentence, f"{grounds.places.casefold()}\n{source}")
    )


def _cut(source: str, tokens: Sequence[re.Match[str]]) -> str:
    return source[tokens[0].start() : tokens[-1].end()] if tokens else ""


def _are_light(tokens: Sequence[re.Match[str]]) -> bool:
    return all(each[0] in LIGHT for each in tokens)


def _adds_nothing(put_in: Sequence[re.Match[str]], grounds: Grounds) -> bool:
    said = "".join(each[0] if each[0] >= "\u3400" else f" {each[0]} " for each in put_in)
    return (
        all(each[0].isalpha() for each in put_in)
        and marks(said) <= HARMLESS
        and all(grounds.covers(term) for term in content_terms(said))
    )


def _tells_its_facts(sentence: str, source: str) -> bool:
    told = find_facts(source)
    return all(any(each.agrees(other) for other in told) for each in find_facts(sentence))


def _is_loaded(sentence: str, source: str) -> bool:
    return any(
        pattern.search(sentence) and not pattern.search(source) for pattern in CONCEPTS.values()
    )
