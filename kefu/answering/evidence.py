"""Which sentences, list items and table rows of the hits answer the question.

Ranked without a model: how much of the question's weight (idf) a unit covers itself and under
which title and headings, how good its hit is, and whether it is what is asked for: a number, a
definition. The weights were chosen on tuning questions about the demo company and on questions
about certificate documentation (docs/benchmarks.md).
"""

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

from kefu.answering.likeness import are_alike
from kefu.answering.links import without_links
from kefu.answering.orders import split_readable
from kefu.answering.understand import asks_for_number, asks_what_it_is, measure_asked_for
from kefu.knowledge import OUTDATED
from kefu.retrieval import Hit
from kefu.text import (
    ContentWord,
    Span,
    SpanKind,
    find_identifiers,
    index_terms,
    query_terms,
)

NUMBER_BONUS = 0.5
MEASURE_BONUS = 0.3  # the number counts what is asked for
DEFINITION_BONUS = 0.3
CODE_BONUS = 1.0  # a unit without the code that is asked about hardly answers
PLACEHOLDER = "example"  # domains and addresses with it are no codes: each document has them
LENGTH_BONUS = 0.15  # a heading-like fragment says less than a full sentence
FULL_LENGTH = 30  # terms
LONG_PENALTY = 0.25  # a row of whole paragraphs has a word of every question
LONG = 120  # terms
UNKNOWN_IDF = 8.0  # of a word that the base does not know
HIT_WEIGHT = 1.5
PAIR = 2  # characters
PAIR_SHARE = 0.1
HEADING_WEIGHT = 0.5  # of the words that a unit owes to its title and headings
QUESTION_PENALTY = 1.5  # a question answers none
POINTER_PENALTY = 0.4  # "This topic describes ...": says what a text says
NOTE_PENALTY = 0.1
OUTDATED_PENALTY = 0.35  # the current version of a text wins, what stands in the old one only stays
FOREIGN_COVERAGE = 0.5  # what a unit in another language counts as that is FAR_ABOVE_NOISE
FAR_ABOVE_NOISE = 0.06  # of cosine similarity
HITS_READ = 6

