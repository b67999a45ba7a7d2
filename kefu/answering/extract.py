"""An answer made of the knowledge's own sentences, rows and steps, each with its citation."""

import re
from collections.abc import Iterator, Sequence

from kefu.answering.citing import Citer
from kefu.answering.evidence import Unit
from kefu.answering.records import Sentence
from kefu.answering.understand import asks_for_steps
from kefu.text import SpanKind, fold_text

CLOSE_ENOUGH = 0.72  # of the best unit's score, to be part of the answer
USUAL_UNITS = 4
MAX_STEPS = 20
_NUMBERED = re.compile(r"[\s>]*(\d{1,3})[.)、]\s*")
_LETTERS = re.compile(r"[\W_]+")


def choose_units(question: str, ranked: Sequence[Unit], *, max_sentences: int) -> list[Unit]:
    """The units that answer, in reading order: a whole list of steps, or the best few."""
    if not ranked:
        return []
    best = ranked[0]
    if asks_for_steps(question):
        steps = _list_around(best, ranked)
        if len(steps) > 1:
            return steps[:MAX_STEPS]
    chosen: list[Unit] = []
    for unit in ranked:
        if len(chosen) == min(USUAL_UNITS, max_sentences) or unit.score < CLOSE_ENOUGH * best.score:
            break
        if not any(_says_the_same(unit, other) for other in chosen):
            chosen.append(unit)
    return _in_reading_order(chosen)


def compose(units: Sequence[Unit], citer: Citer) -> Iterator[Sentence]:
    """The pieces of the answer; list items and rows stand on lines of their own."""
    before: Unit | None = None
    for unit in units:
        citation = citer.cite(unit.hit, unit.quote)
        text = f"{_gap(before, unit)}{_bullet(unit)}{unit.span.text} [{citation.marker}]"
        yield Sentence(text=text, citations=(citation,))
        before = unit


def _gap(before: Unit | None, unit: Unit) -> str:
    if before is None:
        return ""
    if unit.span.kind is SpanKind.SENTENCE and before.span.kind is SpanKind.SENTENCE:
        return " " if before.hit.chunk_id == unit.hit.chunk_id else "\n\n"
    is_list = unit.span.kind is not SpanKind.SENTENCE and before.span.kind is not SpanKind.SENTENCE
    return "\n" if is_list else "\n\n"


def _bullet(unit: Unit) -> str:
    if unit.span.kind in (SpanKind.SENTENCE, SpanKind.CODE):
        return ""
    before = unit.hit.text[: unit.span.start].rpartition("\n")[2]
    number = _NUMBERED.fullmatch(before) if unit.span.kind is SpanKind.LIST_ITEM else None
    return f"{number[1]}. " if number else "- "


def _list_around(best: Unit, ranked: Sequence[Unit]) -> list[Unit]:
    """The list items of the best unit's chunk, when it is one of them or leads in to them."""
    chunk = [unit for unit in ranked if unit.hit.chunk_id == best.hit.chunk_id]
    return [
        unit
        for unit in _in_reading_order(chunk)
        if unit.span.kind is SpanKind.LIST_ITEM or unit is best
    ]


def _in_reading_order(units: Sequence[Unit]) -> list[Unit]:
    """Chunks in the order of their best unit, units as they stand in the chunk."""
    places: dict[int, int] = {}
    for unit in sorted(units, key=lambda unit: -unit.score):
        places.setdefault(unit.hit.chunk_id, len(places))
    return sorted(units, key=lambda unit: (places[unit.hit.chunk_id], unit.span.start))


def _says_the_same(one: Unit, other: Unit) -> bool:
    return _letters(one) in _letters(other) or _letters(other) in _letters(one)


def _letters(unit: Unit) -> str:
    return _LETTERS.sub("", fold_text(unit.span.text))
