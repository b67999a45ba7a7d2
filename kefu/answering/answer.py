"""From a question to a grounded, cited answer, or to abstention."""

import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

from opentelemetry import trace

from kefu.answering.asking_back import find_choices
from kefu.answering.citing import Citer
from kefu.answering.dating import date_sources, name_conflict
from kefu.answering.describing import OnHits, describe_event, ignore_hits
from kefu.answering.extract import compose
from kefu.answering.finding import Finder, Found, find_reading
from kefu.answering.gather import Evidence
from kefu.answering.intents import find_intent, last_words, read_emoji
from kefu.answering.parts import quote
from kefu.answering.phrases import phrase
from kefu.answering.quoting import quote_units
from kefu.answering.records import (
    Answer,
    AnswerEvent,
    Citation,
    Intent,
    Outcome,
    Progress,
    Sentence,
    Stage,
    Turn,
    Writing,
    WritingEnd,
)
from kefu.answering.replies import Reply, open_answer, reply_at_once, reply_unknown
from kefu.answering.tabular import tell
from kefu.answering.writing import ModelWriter
from kefu.answering.written import Written
from kefu.knowledge import DEFAULT_BASE
from kefu.prompts import Specification
from kefu.resources import Resources
from kefu.text import detect_language
from kefu.tracing import trace_steps
from kefu.viewer import Viewer, highest_class

tracer = trace.get_tracer("kefu.answering")


async def stream_answer(  # noqa: PLR0913 - what may differ from one answer to another
    resources: Resources,
    question: str,
    *,
    viewer: Viewer,
    base: str = DEFAULT_BASE,
    history: Sequence[Turn] = (),
    specification: Specification | None = None,
    on_hits: OnHits = ignore_hits,
) -> AsyncGenerator[AnswerEvent, None]:
    """Progress, then sentences that were verified, then the whole answer.

    A model writes by the live version of the prompt `answer`, or by the specification given.
    `on_hits` hears of what was found, best first.

    Raises:
        BadInput: the question is empty or too long.
        NotFound: there is no such base.
        DatabaseUnavailable: nothing can be read.
    """
    span = tracer.start_span(
        "invoke_workflow answer",
        attributes={
            "gen_ai.operation.name": "invoke_workflow",
            "gen_ai.workflow.name": "answer",
            "kefu.base": base,
            "kefu.input": question,
        },
    )
    asked = [turn for turn in history if turn.outcome is not Outcome.REPLIED]
    run = _Run(resources, question, viewer, base, asked)
    run.model.specification = specification
    run.on_hits = on_hits
    async with aclosing(trace_steps(span, run.events(), describe=describe_event)) as events:
        async for event in events:
            yield event


async def answer(  # noqa: PLR0913 - as `stream_answer`
    resources: Resources,
    question: str,
    *,
    viewer: Viewer,
    base: str = DEFAULT_BASE,
    history: Sequence[Turn] = (),
    specification: Specification | None = None,
    on_hits: OnHits = ignore_hits,
) -> Answer:
    """The whole answer at once; raises as `stream_answer`."""
    events = stream_answer(
        resources,
        question,
        viewer=viewer,
        base=base,
        history=history,
        specification=specification,
        on_hits=on_hits,
    )
    async with aclosing(events):
        async for event in events:
            if isinstance(event, Answer):
                return event
    raise AssertionError("a stream of events ends with an answer")


