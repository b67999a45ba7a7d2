"""What whoever takes a conversation over has to know: chosen from what was said, or written."""

import logging
from collections import Counter
from collections.abc import Iterable, Sequence
from typing import Literal

from opentelemetry import trace
from pydantic import BaseModel, ConfigDict

from kefu.answering import EXTRACTIVE, Consultation, are_alike, consult, find_facts, supports
from kefu.copilot.moods import read_mood
from kefu.copilot.phrases import has_cue
from kefu.copilot.reading import conversation_text, list_sentences
from kefu.copilot.records import Lines, Mood, Reading, Speaker, Summary
from kefu.errors import ModelForbidden, ModelUnavailable
from kefu.llm import Unreadable, read_object
from kefu.resources import Resources
from kefu.text import Language, detect_language, find_identifiers, query_terms, simplify_text

PROMPT_NAME = "summarise"
MAX_TOKENS = 500
MOST_ENTRIES = 5
WISH_SENTENCES = 2
FIRST_LINES = 3  # of the customer, in which the wish stands
LONGEST_ENTRY = 240  # characters

log = logging.getLogger(__name__)
tracer = trace.get_tracer("kefu.copilot")


class Note(BaseModel):
    """What a model writes."""

    model_config = ConfigDict(extra="ignore")

    wish: str
    facts: list[str] = []
    tried: list[str] = []
    open: list[str] = []
    mood: Literal["pleased", "calm", "unsure", "annoyed", "angry"] = "calm"


async def summarise(resources: Resources, lines: Lines) -> Summary:
    """A note for a hand-over, in the language of the conversation."""
    with tracer.start_as_current_span("summarise") as span:
        extracted = extract_summary(lines, await read_mood(resources, lines))
        written = await _write(resources, lines, extracted)
        span.set_attribute("kefu.mode", (written or extracted).mode)
    return written or extracted


def extract_summary(lines: Lines, reading: Reading) -> Summary:
    """The note made of the conversation's own sentences."""
    said = " ".join(line.text for line in lines if line.speaker is Speaker.CUSTOMER)
    return Summary(
        wish=" ".join(_shorten(each) for each in find_wish_sentences(lines)),
        facts=_distinct(_find_known(lines)),
        tried=_distinct(_find_tried(lines)),
        open=_distinct(_find_open(lines)),
        reading=reading,
        mode=EXTRACTIVE,
        language=detect_language(said),
    )


def tell(summary: Summary) -> str:
    """All of it as one text."""
    parts = [summary.wish, *summary.facts, *summary.tried, *summary.open]
    return "\n".join(part for part in parts if part)


def find_wish_sentences(lines: Lines) -> list[str]:
    """Of the customer's first lines, those sentences that say most of what comes up later."""
    weights = Counter(
        term for line in lines for term in set(query_terms(line.text)) if len(term) > 1
    )
    said = list(list_sentences(lines, Speaker.CUSTOMER))
    asked = [(line, text) for line, text in said if not has_cue("solved", text)] or said
    firsts = list(dict.fromkeys(id(line) for line, _ in asked))[:FIRST_LINES]
    ranked = sorted(
        (
            (
                _weigh(text, weights)
                * (2.0 if has_cue("wants", text) else 1.0)
                / (1 + firsts.index(id(line))),
                -at,
                text,
            )
            for at, (line, text) in enumerate(asked)
            if id(line) in firsts
        ),
        reverse=True,
    )
    chosen = sorted(ranked[:WISH_SENTENCES], key=lambda each: -each[1])
    return [text for _, _, text in chosen]


def _weigh(text: str, weights: Counter[str]) -> float:
    terms = set(query_terms(text))
    return sum(weights[term] for term in terms) / (len(terms) + 3) if terms else 0.0


