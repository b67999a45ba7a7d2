"""How sure it is that the knowledge holds the answer.

A logistic model of how far the nearest chunk stands above the noise of its base, fitted by
`benchmarks/abstention.py` on questions whose answer was, or was not, in the base. Held-out figures
stand in docs/benchmarks.md.
"""

import math
from collections.abc import Sequence

from kefu.answering.evidence import Unit
from kefu.retrieval import Hit

BIAS = -1.74
WEIGHT = 2.04
SIMILARITY_UNIT = 0.03
FULL_COVERAGE = 0.6  # of the question's idf by one sentence: as good as certain


def confidence(hits: Sequence[Hit], units: Sequence[Unit], *, floor: float | None) -> float:
    """Probability, 0..1, that the knowledge holds the answer.

    `floor` is the similarity that irrelevant questions reach in the base. Without vectors the words
    in common have to do.
    """
    similarities = [hit.parts.dense for hit in hits if hit.parts.dense is not None]
    if floor is None or not similarities:
        covered = max((unit.coverage for unit in units), default=0.0)
        return min(covered / FULL_COVERAGE, 1.0)
    above = (max(similarities) - floor) / SIMILARITY_UNIT
    return 1 / (1 + math.exp(-(BIAS + WEIGHT * above)))
