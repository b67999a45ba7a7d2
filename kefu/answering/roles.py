"""Who does what to whom, as the order of words tells it: the same words may say the reverse.

In English and Chinese the one who acts stands before the verb and the one acted upon behind it,
unless the sentence is passive. Words that change places around one that stays between them have
changed their roles, if not its voice.
"""

import re
from collections.abc import Sequence

import rjieba

from kefu.answering.word_lists import GLUE, LIGHT
from kefu.text import fold_text, stem_word

_RUN = re.compile(r"[\u3400-\u9fff]+|[a-z]+(?:[-'][a-z]+)*")
_CLAUSE_END = re.compile(r"[,，;；.。:：!！?？\n]+\s*")
_PASSIVE = re.compile(
    r"\b(?:is|are|was|were|be|been|being)\b(?:\s+\w+){1,8}?\s+by\s"
    r"|\b(?:is|are|was|were|be|been)\s+(?:\w+\s+)?(?:required|needed|necessary)\s+(?:for|to|when|if)\b"
    r"|被|由|受(?:到)?[^，。]*(?:的)?(?:影响|限制|约束)|为[^，。]*所|(?:得|收|接)到",
    re.IGNORECASE,
)
MOST_WORDS = 24
"""Of a clause that is looked at; longer ones are lists."""


def swaps_roles(one: str, other: str) -> bool:
    """Whether in a clause of one, two words stand the other way round than in one of the other."""
    mine, theirs = _clauses(one), _clauses(other)
    return any(
        _is_reversed(first, second)
        for first, is_passive in mine
        for second, is_so in theirs
        if is_passive == is_so
    )


def _clauses(text: str) -> list[tuple[list[str], bool]]:
    """The content words of each in their order, and whether it is passive."""
    parts = [part for part in _CLAUSE_END.split(text) if part.strip()]
    return [(list_in_order(part)[:MOST_WORDS], bool(_PASSIVE.search(part))) for part in parts]


def list_in_order(text: str) -> list[str]:
    """Content words in their order, English ones as stems."""
    words: list[str] = []
    for run in _RUN.findall(fold_text(text)):
        words += [stem_word(run)] if run.isascii() else rjieba.cut(run)
    return [word for word in words if word not in GLUE and word not in LIGHT]


def _is_reversed(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether three words that both have once stand in reverse, the middle one in between."""
    places = {word: at for at, word in enumerate(theirs) if theirs.count(word) == 1}
    order = [places[word] for word in mine if word in places and mine.count(word) == 1]
    return any(
        order[first] > order[middle] > order[last]
        for first in range(len(order))
        for middle in range(first + 1, len(order))
        for last in range(middle + 1, len(order))
    )
