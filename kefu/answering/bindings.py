"""What in a text stands beside what: a figure beside what it measures, a denial beside its verb.

Each part of a sentence that holds a figure, a denial or a word of weight is looked up by its other
words in the other text, and has to find them there.
"""

import re
from collections.abc import Sequence
from functools import lru_cache

from kefu.answering.grounds import Clause
from kefu.answering.loaded_words import marks
from kefu.answering.word_lists import LIGHT

BOUND = frozenset({"free of charge", "immediate", "automatic", "by hand", "in full", "unlimited"})
"""Marks that belong to the words beside them, as sides of opposites do."""

_CLAUSE_END = re.compile(
    r"(?:(?<!\d)[,.]|[,.](?!\d)|[;；。，、!！?？])\s*|\s+(?:and|but|while|whereas)\s+|而(?!且)|但是?",
    re.IGNORECASE,
)
_DENIAL = re.compile(
    r"不(?![仅但同论超少低高多足]|[会得能可应](?:超|少于|低于|高于|多于))|没|(?<!有)无(?!论)|未(?!来)|勿|禁止|除外|\bnot?\b|n't\b|\bnever\b|\bnothing\b"
    r"|\bcannot\b|\bwithout\b|\bexcept\b",
    re.IGNORECASE,
)
"""What denies and is no word of content, as to cancel and to stop are."""

_WORDS = frozenset({"denial", "mark"})
"""Kinds of weight that are no figures."""

Part = tuple[frozenset[str], frozenset[tuple[str, ...]]]
"""Content words of a part of a sentence, and what of weight stands beside them."""


def keeps_bindings(
    one: str, other: str, *, has_same_words: bool = False, is_row: bool = False
) -> bool:
    """Whether figures, denials and words of weight stand beside the same words in both.

    Where both are one sentence of the same words, those of a text of one part all stand beside each
    other, and figures that stand together cannot have changed places. With a row of a table only
    its cells count that hold some, as heads are said once.
    """
    mine, theirs = (
        [each for each in _read_parts(text) if each[1] or not is_row] for text in (one, other)
    )
    if has_same_words:
        if min(len(mine), len(theirs)) < 2:
            return True
        if max(_count_with_figures(mine), _count_with_figures(theirs)) < 2:
            mine, theirs = _without_figures(mine), _without_figures(theirs)
    return _is_bound(mine, theirs) and _is_bound(theirs, mine)


def _count_with_figures(parts: Sequence[Part]) -> int:
    return sum(any(each[0] not in _WORDS for each in held) for _, held in parts)


def _without_figures(parts: Sequence[Part]) -> list[Part]:
    return [(words, frozenset(each for each in held if each[0] in _WORDS)) for words, held in parts]


@lru_cache(maxsize=4096)
def _read_parts(text: str) -> tuple[Part, ...]:
    clauses = [Clause(part) for part in _CLAUSE_END.split(text) if part and part.strip()]
    return tuple((each.words - LIGHT, _weigh(each)) for each in clauses)


def _weigh(clause: Clause) -> frozenset[tuple[str, ...]]:
    figures = [(fact.kind, fact.value) for fact in clause.facts]
    denial = [("denial",)] if _DENIAL.search(clause.text) else []
    turning = (("mark", each) for each in marks(clause.text) if each in BOUND or each[0].isdigit())
    return frozenset([*figures, *denial, *turning])


def _is_bound(ones: Sequence[Part], others: Sequence[Part]) -> bool:
    return all(_finds_its_weights(each, others) for each in ones if each[1])


def _finds_its_weights(part: Part, others: Sequence[Part]) -> bool:
    """In the part with most of its words; where several have as many, words of weight in each."""
    words, weights = part
    shared = [len(words & each) for each, _ in others]
    most = max(shared, default=0)
    if not most:
        return True
    best = [held for (_, held), count in zip(others, shared, strict=True) if count == most]
    is_one_enough = {each for held in best for each in held if most == 1 or each[0] != "mark"}
    wordless = [held for each, held in others if not each]
    return weights <= frozenset.intersection(*best).union(is_one_enough, *wordless)
