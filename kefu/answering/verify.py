"""Whether a written sentence is supported by what it cites. In doubt it is not."""

import re
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache

from kefu.answering.facts import Fact, FactKind, find_facts, plain
from kefu.answering.grounds import (
    Clause,
    Ground,
    Grounds,
    chinese_names,
    content_terms,
    is_opposite_side,
    is_said,
    read_clauses,
    read_grounds,
)
from kefu.answering.loaded_words import CONCEPTS, OPPOSITES, denies_alike, merely_needs
from kefu.answering.quotation import is_quoted
from kefu.text import Language, detect_language

TRANSLATION = "translation"
"""The check, last of all, that alone asks for `nearest`."""

LEAST_COVERED = 0.7
"""Of the content words of a sentence that must occur in the cited text."""

LEAST_CLAUSE_COVERED = 0.5
LEAST_SIMILARITY = 0.82
"""Between a sentence and one in the other language; with the built-in embedder translations have
0.82 to 0.88, sentences about something else 0.76 to 0.81.
"""

LEAST_TOGETHER = 0.3
"""Of the known words of a clause with facts that one sentence or row must hold."""

AS_NEAR = 0.75
ABOUT_AS_NEAR = 0.6
_MARKDOWN = re.compile(
    r"[*`]{1,3}|(?<!\w)_{1,2}|_{1,2}(?!\w)|\[([^\]]*)\]\([^)]*\)|^[>#\s]*|^\s*(?:[-*+•]|\d{1,2}[.)])\s+"
)
_NAME = re.compile(r"(?<![.!?:;\"“(] )(?<!^)(?<![\w.@-])[A-Z][a-z]+(?![\w@])")
_DIGITS = re.compile(r"\d+")


@dataclass(frozen=True, slots=True)
class Verdict:
    """What was found.

    Attributes:
        reasons: what the cited text does not say, in English, for the trace; empty if supported.
        failed: names of the checks that found something, in order.
    """

    reasons: tuple[str, ...] = ()
    failed: tuple[str, ...] = ()

    @property
    def is_supported(self) -> bool:
        """Whether nothing speaks against the sentence."""
        return not self.reasons


@dataclass(frozen=True, slots=True)
class _Case:
    """One sentence before its judge."""

    sentence: str
    clauses: tuple[Clause, ...]
    facts: list[Fact]
    grounds: Grounds
    is_translated: bool
    question_terms: frozenset[str]
    nearest: "Nearest | None"


@dataclass(frozen=True, slots=True)
class Nearest:
    """The sentence of the cited texts that is nearest to a written one.

    Attributes:
        similarity: cosine of both, embedded as documents.
    """

    text: str
    similarity: float


def supports(
    sentence: str, cited_texts: Sequence[str], question: str, *, nearest: Nearest | None = None
) -> Verdict:
    """Judge a sentence without its markers.

    A sentence in another language than all it cites cannot be compared word by word. It needs a
    `nearest`, which it must be near enough to, and whose facts and negations must be its own.
    """
    found = list(_judge(sentence, cited_texts, question, nearest))
    return Verdict(
        reasons=tuple(reason for _, reason in found),
        failed=tuple(dict.fromkeys(name for name, _ in found)),
    )


def find_problem(
    sentence: str, cited_texts: Sequence[str], question: str, *, nearest: Nearest | None = None
) -> str:
    """The first check that `supports` finds failed, without going on to the others."""
    return next((name for name, _ in _judge(sentence, cited_texts, question, nearest)), "")


def has_its_facts(sentence: str, cited_texts: Sequence[str]) -> bool:
    """Whether all figures, dates, codes and addresses of a sentence occur in what it cites."""
    grounds = read_grounds(tuple(cited_texts))
    return all(_is_word(fact) or grounds.holds(fact) for fact in _read(sentence).facts)


def _judge(
    sentence: str, cited_texts: Sequence[str], question: str, nearest: Nearest | None
) -> Iterator[tuple[str, str]]:
    """Each check that finds something, with what it finds."""
    said = _read(sentence)
    case = _Case(
        sentence=said.text,
        clauses=said.clauses,
        facts=said.facts,
        grounds=read_grounds(tuple(cited_texts)),
        is_translated=all(detect_language(cited) != said.language for cited in cited_texts),
        question_terms=_question_terms(question),
        nearest=nearest,
    )
    if is_quoted(said.text, case.grounds):
        return
    for name, check in _CHECKS.items():
        for reason in check(case):
            yield name, reason


@dataclass(frozen=True, slots=True)
class _Said:
    """A sentence, read once however many texts it is held against."""

    text: str
    clauses: tuple[Clause, ...]
    facts: list[Fact]
    language: Language


@lru_cache(maxsize=256)
def _read(sentence: str) -> _Said:
    text = plain(_MARKDOWN.sub(r"\1", sentence))
    return _Said(text, read_clauses(text), find_facts(text), detect_language(text))


