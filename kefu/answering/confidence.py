"""How sure it is that the knowledge holds the answer.

A logistic model of how far the nearest chunk stands above the noise of its base, fitted by
`benchmarks/abstention.py` on questions whose answer was, or was not, in the base. Held-out figures
stand in docs/benchmarks.md.
"""

import math
from collections.abc import Sequence

from kefu.answering.evidence import Unit
from kefu.retrieval import Hit

BIAS = -2.72
WEIGHT = 3.11
SIMILARITY_UNIT = 0.03
LITERAL_CONFIDENCE = 0.95
FULL_COVERAGE = 0.6  # of the question's idf by one sentence: as good as certain


def confidence(hits: Sequence[Hit], units: Sequence[Unit]) -> float:
    """Probability, 0..1, that the knowledge holds the answer.

    A rare code of the question that a hit holds is as good as certain. Without vectors the words
    in common have to do.
    """
    above = [hit.parts.above_noise for hit in hits if hit.parts.above_noise is not None]
    literal = LITERAL_CONFIDENCE * max((hit.parts.literal for hit in hits), default=0.0)
    if not above:
        covered = max((unit.coverage for unit in units), default=0.0)
        return max(min(covered / FULL_COVERAGE, 1.0), literal)
    logit = BIAS + WEIGHT * max(above) / SIMILARITY_UNIT
    return max(1 / (1 + math.exp(-logit)), literal)
