"""A reply that staff may send: what the knowledge says to what the customer wants."""

from collections.abc import AsyncGenerator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field, replace

from opentelemetry import trace

from kefu.answering import (
    EXTRACTIVE,
    Answer,
    Citation,
    Intent,
    Outcome,
    Turn,
    answer,
    check_text,
    strip_markers,
    understand,
)
from kefu.copilot.drafting import NoDraft, draft_body, find_grounds
from kefu.copilot.dressing import (
    HOUSE_STYLE,
    Body,
    Style,
    dress,
    list_courtesies,
    split_body,
)
from kefu.copilot.missing import ask_for_missing
from kefu.copilot.phrases import has_cue, phrase
from kefu.copilot.records import Lines, Reply, ReplySoFar
from kefu.copilot.typed import go_on
from kefu.copilot.wishes import Wish, find_wish
from kefu.errors import NotFound
from kefu.knowledge import get_base, get_excerpt
from kefu.resources import Resources
from kefu.retrieval import Hit
from kefu.text import SpanKind, split_sentences
from kefu.tracing import Value, trace_steps
from kefu.viewer import ANONYMOUS, DataClass, Viewer, highest_class

SENTENCES_QUOTED = 4  # of the nearest text, where it is not sure that it answers

tracer = trace.get_tracer("kefu.copilot")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Asked:
    """A reply that is asked for."""

    lines: Lines
    viewer: Viewer
    base: str
    typed: str
    style: Style


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
    """The whole reply at once; raises as `stream_reply`."""
    steps = stream_reply(resources, lines, viewer=viewer, base=base, typed=typed, style=style)
    async with aclosing(steps):
        async for step in steps:
            if isinstance(step, Reply):
                return step
    raise AssertionError("a stream of a reply ends with it")


async def stream_reply(
    resources: Resources,
    lines: Lines,
    *,
    viewer: Viewer,
    base: str,
    typed: str = "",
    style: Style = HOUSE_STYLE,
) -> AsyncGenerator[ReplySoFar | Reply, None]:
    """What staff may send now, in the customer's language: as far as a model wrote it, then whole.

    It begins with what was typed already. The viewer is the member of staff: what only staff may
    read is found too, and named as such. Raises as `kefu.answering.answer`.
    """
    asked = _Asked(lines=lines, viewer=viewer, base=base, typed=typed, style=style)
    steps = trace_steps(tracer.start_span("suggest"), _stream(resources, asked), describe=_describe)
    async with aclosing(steps):
        async for step in steps:
            yield step


def _describe(step: ReplySoFar | Reply) -> Mapping[str, Value]:
    if isinstance(step, ReplySoFar):
        return {}
    outcome = "answered" if step.is_grounded else "abstained"
    return {
        "kefu.mode": step.mode,
        "kefu.is_grounded": step.is_grounded,
        "kefu.outcome": outcome,
    }


async def _stream(resources: Resources, asked: _Asked) -> AsyncGenerator[ReplySoFar | Reply, None]:
    wish = await find_wish(resources, asked.lines)
    if not wish.question:
        yield _be_polite(resources, wish, asked)
        return
    found = _Found()
    answered = await _answer(resources, wish, asked, found)
    body: Body | None = None
    bodies = draft_body(resources, asked.lines, wish, found.hits, asked.typed)
    try:
        async with aclosing(bodies):
            async for body in bodies:
                sentences = dress(body, wish, asked.style, typed=asked.typed, is_whole=False)
                yield ReplySoFar(text=go_on(asked.typed, sentences), mode=body.mode)
    except NoDraft:
        body = None
    if body is None:
        body = _read_answer(answered, asked.lines, wish)
    near_confidence = resources.settings.answering.near_confidence
    if not body.is_grounded and answered.confidence >= near_confidence:
        body = await _quote_nearest(resources, asked.lines, wish, found.hits) or body
    said = resources.settings.routing.conversation_class
    yield Reply(
        text=go_on(asked.typed, dress(body, wish, asked.style, typed=asked.typed)),
        language=wish.language,
        question=wish.question,
        citations=body.citations,
        mode=body.mode,
        is_grounded=body.is_grounded,
        is_sure=body.is_grounded and answered.outcome is Outcome.ANSWERED,
        confidence=answered.confidence,
        data_class=highest_class(said, answered.data_class, *_classes(found.hits, body)),
        internal_titles=await _find_internal(resources, body.citations),
        dropped_count=body.dropped_count,
    )


def _be_polite(resources: Resources, wish: Wish, asked: _Asked) -> Reply:
    """Where nothing is asked."""
    return Reply(
        text=go_on(asked.typed, list_courtesies(wish, asked.style, typed=asked.typed)),
        language=wish.language,
        question="",
        citations=(),
        mode=EXTRACTIVE,
        is_grounded=False,
        is_sure=False,
        confidence=0.0,
        data_class=resources.settings.routing.conversation_class,
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


async def _answer(resources: Resources, wish: Wish, asked: _Asked, found: _Found) -> Answer:
    """What the knowledge says, in its own words; a model may make the question stand alone."""
    question, turns = wish.question, wish.turns
    if turns and await resources.find_writer() is not None:
        async with resources.database.connection() as conn:
            base = await get_base(conn, asked.base)
        meant = await understand(resources, question, turns, viewer=asked.viewer, base=base)
        if meant.query != question:
            question, turns = meant.query, ()
    answered = await _ask(resources, question, turns, asked, found)
    if turns and answered.outcome is Outcome.ABSTAINED:
        alone = _Found()
        by_itself = await _ask(resources, question, (), asked, alone)
        if by_itself.outcome is Outcome.ANSWERED or by_itself.confidence > answered.confidence:
            found.hits = alone.hits
            return by_itself
    return answered


async def _ask(
    resources: Resources, question: str, turns: Sequence[Turn], asked: _Asked, found: _Found
) -> Answer:
    return await answer(
        replace(resources, endpoint=None),
        question,
        viewer=asked.viewer,
        base=asked.base,
        history=turns,
        on_hits=found.keep,
    )


async def _quote_nearest(
    resources: Resources, lines: Lines, wish: Wish, hits: Sequence[Hit]
) -> Body | None:
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
    checked = await check_text("\n".join(told), find_grounds(resources, lines, wish, [near]))
    if not checked.citations:
        return None
    return Body(
        sentences=split_body(" ".join(strip_markers(checked.text).split())),
        is_grounded=True,
        citations=checked.citations,
        mode=EXTRACTIVE,
    )


def _read_answer(answered: Answer, lines: Lines, wish: Wish) -> Body:
    """The knowledge's own words, or what is said where it has none."""
    if answered.outcome is Outcome.ANSWERED:
        text = strip_markers(answered.answer)
        return Body(
            sentences=split_body(text),
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
    return Body(sentences=asking, is_grounded=False, mode=answered.mode, needs_sorry=unhappy)


def _classes(hits: Sequence[Hit], body: Body) -> list[DataClass]:
    cited = {each.chunk_id for each in body.citations}
    return [hit.data_class for hit in hits if hit.chunk_id in cited]