@lru_cache(maxsize=256)
def _question_terms(question: str) -> frozenset[str]:
    return content_terms(plain(question))


def _check_facts(case: _Case) -> Iterator[str]:
    """Every fact occurs, and where it occurs is about the same thing."""
    for clause in case.clauses:
        for fact in clause.facts:
            holders = [other for other in case.grounds.clauses if other.holds(fact)]
            if not holders and not case.grounds.holds(fact):
                yield f"{fact.kind} {fact} does not occur"
            is_judged = holders and not case.is_translated
            if is_judged and _belongs_elsewhere(fact, clause, holders, case):
                yield f"{fact.kind} {fact} belongs to something else"


def _belongs_elsewhere(fact: Fact, clause: Clause, holders: list[Clause], case: _Case) -> bool:
    """Whether a clause with another value of the kind is nearer to the sentence than its own."""
    held = [own for holder in holders for own in holder.facts if fact.agrees(own)] or [fact]
    rivals = [
        other
        for other in case.grounds.clauses
        if other not in holders
        and any(_rivals(own, theirs) for own in held for theirs in other.facts)
    ]
    own_words = clause.terms - content_terms(fact.value)
    if not own_words:
        rivals = [rival for rival in rivals if not _is_told(rival, case)]
    whole = frozenset().union(*(each.terms for each in case.clauses))
    if _names_a_neighbour(fact, whole, holders, case):
        return True
    far = [rival for rival in rivals if not any(_is_parallel(rival, own) for own in holders)]
    others = [other for other in case.facts if other.value != fact.value]
    for terms, facts in ((own_words, others), (whole, others)):
        own = max(_closeness(terms, facts, holder, case) for holder in holders)
        other = max((_closeness(terms, facts, rival, case) for rival in far), default=0.0)
        if other != own:
            return other > own
    return False


def _closeness(terms: frozenset[str], facts: list[Fact], other: Clause, case: _Case) -> float:
    return case.grounds.overlap(terms, other) + sum(map(other.holds, facts))


def _is_parallel(clause: Clause, other: Clause) -> bool:
    """Whether both are parts of one sentence."""
    return clause.terms <= other.rest and other.terms <= clause.rest


def _rivals(fact: Fact, other: Fact) -> bool:
    if fact.kind is FactKind.CODE:
        shape, other_shape = (_DIGITS.sub("0", each.value) for each in (fact, other))
        is_same_kind = other.kind is FactKind.CODE and shape == other_shape
        return is_same_kind and fact.value != other.value
    return fact.rivals(other)


def _is_told(clause: Clause, case: _Case) -> bool:
    """Whether the sentence gives a fact of the clause as well."""
    return any(own.agrees(theirs) for own in case.facts for theirs in clause.facts)


def _names_a_neighbour(
    fact: Fact, terms: frozenset[str], holders: list[Clause], case: _Case
) -> bool:
    """Whether it names what only a parallel clause of the same sentence is about.

    "14 days on Business, and 3 days on Starter" does not say 14 days on Starter. The later of two
    clauses may leave out what the earlier one said, so there it is enough to name what is its own.
    """
    nearest = max(holders, key=lambda holder: len(terms & holder.terms))
    place = case.grounds.clauses.index(nearest)
    for at, rival in enumerate(case.grounds.clauses):
        if rival in holders or not _is_parallel(rival, nearest):
            continue
        told_otherwise = [theirs for theirs in rival.facts if _rivals(fact, theirs)]
        is_told = any(own.agrees(theirs) for own in case.facts for theirs in told_otherwise)
        names_own = terms & (nearest.words - rival.terms)
        names_rival = terms & (rival.terms - nearest.terms)
        if told_otherwise and not is_told and names_rival and (at > place or not names_own):
            return True
    return False


def _check_together(case: _Case) -> Iterator[str]:
    """What a clause says stands in one sentence or row of the source.

    That one of another language does, `_check_translation` sees.
    """
    if case.is_translated:
        return
    for clause in case.clauses:
        known = [term for term in clause.words if case.grounds.covers(term)]
        if clause.facts and not any(_tells(g, clause, known) for g in case.grounds.all):
            yield f"gathered from several places: {clause.text.strip()}"


def _tells(ground: Ground, clause: Clause, known: list[str]) -> bool:
    for fact in clause.facts:
        if not _is_word(fact) and not any(part.holds(fact) for part in ground.clauses):
            return False
    said = sum(is_said(term, ground.terms) for term in known)
    return said >= LEAST_TOGETHER * len(known)


def _is_word(fact: Fact) -> bool:
    return fact.kind is FactKind.CODE and fact.value.isalpha()


