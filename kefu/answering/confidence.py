"""How sure it is that the knowledge holds the answer.

A logistic model of how far the nearest chunk stands above the noise of its base and of what the
question names that the base does not hold, fitted by `benchmarks/abstention.py` on questions whose
answer was, or was not, in the base. Held-out figures stand in docs/benchmarks.md.
"""

import math
import re
from collections.abc import Sequence

from kefu.answering.evidence import Unit
from kefu.answering.unknown import NOTHING_UNKNOWN, Unknown
from kefu.retrieval import Hit
from kefu.text import find_identifiers

BIAS = -2.85
WEIGHT = 3.59
NAME_WEIGHT = -4.01
NOUN_WEIGHT = -4.44
SIMILARITY_UNIT = 0.03
MOST_ABOVE_NOISE = 0.05
"""More does not count: the nearest chunk to a question about a subject of the base is that near
whether or not the base answers it, and may not outweigh an unknown name."""

LITERAL_CONFIDENCE = 0.95
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
) -> float:
    """Probability, 0..1, that the knowledge holds the answer.

    A rare code of the question that a hit holds is as good as certain; the name of a product is
    none. Without vectors the words in common have to do.
    """
    above = [hit.parts.above_noise for hit in hits if hit.parts.above_noise is not None]
    literal = LITERAL_CONFIDENCE * max((hit.parts.literal for hit in hits), default=0.0)
    if not any(_CODE.match(code) for code in find_identifiers(question)):
        literal = 0.0
    if not above:
        covered = max((unit.coverage for unit in units), default=0.0)
        share = UNKNOWN_COVERAGE if unknown.has_name or unknown.has_noun else 1.0
        return max(share * min(covered / FULL_COVERAGE, 1.0), literal)
    return max(1 / (1 + math.exp(-logit(max(above), unknown))), literal)


def logit(above_noise: float, unknown: Unknown) -> float:
    """The model's log odds."""
    height = min(above_noise, MOST_ABOVE_NOISE) / SIMILARITY_UNIT
    penalty = NAME_WEIGHT * unknown.has_name + NOUN_WEIGHT * unknown.has_noun
    return BIAS + WEIGHT * height + penalty


def recalibrate(sure: float, *, slope: float, intercept: float) -> float:
    """The probability by a straight line through its log odds (Platt 1999)."""
    if (slope, intercept) == (1.0, 0.0):
        return sure
    held = min(max(sure, EDGE), 1 - EDGE)
    return 1 / (1 + math.exp(-(slope * math.log(held / (1 - held)) + intercept)))
