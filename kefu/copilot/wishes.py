"""What a customer wants to know at this point of a conversation."""

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import groupby

from kefu.answering import SMALL_TALK, Intent, Turn, find_intent
from kefu.copilot.phrases import has_cue
from kefu.copilot.records import Line, Lines, Speaker
from kefu.resources import Resources
from kefu.text import Language, content_words, detect_language

TURNS_READ = 6
LONGEST_QUESTION = 1500
LONGEST_THANKS = 60
TELLING_WORDS = 6
"""Of a call for a person, from which on it also says what the matter is."""
NOTHING_ASKED = SMALL_TALK | {Intent.PERSON, Intent.ABUSIVE}


@dataclass(frozen=True, slots=True, kw_only=True)
class Wish:
    """What is to be answered now.

    Attributes:
        question: of the customer's lines since staff wrote last; empty: nothing is asked.
        turns: what was said before it.
        intent: of the customer's last line.
        is_first: staff has not written yet.
        is_answered: staff wrote last, so that it is the customer's turn.
    """

    question: str
    turns: tuple[Turn, ...]
    intent: Intent
    language: Language
    is_first: bool
    is_answered: bool


async def find_wish(resources: Resources, lines: Lines) -> Wish:
    """The last thing that the customer wants to know and staff has not replied to.

    A call for a person and small talk want no knowledge: what was asked before them does.
    """
    start = _after_staff(lines)
    waiting = [line.text for line in lines[start:] if line.speaker is Speaker.CUSTOMER]
    intent = await find_intent(resources, waiting[-1], ()) if waiting else Intent.THANKS
    runs = _runs(lines[start:])
    question, at = "", len(lines)
    for run_start, run in reversed(runs):
        asked = [text for text in run if await _asks(resources, text)]
        if asked:
            question, at = " ".join(asked)[-LONGEST_QUESTION:], start + run_start
            break
    customers = [line.text for line in lines if line.speaker is Speaker.CUSTOMER]
    return Wish(
        question=question,
        turns=build_turns(resources, lines[:at]),
        intent=intent,
        language=detect_language(question or (customers[-1] if customers else "")),
        is_first=not any(line.speaker is Speaker.STAFF for line in lines),
        is_answered=not waiting,
    )


def build_turns(resources: Resources, lines: Lines) -> tuple[Turn, ...]:
    """What the customer said with what was replied to it, as answering reads a history."""
    spoken = [
        (is_customer, " ".join(line.text for line in run))
        for is_customer, run in groupby(lines, key=lambda line: line.speaker is Speaker.CUSTOMER)
    ]
    if spoken and not spoken[0][0]:
        spoken = spoken[1:]
    replies = [text for is_customer, text in spoken if not is_customer]
    questions = [text for is_customer, text in spoken if is_customer]
    replies += [""] * (len(questions) - len(replies))
    turns = [
        Turn(
            question=question,
            answer=reply,
            data_class=resources.settings.routing.conversation_class,
        )
        for question, reply in zip(questions, replies, strict=True)
    ]
    return tuple(turns[-TURNS_READ:])


async def _asks(resources: Resources, text: str) -> bool:
    if len(text) <= LONGEST_THANKS and has_cue("solved", text) and not text.endswith(("?", "？")):
        return False
    intent = await find_intent(resources, text, ())
    tells_more = intent is Intent.PERSON and len(content_words(text)) >= TELLING_WORDS
    return tells_more or intent not in NOTHING_ASKED


def _after_staff(lines: Lines) -> int:
    places = [at for at, line in enumerate(lines) if line.speaker is Speaker.STAFF]
    return places[-1] + 1 if places else 0


def _runs(lines: Sequence[Line]) -> list[tuple[int, list[str]]]:
    """Lines of the customer that follow one another, each run with the place it begins at."""
    runs: list[tuple[int, list[str]]] = []
    at = 0
    for speaker, group in groupby(lines, key=lambda line: line.speaker):
        texts = [line.text for line in group]
        if speaker is Speaker.CUSTOMER:
            runs.append((at, texts))
        at += len(texts)
    return runs
