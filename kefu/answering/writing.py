"""The part of an answer that a model writes, as far as one may and can."""

import logging
from collections.abc import AsyncGenerator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field

from opentelemetry import trace

from kefu.answering.citing import Citer
from kefu.answering.entailment import EntailmentReader
from kefu.answering.finding import Found
from kefu.answering.judging import Judge
from kefu.answering.records import EXTRACTIVE, Sentence, Turn, WritingEnd
from kefu.answering.write import (
    PROMPT_NAME,
    TURNS_GIVEN,
    AnswerPrompt,
    ModelRefused,
    Sending,
    build_prompt,
    conversation_text,
    describe_prompt,
    fill_budget,
)
from kefu.answering.written import Written, write_verified
from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.llm import Call, ChatEndpoint
from kefu.prompts import Specification, load_live
from kefu.resources import Resources
from kefu.text import Language
from kefu.tracing import trace_steps
from kefu.viewer import highest_class

log = logging.getLogger(__name__)
tracer = trace.get_tracer("kefu.answering")


@dataclass(slots=True, kw_only=True)
class ModelWriter:
    """Writes the parts of one answer, each from what was found for it.

    Attributes:
        specification: of the prompt; None: the live one.
        name: of the endpoint that wrote what was shown last.
        has_failed: whether one did not answer as it should.
    """

    resources: Resources
    history: Sequence[Turn]
    citer: Citer
    specification: Specification | None = None
    name: str = EXTRACTIVE
    has_failed: bool = False
    _called: str | None = field(default=None, init=False)

    async def write(
        self, found: Found, written: Written, language: Language
    ) -> AsyncGenerator[Sentence, None]:
        """What a model writes, as far as it comes; why it does not is for the log."""
        endpoint = await self.resources.find_writer()
        if endpoint is None:
            return
        written.end = WritingEnd.FINISHED
        try:
            async with aclosing(self._write(endpoint, found, written, language)) as sentences:
                async for sentence in sentences:
                    self.name = endpoint.name
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
            self.has_failed = True
        if written.shown_count:
            self.name = self._called or self.name

    async def _write(
        self, endpoint: ChatEndpoint, found: Found, written: Written, language: Language
    ) -> AsyncGenerator[Sentence, None]:
        settings = self.resources.settings
        earlier = self.history[-TURNS_GIVEN:]
        prompt = await self._build_prompt(endpoint, found, earlier, language)
        given = found.evidence.hits[: prompt.hit_count]
        sending = Sending(
            max_tokens=settings.model.max_tokens,
            data_class=highest_class(
                settings.routing.conversation_class,
                *(hit.data_class for hit in given),
                *(turn.data_class for turn in earlier),
            ),
            on_call=self._note_call,
        )
        embedder = self.resources.embedder
        may_see = embedder.data_class.rank >= sending.data_class.rank
        reader = EntailmentReader(
            resources=self.resources,
            endpoint=endpoint,
            question=found.read,
            language=language,
            data_class=sending.data_class,
        )
        is_read = settings.answering.check_entailment and not prompt.signs
        sentences = write_verified(
            endpoint,
            prompt,
            sending=sending,
            judge=Judge(
                found.asked.text,
                given,
                language=language,
                embedder=embedder if may_see else None,
                citer=self.citer,
            ),
            written=written,
            reader=reader if is_read else None,
        )
        span = tracer.start_span("write", attributes=describe_prompt(prompt))
        async with aclosing(trace_steps(span, sentences)) as traced:
            async for sentence in traced:
                yield sentence

    async def _build_prompt(
        self, endpoint: ChatEndpoint, found: Found, earlier: Sequence[Turn], language: Language
    ) -> AnswerPrompt:
        specification, version = await self._choose_prompt(language)
        excerpts = fill_budget(
            found.evidence.hits,
            endpoint,
            specification,
            (found.read, conversation_text(earlier)),
            settings=self.resources.settings.model,
        )
        return build_prompt(
            found.read,
            excerpts,
            specification=specification,
            language=language,
            earlier=earlier,
            version=version,
        )

    async def _choose_prompt(self, language: Language) -> tuple[Specification, str]:
        """The one that was given, else the live one, with the name of its version."""
        if self.specification is not None:
            return self.specification, ""
        async with self.resources.database.connection() as conn:
            live = await load_live(
                conn, PROMPT_NAME, language=language, numbers=self.resources.prompt_numbers
            )
        return live.specification, live.version.name

    def _note_call(self, call: Call) -> None:
        if call.first_token_seconds is not None:
            self._called = call.endpoint
