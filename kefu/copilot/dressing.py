"""How a reply is put: greeting, what it says, closing; by the company's texts or Kefu's own."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from kefu.answering import Citation, Intent
from kefu.copilot.phrases import has_cue, phrase
from kefu.copilot.typed import is_begun
from kefu.copilot.wishes import Wish
from kefu.text import split_sentences


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
class Body:
    """What a reply says between its greeting and its closing."""

    sentences: Sequence[str]
    is_grounded: bool
    citations: tuple[Citation, ...] = ()
    mode: str = ""
    dropped_count: int = 0
    needs_sorry: bool = False


def dress(body: Body, wish: Wish, style: Style, *, typed: str, is_whole: bool = True) -> list[str]:
    """The body with what the company says before it, and where it is whole after it."""
    sentences = _greet(wish, style, typed) if wish.is_first else []
    if body.needs_sorry:
        sentences.append(phrase("sorry", wish.language))
    sentences += body.sentences
    if body.is_grounded and is_whole:
        sentences.append(style.closing or phrase("closing", wish.language))
    return sentences


def list_courtesies(wish: Wish, style: Style, *, typed: str) -> list[str]:
    """Where nothing is asked."""
    if wish.intent is Intent.PERSON:
        return [*_greet(wish, style, typed), phrase("taking_over", wish.language)]
    if wish.intent in {Intent.GREETING, Intent.IDENTITY}:
        return [style.greeting or phrase("hello", wish.language)]
    if wish.is_answered:
        return [style.closing or phrase("closing", wish.language)]
    return [phrase("welcome", wish.language)]


def _greet(wish: Wish, style: Style, typed: str) -> list[str]:
    """In a line of its own where what follows begins with a capital.

    Behind what was typed nobody greets, unless a greeting was begun there.
    """
    if style.greeting:
        greeting = style.greeting
    elif style.name:
        greeting = phrase("greeting_named", wish.language, name=style.name)
    else:
        greeting = phrase("greeting", wish.language)
    if typed.strip() and not is_begun(greeting, typed):
        return []
    return [f"{greeting}\n" if wish.language == "en" else greeting]


def split_body(text: str) -> list[str]:
    """A text in pieces that go on from what was typed; what is no plain paragraph stays whole."""
    if "\n" in text.strip():
        return [each for each in re.split(r"(?<=\n\n)", text) if each.strip()]
    return [span.text for span in split_sentences(text) if not has_cue("courtesy", span.text)] or [
        text
    ]
