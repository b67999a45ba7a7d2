"""From a question to a grounded, cited answer, or to abstention."""

import logging
import time
from collections.abc import AsyncGenerator, Iterator, Sequence
from contextlib import aclosing

from opentelemetry import trace

from kefu.answering.asking_back import find_choices
from kefu.answering.citing import Citer
from kefu.answering.dating import date_sources, name_conflict
from kefu.answering.describing import OnHits, describe_event, ignore_hits
from kefu.answering.extract import choose_units, compose, leave_out_said, with_leads
from kefu.answering.finding import Finder, Found, find_reading
from kefu.answering.follow_up import Asked
from kefu.answering.gather import Evidence
from kefu.answering.intents import find_intent, last_words, read_emoji
from kefu.answering.parts import quote, set_apart
from kefu.answering.phrases import phrase
from kefu.answering.records import (
    EXTRACTIVE,
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
from kefu.answering.write import (
    PROMPT_NAME,
    TURNS_GIVEN,
    ModelRefused,
    Sending,
    build_prompt,
    conversation_text,
    describe_prompt,
    fill_budget,
)
from kefu.answering.written import Judge, Written, write_verified
from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.knowledge import DEFAULT_BASE
from kefu.llm import Call, ChatEndpoint
from kefu.prompts import Specification, load_live
from kefu.resources import Resources
from kefu.retrieval import Hit
from kefu.text import detect_language
from kefu.tracing import trace_steps
from kefu.viewer import Viewer, highest_class

log = logging.getLogger(__name__)
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
    run.specification = specification
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
        self.asked = Asked(query=question, text=question)
        self.intent = Intent.QUESTION
        self.choices: tuple[str, ...] = ()
        self.read_as: str | None = None
        self.citer = Citer()
        self.started = time.perf_counter()
        self.timings: dict[str, float] = {}
        self.text = ""
        self.mode = EXTRACTIVE
        self.writer: str | None = None
        self.data_class = highest_class(
            resources.settings.routing.conversation_class, *(turn.data_class for turn in history)
        )
        self.notice: str | None = None
        self.writing: Writing | None = None
        self.specification: Specification | None = None
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
        if not known:
            yield self._reply_unknown(found[0].evidence)
            return
        sure = min(each.evidence.confidence for each in known)
        is_one = len(found) == 1 and not known[0].evidence.conflict
        if is_one and (choices := self._choices(known[0])):
            yield self._ask_back(choices, sure)
            return
        yield Progress(stage=Stage.WRITING)
        for opening in open_answer(self.intent, self.read_as, self.language):
            yield self._say(opening)
        for each in known:
            apart = set_apart(self._answer_part(each), is_first=not self.text)
            async with aclosing(apart) as sentences:
                async for sentence in sentences:
                    self._clock("first_sentence")
                    self.text += sentence.text
                    yield sentence
        if missing := [each.part for each in found if not each.is_known]:
            yield self._name_missing(missing)
        yield self._finish(Outcome.ANSWERED, sure)

    async def _answer_part(self, found: Found) -> AsyncGenerator[Sentence, None]:
        self.question, self.asked = found.read, found.asked
        evidence = found.evidence
        if evidence.conflict:
            for sentence in self._show_conflict(evidence):
                yield sentence
            return
        cited: list[Citation] = []
        async with aclosing(self._sentences(evidence)) as sentences:
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

    async def _sentences(self, evidence: Evidence) -> AsyncGenerator[Sentence, None]:
        if evidence.worked:
            for sentence in tell(evidence.worked, self.citer, self.language):
                yield sentence
            return
        written = Written()
        async with aclosing(self._try_to_write(evidence.hits, written)) as sentences:
            async for sentence in sentences:
                yield sentence
        pieces: list[Sentence] = []
        if not written.is_whole or self.notice:
            with tracer.start_as_current_span("extract") as span:
                pieces = self._extract(evidence)
                span.set_attribute("kefu.sentence_count", len(pieces))
            for sentence in pieces:
                yield sentence
        if writing := written.sum_up(is_quoted=bool(pieces)):
            self.writing = self.writing + writing if self.writing else writing

    async def _try_to_write(
        self, hits: Sequence[Hit], written: Written
    ) -> AsyncGenerator[Sentence, None]:
        """What a model writes, as far as it comes; why it does not is for the log."""
        endpoint = await self.resources.find_writer()
        if endpoint is None:
            return
        written.end = WritingEnd.FINISHED
        try:
            async with aclosing(self._write(endpoint, hits, written)) as sentences:
                async for sentence in sentences:
                    self.mode = endpoint.name
                    yield sentence
        except ModelRefused as refusal:
            written.end = refusal.end
            log.info("The model found no answer where retrieval did.")
        except ModelForbidden as error:
            written.end = WritingEnd.FORBIDDEN
            log.info("Answering without a model: %s", error)
        except ModelUnavailable as error:
            written.end = WritingEnd.FAILED
            log.warning("Answering without the model: %s", error)
            self.notice = phrase("model_failed", self.language)
        if written.shown_count:
            self.mode = self.writer or self.mode

    async def _write(
        self, endpoint: ChatEndpoint, hits: Sequence[Hit], written: Written
    ) -> AsyncGenerator[Sentence, None]:
        settings = self.resources.settings.model
        specification, version = await self._choose_prompt()
        earlier = self.history[-TURNS_GIVEN:]
        texts = (self.question, conversation_text(earlier))
        excerpts = fill_budget(hits, endpoint, specification, texts, settings=settings)
        prompt = build_prompt(
            self.question,
            excerpts,
            specification=specification,
            language=self.language,
            earlier=earlier,
            version=version,
        )
        given = hits[: prompt.hit_count]
        sending = Sending(
            max_tokens=settings.max_tokens,
            data_class=highest_class(
                self.resources.settings.routing.conversation_class,
                *(hit.data_class for hit in given),
                *(turn.data_class for turn in earlier),
            ),
            on_call=self._note_call,
        )
        embedder = self.resources.embedder
        may_see = embedder.data_class.rank >= sending.data_class.rank
        sentences = write_verified(
            endpoint,
            prompt,
            sending=sending,
            judge=Judge(
                self.asked.text,
                given,
                language=self.language,
                embedder=embedder if may_see else None,
                citer=self.citer,
            ),
            written=written,
        )
        span = tracer.start_span("write", attributes=describe_prompt(prompt))
        async with aclosing(trace_steps(span, sentences)) as traced:
            async for sentence in traced:
                yield sentence

    async def _choose_prompt(self) -> tuple[Specification, str]:
        """The one that was given, else the live one, with the name of its version."""
        if self.specification is not None:
            return self.specification, ""
        async with self.resources.database.connection() as conn:
            live = await load_live(
                conn,
                PROMPT_NAME,
                language=self.language,
                numbers=self.resources.prompt_numbers,
            )
        return live.specification, live.version.name

    def _note_call(self, call: Call) -> None:
        if call.first_token_seconds is not None:
            self.writer = call.endpoint

    def _extract(self, evidence: Evidence) -> list[Sentence]:
        """The knowledge's own words, after what a model may have said already."""
        most = self.resources.settings.answering.max_sentences
        units = choose_units(self.asked.text, evidence.units, max_sentences=most)
        units = with_leads(units, evidence.leads)
        units = leave_out_said(units, self.text, {each.quote for each in self.citer.citations})
        pieces = list(compose(units, self.citer))
        if units and units[-1].goes_on:
            note = phrase("goes_on", self.language, title=units[-1].hit.title)
            pieces.append(Sentence(text=f"\n\n{note}", citations=()))
        if pieces and all(unit.hit.language != self.language for unit in units):
            lead = phrase("other_language", self.language)
            pieces.insert(0, Sentence(text=f"{lead}\n\n", citations=()))
        if pieces and self.text:
            pieces.insert(0, Sentence(text="\n\n", citations=()))
        return pieces

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
        return Answer(
            answer=self.text.strip(),
            outcome=outcome,
            language=self.language,
            citations=self.citer.citations if outcome is Outcome.ANSWERED else (),
            mode=self.mode,
            confidence=round(sure, 3),
            timings=self.timings,
            notice=self.notice,
            choices=self.choices,
            intent=self.intent,
            read_as=self.read_as,
            data_class=self.data_class,
            writing=self.writing,
        )

    def _clock(self, step: str) -> None:
        self.timings.setdefault(step, round(time.perf_counter() - self.started, 4))
