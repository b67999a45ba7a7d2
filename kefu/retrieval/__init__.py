"""Retrieval: lexical and dense search in one statement, under the viewer's rights, then fusion."""

from kefu.retrieval.corrections import correct
from kefu.retrieval.reading import find_held, read_around, read_neighbours, read_places
from kefu.retrieval.records import NOTHING_CARRIED, Carried, Hit, Neighbour, ScoreParts
from kefu.retrieval.search import ask_corrected, search, weigh_terms
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
    "find_held",
    "read_around",
    "read_neighbours",
    "read_places",
    "search",
    "weigh_terms",
]