_NUMBER = re.compile(
    r"\d|[一二三四五六七八九十两百千]+(?:天|个|小时|分钟|年|月|日|次|台|元|周|倍)"
    r"|\b(?:one|two|three|four|five|six|seven|eight|nine|ten|twelve|thirty|none|unlimited)\b",
    re.IGNORECASE,
)
_POINTER = re.compile(
    r"\W*(?:本文|本章|本节|本教程|下文|下表|相关操作|具体操作|更多信息|详细信息|详情|以下是?常见"
    r"|this (?:topic|article|document|section|guide|page|tutorial)\b"
    r"|the following (?:table|section)|for (?:more|further) (?:information|details)|see also)",
    re.IGNORECASE,
)
_NOTE = re.compile(
    r"\W*(?:说明|注意|警告|备注|提示|note|warning|notice|important|tip)\W", re.IGNORECASE
)
_DEFINITION = re.compile(
    r"(?P<subject>.{1,40}?)(?:是指|指的是|是一种|是一个|表示|指(?!南|定|示|引|导)|提供"
    r"|\b(?:is|are) (?:an?|the|used)\b|\brefers? to\b|\bmeans?\b|\bstands? for\b"
    r"|\b(?:provides?|serves?|offers?)\b)",
    re.IGNORECASE,
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A sentence, list item, table row or code block of a chunk.

    Attributes:
        coverage: share of the question's idf that it holds with its title and headings, 0..1.
        score: what units are ranked by; 0 for what was only read on.
        held: the question's terms in it, each with its share of the question's idf.
        above: those in its title and headings.
        prefix: what stands before it where it is part of a longer quotation: line breaks, indent,
            number. None: it stands for itself.
        question: of its document, which it answers by Yes or No; shown with it.
        goes_on: whether it ends a quotation that was cut.
    """

    hit: Hit
    span: Span
    coverage: float
    score: float
    held: Mapping[str, float] = field(default_factory=dict)
    above: Mapping[str, float] = field(default_factory=dict)
    prefix: str | None = None
    question: str | None = None
    goes_on: bool = False

    @property
    def quote(self) -> str:
        """Its words as they stand in the chunk."""
        return self.hit.text[self.span.start : self.span.end]


def distinct_hits(hits: Sequence[Hit]) -> list[Hit]:
    """The hits without those that say nearly the same as a better one, as editions of a page do.

    Of two the one that is not outdated stays.
    """
    kept: list[Hit] = []
    for hit in hits:
        twin = next((n for n, other in enumerate(kept) if are_alike(hit.text, other.text)), None)
        if twin is None:
            kept.append(hit)
        elif kept[twin].status in OUTDATED and hit.status not in OUTDATED:
            kept[twin] = hit
    return kept


def list_units(hits: Sequence[Hit], *, most: int = HITS_READ) -> list[tuple[Hit, Span]]:
    """What the first hits consist of; headings and lists of mere links are left out."""
    return [
        (hit, span)
        for hit in hits[:most]
        for span in without_links(hit, split_readable(hit.text))
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
    shares = term_shares(question, idf)
    codes = {code for code in find_identifiers(question) if PLACEHOLDER not in code}
    fits = _Fit(question)
    above = {hit.chunk_id: _shared(shares, index_terms(heading(hit))) for hit, _ in units}
    ranked = []
    for hit, span in units:
        own_terms = index_terms(span.text)
        held, headings = _shared(shares, own_terms), above[hit.chunk_id]
        coverage = sum((headings | held).values())
        by_words = sum(held.values()) + HEADING_WEIGHT * (coverage - sum(held.values()))
        nearness = similarities.get((hit.chunk_id, span.start), 0.0) / FAR_ABOVE_NOISE
        length = min(len(own_terms), FULL_LENGTH) / FULL_LENGTH
        score = HIT_WEIGHT * hit.score + max(by_words, min(nearness, 1.0) * FOREIGN_COVERAGE)
        score += LENGTH_BONUS * length + fits.bonus(hit, span)
        score -= LONG_PENALTY if len(own_terms) > LONG else 0.0
        score += CODE_BONUS if codes.intersection(own_terms) else 0.0
        unit = Unit(hit=hit, span=span, coverage=coverage, score=score, held=held, above=headings)
        ranked.append(unit)
    return sorted(ranked, key=lambda unit: -unit.score)


def read_units(
    question: str, units: Sequence[tuple[Hit, Span]], *, idf: Mapping[str, float]
) -> list[Unit]:
    """Units of chunks that were only read on; they answer with what they stand beside alone."""
    shares = term_shares(question, idf)
    above = {hit.chunk_id: _shared(shares, index_terms(heading(hit))) for hit, _ in units}
    return [
        Unit(
            hit=hit,
            span=span,
            coverage=0.0,
            score=0.0,
            held=_shared(shares, index_terms(span.text)),
            above=above[hit.chunk_id],
        )
        for hit, span in units
    ]


def telling_idf(
    idf: Mapping[str, float], words: Sequence[ContentWord], held: Collection[str]
) -> dict[str, float]:
    """The idf of a question's terms, of pairs of characters across two words only a part.

    Such a pair that the base does not hold says nothing at all.
    """
    telling = {term for word in words for term in (word.word, *word.terms)}
    weights = {}
    for term, weight in idf.items():
        is_pair = not term.isascii() and len(term) == PAIR and term not in telling
        share = (PAIR_SHARE if term in held else 0.0) if is_pair else 1.0
        weights[term] = weight * share
    return weights


def term_shares(question: str, idf: Mapping[str, float]) -> dict[str, float]:
    """The question's terms, each with its share of the idf of all."""
    weights = {term: idf.get(term, UNKNOWN_IDF) for term in query_terms(question)}
    total = sum(weights.values())
    return {term: weight / total for term, weight in weights.items()} if total else {}


def heading(hit: Hit) -> str:
    """Title and headings above a hit."""
    return " ".join((hit.title, *hit.heading_path))


class _Fit:
    """Whether a unit is of the kind that a question asks for."""

    def __init__(self, question: str) -> None:
        self._wants_number = asks_for_number(question)
        self._measure = measure_asked_for(question)
        self._wants_definition = asks_what_it_is(question)
        self._terms = set(query_terms(question))

    def bonus(self, hit: Hit, span: Span) -> float:
        """What it gains or loses by that."""
        text = span.text
        bonus = NUMBER_BONUS if self._wants_number and _NUMBER.search(text) else 0.0
        bonus += MEASURE_BONUS if self._measure and self._measure.search(text) else 0.0
        bonus += DEFINITION_BONUS if self._wants_definition and self._defines(text) else 0.0
        bonus -= QUESTION_PENALTY if text.rstrip().endswith(("?", "？")) else 0.0
        bonus -= OUTDATED_PENALTY if hit.status in OUTDATED else 0.0
        bonus -= POINTER_PENALTY if _POINTER.match(text) else 0.0
        return bonus - (NOTE_PENALTY if _NOTE.match(text) else 0.0)

    def _defines(self, text: str) -> bool:
        definition = _DEFINITION.match(text)
        return bool(definition and self._terms.intersection(index_terms(definition["subject"])))


def _shared(shares: Mapping[str, float], terms: Sequence[str]) -> dict[str, float]:
    present = set(terms)
    return {term: share for term, share in shares.items() if term in present}
