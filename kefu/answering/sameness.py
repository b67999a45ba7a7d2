"""What a question asks, apart from how it is put: two that ask the same get one answer.

In doubt two questions are not the same: every word counts but those by which one asks, whatever it
is one asks. No model and no likeness decides: "the Pro plan" is as near to "the Team plan" as a
question is to itself in other words.
"""

import re
from collections.abc import Sequence
from functools import lru_cache
from json import dumps

from kefu.answering.kinds import Kind, kinds_asked
from kefu.answering.loaded_words import marks
from kefu.answering.understand import asks_for_all, asks_for_number, asks_what_it_is
from kefu.answering.word_lists import ASKING, ORDERING
from kefu.text import (
    HAN,
    content_words,
    detect_language,
    find_tokens,
    list_words,
    one_spelling,
    simplify_text,
    stem_word,
)

HARMLESS = frozenset({"permission", "definition", "condition"})
"""Whether something can be done and how it is done are told by one answer; the others turn it."""

NAMES_IN_ORDER = 2
_CAPITALS = re.compile(r"[A-Z]{2,}")
_HAN_RUN = re.compile(f"[{HAN}]+")


@lru_cache(maxsize=1024)
def read_sense(question: str) -> str | None:
    """The same text for questions that ask the same; None where too little is asked to tell.

    Words count as often as they stand there, in their order where the order may matter.
    """
    said = _list_said(question)
    telling = [each for each in said if each not in ASKING]
    if len(telling) < 2:
        return None
    stems = [one_spelling(stem_word(each)) for each in telling]
    names = {each.word for each in content_words(question) if each.is_name}
    is_ordered = len(names) >= NAMES_IN_ORDER or not ORDERING.isdisjoint(said)
    sense: list[object] = [
        detect_language(question),
        stems if is_ordered else sorted(stems),
        sorted(kinds_asked(question) - {Kind.WHETHER}),
        sorted(marks(question) - HARMLESS),
        [asks(question) for asks in (asks_for_number, asks_for_all, asks_what_it_is)],
    ]
    return dumps(sense, ensure_ascii=False)


def _list_said(question: str) -> Sequence[str]:
    """Its words, folded but for what is written in capitals."""
    simplified = simplify_text(question).replace("’", "'")
    said: list[str] = []
    for run in _HAN_RUN.findall(simplified):
        said.extend(list_words(run))
    tokens = find_tokens(simplified)
    return [*said, *(each if _CAPITALS.fullmatch(each) else each.casefold() for each in tokens)]
