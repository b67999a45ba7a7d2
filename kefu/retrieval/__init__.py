"""Retrieval: lexical and dense search in one statement, under the viewer's rights, then fusion."""

from kefu.retrieval.corrections import correct
from kefu.retrieval.reading import read_around, read_neighbours, read_places, weigh_terms
from kefu.retrieval.records import NOTHING_CARRIED, Carried, Hit, Neighbour, ScoreParts
from kefu.retrieval.search import ask_corrected, search, search_base
from kefu.retrieval.typed import Corrected

__all__ = [
    "NOTHING_CARRIED",
    "Carried",
    "Corrected",
    "Hit",
    "Neighbour",
    "ScoreParts",
    "ask_corrected",
    "correct",
    "read_around",
    "read_neighbours",
    "read_places",
    "search",
    "search_base",
    "weigh_terms",
]
