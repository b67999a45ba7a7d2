"""What a sentence asserts, and whether another one asserts the same in other words.

Two sentences do when all that can be right or wrong is the same in both: figures with their units
and bounds, names, denials, conditions and duties; and when no content word was put in the place of
another that does not mean the same. Words that only come with a way of saying things are no
content, nor are another example or another name that is added in brackets.
"""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from difflib import SequenceMatcher
from functools import cached_property

from kefu.answering.bindings import keeps_bindings
from kefu.answering.exchanged import is_left_out, replaced
from kefu.answering.facts import Fact, FactKind, find_facts, has_same_facts, plain
from kefu.answering.grounds import chinese_names, content_terms, is_said
from kefu.answering.likeness import letters
from kefu.answering.loaded_words import count_denials, directions, marks, nuances
from kefu.answering.roles import swaps_roles
from kefu.answering.sides import changes_sides
from kefu.answering.word_lists import LIGHT
from kefu.text import fold_text

LEAST_SHARED = 0.75
"""Of the content words of either, for two sentences to say the same in other words."""

LEAST_KEPT = 0.6
"""Of the words of two sentences, for one to be the other with a word or two exchanged."""

FEWEST_PLACES = 3
"""Where two sentences differ, for one to be the other written anew: who says something else
changes a place or two."""

LEAST_REPHRASED = 0.6
"""Of the content words of either, for one to be the other written anew."""

MOST_COME = 1
"""Content words that a sentence written anew may have beside those of the old one."""

SHORTEST_PHRASE = 2
"""Words, or Chinese characters, of a phrase that may stand elsewhere in its sentence."""

_THOUSANDS = re.compile(r"(?<=\d),(?=\d{3}(?!\d))")
_EMPHASIS = re.compile(r"[*`]|(?<!\w)_+|_+(?!\w)")
_NAME = re.compile(r"(?<=[\w,;:] )[A-Z][a-z]+(?![\w@])")
_BRACKETS = re.compile(r"\s?[(（][^()（）]*[)）]")
_SUCH_AS = (
    r"(?:[,;:.。，；：]\s*|\s)(?:例如|比如|譬如|for example\b|for instance\b|e\.g\.|such as\b)"
)
_EXAMPLE = re.compile(rf"{_SUCH_AS}.*", re.IGNORECASE)
_INSERTED = re.compile(rf"{_SUCH_AS}[^,;。，；]*[,，]?", re.IGNORECASE)
_CALCULATION = re.compile(
    r"=|\b(?:makes?|equals?|comes? to|amounts? to|works? out)\b|例如|比如|折合|相当于|等于|即"
    r"|for example|e\.g\.",
    re.IGNORECASE,
)
_DENIES_TOO = re.compile(
    r"\b(?:unless|nothing|nobody|no one)\b|除非|除(?=[^，。]{1,20}外)", re.IGNORECASE
)
_MAY = re.compile(r"\b(?:may|might)\b", re.IGNORECASE)
_CAN = re.compile(r"\bcan\b", re.IGNORECASE)
_LETTER = re.compile(r"(?<![A-Za-z0-9])(?:[B-HJ-Z]|[AI](?=\s*[\u3400-\u9fff]))(?![A-Za-z0-9'’])")
_APPOSITION = re.compile(r"[:：][^:：]*$")
_CLAUSE_END = re.compile(
    r"[,;.。，；！!?？:：]\s*|\s(?=(?:if|when|once|after|before|unless|and|but)\s)", re.IGNORECASE
)
_WORD = re.compile(r"[a-z0-9]+(?:\.[0-9]+)*|[^\W_]")
_ORDER = re.compile(r"先.*(?:再|然后|后)|\bfirst\b|\bthen\b", re.IGNORECASE)
_BOUND_AFTER = r"\s*(?:以内|之内|内|以前|之前|前|以后|之后|后|以上|以下|起)?"
_BOUND_BEFORE = re.compile(r"(?:within|until|before|after|since|by)\s*(?:the\s*)?$", re.IGNORECASE)
_NAMING = frozenset({"gift", "discount", "by phone", "by mail", "certified", "secret"})
"""Marks of words that are names of things as well."""

