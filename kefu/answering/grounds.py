"""The cited texts, cut into what one statement can rest on, and how near each is to a sentence."""

import math
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property, lru_cache

import rjieba

from kefu.answering.facts import Fact, FactKind, find_facts, plain
from kefu.answering.loaded_words import directions, is_negative
from kefu.answering.word_lists import GLUE, SYNONYMS
from kefu.text import SpanKind, query_terms, split_sentences

INHERITED = 0.25
"""What a word counts that stands in another clause of the same sentence."""

SAME_SIDE = 1.5
"""What it counts that both are about before or both about after, or against that they are not."""

_HAN = re.compile(r"[\u3400-\u9fff]+")
_STOP = frozenset(
    ["a", "an", "and", "are", "at", "for", "in", "is", "it", "need", "of", "on", "or", "the", "to"]
)
"""English words that are all that is left of "at 08:00 UTC"."""

_PLACE = re.compile(r"[^\n]*[^\s.。!！?？,，;；:：](?=\n\n)")
"""The first line of a text that stands alone and ends as no sentence does."""

_GLUE_BEFORE, _GLUE_AFTER = "可能应会已再请将被需先即", "为是有到了"
_CLAUSE_END = re.compile(
    r",\s+(?!\d{4}\b)|[;。！？!?；]+\s*|(?<![A-Z])\.\s+|\s+(?:but|while|whereas)\s+"
    r"|\s+and\s+(?=(?:can|cannot|must|will|is|are|do|does|may|not)\b)|\s+(?=without\b)|而(?!且)|但是?"
)
_PROPER = frozenset(("nr", "ns", "nt", "nz", "nrt", "nrfg"))


@dataclass(frozen=True)
class Clause:
    """A part of a sentence that says something.

    Attributes:
        rest: content words of the other parts of its sentence, which it may leave out.
        head: of its column, for the cell of a table; `other_heads` are those of its row's others.
    """

    text: str
    rest: frozenset[str] = frozenset()
    head: frozenset[str] = frozenset()
    other_heads: frozenset[str] = frozenset()

    @cached_property
    def folded(self) -> str:
        """Its text without regard to case."""
        return self.text.casefold()

    @cached_property
    def facts(self) -> list[Fact]:
        """Its numbers, dates and so on."""
        return find_facts(self.text)

    @cached_property
    def terms(self) -> frozenset[str]:
        """Its content words; codes are among them, numbers with their units are not."""
        return content_terms(_without(self, lambda fact: fact.kind is not FactKind.CODE))

    @cached_property
    def words(self) -> frozenset[str]:
        """Its content words without codes and all other facts."""
        return content_terms(_without(self, lambda _: True))

    def holds(self, fact: Fact) -> bool:
        """Whether it states a fact; a code, anywhere in it."""
        if fact.kind is FactKind.CODE:
            return _has_code(fact.value, self.folded)
        return any(map(fact.agrees, self.facts))

    def is_beside(self, clause: "Clause") -> bool:
        """Whether it is a cell in another column than the one that the clause names."""
        return bool(clause.terms & self.other_heads) and clause.terms.isdisjoint(self.head)

    @cached_property
    def is_negative(self) -> bool:
        """Whether it denies something."""
        return is_negative(self.text)

    @cached_property
    def directions(self) -> frozenset[str]:
        """Whether it is about before or after."""
        return directions(self.text)


@dataclass(frozen=True)
class Ground:
    """A sentence, list item or table row of the cited texts."""

    clauses: tuple[Clause, ...]
    is_heading: bool = False

    @cached_property
    def text(self) -> str:
        """All of it."""
        return ", ".join(clause.text for clause in self.clauses)

    @cached_property
    def terms(self) -> frozenset[str]:
        """Its content words."""
        return frozenset().union(*(clause.terms for clause in self.clauses))


