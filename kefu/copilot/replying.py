"""A reply that staff may send: what the knowledge says to what the customer wants."""

import logging
import re
from collections.abc import Sequence
from dataclasses import dataclass, field, replace

from opentelemetry import trace

from kefu.answering import (
    EXTRACTIVE,
    Answer,
    Checked,
    Citation,
    Consultation,
    Intent,
    Outcome,
    Turn,
    answer,
    check_text,
    consult,
    fit_excerpts,
    understand,
)
from kefu.copilot.missing import ask_for_missing
from kefu.copilot.phrases import has_cue, list_phrases, phrase
from kefu.copilot.reading import conversation_text, list_statements
from kefu.copilot.records import Lines, Reply
from kefu.copilot.typed import go_on
from kefu.copilot.wishes import Wish, find_wish
from kefu.errors import ModelForbidden, ModelUnavailable, NotFound
from kefu.knowledge import get_excerpt
from kefu.resources import Resources
from kefu.retrieval import Hit
from kefu.text import SpanKind, split_sentences
from kefu.viewer import ANONYMOUS, DataClass, Viewer, highest_class

PROMPT_NAME = "suggest"
NO_DRAFT = "NO_DRAFT"
MAX_TOKENS = 500
EXCERPT_TOKENS = 2000
SENTENCES_QUOTED = 4  # of the nearest text, where it is not sure that it answers
_MARKER = re.compile(r"[ \t]*\[\d{1,3}\]")

log = logging.getLogger(__name__)
tracer = trace.get_tracer("kefu.copilot")


@dataclass(frozen=True, slots=True, kw_only=True)
class Style:
    """How the company opens and closes a message; empty: as Kefu does.

    Attributes:
        name: of the customer.
    """

    greeting: str = ""
    closing: str = ""
    name: str = ""


HOUSE_STYLE = Style()


@dataclass(frozen=True, slots=True, kw_only=True)
class _Body:
    """What a reply says between its greeting and its closing."""

    sentences: Sequence[str]
    is_grounded: bool
    citations: tuple[Citation, ...] = ()
    mode: str = ""
    dropped_count: int = 0
    needs_sorry: bool = False


@dataclass(slots=True, kw_only=True)
class _Found:
    """What answering found, kept for a model to write from."""

    hits: list[Hit] = field(default_factory=list)

    def keep(self, hits: Sequence[Hit]) -> None:
        self.hits = list(hits)


async def suggest_reply(
    resources: Resources,
    lines: Lines,
    *,
    viewer: Viewer,
    base: str,
    typed: str = "",
    style: Style = HOUSE_STYLE,
) -> Reply:
    """What staff may send now, in the customer's language.

    It begins with what was typed already. The viewer is the member of staff: what only staff may
    read is found too, and named as such. Raises as `kefu.answering.answer`.
    """
    with tracer.start_as_current_span("suggest") as span:
        wish = await find_wish(resources, lines)
        reply = await _reply(resources, lines, wish, _Asker(viewer, base), typed, style)
        span.set_attribute("kefu.mode", reply.mode)
        span.set_attribute("kefu.is_grounded", reply.is_grounded)
    return reply


@dataclass(frozen=True, slots=True)
class _Asker:
    viewer: Viewer
    base: str


async def _reply(
    resources: Resources, lines: Lines, wish: Wish, asker: _Asker, typed: str, style: Style
) -> Reply:
    said = resources.settings.routing.conversation_class
    if not wish.question:
        text = go_on(typed, _courtesies(wish, style))
        return Reply(
            text=text,
            language=wish.language,
            question="",
            citations=(),
            mode=EXTRACTIVE,
            is_grounded=False,
            is_sure=False,
            confidence=0.0,
            data_class=said,
        )
    found = _Found()
    answered = await _answer(resources, wish, asker, found)
    body = await _write(resources, lines, wish, found.hits, typed)
    if body is None:
        body = _read_answer(answered, lines, wish)
    if not body.is_grounded and answered.confidence >= resources.settings.answering.near_confidence:
        body = await _quote_nearest(resources, lines, wish, found.hits) or body
    return Reply(
        text=go_on(typed, _dress(body, wish, style)),
        language=wish.language,
        question=wish.question,
        citations=body.citations,
        mode=body.mode,
        is_grounded=body.is_grounded,
        is_sure=body.is_grounded and answered.outcome is Outcome.ANSWERED,
        confidence=answered.confidence,
        data_class=highest_class(said, answered.data_class, *(_classes(found.hits, body))),
        internal_titles=await _find_internal(resources, body.citations),
        dropped_count=body.dropped_count,
    )


