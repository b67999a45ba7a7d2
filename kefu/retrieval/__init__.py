"""Retrieval: lexical and dense search in one statement, under the viewer's rights, then fusion."""

from kefu.retrieval.records import Hit, ScoreParts
from kefu.retrieval.search import search, weigh_terms

__all__ = ["Hit", "ScoreParts", "search", "weigh_terms"]
