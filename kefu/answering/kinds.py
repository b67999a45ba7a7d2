"""What kind of thing a question asks for, and whether a sentence holds one.

Money where it asks how much something costs, a duration where it asks how long, yes or no where it
asks whether something is so.
"""

import re
from enum import StrEnum

from kefu.answering.word_lists import KINDS


class Kind(StrEnum):
    """What an answer must hold."""

    MONEY = "money"
    DURATION = "duration"
    TIME = "time"
    COUNT = "count"
    SIZE = "size"
    PLACE = "place"
    PHONE = "phone"
    REASON = "reason"
    WHETHER = "whether"


def kinds_asked(question: str) -> frozenset[Kind]:
    """What the answer must hold; nothing where that cannot be told."""
    return frozenset(kind for kind, pattern in _ASKED.items() if pattern.search(question.strip()))


def holds(kind: Kind, text: str) -> bool:
    """Whether a text holds something of a kind."""
    return bool(_HELD[kind].search(text))


def _compile(patterns: dict[str, list[str]]) -> dict[Kind, re.Pattern[str]]:
    return {Kind(kind): re.compile("|".join(each), re.I) for kind, each in patterns.items()}


_ASKED = _compile(KINDS["asked"])
_HELD = _compile(KINDS["held"])
