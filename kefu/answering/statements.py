"""What a text states, sentence by sentence, and what of it another text does not state any more.

A statement can be right or wrong: it holds a figure, a date, a code or an address, is a row of a
table, a numbered step, a rule or a definition. What is merely said in other words, in another
order or with other marks is the same statement: the same facts in the same order, the same words
that turn a meaning, the same names, and most of the words.
"""

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from functools import cached_property

from kefu.answering.assertions import Assertion
from kefu.answering.facts import Fact, fact_value, find_facts, plain
from kefu.answering.grounds import content_terms, is_said
from kefu.text import SpanKind, fold_text, split_sentences

LEAST_ALIKE = 0.4
"""Of the content words of a lost statement, for another to have taken its place."""

LEAST_REPEATED = 0.6
"""Of the content words of a statement with figures, for another document to repeat them."""

LEAST_SUBJECT = 0.6
"""Of the words of a title, for another document to be about the same thing."""

SHORTEST_PROSE = 2
"""Content words of a cell that may be said in other words."""

Place = tuple[str, ...]
"""Title and headings."""

_MARKUP = re.compile(
    r"[*`~\"'“”‘’「」\s]|(?<!\w)_+|_+(?!\w)|(?<=\])\([^)]*\)|[\[\]]|(?<=[a-z]{2})-(?=[a-z]{3})"
)
_AMOUNT = re.compile(r"[-+]?\d{1,15}(?:\.\d{1,15})?")
_AMOUNTS = re.compile(
    r"price|cost|fee|rate|amount|total|usd|cny|rmb|eur|percent|价|费|金额|率|元|%", re.IGNORECASE
)
_END = re.compile(r"[.,;:!?、。]+$")
_REVIEWED = re.compile(
    r"\W*(?:(?:最[后近])?(?:更新|修订|复核|审阅)(?:时间|日期|于)?"
    r"|(?:last )?(?:updated|reviewed|modified)(?: on)?)"
    r"\s*[:：]?\s*[\d年月日./-]+\W*",
    re.IGNORECASE,
)
"""When somebody last looked at a page, which is nothing that it states."""

_NUMBERED = re.compile(r"[\s>]*(?:\(?\d{1,3}[.)、]|[①-⑳])\s*$")


@dataclass(frozen=True)
class Passage:
    """A part of a document under its title and headings."""

    place: Place
    text: str


@dataclass(frozen=True)
class Statement:
    """A sentence, item, row or block of code.

    Attributes:
        is_step: it is an item of a numbered list.
    """

    text: str
    place: Place
    kind: SpanKind = SpanKind.SENTENCE
    is_step: bool = False

    @cached_property
    def key(self) -> str:
        """The same for the same words, whatever their markup and spaces."""
        return _END.sub("", _bare(self.text))

    @cached_property
    def asserted(self) -> Assertion:
        """As sentences are compared."""
        return Assertion(self.text)

    @property
    def facts(self) -> list[Fact]:
        """What in it is right or wrong to the letter, as it is read."""
        return self.asserted.facts

    @cached_property
    def cells(self) -> Mapping[str, Assertion]:
        """Of a row: the values by their heads."""
        pairs = (re.split(r"[:：]", cell, maxsplit=1) for cell in re.split(r"[;；]\s*", self.text))
        return {_bare(head): Assertion("".join(value)) for head, *value in pairs}

    @property
    def is_factual(self) -> bool:
        """Whether it can be right or wrong."""
        if _REVIEWED.fullmatch(self.text):
            return False
        is_whole = self.is_step or self.kind in {SpanKind.TABLE_ROW, SpanKind.CODE}
        return is_whole or bool(self.facts or self.asserted.marks)

    def restates(self, other: "Statement") -> bool:
        """Whether it says what the other one says; a row may say more, in other columns."""
        if self.key == other.key:
            return True
        if SpanKind.TABLE_ROW in {self.kind, other.kind}:
            return self.kind is other.kind and self._holds_cells(other)
        if SpanKind.CODE in {self.kind, other.kind}:
            return False
        return self.asserted.restates(other.asserted)

    def _holds_cells(self, other: "Statement") -> bool:
        return all(
            head in self.cells and _says_the_same(head, self.cells[head], value)
            for head, value in other.cells.items()
        )

    def repeats(self, lost: "Lost") -> bool:
        """Whether it still says of the same thing what was lost, in another document."""
        old = lost.statement
        subject = content_terms(plain(old.place[0])) if old.place else frozenset()
        own = self.asserted.terms | content_terms(plain(" ".join(self.place)))
        is_about_it = sum(is_said(term, own) for term in subject) >= LEAST_SUBJECT * len(subject)
        if lost.successor is None or not lost.lost_facts:
            return is_about_it and self.restates(old)
        held = {fact_value(each) for each in self.facts}
        is_held = all(fact_value(each) in held for each in lost.lost_facts)
        return is_about_it and is_held and old.share(self) >= LEAST_REPEATED

    def share(self, other: "Statement") -> float:
        """How many of its content words the other one holds, 0..1; all where it has none."""
        return self.asserted.share(other.asserted)