class Grounds:
    """All of the cited texts.

    Attributes:
        places: their first lines that stand alone and are no sentences: titles and headings.
    """

    def __init__(self, texts: Sequence[str]) -> None:
        """Cut them; tables into cells."""
        self.text = plain("\n".join(texts))
        self.folded = self.text.casefold()
        self.places = plain("\n".join(found[0] for text in texts if (found := _PLACE.match(text))))
        self.all = [ground for text in texts for ground in _grounds(text)]
        self.clauses = [
            clause for ground in self.all if not ground.is_heading for clause in ground.clauses
        ]
        counts = Counter(term for clause in self.clauses for term in clause.terms)
        self._weights = {term: 1 / math.sqrt(count) for term, count in counts.items()}

    @cached_property
    def terms(self) -> frozenset[str]:
        """All content words."""
        return frozenset().union(*(ground.terms for ground in self.all))

    def holds(self, fact: Fact) -> bool:
        """Whether a fact occurs, be it in a heading, or as a code inside something longer."""
        if fact.kind is FactKind.CODE:
            return _has_code(fact.value, self.folded)
        return any(clause.holds(fact) for ground in self.all for clause in ground.clauses)

    def overlap(self, terms: frozenset[str], clause: Clause) -> float:
        """Shared words, the rarer the heavier, those of its sentence for half."""
        own = sum(self._weight(term) for term in terms if is_said(term, clause.terms))
        rest = sum(self._weight(term) for term in (terms & clause.rest) - clause.terms)
        return own + INHERITED * rest

    def _weight(self, term: str) -> float:
        return max(self._weights.get(word, 0.0) for word in (term, *SYNONYMS.get(term, ())))

    def nearest(self, clause: Clause, *, share: float) -> list[Clause]:
        """The clauses that share nearly as much as the one that shares most."""
        others = [other for other in self.clauses if not other.is_beside(clause)]
        scored = [(_nearness(clause, other), other) for other in others]
        best = max((score for score, _ in scored), default=0.0)
        return [other for score, other in scored if score > 0 and score >= share * best]

    def covers(self, term: str) -> bool:
        """Whether a content word, or another word for it, occurs."""
        if is_said(term, self.terms):
            return True
        return not term.isascii() and self._covers_chinese(term)

    def _covers_chinese(self, word: str) -> bool:
        """Segmentation differs with the surroundings, so parts of a word count as well."""
        if word in self.folded:
            return True
        if len(word) > 1 and word[0] in _GLUE_BEFORE:
            return self._covers_chinese(word[1:])
        if len(word) > 1 and word[-1] in _GLUE_AFTER:
            return self._covers_chinese(word[:-1])
        pairs = [word[at : at + 2] for at in range(len(word) - 1)]
        has_pair = any(pair in self.folded for pair in pairs)
        return has_pair and all(character in self.folded for character in word)


@lru_cache(maxsize=256)
def read_grounds(texts: tuple[str, ...]) -> Grounds:
    """The cited texts, read once: every sentence of an answer is held against the same few."""
    return Grounds(texts)


def content_terms(text: str) -> frozenset[str]:
    """Words that say what a text is about; numbers and glue left out."""
    folded = text.casefold()
    han = {word for run in _HAN.findall(folded) for word in rjieba.cut(run)}
    latin = set(query_terms(_HAN.sub(" ", text)))
    words = (han | latin) - GLUE - _STOP
    return frozenset(word for word in words if not word.replace(".", "").isdigit())


def is_said(term: str, terms: frozenset[str]) -> bool:
    """Whether a word or another word for it is among the terms."""
    return term in terms or not terms.isdisjoint(SYNONYMS.get(term, ()))


def chinese_names(text: str) -> Iterator[str]:
    """Words that the segmenter takes for people, places, organisations or brands."""
    for run in _HAN.findall(text):
        for word, tag in rjieba.tag(run):
            if tag in _PROPER and len(word) > 1:
                yield word


def read_clauses(text: str) -> tuple[Clause, ...]:
    """The parts of a plain sentence."""
    return _clauses(part for part in _CLAUSE_END.split(text) if part and part.strip())


def _has_code(code: str, text: str) -> bool:
    forms = {code, code.removeprefix("v"), code.removesuffix("s")}
    return any(
        form
        and form in text
        and re.search(rf"(?<![a-z0-9])v?{re.escape(form)}(?![a-z0-9]|\.\d)", text)
        for form in forms
    )


def _without(clause: Clause, is_left_out: Callable[[Fact], bool]) -> str:
    text = clause.text
    for fact in clause.facts:
        if is_left_out(fact):
            text = text[: fact.start] + " " * (fact.end - fact.start) + text[fact.end :]
    return text


def _clauses(parts: Iterable[str]) -> tuple[Clause, ...]:
    alone = [Clause(part) for part in parts]
    return tuple(
        Clause(one.text, frozenset().union(*(other.terms for other in alone if other is not one)))
        for one in alone
    )


def _nearness(clause: Clause, other: Clause) -> float:
    inherited = (clause.terms & other.rest) - other.terms
    shared = len(clause.terms & other.terms) + INHERITED * len(inherited)
    if not shared or not clause.directions or not other.directions:
        return shared
    return shared + (-SAME_SIDE if is_opposite_side(clause, other) else SAME_SIDE)


def is_opposite_side(clause: Clause, other: Clause) -> bool:
    """Whether one is only about before and the other only about after."""
    both_say = clause.directions and other.directions
    return bool(both_say) and clause.directions.isdisjoint(other.directions)


def _grounds(text: str) -> Iterator[Ground]:
    for span in split_sentences(text):
        if span.kind is SpanKind.TABLE_ROW:
            yield Ground(tuple(_cells(plain(span.text))))
        else:
            yield Ground(read_clauses(plain(span.text)), span.kind is SpanKind.HEADING)


def _cells(row: str) -> Iterator[Clause]:
    """Each cell behind the first one of its row."""
    first, *others = re.split(r"[;；]\s*", row)
    pairs = [other.partition(":")[::2] for other in others or [""]]
    heads = [content_terms(head) for head, _ in pairs]
    for own, (head, value) in zip(heads, pairs, strict=True):
        beside = frozenset().union(*heads) - own
        for part in [part for part in _CLAUSE_END.split(value) if part and part.strip()] or [""]:
            yield Clause(f"{first} | {head}: {part}", head=own, other_heads=beside)