def _find_known(lines: Lines) -> list[str]:
    """Sentences of the customer, then of the others, that hold a figure or a code."""
    customers = [text for _, text in list_sentences(lines, Speaker.CUSTOMER)]
    others = [text for _, text in list_sentences(lines, Speaker.STAFF, Speaker.CHATBOT)]
    return [text for text in (*customers, *others) if holds_fact(text)]


def holds_fact(text: str) -> bool:
    """Whether a sentence holds something that can be wrong to the letter."""
    return bool(find_facts(simplify_text(text)) or find_identifiers(text))


def _find_tried(lines: Lines) -> list[str]:
    """What staff and the chatbot told the customer to do, and what the customer says of it."""
    tried = []
    for line, text in list_sentences(lines, *Speaker):
        is_customer = line.speaker is Speaker.CUSTOMER
        cues = ("failed", "solved") if is_customer else ("instructs",)
        if any(has_cue(cue, text) for cue in cues) and (is_customer or not _asks(text)):
            tried.append(text)
    return tried


def _find_open(lines: Lines) -> list[str]:
    """What the customer asked last and nobody answered, and what staff promised."""
    last_reply = max(
        (at for at, line in enumerate(lines) if line.speaker is not Speaker.CUSTOMER), default=-1
    )
    waiting = [
        text
        for _, text in list_sentences(lines[last_reply + 1 :], Speaker.CUSTOMER)
        if not has_cue("solved", text)
    ]
    promised = [
        text for _, text in list_sentences(lines, Speaker.STAFF) if has_cue("promises", text)
    ]
    return [*waiting, *promised]


def _asks(text: str) -> bool:
    return text.rstrip().endswith(("?", "？"))


def _distinct(texts: Iterable[str]) -> tuple[str, ...]:
    kept: list[str] = []
    for text in texts:
        if len(kept) < MOST_ENTRIES and not any(are_alike(text, other) for other in kept):
            kept.append(_shorten(text))
    return tuple(kept)


def _shorten(text: str) -> str:
    return text if len(text) <= LONGEST_ENTRY else f"{text[:LONGEST_ENTRY].rstrip()}…"


async def _write(resources: Resources, lines: Lines, extracted: Summary) -> Summary | None:
    """The note as a model writes it; only those entries that the conversation says."""
    endpoint = await resources.find_writer()
    if endpoint is None or not lines:
        return None
    told = conversation_text(lines, extracted.language)
    asked = Consultation(
        name=PROMPT_NAME,
        values={"conversation": told},
        language=extracted.language,
        max_tokens=MAX_TOKENS,
        data_class=resources.settings.routing.conversation_class,
    )
    try:
        note = read_object(await consult(resources, endpoint, asked), Note)
    except (ModelForbidden, ModelUnavailable, Unreadable) as error:
        log.info("A conversation is summarised without a model: %s", error)
        return None
    said = [line.text for line in lines]
    wish = note.wish if is_told(note.wish, said, extracted.language) else extracted.wish
    return Summary(
        wish=wish,
        facts=_keep_told(note.facts, said, extracted) or extracted.facts,
        tried=_keep_told(note.tried, said, extracted) or extracted.tried,
        open=_keep_told(note.open, said, extracted) or extracted.open,
        reading=_agree(extracted.reading, Mood(note.mood)),
        mode=endpoint.name,
        language=extracted.language,
    )


def is_told(text: str, said: Sequence[str], language: Language) -> bool:
    """Whether a conversation says it, as far as that can be told: in the same language."""
    if not text.strip() or detect_language(text) != language:
        return False
    return supports(text, said, " ".join(said)).is_supported


def _keep_told(entries: Sequence[str], said: Sequence[str], summary: Summary) -> tuple[str, ...]:
    return _distinct(each for each in entries if is_told(each, said, summary.language))


def _agree(reading: Reading, written: Mood) -> Reading:
    """Words that show a mood count more than what a model makes of them."""
    if reading.because or reading.mood is written:
        return reading
    return Reading(mood=written, share=reading.share, is_urgent=reading.is_urgent)