async def _find_internal(resources: Resources, citations: Sequence[Citation]) -> tuple[str, ...]:
    """Titles of what is cited and nobody but staff may read."""
    titles = []
    async with resources.database.connection() as conn:
        for each in citations:
            try:
                await get_excerpt(conn, each.chunk_id, viewer=ANONYMOUS)
            except NotFound:
                titles.append(each.title)
    return tuple(dict.fromkeys(titles))


async def _answer(resources: Resources, wish: Wish, asker: _Asker, found: _Found) -> Answer:
    """What the knowledge says, in its own words; a model may make the question stand alone."""
    question, turns = wish.question, wish.turns
    if turns and await resources.find_writer() is not None:
        asked = await understand(resources, question, turns, viewer=asker.viewer, base=asker.base)
        if asked.query != question:
            question, turns = asked.query, ()
    answered = await _ask(resources, question, turns, asker, found)
    if turns and answered.outcome is Outcome.ABSTAINED:
        alone = _Found()
        by_itself = await _ask(resources, question, (), asker, alone)
        if by_itself.outcome is Outcome.ANSWERED or by_itself.confidence > answered.confidence:
            found.hits = alone.hits
            return by_itself
    return answered


async def _ask(
    resources: Resources, question: str, turns: Sequence[Turn], asker: _Asker, found: _Found
) -> Answer:
    return await answer(
        replace(resources, endpoint=None),
        question,
        viewer=asker.viewer,
        base=asker.base,
        history=turns,
        on_hits=found.keep,
    )


async def _quote_nearest(
    resources: Resources, lines: Lines, wish: Wish, hits: Sequence[Hit]
) -> _Body | None:
    """What the nearest text says, where it is not sure that it answers: a person reads it first.

    Nothing where something is missing that has to be asked for.
    """
    near = next((hit for hit in hits if hit.language == wish.language), None)
    if near is None or ask_for_missing(lines, wish.language):
        return None
    told = [
        span.text
        for span in split_sentences(near.text)
        if span.kind is not SpanKind.HEADING and not has_cue("courtesy", span.text)
    ][:SENTENCES_QUOTED]
    checked = await _check(resources, "\n".join(told), [near], lines, wish)
    if not checked.citations:
        return None
    return _Body(
        sentences=_split(" ".join(_MARKER.sub("", checked.text).split())),
        is_grounded=True,
        citations=checked.citations,
        mode=EXTRACTIVE,
    )


def _read_answer(answered: Answer, lines: Lines, wish: Wish) -> _Body:
    """The knowledge's own words, or what is said where it has none."""
    if answered.outcome is Outcome.ANSWERED:
        text = _MARKER.sub("", answered.answer)
        return _Body(
            sentences=_split(text),
            is_grounded=True,
            citations=answered.citations,
            mode=answered.mode,
        )
    unhappy = wish.intent in {Intent.COMPLAINT, Intent.URGENT}
    asking = ask_for_missing(lines, wish.language)
    if answered.outcome is Outcome.ASKED_BACK and answered.choices:
        choices = ("；" if wish.language == "zh" else "; ").join(answered.choices)
        asking = [phrase("ask_back", wish.language, choices=choices)]
    elif not asking:
        asking = [phrase("look_up", wish.language)]
    return _Body(sentences=asking, is_grounded=False, mode=answered.mode, needs_sorry=unhappy)


