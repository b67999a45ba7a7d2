"""Answers written by a model: each sentence is verified before anybody sees it."""

import asyncio
import re
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from difflib import SequenceMatcher

import numpy as np
from opentelemetry import trace

from kefu.answering.citing import Citer
from kefu.answering.drafts import MARKER, Draft
from kefu.answering.facts import find_facts
from kefu.answering.grounds import content_terms
from kefu.answering.likeness import letters
from kefu.answering.orders import split_readable, without_orders
from kefu.answering.records import Citation, Sentence, Writing, WritingEnd
from kefu.answering.verify import TRANSLATION, Nearest, find_problem
from kefu.answering.wording import terms_in
from kefu.answering.write import AnswerPrompt, Sending, name_place, write
from kefu.llm import ChatEndpoint, Embedder
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

_NUMBER = re.compile(r"^\W*\d{1,3}[.)、]\s*")
"""Of an item; a model that is caught in a loop goes on counting."""

_STEP_INTO = re.compile(r"\s(?:[>›»→＞]|&gt;)\s")
SPELT_ALIKE = 0.8  # of a step and the title or heading that it is: with letters lost
LONGEST_STEP = 2  # times its letters: with "Source:" before it

tracer = trace.get_tracer("kefu.answering")

MOST_FOREIGN = 0.7  # of an English sentence: names of products may be Chinese
FEWEST_WORDS = 3  # of an English sentence, capitals and codes aside
MOST_COMPARED = 24  # sentences of a cited chunk compared with a translated one

_HAN = re.compile(r"[\u3400-\u9fff]")
_ENGLISH_WORD = re.compile(r"(?<![\w./-])[a-z]{2,}(?![\w/=(-])")
_LINK = re.compile(r"\[[^\]\n]*\]\(|https?:|www\.|<\w")


REPEATED = "instructions"
QUESTION = "question"
CUT_OFF = "cut off"
LANGUAGE = "language"
"""Why a draft is dropped, beside the checks of `supports`."""


@dataclass(slots=True, kw_only=True)
class Written:
    """What became of the drafts so far.

    Attributes:
        repaired_count: of those that were shown, how many cite what the model did not name.
        dropped: why the others were not shown.
        end: None where nobody was asked to write.
    """

    shown_count: int = 0
    repaired_count: int = 0
    dropped: Counter[str] = field(default_factory=Counter)
    end: WritingEnd | None = None

    @property
    def is_whole(self) -> bool:
        """Whether it is an answer without anything beside it."""
        return bool(self.shown_count) and not self.dropped

    def sum_up(self, *, is_quoted: bool) -> Writing | None:
        """As it is kept with the answer."""
        if self.end is None:
            return None
        return Writing(
            written_count=self.shown_count + self.dropped.total(),
            kept_count=self.shown_count,
            repaired_count=self.repaired_count,
            dropped=dict(self.dropped),
            end=self.end,
            is_quoted=is_quoted,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """A draft that was held against the hits.

    Attributes:
        sentence: None when they do not support it.
        hits: that do.
        is_repaired: it cites what the model did not name for it.
        problem: why it is dropped; empty when it is not.
    """

    sentence: Sentence | None = None
    hits: Sequence[Hit] = ()
    is_repaired: bool = False
    problem: str = ""


async def write_verified(
    endpoint: ChatEndpoint,
    prompt: AnswerPrompt,
    *,
    sending: Sending,
    judge: "Judge",
    written: Written,
) -> AsyncGenerator[Sentence, None]:
    """The drafts that hold, as they come; what was shown and dropped is counted in `written`.

    Raises:
        ModelRefused: the model finds no answer.
        ModelUnavailable: it failed.
    """
    repetition = Repetition(prompt.instructions, mark=prompt.fence)
    held: list[Draft] = []
    stated: set[tuple[str, ...]] = set()
    async with aclosing(write(prompt, endpoint, sending)) as drafts:
        async for draft in drafts:
            told = tuple(_NUMBER.sub("", claim) for claim in draft.claims)
            if (told and told in stated) or judge.is_place(draft):
                continue
            if draft.is_lead_in or not states_something(draft):
                held.append(draft)
                stated.add(told)
                continue
            if draft.is_cut:
                written.dropped[CUT_OFF] += 1
                continue
            with tracer.start_as_current_span(
                "verify", attributes={"kefu.input": draft.text}
            ) as span:
                is_repeated = judge.repeats(draft, repetition)
                judged = Judged(problem=REPEATED) if is_repeated else await judge.judge(draft)
                sentence = judged.sentence
                span.set_attribute("kefu.is_supported", sentence is not None)
            if sentence is None:
                written.dropped[judged.problem] += 1
                continue
            lead_in = "".join([each.text for each in held if judge.allows(each, judged.hits)])
            held.clear()
            stated.add(told)
            written.shown_count += 1
            written.repaired_count += judged.is_repaired
            yield Sentence(text=lead_in + sentence.text, citations=sentence.citations)


def states_something(draft: Draft) -> bool:
    """Whether there is anything to verify; there is not in "Yes." or "不可以。"."""
    return any(content_terms(claim) or find_facts(claim) for claim in draft.claims)


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
        """The draft with Kefu's own markers, or what in it nothing that was found supports.

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
                return Judged(
                    sentence=self._show(draft, hits),
                    hits=hits,
                    is_repaired=any(hit not in cited for hit in hits),
                )
        return Judged(problem=problem)

    def _show(self, draft: Draft, hits: Sequence[Hit]) -> Sentence:
        citations = tuple(self._cite(draft, hit) for hit in hits)
        known = "\n".join(without_orders(hit.text) for hit in hits)
        text = keep_known_addresses(MARKER.sub("", draft.text), known=known)
        return Sentence(text=_with_markers(text, citations), citations=citations)

    def _has(self, marker: int) -> bool:
        return 1 <= marker <= len(self._hits)

    async def _find_problem(self, draft: Draft, hits: Sequence[Hit]) -> str:
        """The first check that a claim fails; empty where the hits support them all."""
        texts = [f"{name_place(hit)}\n\n{without_orders(hit.text)}" for hit in hits]
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
