"""The lexical index: what a chunk contributes to BM25, stored so that scoring is an inner product.

BM25 (Robertson and Zaragoza 2009, eq. 3.15) of a query q and a chunk d is the sum over the terms
of idf(t) * tf * (k1 + 1) / (tf + k1 * (1 - b + b * length / average length)). Everything but the
idf depends on the chunk and on the average length alone: that is the weight kept with the chunk.
"""

from collections.abc import Mapping

from kefu.knowledge.records import Base
from kefu.text import TERM_IDS, term_id

K1 = 1.2
B = 0.75
MAX_TERMS = 16_000  # non-zero elements that pgvector allows in one sparse vector
MAX_LENGTH_DRIFT = 0.05  # the average may move so far before the stored weights are renewed


def count_by_id(base_id: int, terms: Mapping[str, int]) -> dict[int, int]:
    """Term id -> occurrences, ascending by id, at most MAX_TERMS of them."""
    counts: dict[int, int] = {}
    for term, count in terms.items():
        identifier = term_id(base_id, term)
        counts[identifier] = counts.get(identifier, 0) + count
    return dict(sorted(counts.items())[:MAX_TERMS])


def weigh(counts: Mapping[int, int], *, length: int, average_length: float) -> str:
    """The saturated weights as pgvector writes a sparse vector: "{id:weight,...}/dimensions"."""
    norm = K1 * (1 - B + B * length / average_length)
    weights = (f"{term}:{tf * (K1 + 1) / (tf + norm):.4f}" for term, tf in counts.items())
    return f"{{{','.join(weights)}}}/{TERM_IDS}"


def has_drifted(base: Base) -> bool:
    """Whether the stored weights assume an average length that is no longer true."""
    if not base.chunk_count or not base.weighted_length:
        return False
    average = base.length_sum / base.chunk_count
    return abs(average / base.weighted_length - 1) > MAX_LENGTH_DRIFT
