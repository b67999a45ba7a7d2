"""Answers written by a model: each sentence is verified before anybody sees it."""

import re
from collections import Counter
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from opentelemetry import trace

from kefu.answering.drafts import Draft
from kefu.answering.entailment import EntailmentReader
from kefu.answering.judging import Judge, Judged, states_something
from kefu.answering.records import Sentence, Writing, WritingEnd
from kefu.answering.write import AnswerPrompt, Sending, write
from kefu.errors import ModelUnavailable
from kefu.llm import ChatEndpoint
from kefu.safety import Repetition

_NUMBER = re.compile(r"^\W*\d{1,3}[.)、]\s*")
"""Of an item; a model that is caught in a loop goes on counting."""

REPEATED = "instructions"
CUT_OFF = "cut off"
"""Why a draft is dropped, beside what `Judge` finds."""

_Drafted = tuple[Draft, Judged | None]
"""None with what only leads to something else or states nothing."""

tracer = trace.get_tracer("kefu.answering")


@dataclass(slots=True, kw_only=True)
class Written:
    """What became of the drafts so far.

    Attributes:
        repaired_count: of those that were shown, how many cite what the model did not name.
        entailed_count: of those, how many a model found stated where verification had doubts.
        dropped: why the others were not shown.
        end: None where nobody was asked to write.
    """

    shown_count: int = 0
    repaired_count: int = 0
    entailed_count: int = 0
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
            entailed_count=self.entailed_count,
            dropped=dict(self.dropped),
            end=self.end,
            is_quoted=is_quoted,
        )


async def write_verified(
    endpoint: ChatEndpoint,
    prompt: AnswerPrompt,
    *,
    sending: Sending,
    judge: Judge,
    written: Written,
    reader: EntailmentReader | None = None,
) -> AsyncGenerator[Sentence, None]:
    """The drafts that hold, as they come; what was shown and dropped is counted in `written`.

    With a reader, what follows a doubtful draft waits for the end of the model's answer: only then
    is there room at the endpoint for another call.

    Raises:
        ModelRefused: the model finds no answer.
        ModelUnavailable: it failed.
    """
    telling = _Telling(judge, written)
    waiting: list[_Drafted] = []
    failure: ModelUnavailable | None = None
    try:
        async with aclosing(_write_judged(endpoint, prompt, sending, telling)) as drafts:
            async for draft, judged in drafts:
                if waiting or (reader is not None and judged is not None and judged.doubtful):
                    waiting.append((draft, judged))
                elif sentence := telling.tell(draft, judged):
                    yield sentence
    except ModelUnavailable as error:
        failure, reader = error, None
    for draft, judged in await _read(waiting, reader):
        if sentence := telling.tell(draft, judged):
            yield sentence
    if failure is not None:
        raise failure


async def _write_judged(
    endpoint: ChatEndpoint, prompt: AnswerPrompt, sending: Sending, telling: "_Telling"
) -> AsyncGenerator[_Drafted, None]:
    """Each new draft."""
    repetition = Repetition(prompt.instructions, mark=prompt.fence)
    async with aclosing(write(prompt, endpoint, sending)) as drafts:
        async for draft in drafts:
            if telling.has_told(draft) or telling.judge.is_place(draft):
                continue
            if draft.is_lead_in or not states_something(draft):
                yield draft, None
            elif draft.is_cut:
                yield draft, Judged(problem=CUT_OFF)
            else:
                yield draft, await _judge(draft, telling.judge, repetition)


async def _judge(draft: Draft, judge: Judge, repetition: Repetition) -> Judged:
    with tracer.start_as_current_span("verify", attributes={"kefu.input": draft.text}) as span:
        is_repeated = judge.repeats(draft, repetition)
        judged = Judged(problem=REPEATED) if is_repeated else await judge.judge(draft)
        span.set_attribute("kefu.is_supported", bool(judged.hits))
    return judged


async def _read(waiting: Sequence[_Drafted], reader: EntailmentReader | None) -> Sequence[_Drafted]:
    """The same, with the hits in which the reader finds something stated."""
    if reader is None or not waiting:
        return waiting
    doubtful = [judged.doubtful for _, judged in waiting if judged and judged.doubtful]
    found = iter(await reader.read(doubtful))
    return [
        (draft, Judged(hits=judged.doubtful.hits, is_entailed=True))
        if judged and judged.doubtful and next(found)
        else (draft, judged)
        for draft, judged in waiting
    ]


class _Telling:
    """Shows one draft after the other, each once, with what leads to it."""

    def __init__(self, judge: Judge, written: Written) -> None:
        self.judge = judge
        self._written = written
        self._held: list[Draft] = []
        self._stated: set[tuple[str, ...]] = set()

    def has_told(self, draft: Draft) -> bool:
        """Whether it said the same before."""
        told = _claims(draft)
        return bool(told) and told in self._stated

    def tell(self, draft: Draft, judged: Judged | None) -> Sentence | None:
        """Its sentence, if it has one that was not told."""
        if self.has_told(draft):
            return None
        if judged is not None and not judged.hits:
            self._written.dropped[judged.problem] += 1
            return None
        self._stated.add(_claims(draft))
        if judged is None:
            self._held.append(draft)
            return None
        allowed = [each.text for each in self._held if self.judge.allows(each, judged.hits)]
        self._held.clear()
        self._written.shown_count += 1
        self._written.repaired_count += judged.is_repaired
        self._written.entailed_count += judged.is_entailed
        sentence = self.judge.show(draft, judged.hits)
        return replace(sentence, text="".join((*allowed, sentence.text)))


def _claims(draft: Draft) -> tuple[str, ...]:
    return tuple(_NUMBER.sub("", claim) for claim in draft.claims)
