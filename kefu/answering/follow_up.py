"""What a follow-up question takes from the conversation before it, decided by rules.

How much was chosen on the tuning conversations of `benchmarks/rewriting.py`; each weight is against
1 for the words, or the vector, of the question itself. Leaving out what is unlike the question
before, by the similarity of their vectors, made no difference there and is not done.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum

from kefu.answering.records import Outcome, Turn
from kefu.knowledge import Base
from kefu.resources import Resources
from kefu.retrieval import NOTHING_CARRIED, Carried, weigh_terms
from kefu.text import content_words, find_identifiers, name_terms, query_terms
from kefu.viewer import Viewer

TURNS_READ = 3
LONGEST_ASKED = 2000  # characters; more is not searched
LONGEST_ANSWER = 2000
FEW_TERMS = 3  # a question with fewer telling words than this leans on the one before
TERM_SHARE = 0.4  # of a carried term's idf
TERMS_CARRIED = 5
VECTOR_SHARE_BACK = 0.4  # of the question before, where words point back at it
VECTOR_SHARE_FRAGMENT = 0.3
DECAY = 0.6  # a turn
ANSWER_SHARE = 0.4  # of a word that stands in an answer, against one in a question
HIGHEST_IDF = 6.0  # rarer words are not more telling

_POINTS_BACK = re.compile(
    r"^(那|那么|还有|另外|如果是|换成|它|他们?|这个?|那个?|上面|刚才"
    r"|and\b|what about|how about|what if\b|then\b|but\b|also\b|so\b|ok\b|in that case|i meant?\b)"
    r"|(它|这个|那个|这些|那些|这样|那样|这种|那种|(?<!应)该|上述|前者|后者|两者|同样)|呢[？?]?$"
    r"|\b(it|its|they|them|their|this|that|these|those|(?:which|that|this|other) ones?|ones|both"
    r"|(?<!\bis )(?<!\bare )there(?! (?:is|are)\b)|the same|he|she|him|his|hers?)\b",
    re.IGNORECASE,
)
_TURNS_AWAY = re.compile(
    r"换个话题|换一个问题|另一个问题|别的问题|其他问题|顺便问|再问(?:一)?个"
    r"|\b(?:by the way|chang\w* (?:of |the )?(?:subject|topic)|(?:another|different) question"
    r"|something else|unrelated)\b",
    re.IGNORECASE,
)
_IS_WHOLE = re.compile(
    r"(?:how|what|when|where|why|who|which|can|could|do|does|did|is|are|may|must|should|will)\b",
    re.IGNORECASE,
)


class Lean(StrEnum):
    """How a question leans on what was said before it."""

    WHOLE = "whole"
    FRAGMENT = "fragment"
    POINTS_BACK = "points_back"
    TURNS_AWAY = "turns_away"


@dataclass(frozen=True, slots=True, kw_only=True)
class Asked:
    """A question as it is searched for and answered.

    Attributes:
        query: what is searched for, with what is carried.
        text: the question as it stands alone, which evidence is ranked and verified by.
    """

    query: str
    text: str
    carried: Carried = NOTHING_CARRIED


def lean(question: str) -> Lean:
    """How a question leans back, by its own words."""
    asked = question.strip()
    if _TURNS_AWAY.search(asked):
        return Lean.TURNS_AWAY
    if _POINTS_BACK.search(asked):
        return Lean.POINTS_BACK
    least = FEW_TERMS - 1 if _IS_WHOLE.match(asked) else FEW_TERMS
    return Lean.FRAGMENT if len(query_terms(asked)) < least else Lean.WHOLE


def leans_back(question: str) -> bool:
    """Whether it cannot be understood without what was said before."""
    return lean(question) in {Lean.FRAGMENT, Lean.POINTS_BACK}


def stand_alone(question: str, history: Sequence[Turn]) -> str:
    """The question with those before it in front, as far as it cannot be understood without."""
    asked = question
    for turn in list(reversed(history))[:TURNS_READ]:
        longer = f"{turn.question} {asked}"
        if not leans_back(question) or len(longer) > LONGEST_ASKED:
            break
        question, asked = turn.question, longer
    return asked


async def follow_up(
    resources: Resources, question: str, history: Sequence[Turn], *, viewer: Viewer, base: Base
) -> Asked:
    """The question with what it takes from the turns before it."""
    how = lean(question)
    if not history or how is Lean.TURNS_AWAY:
        return Asked(query=question, text=question)
    latest = list(reversed(history))[:TURNS_READ]
    before = latest[0].question
    if how is Lean.POINTS_BACK:
        terms = await _salient_terms(resources, question, latest, viewer=viewer, base=base)
        texts = {
            turn.question: VECTOR_SHARE_BACK * DECAY**age
            for age, turn in reversed(list(enumerate(latest)))
        }
    else:
        terms = query_terms(before)
        texts = {before: VECTOR_SHARE_FRAGMENT} if how is Lean.FRAGMENT else {}
    carried = _carry(question, terms, texts, [turn.question for turn in latest])
    return Asked(query=question, text=stand_alone(question, history), carried=carried)


def weigh_carried(asked: Asked, idf: Mapping[str, float]) -> dict[str, float]:
    """The idf of the terms of its text, of those that it was given from before only a share."""
    own = set(query_terms(asked.query))
    return {
        term: weight if term in own or asked.text == asked.query else weight * TERM_SHARE
        for term, weight in idf.items()
    }


def _carry(
    question: str, terms: Sequence[str], texts: Mapping[str, float], questions: Sequence[str]
) -> Carried:
    """A code that was asked about stays what is asked about until another one is named."""
    names = {name for text in questions for name in name_terms(text)}
    codes = find_identifiers(questions[0]) if texts and not find_identifiers(question) else []
    return Carried(
        texts=texts,
        terms=dict.fromkeys(terms, TERM_SHARE) | dict.fromkeys(codes, 1.0),
        names=tuple(term for term in terms if term in names),
        codes=tuple(codes),
    )


async def _salient_terms(
    resources: Resources, question: str, latest: Sequence[Turn], *, viewer: Viewer, base: Base
) -> list[str]:
    """What the last turns are about: said lately, said often, rare in the base."""
    said: dict[str, float] = {}
    for age, turn in enumerate(latest):
        weight = DECAY**age
        _count(said, turn.question, weight)
        if turn.outcome is Outcome.ANSWERED:
            _count(said, turn.answer[:LONGEST_ANSWER], weight * ANSWER_SHARE)
            _count(said, " ".join(turn.titles), weight * ANSWER_SHARE)
    candidates = said.keys() - set(query_terms(question))
    weights = await weigh_terms(resources, candidates, viewer=viewer, base=base)
    salience = {
        term: said[term] * min(weights.idf[term], HIGHEST_IDF) for term in sorted(weights.held)
    }
    return sorted(salience, key=lambda term: -salience[term])[:TERMS_CARRIED]


def _count(said: dict[str, float], text: str, weight: float) -> None:
    for word in content_words(text):
        term = word.terms[0] if word.terms and word.word.isascii() else word.word
        said[term] = said.get(term, 0.0) + weight