@dataclass(frozen=True, slots=True, kw_only=True)
class Lost:
    """A statement that its document does not make any more.

    Attributes:
        successor: what stands in its place; None: nothing does.
    """

    statement: Statement
    successor: Statement | None

    @property
    def lost_facts(self) -> list[Fact]:
        """Those that its successor does not hold."""
        return _without(self.statement.facts, self.successor.facts if self.successor else ())

    @property
    def gained_facts(self) -> list[Fact]:
        """Those that only its successor holds."""
        return _without(self.successor.facts, self.statement.facts) if self.successor else []

    def is_told_by(self, literal: str) -> bool:
        """Whether a literal that stands in either of the two tells one from the other."""
        if self.successor is None:
            return False
        old, new, told = self.statement.asserted, self.successor.asserted, Assertion(literal)
        stands = any(told.words <= each.words for each in (old, new))
        changed = (old.terms ^ new.terms) | (old.turns ^ new.turns) | (old.names ^ new.names)
        asked = told.terms | (told.turns - {"0 denials"}) | told.names
        return stands and not changed.isdisjoint(asked)


def read_statements(passages: Iterable[Passage]) -> Iterator[Statement]:
    """All sentences, items, rows and blocks, in order, those that state nothing too."""
    for passage in passages:
        headings: list[tuple[int, str]] = []
        for span in split_sentences(passage.text):
            line = passage.text[: span.start].rpartition("\n")[2]
            if span.kind is SpanKind.HEADING:
                level = line.count("#")
                headings = [each for each in headings if each[0] < level]
                headings.append((level, span.text))
            else:
                yield Statement(
                    text=span.text,
                    place=(*passage.place, *(text for _, text in headings)),
                    kind=span.kind,
                    is_step=span.kind is SpanKind.LIST_ITEM and bool(_NUMBERED.match(line)),
                )


def states_fact(literal: str, fact: Fact) -> bool:
    """Whether a literal that somebody wrote down holds a fact."""
    is_same = any(
        each.kind is fact.kind and each.value == fact.value for each in find_facts(plain(literal))
    )
    return is_same or fact.value in fold_text(literal)


def _bare(text: str) -> str:
    return _MARKUP.sub("", fold_text(text))


def _says_the_same(head: str, cell: Assertion, other: Assertion) -> bool:
    """Whether a cell holds the same as another, or says it in other words."""
    mine, theirs = _bare(cell.text), _bare(other.text)
    is_prose = min(len(each.telling_terms) for each in (cell, other)) >= SHORTEST_PROSE
    return (
        mine == theirs
        or (is_prose and cell.restates(other))
        or (_AMOUNTS.search(head) is not None and _is_same_amount(mine, theirs))
    )


def _is_same_amount(one: str, other: str) -> bool:
    """Whether both are one number: 0.220 and 0.22, which as versions would be two."""
    are_numbers = _AMOUNT.fullmatch(one) and _AMOUNT.fullmatch(other)
    return bool(are_numbers) and Decimal(one) == Decimal(other)


def _without(facts: Sequence[Fact], others: Sequence[Fact]) -> list[Fact]:
    values = {fact_value(each) for each in others}
    return [each for each in facts if fact_value(each) not in values]