async def _write(
    resources: Resources, lines: Lines, wish: Wish, hits: Sequence[Hit], typed: str
) -> _Body | None:
    """What a model drafts, as far as the excerpts and the conversation support it."""
    endpoint = await resources.find_writer()
    if endpoint is None or not hits:
        return None
    model = resources.settings.model
    excerpts = fit_excerpts(
        hits[: model.max_excerpts],
        budget_tokens=min(model.context_tokens, EXCERPT_TOKENS),
        count_tokens=endpoint.count_tokens,
    )
    given = hits[: len(excerpts)]
    asked = Consultation(
        name=PROMPT_NAME,
        values={
            "excerpts": "\n\n".join(excerpts),
            "conversation": conversation_text(lines, wish.language),
            "typed": typed,
            "language": wish.language,
        },
        language=wish.language,
        max_tokens=MAX_TOKENS,
        data_class=highest_class(
            resources.settings.routing.conversation_class, *(hit.data_class for hit in given)
        ),
    )
    try:
        draft = await consult(resources, endpoint, asked)
    except (ModelForbidden, ModelUnavailable) as error:
        log.info("A reply is suggested without a model: %s", error)
        return None
    if NO_DRAFT in draft:
        return None
    checked = await _check(resources, draft, given, lines, wish)
    if not checked.citations:
        return None
    return _Body(
        sentences=_split(_MARKER.sub("", checked.text)),
        is_grounded=True,
        citations=checked.citations,
        mode=endpoint.name,
        dropped_count=checked.dropped_count,
    )


async def _check(
    resources: Resources, draft: str, given: Sequence[Hit], lines: Lines, wish: Wish
) -> Checked:
    embedder, said = resources.embedder, resources.settings.routing.conversation_class
    highest = highest_class(said, *(hit.data_class for hit in given))
    return await check_text(
        draft,
        given,
        question=wish.question,
        language=wish.language,
        embedder=embedder if embedder.data_class.rank >= highest.rank else None,
        known=[*list_statements(lines), " ".join(list_phrases(wish.language))],
    )


def _dress(body: _Body, wish: Wish, style: Style) -> list[str]:
    """The body with what the company says before and after it."""
    sentences = [_greet(wish, style)] if wish.is_first else []
    if body.needs_sorry:
        sentences.append(phrase("sorry", wish.language))
    sentences += body.sentences
    if body.is_grounded:
        sentences.append(style.closing or phrase("closing", wish.language))
    return sentences


def _courtesies(wish: Wish, style: Style) -> list[str]:
    """Where nothing is asked."""
    if wish.intent is Intent.PERSON:
        return [_greet(wish, style), phrase("taking_over", wish.language)]
    if wish.intent in {Intent.GREETING, Intent.IDENTITY}:
        return [style.greeting or phrase("hello", wish.language)]
    if wish.is_answered:
        return [style.closing or phrase("closing", wish.language)]
    return [phrase("welcome", wish.language)]


def _greet(wish: Wish, style: Style) -> str:
    """In a line of its own where what follows begins with a capital."""
    if style.greeting:
        greeting = style.greeting
    elif style.name:
        greeting = phrase("greeting_named", wish.language, name=style.name)
    else:
        greeting = phrase("greeting", wish.language)
    return f"{greeting}\n" if wish.language == "en" else greeting


def _split(text: str) -> list[str]:
    """A text in pieces that go on from what was typed; what is no plain paragraph stays whole."""
    if "\n" in text.strip():
        return [each for each in re.split(r"(?<=\n\n)", text) if each.strip()]
    return [span.text for span in split_sentences(text) if not has_cue("courtesy", span.text)] or [
        text
    ]


def _classes(hits: Sequence[Hit], body: _Body) -> list[DataClass]:
    cited = {each.chunk_id for each in body.citations}
    return [hit.data_class for hit in hits if hit.chunk_id in cited]
