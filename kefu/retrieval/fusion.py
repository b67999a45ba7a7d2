"""Lexical and dense scores made into one.

A weighted sum of normalised scores keeps how much better one candidate is than the next, which
reciprocal rank fusion throws away (Bruch, Gai and Ingber 2023, "An Analysis of Fusion Functions
for Hybrid Retrieval"). Dense similarity is scaled from the worst to the best candidate, because
the similarities of an embedder fill an unknown narrow range; BM25 by its best candidate, because
its zero means no word in common. The statement of search computes it, so that of some two hundred
candidates only the best leave the database.

Words count half of meaning (`retrieval.lexical_weight`): the best mean nDCG@10 over 704 tuning
questions, flat from 0.4 to 0.6. It presumes that a question in another language than the base's is
looked up by `name_terms` alone; its other words find noise there, and would rank English questions
to a Chinese base worse than dense similarity alone does. A rare code of the question outweighs the
whole range of dense scores (`retrieval.literal_weight`): with it a chunk that holds the code comes
first for every question about a code that at most four chunks hold, without it for a half; ordinary
questions lose nothing.
"""

from math import log


def highest_idf(chunk_count: int) -> float:
    """Of a term that one chunk alone holds; a code that rare counts fully."""
    return log(1 + (chunk_count - 0.5) / 1.5) if chunk_count else 1.0
