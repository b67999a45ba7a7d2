"""The questions of a message, each of which is answered by itself.

Only what stands alone is taken apart: a question that leans on the one before it in the message
("What does it mean? Where do I fix it?") is found together with that one.
"""

import re
from collections.abc import Sequence

from kefu.answering.follow_up import Lean, lean
from kefu.text import content_words, detect_language

MOST_PARTS = 4  # of more, the rest stays with the last
MOST_PIECES = 20  # more question marks are no questions
LONGEST_QUOTED = 200

_QUESTION_END = re.compile(r"(?<=[?？])\s*")
_JOINT = re.compile(
    r"[,，;；]?\s*\b(?:and|also)\b,?\s+(?=(?:how|what|when|where|which|who|why)\b)"
    r"|[,，;；。]\s*(?:另外|还有|以及|同时|顺便问(?:一下)?)[,，]?\s*",
    re.IGNORECASE,
)
_MARKUP = re.compile(r"[\[\]<>`\s]+")
_LEAD = re.compile(
    r"^(?:另外|还有|以及|同时|顺便问(?:一下)?)[,，]?\s*|^(?:and|also)\b,?\s*", re.IGNORECASE
)
_ASKS = re.compile(
    r"[?？]$|吗|呢|什么|怎么|怎样|如何|多少|多久|几|哪|是否|能不能|可不可以|有没有"
    r"|\b(?:how|what|when|where|which|who|why|can|could|do|does|is|are|may|must|should|will)\b",
    re.IGNORECASE,
)


def split_parts(message: str) -> list[str]:
    """The questions of a message in its order; one, where they cannot be told apart."""
    pieces = [piece.strip() for piece in _QUESTION_END.split(message)]
    if len(pieces) > MOST_PIECES:
        return [message]
    pieces = [part for piece in pieces for part in _split_joint(_without_lead(piece)) if part]
    parts: list[str] = []
    for piece in pieces:
        can_follow = parts and len(parts) < MOST_PARTS and _ASKS.search(parts[-1])
        if not parts or (can_follow and _stands_alone(piece)):
            parts.append(piece)
        else:
            parts[-1] = f"{parts[-1]} {piece}"
    return list(dict.fromkeys(parts)) or [message]


def quote(parts: Sequence[str], language: str) -> str:
    """The questions named in a sentence."""
    names = [f"“{part.rstrip('?？ ')}”" for part in parts]
    return ("、" if language == "zh" else ", ").join(names)


def quotable(question: str) -> str:
    """A question as it stands within a sentence: without marks that make links or code."""
    return _MARKUP.sub(" ", question).strip().rstrip("?？。. ")[:LONGEST_QUOTED]


def _split_joint(piece: str) -> list[str]:
    """Two questions in one sentence, if both stand alone."""
    parts = [part.strip() for part in _JOINT.split(piece) if part.strip()]
    return parts if all(map(_stands_alone, parts)) else [piece]


def _without_lead(piece: str) -> str:
    """A question without the word that joins it to the one before it, if it stands alone so."""
    rest = _LEAD.sub("", piece)
    return rest if _stands_alone(rest) else piece


def _stands_alone(piece: str) -> bool:
    """Whether it asks something, of something that it names."""
    if not _ASKS.search(piece) or lean(piece) in {Lean.FRAGMENT, Lean.POINTS_BACK}:
        return False
    is_english = detect_language(piece) == "en"
    return is_english or any(word.is_noun or word.is_name for word in content_words(piece))
