"""How sure it is that the knowledge holds the answer: a logistic model of three plain signals.

Fitted by `benchmarks/abstention.py` on questions whose answer was, or was not, in the base; the
held-out figures stand in docs/benchmarks.md.
"""

import math
from collections.abc import Sequence
from dataclasses import dataclass

from kefu.answering.evidence import Unit
from kefu.retrieval import Hit

BIAS = 0.0
SIMILARITY_WEIGHT = 1.0
COVERAGE_WEIGHT = 3.0
CROSS_LANGUAGE_WEIGHT = 0.0
USUAL_SIMILARITY = 0.86  # of the built-in embedder, between a question and the best chunk
SIMILARITY_UNIT = 0.03


@dataclass(frozen=True, slots=True, kw_only=True)
class Signals:
    """What the confidence is computed from.

    Attributes:
        similarity: cosine of the question and the nearest hit, None without vectors.
        coverage: share of the question's idf in the best unit with its headings, 0..1.
        is_cross_language: the nearest hit is not in the question's language.
    """

    similarity: float | None
    coverage: float
    is_cross_language: bool


def read_signals(language: str, hits: Sequence[Hit], ranked: Sequence[Unit]) -> Signals:
    """The signals of a search and of the units ranked from it."""
    with_vector = [hit for hit in hits if hit.parts.dense is not None]
    nearest = max(with_vector, key=lambda hit: hit.parts.dense or 0.0, default=None)
    return Signals(
        similarity=nearest.parts.dense if nearest else None,
        coverage=max((unit.coverage for unit in ranked), default=0.0),
        is_cross_language=nearest is not None and nearest.language != language,
    )


def confidence(signals: Signals) -> float:
    """Probability, 0..1, that the knowledge holds the answer; coverage alone without vectors."""
    if signals.similarity is None:
        return signals.coverage
    logit = (
        BIAS
        + SIMILARITY_WEIGHT * (signals.similarity - USUAL_SIMILARITY) / SIMILARITY_UNIT
        + COVERAGE_WEIGHT * signals.coverage
        + CROSS_LANGUAGE_WEIGHT * signals.is_cross_language
    )
    return 1 / (1 + math.exp(-logit))