_MENU = re.compile(r"\w+(?=\s*>)|(?<=>)\s*\w+")
_SIDE = re.compile(r"\d+[ab]")

_LOOSE = frozenset({"definition", "permission", "condition", "before", "after", "negative"})
"""Marks that are compared by themselves, or tell a rule but do not turn it."""


class Assertion:
    """A sentence as it is compared."""

    def __init__(self, text: str) -> None:
        """Without emphasis and commas in thousands, in one width."""
        self.text = plain(_THOUSANDS.sub("", _EMPHASIS.sub("", text)))

    @cached_property
    def facts(self) -> list[Fact]:
        """What in it is right or wrong to the letter, as it is read."""
        return find_facts(self.text)

    @cached_property
    def terms(self) -> frozenset[str]:
        """Its content words, without figures however they are written."""
        text = self.text
        for fact in self.facts:
            if fact.kind is not FactKind.CODE:
                text = _blank(text, fact.start, fact.end)
        return content_terms(text)

    @cached_property
    def telling_terms(self) -> frozenset[str]:
        """Its content words, without those that come and go with the way of saying it."""
        return self.terms - LIGHT

    @cached_property
    def names(self) -> frozenset[str]:
        """Of people, places and products, as far as they can be told."""
        letters = _LETTER.findall(self.text)
        return frozenset([*_NAME.findall(self.text), *chinese_names(self.text), *letters])

    @cached_property
    def marks(self) -> frozenset[str]:
        """What makes a rule of it."""
        return marks(self.text)

    @cached_property
    def turns(self) -> frozenset[str]:
        """What turns its meaning, but for conditions."""
        denials = f"{self.denial_count} denials"
        return (self.marks - _LOOSE) | nuances(self.text) | {denials}

    @property
    def denial_count(self) -> int:
        """How often it denies something, or makes an exception."""
        return count_denials(self.text) + len(_DENIES_TOO.findall(self.text))

    @cached_property
    def directions(self) -> frozenset[str]:
        """Whether it is about before or after, but for the bounds of its figures."""
        text = self.text
        for fact in self.facts:
            bound = re.compile(_BOUND_AFTER).match(text, fact.end)
            before = _BOUND_BEFORE.search(text[: fact.start])
            start = before.start() if before else fact.start
            text = _blank(text, start, bound.end() if bound else fact.end)
        return directions(text)

    @cached_property
    def words(self) -> Counter[str]:
        """English words, Chinese characters and figures, in any order."""
        return Counter(_WORD.findall(fold_text(self.text)))

    @cached_property
    def clauses(self) -> Counter[str]:
        """Its parts, in any order."""
        parts = map(letters, _CLAUSE_END.split(self.text))
        return Counter(each for each in parts if each)

    def restates(self, other: "Assertion") -> bool:
        """Whether it asserts what the other one does; it may add an example."""
        if self.equals(other) or self.rephrases(other):
            return True
        is_near = other.share(self) >= LEAST_SHARED
        return is_near and any(each.equals(other) for each in self._without_additions(other))

    def equals(self, other: "Assertion") -> bool:
        """Whether both assert the same."""
        return (
            has_same_facts(self.facts, other.facts)
            and self._turns_like(other)
            and self.names == other.names
            and not changes_sides(self.text, other.text)
            and not self._is_turned_round(other)
            and self._has_same_words(other)
            and self._keeps_bindings(other)
        )

    def rephrases(self, other: "Assertion") -> bool:
        """Whether it is the other one written anew, as somebody does to be clearer.

        It differs in many places and keeps most of the words, and every figure, name and menu, as
        many denials and whatever else turns the meaning.
        """
        return (
            min(self.share(other), other.share(self)) >= LEAST_REPHRASED
            and _count_changed_places(self.text, other.text) >= FEWEST_PLACES
            and has_same_facts(self.facts, other.facts, with_bounds=False)
            and self.names == other.names
            and _menus(self.text) == _menus(other.text)
            and not self._is_opposed(other)
            and not changes_sides(self.text, other.text)
            and not self._is_turned_round(other)
            and not self._shifts_words(other)
            and self._leaves_nothing_out(other)
        )

    def covers(self, other: "Assertion") -> bool:
        """Whether it asserts the same in other sentences, and nothing else."""
        return (
            has_same_facts(self.facts, other.facts)
            and self._turns_like(other)
            and self.shares_names(other)
            and not changes_sides(self.text, other.text)
            and not swaps_roles(self.text, other.text)
            and self._has_same_words(other)
        )

    def shares_names(self, other: "Assertion") -> bool:
        """Whether each holds all names of the other one, wherever they stand in it."""
        mine, theirs = (fold_text(each.text) for each in (self, other))
        names = [*((each, theirs) for each in self.names), *((each, mine) for each in other.names)]
        return all(name.casefold() in text for name, text in names)

    def share(self, other: "Assertion") -> float:
        """How many of its content words the other one holds, 0..1; all where it has none."""
        if not self.terms:
            return 1.0
        return sum(is_said(term, other.terms) for term in self.terms) / len(self.terms)

    def says_otherwise(self, other: "Assertion") -> bool:
        """Whether few words of the other one were exchanged, and the sense with them."""
        common, both = self.words & other.words, self.words | other.words
        if common.total() < LEAST_KEPT * both.total() or self.restates(other):
            return False
        gone, come = replaced(other, self)
        return (
            bool(gone and come)
            or self.names != other.names
            or not self._turns_like(other)
            or changes_sides(self.text, other.text)
            or self._is_turned_round(other)
        )

    def _without_additions(self, other: "Assertion") -> Iterator["Assertion"]:
        """Itself without brackets, examples and explanations that the other has not."""
        text = _BRACKETS.sub(lambda each: _kept(each, other), self.text)
        patterns = (_EXAMPLE, _INSERTED, _APPOSITION)
        shorter = [p.sub("", text) for p in patterns if not p.search(other.text)]
        for each in (text, *shorter):
            if each != self.text:
                yield Assertion(each)

    def _turns_like(self, other: "Assertion") -> bool:
        """Whether denials, duties and the like are the same; a time may be said as a condition."""
        if self._turns_beside(other) != other._turns_beside(self):
            return False
        if self.directions and other.directions and self.directions != other.directions:
            return False
        one, two = self._is_conditional, other._is_conditional
        return one == two or (one and not replaced(other, self)[1])

    def _is_opposed(self, other: "Assertion") -> bool:
        """Whether it turns the meaning.

        "Need not" and "without having to" oblige alike; neither of two things is the same as not
        one and not the other.
        """
        mine, theirs = self.turns, other.turns
        beside = {each for each in mine ^ theirs if not _SIDE.fullmatch(each)}
        is_denied = "0 denials" not in mine
        if is_denied or not (self.marks ^ other.marks) & {"permission"}:
            beside -= {"obligation"}
        if is_denied and not (self._is_conditional or other._is_conditional):
            beside -= {"or"}
        opposed = {"a": "b", "b": "a"}
        is_other_side = any(
            each[:-1] + opposed[each[-1]] in theirs - mine
            for each in mine - theirs
            if _SIDE.fullmatch(each)
        )
        turns_round = bool(self.directions and other.directions) and (
            self.directions != other.directions
        )
        return bool(beside) or is_other_side or turns_round

    def _shifts_words(self, other: "Assertion") -> bool:
        """Whether of words that both repeat it says one more often, and another one less."""
        shared = self.telling_terms & other.telling_terms
        mine, theirs = (fold_text(each.text) for each in (self, other))
        counts = [(mine.count(each), theirs.count(each)) for each in shared]
        steps = {one - two for one, two in counts if min(one, two) > 1}
        return min(steps, default=0) < 0 < max(steps, default=0)

    def _leaves_nothing_out(self, other: "Assertion") -> bool:
        """Whether of the other one's words only those are gone that came with its wording."""
        gone, come = replaced(other, self)
        return len(come) <= MOST_COME and not any(
            is_left_out(each, other, self, is_replaced=bool(come)) for each in gone
        )

    def _turns_beside(self, other: "Assertion") -> frozenset[str]:
        """Its turns; who may, can."""
        is_allowed = _CAN.search(other.text) and _MAY.search(self.text)
        return self.turns - {"perhaps"} if is_allowed else self.turns

    @property
    def _is_conditional(self) -> bool:
        return "condition" in self.marks or "after" in self.marks

    def _is_turned_round(self, other: "Assertion") -> bool:
        """Whether the same words stand in another order, and not for whole clauses."""
        if _ORDER.search(self.text) and _ORDER.search(other.text):
            is_same = letters(self.text) == letters(other.text)
            is_other = self.words == other.words and not is_same
            return is_other or self._order_of(other) != other._order_of(self)
        if self.words == other.words:
            mine, theirs = (_WORD.findall(fold_text(each.text)) for each in (self, other))
            return not (_is_one_move(mine, theirs) or self.clauses == other.clauses)
        return swaps_roles(self.text, other.text)

    def _order_of(self, other: "Assertion") -> list[str]:
        """The words that both have, as they stand in it."""
        folded = fold_text(self.text)
        shared = self.telling_terms & other.telling_terms
        return sorted((each for each in shared if each in folded), key=folded.index)

    def _keeps_bindings(self, other: "Assertion") -> bool:
        """Whether in both, figures and denials stand beside the same words."""
        has_same_words = not any(replaced(other, self))
        return keeps_bindings(other.text, self.text, has_same_words=has_same_words)

    def _has_same_words(self, other: "Assertion") -> bool:
        """Whether no word took the place of another, and few came or went."""
        gone, come = replaced(other, self)
        if gone and come:
            return False
        return all(
            len(words) <= (1 - LEAST_SHARED) * len(each.telling_terms)
            for words, each in ((gone, other), (come, self))
        )


