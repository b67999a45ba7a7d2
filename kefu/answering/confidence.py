"""How sure it is that the knowledge holds the answer.

A logistic model of how far the chunk of the best sentence stands above the noise of its base, of
what the question names that the base does not hold, and of how much of it the best sentences do not
say. Fitted by `benchmarks/abstention.py` on questions whose answer was, or was not, in the base.
Held-out figures stand in docs/benchmarks.md.
"""

import math
import re
from collections.abc import Sequence

from kefu.answering.evidence import Unit
from kefu.answering.unknown import NOTHING_UNKNOWN, Unknown
from kefu.retrieval import Hit
from kefu.text import find_identifiers

BIAS = -0.14
WEIGHT = 1.36
NAME_WEIGHT = -1.83
UNSAID_WEIGHT = -2.77
SIMILARITY_UNIT = 0.03
MOST_ABOVE_NOISE = 0.05
"""More does not count: a chunk about the subject of a question is that near whether or not it
answers it, and may not outweigh an unknown name."""

LITERAL_CONFIDENCE = 0.95
LITERAL_UNSAID = 0.5  # of it is lost where the best units say nothing else of the question
FULL_COVERAGE = 0.6  # of the question's idf by one sentence: as good as certain
UNKNOWN_COVERAGE = 0.4  # of that, where the question names what the base does not hold
EDGE = 1e-3  # nothing is nearer to certain when it is put on another scale

_CODE = re.compile(r".*\d|.*[._@]|--?\w", re.DOTALL)


def confidence(
    question: str,
    hits: Sequence[Hit],
    units: Sequence[Unit],
    *,
    unknown: Unknown = NOTHING_UNKNOWN,
    unsaid: float = 0.0,
) -> float:
    """Probability, 0..1, that the knowledge holds the answer.

    A rare code of the question that a hit holds is as good as certain, the less so the more else
    is asked that the best units do not say; the name of a product is none. Without vectors the
    words in common have to do. `unsaid` is the share of the question's words that the best units do
    not say.
    """
    above = [hit.parts.above_noise for hit in hits if hit.parts.above_noise is not None]
    literal = LITERAL_CONFIDENCE * max((hit.parts.literal for hit in hits), default=0.0)
    if not any(_CODE.match(code) for code in find_identifiers(question)):
        literal = 0.0
    literal *= 1 - LITERAL_UNSAID * unsaid
    if not above:
        covered = max((unit.coverage for unit in units), default=0.0)
        share = UNKNOWN_COVERAGE if unknown.has_name or unknown.has_noun else 1.0
        return max(share * min(covered / FULL_COVERAGE, 1.0), literal)
    best = units[0].hit.parts.above_noise if units else None
    weighed = signals(max(above) if best is None else best, unknown, unsaid)
    return max(1 / (1 + math.exp(-logit(weighed))), literal)


def signals(above_noise: float, unknown: Unknown, unsaid: float) -> tuple[float, float, float]:
    """What the model weighs."""
    height = min(above_noise, MOST_ABOVE_NOISE) / SIMILARITY_UNIT
    return height, float(unknown.has_name), unsaid


def logit(weighed: tuple[float, float, float]) -> float:
    """The model's log odds."""
    height, has_name, unsaid = weighed
    return BIAS + WEIGHT * height + NAME_WEIGHT * has_name + UNSAID_WEIGHT * unsaid


def recalibrate(sure: float, *, slope: float, intercept: float) -> float:
    """The probability by a straight line through its log odds (Platt 1999)."""
    if (slope, intercept) == (1.0, 0.0):
        return sure
    held = min(max(sure, EDGE), 1 - EDGE)
    return 1 / (1 + math.exp(-(slope * math.log(held / (1 - held)) + intercept)))
