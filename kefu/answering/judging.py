"""Holds one draft of a model against the hits that it was given."""

import asyncio
import re
from collections.abc import Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

import numpy as np

from kefu.answering.citing import Citer
from kefu.answering.drafts import MARKER, Draft
from kefu.answering.entailment import Doubtful, may_be_read, place_and_text
from kefu.answering.facts import find_facts
from kefu.answering.grounds import content_terms
from kefu.answering.likeness import letters
from kefu.answering.orders import split_readable, without_orders
from kefu.answering.records import Citation, Sentence
from kefu.answering.verify import TRANSLATION, Nearest, find_problem
from kefu.answering.wording import terms_in
from kefu.llm import Embedder
from kefu.retrieval import Hit
from kefu.safety import Repetition, keep_known_addresses
from kefu.text import Language, SpanKind, detect_language, index_terms

_ANNOUNCEMENT = re.compile(
    r"(?=.*(?:步骤|方法|办法|流程|如下|以下|下面|下列|这样|here|step|follow|below|this|so))"
    r"(?:(?:具体|操作|步骤|方法|办法|流程|顺序|如下|以下|下面|下列|这样|依次|按照?|进行|处理|解决|请|您|可以|做|的|是"
    r"|[ *_：:，,、\n])+"
    r"|(?:(?:here|is|are|how|to|do|this|so|please|follow|these|the|following|steps?|below|as"
    r"|follows|in|order|you|can|it)\b|[ *_:,\n])+)",
    re.IGNORECASE,
)
"""A sentence of these words only announces what follows and states nothing."""

_QUESTION = re.compile(
    r"[?？]\W*$|^\W*(?:can|could|do|does|did|will|would|should|may|is|are|was|were)"
    r" (?:you|i|we|it|they|there|he|she|my|your|this|that|the)\b",
    re.IGNORECASE,
)
"""By its mark, or, where the model was cut off before that, by its inversion."""

_VERDICT = re.compile(
    r"^\W*(?:so,? )?(?:the|my) (?:short |simple )?answer(?: to (?:your|this|the|that) question)?"
    r" is(?= (?:yes|no)\b)|^\W*(?:所以)?(?:答案|回答)(?:就)?是(?=\W*(?:不|可以|能|是|否|没))",
    re.IGNORECASE,
)
_STEP_INTO = re.compile(r"\s(?:[>›»→＞]|&gt;)\s")
SPELT_ALIKE = 0.8  # of a step and the title or heading that it is: with letters lost
LONGEST_STEP = 2  # times its letters: with "Source:" before it

MOST_FOREIGN = 0.7  # of an English sentence: names of products may be Chinese
FEWEST_WORDS = 3  # of an English sentence, capitals and codes aside
MOST_COMPARED = 24  # sentences of a cited chunk compared with a translated one

_HAN = re.compile(r"[\u3400-\u9fff]")
_ENGLISH_WORD = re.compile(r"(?<![\w./-])[a-z]{2,}(?![\w/=(-])")
_LINK = re.compile(r"\[[^\]\n]*\]\(|https?:|www\.|<\w")

QUESTION = "question"
LANGUAGE = "language"
"""Why a draft is dropped, beside the checks of `supports`."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A draft that was held against the hits.

    Attributes:
        hits: that support it; none when it is dropped.
        is_repaired: it cites what the model did not name for it.
        is_entailed: a model that read it overruled the checks.
        problem: why it is dropped; empty when it is not.
        doubtful: what a model might find stated all the same.
    """

    hits: Sequence[Hit] = ()
    is_repaired: bool = False
    is_entailed: bool = False
    problem: str = ""
    doubtful: Doubtful | None = None


def states_something(draft: Draft) -> bool:
    """Whether there is anything to verify; not in "Yes.", "The answer is no." or "不可以。"."""
    said = [_VERDICT.sub(" ", claim) for claim in draft.claims]
    return any(content_terms(claim) or find_facts(claim) for claim in said)


def is_in_other_language(claims: Sequence[str], language: Language) -> bool:
    """Whether sentences are in another language, beyond names, codes and figures."""
    text = " ".join(claims)
    han, words = len(_HAN.findall(text)), len(_ENGLISH_WORD.findall(text))
    if language == "en":
        return han > MOST_FOREIGN * (han + words)
    return not han and words >= FEWEST_WORDS


def _is_name(step: str, name: str) -> bool:
    mine, theirs = letters(step), letters(name)
    if mine in theirs or (theirs in mine and len(mine) <= LONGEST_STEP * len(theirs)):
        return True
    return SequenceMatcher(None, mine, theirs, autojunk=False).ratio() >= SPELT_ALIKE


