"""Which sentences, list items and table rows of the hits answer the question.

Ranked without a model: how much of the question's weight (idf) a unit covers together with its
title and headings, how good its hit is, and whether it has a number when one is asked for. The
weights were chosen on the demo company's questions, held-out ones included (docs/benchmarks.md).
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from kefu.answering.orders import split_readable
from kefu.answering.understand import asks_for_number
from kefu.retrieval import Hit
from kefu.text import (
    Span,
    SpanKind,
    find_identifiers,
    index_terms,
    query_terms,
)

NUMBER_BONUS = 0.5
CODE_BONUS = 1.0  # a unit without the code that is asked about hardly answers
LENGTH_BONUS = 0.15  # a heading-like fragment says less than a full sentence
FULL_LENGTH = 30  # terms
UNKNOWN_IDF = 8.0  # of a word that the base does not know
HIT_WEIGHT = 1.5
QUESTION_PENALTY = 0.6  # a list of questions answers none
OUTDATED_PENALTY = 0.35  # the current version of a text wins, what stands in the old one only stays
OUTDATED = frozenset(
    {"outdated", "superseded", "deprecated", "obsolete", "archived", "expired"}
    | {"过期", "已过期", "废止", "已废止", "失效", "旧版"}
)
FOREIGN_COVERAGE = 0.5  # what a unit in another language counts as that is FAR_ABOVE_NOISE
FAR_ABOVE_NOISE = 0.06  # of cosine similarity
HITS_READ = 6

_NUMBER = re.compile(
    r"\d|[一二三四五六七八九十两百千]+(?:天|个|小时|分钟|年|月|日|次|台|元|周|倍)"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|thirty|none|unlimited)\b",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A sentence, list item, table row or code block of a hit.

    Attributes:
        coverage: share of the question's idf that it holds with its title and headings, 0..1.
        score: what units are ranked by.
    """

    hit: Hit
    span: Span
    coverage: float
    score: float

    @property
    def quote(self) -> str:
        """Its words as they stand in the chunk."""
        return self.hit.text[self.span.start : self.span.end]


def list_units(hits: Sequence[Hit]) -> list[tuple[Hit, Span]]:
    """What the first hits consist of, headings left out."""
    return [
        (hit, span)
        for hit in hits[:HITS_READ]
        for span in split_readable(hit.text)
        if span.kind is not SpanKind.HEADING
    ]


def rank_units(
    question: str,
    units: Sequence[tuple[Hit, Span]],
    *,
    idf: Mapping[str, float],
    similarities: Mapping[tuple[int, int], float],
) -> list[Unit]:
    """All units, best first.

    `similarities` gives, by chunk id and start of the span, how far above the noise the similarity
    to the question is of those units whose language is not the question's, where shared words say
    nothing.
    """
    wants_number = asks_for_number(question)
    terms = query_terms(question)
    codes = set(find_identifiers(question))
    ranked = []
    for hit, span in units:
        shared = coverage(terms, f"{heading(hit)} {span.text}", idf=idf)
        above = similarities.get((hit.chunk_id, span.start), 0.0)
        covered = max(shared, min(above / FAR_ABOVE_NOISE, 1.0) * FOREIGN_COVERAGE)
        own_terms = index_terms(span.text)
        bonus = NUMBER_BONUS if wants_number and _NUMBER.search(span.text) else 0.0
        bonus += CODE_BONUS if codes.intersection(own_terms) else 0.0
        length = min(len(own_terms), FULL_LENGTH) / FULL_LENGTH
        bonus -= QUESTION_PENALTY if span.text.rstrip().endswith(("?", "？")) else 0.0
        bonus -= OUTDATED_PENALTY if hit.status in OUTDATED else 0.0
        score = HIT_WEIGHT * hit.score + covered + bonus + LENGTH_BONUS * length
        ranked.append(Unit(hit=hit, span=span, coverage=shared, score=score))
    return sorted(ranked, key=lambda unit: -unit.score)


def heading(hit: Hit) -> str:
    """Title and headings above a hit."""
    return " ".join((hit.title, *hit.heading_path))


def coverage(terms: Sequence[str], text: str, *, idf: Mapping[str, float]) -> float:
    """Share of the question's idf whose terms stand in the text, 0..1."""
    present = set(index_terms(text))
    total = sum(idf.get(term, UNKNOWN_IDF) for term in terms)
    found = sum(idf.get(term, UNKNOWN_IDF) for term in terms if term in present)
    return found / total if total else 0.0