def _check_names(case: _Case) -> Iterator[str]:
    """A capitalised word inside an English sentence is a name; Chinese ones have to be guessed."""
    if case.is_translated:
        return
    for name in _NAME.finditer(case.sentence):
        is_fact = any(fact.start <= name.start() < fact.end for fact in case.facts)
        if not is_fact and not all(map(case.grounds.covers, content_terms(name[0]))):
            yield f"{name[0]} does not occur"
    for guessed in chinese_names(case.sentence):
        if not case.grounds.covers(guessed):
            yield f"{guessed} does not occur"


def _check_loaded_words(case: _Case) -> Iterator[str]:
    """Promises, bans and the like stand in what the clause rests on."""
    for clause in case.clauses:
        support = _support(clause, case)
        for concept, pattern in CONCEPTS.items():
            is_told = pattern.search(support) or pattern.search(case.grounds.places)
            is_loaded = pattern.search(clause.text) and not merely_needs(clause.text, support)
            if is_loaded and not is_told:
                yield f"says {concept}"


def _check_opposites(case: _Case) -> Iterator[str]:
    """No word stands for its opposite."""
    for clause in case.clauses:
        support = _support(clause, case)
        for pair in OPPOSITES:
            for said, meant in (pair, pair[::-1]):
                is_swapped = said.search(clause.text) and not said.search(support)
                if is_swapped and meant.search(support) and not meant.search(case.sentence):
                    yield f"{said.pattern} stands for its opposite"


def _support(clause: Clause, case: _Case) -> str:
    """What a clause rests on; all of the cited text where words cannot tell, or it only denies."""
    if case.is_translated or clause.is_negative:
        return case.grounds.text
    nearest = case.grounds.nearest(clause, share=ABOUT_AS_NEAR)
    return "\n".join(other.text for other in nearest) or case.grounds.text


def _check_negation(case: _Case) -> Iterator[str]:
    """What is nearest to a clause denies if, and only if, the clause does."""
    if case.is_translated:
        return
    denies = any(clause.is_negative for clause in case.clauses)
    for clause in case.clauses:
        nearest = case.grounds.nearest(clause, share=AS_NEAR)
        if nearest and not any(_agree(clause, other) for other in nearest):
            yield f"affirms or denies what the source does not: {clause.text.strip()}"
        elif not denies and (denied := _only_denied(clause, nearest, case)):
            yield f"affirms what the source only denies: {', '.join(denied)}"


def _agree(clause: Clause, other: Clause) -> bool:
    if clause.is_negative != other.is_negative or is_opposite_side(clause, other):
        return False
    return not clause.is_negative or denies_alike(clause.text, other.text)


def _only_denied(clause: Clause, nearest: list[Clause], case: _Case) -> list[str]:
    """Words that occur in the source in negative clauses only, a near one among them."""
    return sorted(
        term
        for term in clause.terms
        if any(term in other.terms for other in nearest)
        and all(other.is_negative for other in case.grounds.clauses if term in other.terms)
    )


def _check_words(case: _Case) -> Iterator[str]:
    """Most content words occur in the cited text, in every clause."""
    if case.is_translated:
        return
    words = [clause.words for clause in case.clauses]
    every = frozenset().union(*words)
    unheld = _missing(every, case)
    missing = unheld - case.question_terms
    if every and unheld == every:
        yield "no word of the source"
    if unheld and not case.facts and every <= case.question_terms:
        yield f"repeats the question: {', '.join(sorted(unheld))}"
    if len(missing) > (1 - LEAST_COVERED) * len(every):
        yield f"other words: {', '.join(sorted(missing))}"
    for terms in words:
        missing = _missing(terms, case)
        if len(terms) > 1 and len(missing) > (1 - LEAST_CLAUSE_COVERED) * len(terms):
            yield f"a clause of other words: {', '.join(sorted(missing))}"


def _missing(terms: frozenset[str], case: _Case) -> frozenset[str]:
    return frozenset(term for term in terms if not case.grounds.covers(term))


def _check_translation(case: _Case) -> Iterator[str]:
    """A sentence of another language says what one sentence says, fact by fact."""
    if not case.is_translated:
        return
    if case.nearest is None or case.nearest.similarity < LEAST_SIMILARITY:
        yield "in another language than what it cites, and not near enough to it"
        return
    grounds = read_grounds((case.nearest.text,))
    for fact in case.facts:
        if not _is_word(fact) and not any(clause.holds(fact) for clause in grounds.clauses):
            yield f"{fact.kind} {fact} does not occur in the nearest sentence"
    for clause in case.clauses:
        if not any(_agree(clause, other) for other in grounds.clauses):
            yield f"affirms or denies what the nearest sentence does not: {clause.text.strip()}"


_CHECKS: Mapping[str, Callable[[_Case], Iterator[str]]] = {
    "facts": _check_facts,
    "together": _check_together,
    "names": _check_names,
    "loaded_words": _check_loaded_words,
    "opposites": _check_opposites,
    "negation": _check_negation,
    "words": _check_words,
    TRANSLATION: _check_translation,
}

CHECKS = frozenset(_CHECKS)
"""What a sentence can fail."""