class Judge:
    """Holds drafts against the hits that the model was given.

    Without an embedder that may see them, claims in another language find no support. The answer
    is to be in the language given, which the question with what it takes from elsewhere need not
    show.
    """

    def __init__(
        self,
        question: str,
        hits: Sequence[Hit],
        *,
        language: Language,
        embedder: Embedder | None,
        citer: Citer,
    ) -> None:
        self._question = question
        self._language = language
        self._hits = hits
        self._embedder = embedder
        self._citer = citer

    def repeats(self, draft: Draft, repetition: Repetition) -> bool:
        """Whether the draft says what stands in the instructions and in no hit."""
        known = "\n".join(without_orders(hit.text) for hit in self._hits)
        return repetition.is_in(MARKER.sub("", draft.text), known=known)

    def is_place(self, draft: Draft) -> bool:
        """Whether it only names titles and headings, as the line above an excerpt does.

        A letter may be lost, or the end cut off. What a text itself says is no such line:
        "Settings > Orders" may be the way to go.
        """
        steps = _STEP_INTO.split(" ".join(draft.claims))
        said = letters("".join(steps))
        if len(steps) < 2 or any(said in letters(hit.text) for hit in self._hits):
            return False
        names = [name for hit in self._hits for name in (hit.title, *hit.heading_path)]
        return all(any(_is_name(step, name) for name in names) for step in steps)

    def allows(self, draft: Draft, hits: Sequence[Hit]) -> bool:
        """Whether something without a marker may stand before what hits support.

        It may when it says nothing, only announces ("请按以下步骤操作："), or is quoted from them:
        nobody is told where it comes from.
        """
        text = MARKER.sub("", draft.text)
        if not any(letter.isalnum() for letter in text):
            return True
        if _ANNOUNCEMENT.fullmatch(text):
            return True
        if _LINK.search(text) or not states_something(draft):
            return False
        quoted = letters(text)
        return any(quoted in letters(without_orders(hit.text)) for hit in hits)

    async def judge(self, draft: Draft) -> Judged:
        """The hits that support the draft, or what in it nothing that was found supports.

        Where the model names no excerpt, or a wrong one, the one that supports the draft is cited.
        A question is no answer, whatever supports it, nor is a sentence in another language than
        the question's.
        """
        if len(draft.claims) == 1 and _QUESTION.search(draft.claims[0]):
            return Judged(problem=QUESTION)
        if not draft.is_code and is_in_other_language(draft.claims, self._language):
            return Judged(problem=LANGUAGE)
        problem = ""
        cited = [self._hits[marker - 1] for marker in draft.markers if self._has(marker)]
        others = [hit for hit in self._hits if hit not in cited]
        for hits in ([cited] if len(cited) > 1 else []) + [[hit] for hit in (*cited, *others)]:
            found = await self._find_problem(draft, hits)
            await asyncio.sleep(0)  # others get their words meanwhile
            problem = problem or found
            if not found:
                return Judged(hits=hits, is_repaired=any(hit not in cited for hit in hits))
        doubtful = Doubtful(claims=draft.claims, hits=cited)
        is_open = may_be_read(problem, doubtful)
        return Judged(problem=problem, doubtful=doubtful if is_open else None)

    def show(self, draft: Draft, hits: Sequence[Hit]) -> Sentence:
        """The draft with Kefu's own markers, which count in the order in which this is called."""
        citations = tuple(self._cite(draft, hit) for hit in hits)
        known = "\n".join(without_orders(hit.text) for hit in hits)
        text = keep_known_addresses(MARKER.sub("", draft.text), known=known)
        return Sentence(text=_with_markers(text, citations), citations=citations)

    def _has(self, marker: int) -> bool:
        return 1 <= marker <= len(self._hits)

    async def _find_problem(self, draft: Draft, hits: Sequence[Hit]) -> str:
        """The first check that a claim fails; empty where the hits support them all."""
        texts = [place_and_text(hit) for hit in hits]
        for claim in draft.claims:
            problem = find_problem(claim, texts, self._question)
            if problem == TRANSLATION:
                nearest = await self._nearest(claim, hits)
                problem = find_problem(claim, texts, self._question, nearest=nearest)
            if problem:
                return problem
        return ""

    async def _nearest(self, claim: str, hits: Sequence[Hit]) -> Nearest | None:
        """For a claim in another language than all it cites, the sentence nearest to it."""
        if self._embedder is None or any(hit.language == detect_language(claim) for hit in hits):
            return None
        sentences = [span.text for hit in hits for span in split_readable(hit.text)]
        sentences = sentences[:MOST_COMPARED]
        if not sentences:
            return None
        vectors = await self._embedder.embed_documents([claim, *sentences])
        similarities = vectors[1:] @ vectors[0]
        best = int(np.argmax(similarities))
        return Nearest(text=sentences[best], similarity=float(similarities[best]))

    def _cite(self, draft: Draft, hit: Hit) -> Citation:
        """Quote the sentence of the chunk that shares most with the draft."""
        wanted = set(index_terms(" ".join(draft.claims)))
        spans = [each for each in split_readable(hit.text) if each.kind is not SpanKind.HEADING]
        best = max(
            spans,
            key=lambda span: len(wanted.intersection(terms_in(span.text))),
            default=None,
        )
        return self._citer.cite(hit, hit.text[best.start : best.end] if best else hit.text)


def _with_markers(text: str, citations: Sequence[Citation]) -> str:
    """The text with its markers before its closing line breaks.

    They stand inside the last cell of a table and below a fence, which they would break.
    """
    body = text.rstrip()
    end = text[len(body) :] or " "
    markers = "".join(f"[{citation.marker}]" for citation in citations)
    last_line = body.rpartition("\n")[2].strip()
    if last_line.startswith("|") and last_line.endswith("|"):
        return f"{body[:-1].rstrip()} {markers} |{end}"
    is_fence = last_line.startswith(("```", "~~~"))
    return f"{body}\n{markers}\n\n" if is_fence else f"{body} {markers}{end}"
