"""Lexical and dense scores made into one.

A weighted sum of normalised scores keeps how much better one candidate is than the next, which
reciprocal rank fusion throws away (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions
for Hybrid Retrieval"). Dense similarity is scaled from the worst to the best candidate, because
the similarities of an embedder fill an unknown narrow range; BM25 by its best candidate, because
its zero means no word in common.
"""

from collections.abc import Sequence
from math import log

LEXICAL_WEIGHT = 0.5
"""Against 1 for dense: the best mean nDCG@10 over 704 tuning questions, flat from 0.4 to 0.6.

It presumes that a question in another language than the base's is looked up by `name_terms` alone;
its other words find noise there, and would rank English questions to a Chinese base worse than
dense similarity alone does.
"""

LITERAL_WEIGHT = 1.0
"""What a rare code of the question found in a chunk outweighs: the whole range of dense scores.

With it a chunk that holds the code comes first for every question about a code that at most four
chunks hold, without it for a half; ordinary questions lose nothing.
"""


def fuse(
    lexical: Sequence[float],
    dense: Sequence[float | None],
    literal: Sequence[float] | None = None,
) -> list[float]:
    """Score each candidate, comparable within one search only.

    A candidate without a vector takes its share of the best lexical score for the missing dense
    one, so that a search without any vectors ranks by BM25. `literal` holds shares from 0 to 1 as
    `literal_share` gives them.
    """
    best = max(lexical, default=0.0)
    lexical_shares = [score / best if best > 0 else 0.0 for score in lexical]
    dense_shares = _scale_dense(dense, lexical_shares)
    literal_shares = literal or [0.0] * len(lexical_shares)
    return [
        (by_meaning + LEXICAL_WEIGHT * by_words + LITERAL_WEIGHT * by_code)
        / (1 + LEXICAL_WEIGHT + LITERAL_WEIGHT)
        for by_meaning, by_words, by_code in zip(
            dense_shares, lexical_shares, literal_shares, strict=True
        )
    ]


def literal_share(held_idf: float, *, code_count: int, chunk_count: int) -> float:
    """Say how much of the question's codes a chunk holds, and how rare they are, from 0 to 1.

    `held_idf` sums the idf of the codes in the chunk. A code that one chunk alone holds counts
    fully, one that every chunk holds hardly.
    """
    highest_idf = log(1 + (chunk_count - 0.5) / 1.5)
    return held_idf / (highest_idf * code_count) if code_count and chunk_count else 0.0


def _scale_dense(dense: Sequence[float | None], instead: Sequence[float]) -> list[float]:
    known = [score for score in dense if score is not None]
    low, high = min(known, default=0.0), max(known, default=0.0)
    span = high - low
    return [
        share if score is None else (score - low) / span if span > 0 else 1.0
        for score, share in zip(dense, instead, strict=True)
    ]