class _Run:
    """One message on its way."""

    def __init__(
        self,
        resources: Resources,
        question: str,
        viewer: Viewer,
        base: str,
        history: Sequence[Turn],
    ) -> None:
        self.resources = resources
        self.question = question
        self.viewer = viewer
        self.base = base
        self.history = history
        has_words = read_emoji(question) is None
        self.language = detect_language(question if has_words else last_words(history))
        self.intent = Intent.QUESTION
        self.choices: tuple[str, ...] = ()
        self.read_as: str | None = None
        self.citer = Citer()
        self.model = ModelWriter(resources=resources, history=history, citer=self.citer)
        self.started = time.perf_counter()
        self.timings: dict[str, float] = {}
        self.text = ""
        self.data_class = highest_class(
            resources.settings.routing.conversation_class, *(turn.data_class for turn in history)
        )
        self.writer_decides = False
        self.writing: Writing | None = None
        self.on_hits: OnHits = ignore_hits

    async def events(self) -> AsyncGenerator[AnswerEvent, None]:
        if said := await self._reply_at_once():
            yield said
            return
        yield Progress(stage=Stage.SEARCHING)
        finder = await Finder.open(self.resources, self.history, viewer=self.viewer, base=self.base)
        found = await finder.find_parts(self.question)
        self._clock("search")
        hits = [hit for each in found for hit in each.evidence.hits]
        self.on_hits(hits)
        self.data_class = highest_class(self.data_class, *(hit.data_class for hit in hits))
        known = [each for each in found if each.is_known]
        self.read_as = find_reading(known or found[:1])
        self.language = detect_language(self.read_as or self.question)
        self.writer_decides = await self._writer_decides()
        if not any(map(self._may_tell, found)):
            yield self._reply_unknown(found[0].evidence)
            return
        is_one = len(found) == len(known) == 1 and not known[0].evidence.conflict
        if is_one and (choices := self._choices(known[0])):
            yield self._ask_back(choices, known[0].evidence.confidence)
            return
        yield Progress(stage=Stage.WRITING)
        async with aclosing(self._tell(found, finder)) as told:
            async for event in told:
                yield event

    async def _tell(
        self, found: Sequence[Found], finder: Finder
    ) -> AsyncGenerator[AnswerEvent, None]:
        """The answer to each part, and which of them have none."""
        sure: list[float] = []
        missing: list[str] = []
        for each in found:
            length = len(self.text)
            async with aclosing(self._try(each, finder)) as sentences:
                async for sentence in sentences:
                    yield sentence
            if len(self.text) > length:
                sure.append(each.evidence.confidence)
            else:
                missing.append(each.part)
        if not sure:
            yield self._reply_unknown(found[0].evidence)
            return
        if missing:
            yield self._name_missing(missing)
        yield self._finish(Outcome.ANSWERED, min(sure))

    def _may_tell(self, found: Found) -> bool:
        return found.is_known or (self.writer_decides and bool(found.evidence.hits))

    async def _try(self, found: Found, finder: Finder) -> AsyncGenerator[Sentence, None]:
        """A part, with what other words find where a trusted model misses the answer."""
        length = len(self.text)
        if self._may_tell(found):
            async with aclosing(self._tell_part(found)) as sentences:
                async for sentence in sentences:
                    yield sentence
        if not self.writer_decides or len(self.text) > length:
            return
        again = await finder.find_again(found)
        if again is None:
            return
        classes = (hit.data_class for hit in again.evidence.hits)
        self.data_class = highest_class(self.data_class, *classes)
        async with aclosing(self._tell_part(again)) as sentences:
            async for sentence in sentences:
                yield sentence

    async def _writer_decides(self) -> bool:
        """Whether a model says what the knowledge holds, and not the search alone."""
        is_trusted = self.resources.settings.answering.trust_writer
        return is_trusted and await self.resources.find_writer() is not None

    async def _tell_part(self, found: Found) -> AsyncGenerator[Sentence, None]:
        """A paragraph of its own, after what is said before an answer."""
        is_first = True
        async with aclosing(self._answer_part(found)) as sentences:
            async for sentence in sentences:
                if not self.text:
                    for opening in open_answer(self.intent, self.read_as, self.language):
                        yield self._say(opening)
                if is_first and self.text and not sentence.text.startswith("\n"):
                    yield self._say("\n\n")
                is_first = False
                self._clock("first_sentence")
                self.text += sentence.text
                yield sentence

    async def _answer_part(self, found: Found) -> AsyncGenerator[Sentence, None]:
        evidence = found.evidence
        if evidence.conflict:
            for sentence in self._show_conflict(evidence):
                yield sentence
            return
        cited: list[Citation] = []
        async with aclosing(self._sentences(found)) as sentences:
            async for sentence in sentences:
                cited += sentence.citations
                yield sentence
        note = date_sources(cited, evidence.standings, self.language)
        if note is not None:
            yield Sentence(text=f"\n\n{note}", citations=())

    def _show_conflict(self, evidence: Evidence) -> Iterator[Sentence]:
        """All that contradicts one another, in the words of the documents."""
        said = name_conflict(evidence.conflict, evidence.standings, self.language)
        yield Sentence(text=f"{said}\n\n", citations=())
        yield from compose(evidence.conflict, self.citer)

    def _name_missing(self, parts: Sequence[str]) -> Sentence:
        said = phrase("missing_part", self.language, parts=quote(parts, self.language))
        return self._say(f"\n\n{said}")

    def _say(self, text: str) -> Sentence:
        self.text += text
        return Sentence(text=text, citations=())

    def _choices(self, found: Found) -> tuple[str, ...]:
        """What to ask back; what leans on the conversation has its subject."""
        if found.choices or found.asked.text != found.read or found.evidence.worked:
            return found.choices
        units = found.evidence.units
        return find_choices(found.read, units, self.history, language=self.language)

    def _ask_back(self, choices: tuple[str, ...], sure: float) -> Answer:
        self.text, self.choices = phrase("ask_back", self.language), choices
        return self._finish(Outcome.ASKED_BACK, sure)

    async def _sentences(self, found: Found) -> AsyncGenerator[Sentence, None]:
        evidence = found.evidence
        if evidence.worked:
            for sentence in tell(evidence.worked, self.citer, self.language):
                yield sentence
            return
        written = Written()
        async with aclosing(self.model.write(found, written, self.language)) as sentences:
            async for sentence in sentences:
                yield sentence
        pieces: list[Sentence] = []
        if self._may_quote(found, written):
            with tracer.start_as_current_span("extract") as span:
                pieces = self._quote(found)
                span.set_attribute("kefu.sentence_count", len(pieces))
            for sentence in pieces:
                yield sentence
        if writing := written.sum_up(is_quoted=bool(pieces)):
            self.writing = self.writing + writing if self.writing else writing

    def _may_quote(self, found: Found, written: Written) -> bool:
        """Whether the knowledge's own words are said beside or instead of a model's."""
        has_refused = written.end is WritingEnd.REFUSED
        if self.writer_decides and (has_refused or not found.is_known):
            return False
        return not written.is_whole or self.model.has_failed

    def _quote(self, found: Found) -> list[Sentence]:
        return quote_units(
            found.asked.text,
            found.evidence,
            said=self.text,
            citer=self.citer,
            language=self.language,
            max_sentences=self.resources.settings.answering.max_sentences,
        )

    async def _reply_at_once(self) -> Answer | None:
        self.intent = await find_intent(self.resources, self.question, self.history)
        settings = self.resources.settings
        said = reply_at_once(self.intent, self.question, self.language, settings=settings)
        return self._reply(said, 0.0) if said else None

    def _reply_unknown(self, evidence: Evidence) -> Answer:
        settings = self.resources.settings
        said = reply_unknown(self.intent, evidence, self.history, self.language, settings=settings)
        return self._reply(said, evidence.confidence)

    def _reply(self, said: Reply, sure: float) -> Answer:
        self.text = said.text
        return self._finish(said.outcome, sure)

    def _finish(self, outcome: Outcome, sure: float) -> Answer:
        self._clock("total")
        is_quoted_instead = self.model.has_failed and outcome is Outcome.ANSWERED
        return Answer(
            answer=self.text.strip(),
            outcome=outcome,
            language=self.language,
            citations=self.citer.citations if outcome is Outcome.ANSWERED else (),
            mode=self.model.name,
            confidence=round(sure, 3),
            timings=self.timings,
            notice=phrase("model_failed", self.language) if is_quoted_instead else None,
            choices=self.choices,
            intent=self.intent,
            read_as=self.read_as,
            data_class=self.data_class,
            writing=self.writing,
        )

    def _clock(self, step: str) -> None:
        self.timings.setdefault(step, round(time.perf_counter() - self.started, 4))