def _kept(bracket: re.Match[str], other: Assertion) -> str:
    """Brackets that the other has too, or that assert something."""
    inside = Assertion(bracket[0])
    facts = [each for each in inside.facts if each.kind is not FactKind.CODE]
    is_factual = bool(facts or inside.marks - _NAMING)
    is_factual = is_factual and not _CALCULATION.search(bracket[0])
    is_new = bracket[0].strip() not in other.text and not is_factual
    return "" if is_new else bracket[0]


def _menus(text: str) -> set[str]:
    """The words around the signs of a way through menus: Site > Backups."""
    return {each.strip() for each in _MENU.findall(fold_text(text))}


def _count_changed_places(one: str, other: str) -> int:
    """How many runs of words differ."""
    mine, theirs = (_WORD.findall(fold_text(each)) for each in (one, other))
    matcher = SequenceMatcher(None, mine, theirs, autojunk=False)
    return sum(tag != "equal" for tag, *_ in matcher.get_opcodes())


def _is_one_move(mine: Sequence[str], theirs: Sequence[str]) -> bool:
    """Whether a phrase was moved as a whole, and nothing else; a word alone may turn the sense."""
    start = _count_common(mine, theirs)
    end = len(mine) - _count_common(mine[::-1][: len(mine) - start], theirs[::-1])
    moved, as_is = mine[start:end], theirs[start:end]
    turned = [at for at in range(len(moved)) if [*moved[at:], *moved[:at]] == list(as_is)]
    return not moved or any(min(at, len(moved) - at) >= SHORTEST_PHRASE for at in turned)


def _count_common(mine: Sequence[str], theirs: Sequence[str]) -> int:
    """Words that both begin with."""
    pairs = zip(mine, theirs, strict=False)
    return next((at for at, (one, other) in enumerate(pairs) if one != other), len(mine))


def _blank(text: str, start: int, end: int) -> str:
    return text[:start] + " " * (end - start) + text[end:]
