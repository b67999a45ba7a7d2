"""What a sentence is worth as an answer, without a model.

A linear model of how it shares words and concepts with the question, itself and in the headings
above it, of its hit, and of whether it is of the kind that is asked for. Fitted by
`benchmarks/weighing.py` on development questions, so that the sentences that answer come before the
others; the weight of the question's own words is 1.
"""

import math
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from kefu.answering.kinds import holds, kinds_asked
from kefu.answering.understand import asks_for_number, asks_what_it_is, measure_asked_for
from kefu.answering.wording import concepts_in, terms_in
from kefu.knowledge import OUTDATED
from kefu.retrieval import Hit
from kefu.text import Span, detect_language, find_identifiers, query_terms

HIT_WEIGHT = 0.7
NEARNESS_WEIGHT = 0.7  # of its chunk's height above the noise, in units of NEARNESS_UNIT
NEARNESS_UNIT = 0.03  # of cosine similarity
HEADING_WEIGHT = 0.65  # of the words that it owes to its title and headings
CONCEPT_WEIGHT = 1.05
CONCEPT_ABOVE_WEIGHT = 0.75
KIND_BONUS = 0.4
CODE_BONUS = 0.5  # a sentence without the code that is asked about hardly answers
PLACEHOLDER = "example"  # domains and addresses with it are no codes: each document has them
FOREIGN_PENALTY = 0.12
NUMBER_BONUS = 0.3
MEASURE_BONUS = 0.2  # the number counts what is asked for
DEFINITION_BONUS = 0.2
LONG_PENALTY = 0.15  # a row of whole paragraphs has a word of every question
LONG = 120  # terms
QUESTION_PENALTY = 1.0  # a question answers none
POINTER_PENALTY = 0.25  # "This topic describes ...": says what a text says
NOTE_PENALTY = 0.06
OUTDATED_PENALTY = 0.8  # the current version of a text wins, what stands in the old one only stays

_Key = TypeVar("_Key")

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
class Meant:
    """The concepts of a question, each with its share: what few candidates have says more."""

    shares: Mapping[int, float]

    def held_in(self, text: str) -> dict[int, float]:
        """Those that a text has a word for."""
        there = concepts_in(text)
        return {concept: share for concept, share in self.shares.items() if concept in there}


def find_meant(question: str, texts: Sequence[str]) -> Meant:
    """What a question is about, weighed by the candidates."""
    asked = concepts_in(question)
    counts = dict.fromkeys(asked, 0)
    for text in texts:
        for concept in asked & concepts_in(text):
            counts[concept] += 1
    weights = {each: math.log(1 + len(texts) / (0.5 + count)) for each, count in counts.items()}
    total = sum(weights.values())
    return Meant(shares={each: weight / total for each, weight in weights.items() if total})


def beside(above: Mapping[_Key, float], held: Mapping[_Key, float]) -> float:
    """What the headings hold and the text itself does not."""
    return sum(share for each, share in above.items() if each not in held)


def words_score(
    held: Mapping[str, float],
    above: Mapping[str, float],
    meant: Mapping[int, float],
    meant_above: Mapping[int, float],
) -> float:
    """What words and concepts are worth, those in the headings alone for less."""
    return (
        sum(held.values())
        + HEADING_WEIGHT * beside(above, held)
        + CONCEPT_WEIGHT * sum(meant.values())
        + CONCEPT_ABOVE_WEIGHT * beside(meant_above, meant)
    )


def hit_score(score: float, nearness: float) -> float:
    """What it is worth to stand in a hit of this score, so far above the noise."""
    return HIT_WEIGHT * score + NEARNESS_WEIGHT * max(nearness, 0.0) / NEARNESS_UNIT


def list_nearness(hits: Iterable[Hit]) -> dict[int, float]:
    """By chunk: how far it stands above the noise.

    What has no vector yet takes its share of the nearest by its words, as in search.
    """
    read = list(hits)
    nearest = max((hit.parts.above_noise or 0.0 for hit in read), default=0.0)
    lexical = max((hit.parts.lexical_share for hit in read), default=0.0) or 1.0
    return {
        hit.chunk_id: nearest * hit.parts.lexical_share / lexical
        if hit.parts.above_noise is None
        else hit.parts.above_noise
        for hit in read
    }


class Fit:
    """Whether a sentence is of the kind that a question asks for."""

    def __init__(self, question: str) -> None:
        """What is asked for, by the question's form."""
        self._language = detect_language(question)
        self._kinds = kinds_asked(question)
        self._wants_number = asks_for_number(question)
        self._measure = measure_asked_for(question)
        self._wants_definition = asks_what_it_is(question)
        self._terms = set(query_terms(question))
        self._codes = {code for code in find_identifiers(question) if PLACEHOLDER not in code}

    def bonus(self, hit: Hit, span: Span) -> float:
        """What it gains or loses by that."""
        text, terms = span.text, terms_in(span.text)
        bonus = NUMBER_BONUS if self._wants_number and _NUMBER.search(text) else 0.0
        bonus += MEASURE_BONUS if self._measure and self._measure.search(text) else 0.0
        bonus += DEFINITION_BONUS if self._wants_definition and self._defines(text) else 0.0
        bonus += CODE_BONUS if self._codes.intersection(terms) else 0.0
        bonus += KIND_BONUS * self.kinds_held(text)
        bonus -= LONG_PENALTY if len(terms) > LONG else 0.0
        bonus -= FOREIGN_PENALTY if hit.language != self._language else 0.0
        bonus -= QUESTION_PENALTY if text.rstrip().endswith(("?", "？")) else 0.0
        bonus -= OUTDATED_PENALTY if hit.status in OUTDATED else 0.0
        bonus -= POINTER_PENALTY if _POINTER.match(text) else 0.0
        return bonus - (NOTE_PENALTY if _NOTE.match(text) else 0.0)

    def kinds_held(self, text: str) -> float:
        """Share of the kinds asked for that a text holds something of."""
        if not self._kinds:
            return 0.0
        return sum(holds(kind, text) for kind in self._kinds) / len(self._kinds)

    def _defines(self, text: str) -> bool:
        definition = _DEFINITION.match(text)
        return bool(definition and self._terms.intersection(terms_in(definition["subject"])))
