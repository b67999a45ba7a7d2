"""A Yes or No that answers the question of its own document, which may not be the one asked."""

import re
from dataclasses import replace

from kefu.answering.evidence import Unit
from kefu.text import query_terms

SAME_QUESTION = 0.7  # of the words of both
_YES_OR_NO = re.compile(
    r"\W*(?:yes|no|sure|of course|是的?|不是|否|不?可以的?|不?能|不?会"
    r"|不?支持|不?需要|没?有|不?对)(?=\W|$)",
    re.IGNORECASE,
)
_QUESTION = re.compile(
    r".*[?？吗么呢]\W*$|(?:can|could|do|does|did|is|are|will|would|should|may|must|has|have)\b"
    r"|.*(?:是否|能否|可否|会不会|能不能|可不可以)",
    re.IGNORECASE,
)


def under_its_question(unit: Unit, asked: str) -> Unit:
    """The unit, with the question that its Yes or No answers in front where it is not the asked."""
    if not _YES_OR_NO.match(unit.span.text):
        return unit
    headings = (*reversed(unit.hit.heading_path), unit.hit.title)
    own = next((each for each in headings if _QUESTION.match(each)), None)
    if own is None or _is_same(own, asked):
        return unit
    return replace(unit, question=own)


def _is_same(one: str, other: str) -> bool:
    mine, theirs = set(query_terms(one)), set(query_terms(other))
    return len(mine & theirs) >= SAME_QUESTION * len(mine | theirs)
