"""Asking back when a question is too wide: texts of one kind answer it, each for its own subject.

Of one kind are sections of the same name in documents about different things, and texts that
differ by their figures alone; and everything that has a price answers who asks for prices and names
nothing. The choices are the titles of the documents, or the headings of one. Nobody is asked whose
question names one of them, nor where one text clearly leads, nor twice in a row.
"""

import re
from collections.abc import Sequence

from kefu.answering.evidence import Unit
from kefu.answering.facts import find_facts
from kefu.answering.likeness import are_alike, letters
from kefu.answering.numerals import MONEY, dimension
from kefu.answering.records import Outcome, Turn
from kefu.answering.understand import asks_for_all, asks_for_prices
from kefu.knowledge import OUTDATED
from kefu.retrieval import Hit
from kefu.text import find_identifiers, index_terms, query_terms

RIVAL_SCORE = 0.9  # of the best unit's, to be as good an answer
LEAST_COVERED = 0.5  # of the question by the best unit: what says more is not too wide
SAME_ASPECT = 0.75  # of the terms of either, held by both
FEWEST, MOST = 2, 5

_FIGURE = re.compile(r"\d+(?:[.,]\d+)*")


def find_choices(
    question: str, ranked: Sequence[Unit], history: Sequence[Turn], *, language: str
) -> tuple[str, ...]:
    """What the question may be about, best first; empty when it can be answered."""
    was_asked = bool(history) and history[-1].outcome is Outcome.ASKED_BACK
    if was_asked or asks_for_all(question) or find_identifiers(question) or not ranked:
        return ()
    best = ranked[0]
    if best.coverage < LEAST_COVERED:
        return ()
    rivals = [best]
    for unit in ranked[1:]:
        if unit.score < RIVAL_SCORE * best.score:
            break
        if _competes(unit, rivals, language=language):
            rivals.append(unit)
    names = _names(rivals)
    if not FEWEST <= len(rivals) <= MOST or _names_one(question, names):
        return ()
    return names


def find_priced(hits: Sequence[Hit], *, language: str) -> tuple[str, ...]:
    """The titles that say what something costs, best first."""
    titles = dict.fromkeys(
        hit.title
        for hit in hits
        if hit.language == language and hit.status not in OUTDATED and _tells_price(hit)
    )
    return tuple(filter(None, titles))[:MOST]


def resolve_choice(message: str, asked_back: Turn) -> str:
    """The question that was too wide, of what the customer chose; empty where that is no choice."""
    is_chosen = letters(message) in map(letters, asked_back.choices)
    return f"{asked_back.question} {message}" if is_chosen else ""


def _tells_price(hit: Hit) -> bool:
    is_of_prices = asks_for_prices(" ".join((hit.title, *hit.heading_path)))
    return (is_of_prices and bool(_FIGURE.search(hit.text))) or any(
        dimension(fact.unit) == MONEY for fact in find_facts(hit.text)
    )


def _competes(unit: Unit, rivals: Sequence[Unit], *, language: str) -> bool:
    """Whether it says something else about the same thing of another subject."""
    best = rivals[0]
    if unit.hit.language != language or unit.hit.status in OUTDATED:
        return False
    own, other = set(unit.held), set(best.held)
    if not own | other or len(own & other) < SAME_ASPECT * len(own | other):
        return False
    return _is_of_one_kind(unit, best) and all(
        _place(unit) != _place(rival) and not are_alike(unit.span.text, rival.span.text)
        for rival in rivals
    )


def _is_of_one_kind(unit: Unit, other: Unit) -> bool:
    section, rival = unit.hit.heading_path[-1:], other.hit.heading_path[-1:]
    if section and section == rival:
        return True
    return _FIGURE.sub("0", unit.span.text) == _FIGURE.sub("0", other.span.text)


def _place(unit: Unit) -> tuple[str, ...]:
    return (unit.hit.title, *unit.hit.heading_path[-1:])


def _names(rivals: Sequence[Unit]) -> tuple[str, ...]:
    """Titles where they differ, else headings; nothing where neither tells them apart."""
    titles = tuple(unit.hit.title for unit in rivals)
    headings = tuple(" ".join(unit.hit.heading_path[-1:]) for unit in rivals)
    for names in (titles, headings):
        if all(names) and len(set(names)) == len(names):
            return names
    return ()


def _names_one(question: str, names: Sequence[str]) -> bool:
    """Whether the question holds a word that tells one of them from the others."""
    words = [set(index_terms(name)) for name in names]
    shared = set.intersection(*words) if words else set()
    telling = set().union(*words) - shared
    return not names or bool(telling & set(query_terms(question)))
