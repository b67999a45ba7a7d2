"""Which sentences, list items and table rows of the hits answer the question.

Ranked without a model, by what `kefu.answering.weighing` says that each is worth.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field, replace

from kefu.answering.likeness import are_alike
from kefu.answering.links import without_links
from kefu.answering.orders import split_readable
from kefu.answering.weighing import Fit, Meant, find_meant, hit_score, list_nearness, words_score
from kefu.answering.wording import terms_in
from kefu.knowledge import OUTDATED
from kefu.retrieval import Hit
from kefu.text import ContentWord, Span, SpanKind, query_terms

UNKNOWN_IDF = 8.0  # of a word that the base does not know
PAIR = 2  # characters
PAIR_SHARE = 0.1
HITS_READ = 6  # by a model, and on in their documents
HITS_RANKED = 10  # whose sentences may answer


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """A sentence, list item, table row or code block of a chunk.

    Attributes:
        coverage: share of the question's idf that it holds with its title and headings, 0..1.
        score: what units are ranked by; 0 for what was only read on.
        held: the question's terms in it, each with its share of the question's idf.
        above: those in its title and headings.
        meant: the question's concepts that it has a word for, each with its share.
        meant_above: those that its title and headings have a word for.
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
    meant: Mapping[int, float] = field(default_factory=dict)
    meant_above: Mapping[int, float] = field(default_factory=dict)
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


def list_units(hits: Sequence[Hit], *, most: int = HITS_RANKED) -> list[tuple[Hit, Span]]:
    """What the first hits consist of; headings and lists of mere links are left out."""
    return [
        (hit, span)
        for hit in hits[:most]
        for span in without_links(hit, split_readable(hit.text))
        if span.kind is not SpanKind.HEADING
    ]


def rank_units(
    question: str, units: Sequence[tuple[Hit, Span]], *, idf: Mapping[str, float]
) -> list[Unit]:
    """All units, best first."""
    fit = Fit(question)
    nearness = list_nearness(hit for hit, _ in units)
    ranked = [
        replace(
            unit,
            coverage=sum({**unit.above, **unit.held}.values()),
            score=words_score(unit.held, unit.above, unit.meant, unit.meant_above)
            + hit_score(unit.hit.score, nearness[unit.hit.chunk_id])
            + fit.bonus(unit.hit, unit.span),
        )
        for unit in read_units(question, units, idf=idf)
    ]
    return sorted(ranked, key=lambda unit: -unit.score)


def read_units(
    question: str, units: Sequence[tuple[Hit, Span]], *, idf: Mapping[str, float]
) -> list[Unit]:
    """Units unranked; of chunks that were only read on they answer with what they stand beside."""
    shares = term_shares(question, idf)
    meant = find_meant(question, [span.text for _, span in units])
    headings = {hit.chunk_id: _read(heading(hit), shares, meant) for hit, _ in units}
    return [
        Unit(
            hit=hit,
            span=span,
            coverage=0.0,
            score=0.0,
            held=held,
            meant=concepts,
            above=headings[hit.chunk_id][0],
            meant_above=headings[hit.chunk_id][1],
        )
        for hit, span in units
        for held, concepts in [_read(span.text, shares, meant)]
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


def _read(
    text: str, shares: Mapping[str, float], meant: Meant
) -> tuple[dict[str, float], dict[int, float]]:
    """The question's terms and concepts in a text."""
    return _shared(shares, terms_in(text)), meant.held_in(text)


def _shared(shares: Mapping[str, float], terms: Sequence[str]) -> dict[str, float]:
    present = set(terms)
    return {term: share for term, share in shares.items() if term in present}
