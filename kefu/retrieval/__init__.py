"""Retrieval: lexical and dense search in one statement, under the viewer's rights, then fusion."""

from kefu.retrieval.reading import find_held, read_around, read_places
from kefu.retrieval.records import NOTHING_CARRIED, Carried, Hit, ScoreParts
from kefu.retrieval.search import search, weigh_terms

__all__ = [
    "NOTHING_CARRIED",
    "Carried",
    "Hit",
    "ScoreParts",
    "find_held",
    "read_around",
    "read_places",
    "search",
    "weigh_terms",
]
