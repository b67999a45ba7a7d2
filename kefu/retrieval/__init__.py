"""Retrieval: lexical and dense search in one statement, under the viewer's rights, then fusion."""

from kefu.retrieval.noise import noise_floor
from kefu.retrieval.records import Hit, ScoreParts
from kefu.retrieval.search import search, weigh_terms

__all__ = ["Hit", "ScoreParts", "noise_floor", "search", "weigh_terms"]
