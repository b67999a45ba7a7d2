"""Sources that hold at the same time and contradict each other in a figure: both are shown.

Which of them is right Kefu cannot know; choosing silently would be a guess. Only sentences about
the same thing count: in documents whose names differ by the kind of text alone ("Refunds", "Refund
policy"), in mostly the same words, measuring the same with other numbers.
"""

from collections.abc import Mapping, Sequence
from functools import lru_cache

from kefu.answering.contradictions import name_headings, name_subject
from kefu.answering.evidence import Unit
from kefu.answering.facts import FactKind, find_facts, plain
from kefu.answering.versions import Standing
from kefu.knowledge import OUTDATED
from kefu.text import index_terms

RIVAL_SCORE = 0.8  # of the best unit's
SAME_WORDS = 0.55  # of the terms of the shorter one, without numbers
MOST_SHOWN = 3
COMPARED = 12


def find_conflict(ranked: Sequence[Unit], standings: Mapping[int, Standing]) -> list[Unit]:
    """The best unit and what contradicts it, one a document; nothing where nothing does."""
    found = list(ranked[:1])
    for unit in ranked[1:COMPARED]:
        if unit.score < RIVAL_SCORE * ranked[0].score or len(found) == MOST_SHOWN:
            break
        documents = {each.hit.document_id for each in found}
        if unit.hit.document_id not in documents and _contradicts(unit, ranked[0], standings):
            found.append(unit)
    return found if len(found) > 1 else []


def _contradicts(unit: Unit, other: Unit, standings: Mapping[int, Standing]) -> bool:
    if unit.hit.language != other.hit.language:
        return False
    if OUTDATED.intersection((unit.hit.status, other.hit.status)):
        return False
    return (
        _has_other_figures(unit.span.text, other.span.text)
        and _shares_words(unit.span.text, other.span.text)
        and _is_about_the_same(unit, other, standings)
    )


def _has_other_figures(one: str, other: str) -> bool:
    """Whether both count in a unit, or name hours, and none of one is among those of the other."""
    mine, theirs = _figures(one), _figures(other)
    shared = mine.keys() & theirs.keys()
    return any(not mine[unit] & theirs[unit] for unit in shared)


@lru_cache(maxsize=512)
def _figures(text: str) -> Mapping[str, frozenset[str]]:
    figures: dict[str, frozenset[str]] = {}
    for fact in find_facts(plain(text)):
        measure = fact.kind if fact.kind is FactKind.TIME else fact.unit
        if fact.kind in (FactKind.NUMBER, FactKind.TIME) and measure is not None:
            figures[measure] = figures.get(measure, frozenset()) | {fact.value}
    return figures


def _shares_words(one: str, other: str) -> bool:
    mine, theirs = _words(one), _words(other)
    return len(mine & theirs) >= SAME_WORDS * min(len(mine), len(theirs))


def _words(text: str) -> set[str]:
    return {term for term in index_terms(text) if not any(map(str.isdigit, term))}


def _is_about_the_same(unit: Unit, other: Unit, standings: Mapping[int, Standing]) -> bool:
    """Whether title and headings of one add nothing to those of the other."""
    mine, theirs = _subject(unit), _subject(other)
    series = {_series(each, standings) for each in (unit, other)}
    if len(series) == 1 and None not in series:
        mine, theirs = _headings(unit), _headings(other)
    return mine <= theirs or theirs <= mine


def _series(unit: Unit, standings: Mapping[int, Standing]) -> str | None:
    standing = standings.get(unit.hit.document_id)
    return standing.series if standing else None


def _subject(unit: Unit) -> set[str]:
    return _headings(unit) | _words(name_subject(unit.hit.title))


def _headings(unit: Unit) -> set[str]:
    return _words(name_headings(unit.hit.heading_path))
