"""Measures of ranked retrieval with binary judgments."""

from collections.abc import Collection, Mapping, Sequence
from math import log2

import numpy as np

RESAMPLES = 10_000
Ranking = Mapping[str, Sequence[str]]
"""Query id -> passage ids, best first."""


def ndcg_at(k: int, ranked: Sequence[str], relevant: Collection[str]) -> float:
    """Normalised discounted cumulative gain (Järvelin and Kekäläinen 2002)."""
    gain = sum(1 / log2(n + 2) for n, name in enumerate(ranked[:k]) if name in relevant)
    ideal = sum(1 / log2(n + 2) for n in range(min(k, len(relevant))))
    return gain / ideal if ideal else 0.0


def recall_at(k: int, ranked: Sequence[str], relevant: Collection[str]) -> float:
    """Share of the relevant passages among the first k."""
    return len(set(ranked[:k]) & set(relevant)) / len(relevant) if relevant else 0.0


def reciprocal_rank(ranked: Sequence[str], relevant: Collection[str]) -> float:
    """One by the place of the first relevant passage; its mean is MRR."""
    return next((1 / n for n, name in enumerate(ranked, 1) if name in relevant), 0.0)


def measure(
    rankings: Ranking, relevant: Mapping[str, Collection[str]]
) -> dict[str, dict[str, float]]:
    """Measure -> query id -> figure, for every query with judgments."""
    rows = {name: (rankings.get(name, ()), relevant[name]) for name in relevant}
    return {
        "ndcg_at_10": {name: ndcg_at(10, *row) for name, row in rows.items()},
        "recall_at_5": {name: recall_at(5, *row) for name, row in rows.items()},
        "recall_at_10": {name: recall_at(10, *row) for name, row in rows.items()},
        "mrr": {name: reciprocal_rank(*row) for name, row in rows.items()},
    }


def mean(figures: Mapping[str, float]) -> float:
    """Mean over the queries."""
    return float(np.mean(list(figures.values()))) if figures else 0.0


def bootstrap_difference(
    ours: Mapping[str, float], theirs: Mapping[str, float]
) -> tuple[float, float, float]:
    """Mean difference over the same queries and its paired bootstrap 95 % interval."""
    differences = np.array([ours[name] - theirs[name] for name in sorted(ours)])
    draws = np.random.default_rng(0).integers(0, len(differences), (RESAMPLES, len(differences)))
    low, high = np.percentile(differences[draws].mean(axis=1), [2.5, 97.5])
    return float(differences.mean()), float(low), float(high)
