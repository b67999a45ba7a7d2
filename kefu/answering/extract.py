"""An answer made of the knowledge's own sentences, rows and steps, each with its citation."""

import re
from collections.abc import Container, Iterator, Sequence
from itertools import pairwise

from kefu.answering.citing import Citer
from kefu.answering.evidence import Unit
from kefu.answering.records import Sentence
from kefu.answering.understand import asks_for_steps
from kefu.text import SpanKind, fold_text

CLOSE_ENOUGH = 0.72  # of the best unit's score, to be part of the answer
MAX_STEPS = 40
_NUMBERED = re.compile(r"[\s>]*\(?(\d{1,3})[.)、]\s*")
_FENCE = re.compile(r"`{3,}")
_OWN_MARKER = re.compile(r"(?P<code>(`+).+?\2)|\[(?P<number>\d{1,3})\](?!\()")
_LETTERS = re.compile(r"[\W_]+")


def choose_units(question: str, ranked: Sequence[Unit], *, max_sentences: int) -> list[Unit]:
    """The units that answer, in reading order: a whole list of steps, or the best few."""
    if not ranked:
        return []
    best = ranked[0]
    if asks_for_steps(question):
        steps = _list_around(best, ranked)
        if len(steps) > 1:
            return steps
    chosen: list[Unit] = []
    for unit in ranked:
        if len(chosen) == max_sentences or unit.score < CLOSE_ENOUGH * best.score:
            break
        if not any(_says_the_same(unit, other) for other in chosen):
            chosen.append(unit)
    return _in_reading_order(chosen)


def leave_out_said(units: Sequence[Unit], text: str, quotes: Container[str]) -> list[Unit]:
    """Those units that a text does not say already, nor by way of these quotes."""
    said = _letters(text)
    return [
        unit for unit in units if unit.quote not in quotes and _letters(unit.span.text) not in said
    ]


def compose(units: Sequence[Unit], citer: Citer) -> Iterator[Sentence]:
    """The pieces of the answer; list items and rows stand on lines of their own.

    Steps keep their numbers when none is left out between them.
    """
    numbers = [number for unit in units if (number := _step_number(unit))]
    is_numbered = len(numbers) > 1 and all(later - n == 1 for n, later in pairwise(numbers))
    before: Unit | None = None
    for unit in units:
        citation = citer.cite(unit.hit, unit.quote)
        if before is not None and _is_same_item(before, unit):
            opening = " "
        else:
            opening = _gap(before, unit) + _bullet(unit, is_numbered=is_numbered)
        text = f"{opening}{_body(unit)}[{citation.marker}]"
        yield Sentence(text=text, citations=(citation,))
        before = unit


def _gap(before: Unit | None, unit: Unit) -> str:
    if before is None:
        return ""
    if unit.span.kind is SpanKind.SENTENCE and before.span.kind is SpanKind.SENTENCE:
        return " " if before.hit.chunk_id == unit.hit.chunk_id else "\n\n"
    is_list = {unit.span.kind, before.span.kind} <= {SpanKind.LIST_ITEM, SpanKind.TABLE_ROW}
    return "\n" if is_list else "\n\n"


def _bullet(unit: Unit, *, is_numbered: bool) -> str:
    if unit.span.kind in (SpanKind.SENTENCE, SpanKind.CODE):
        return ""
    number = _step_number(unit) if is_numbered else None
    return f"{number}. " if number else "- "


def _step_number(unit: Unit) -> int | None:
    """The number before a list item, None for other units and a later sentence of an item."""
    before = unit.hit.text[: unit.span.start].rpartition("\n")[2]
    number = _NUMBERED.fullmatch(before) if unit.span.kind is SpanKind.LIST_ITEM else None
    return int(number[1]) if number else None


def _is_same_item(before: Unit, unit: Unit) -> bool:
    """Whether a unit is the sentence of a list item that follows another one."""
    is_list = before.span.kind is unit.span.kind is SpanKind.LIST_ITEM
    between = unit.hit.text[before.span.end : unit.span.start]
    return is_list and before.hit.chunk_id == unit.hit.chunk_id and not between.strip()


def _body(unit: Unit) -> str:
    """The unit as Markdown; what looks like a marker in it must not be taken for one."""
    if unit.span.kind is SpanKind.CODE:
        fence = max((*_FENCE.findall(unit.span.text), "``"), key=len) + "`"
        return f"{fence}\n{unit.span.text}\n{fence}\n"
    return _OWN_MARKER.sub(lambda own: own["code"] or f"({own['number']})", unit.span.text) + " "


def _list_around(best: Unit, ranked: Sequence[Unit]) -> list[Unit]:
    """The list that the best unit is an item of or comes before, with the code between items.

    A list may go on in the chunks beside its own.
    """
    section = _section_around(best, ranked)
    items = [at for at, unit in enumerate(section) if unit.span.kind is SpanKind.LIST_ITEM]
    leads_in = best.span.kind is SpanKind.SENTENCE and any(at > section.index(best) for at in items)
    if not leads_in and best.span.kind is not SpanKind.LIST_ITEM:
        return []
    kinds = (SpanKind.LIST_ITEM, SpanKind.CODE)
    steps = [unit for unit in section[items[0] :] if unit.span.kind in kinds or unit is best]
    return steps[:MAX_STEPS] if best in steps else [best, *steps[:MAX_STEPS]]


def _section_around(best: Unit, ranked: Sequence[Unit]) -> list[Unit]:
    """The units under the same heading, as they stand there, as far as no chunk is missing."""
    same = [unit for unit in ranked if _section(unit) == _section(best)]
    places = {unit.hit.position for unit in same}
    first = last = best.hit.position
    while first - 1 in places:
        first -= 1
    while last + 1 in places:
        last += 1
    near = [unit for unit in same if first <= unit.hit.position <= last]
    return sorted(near, key=lambda unit: (unit.hit.position, unit.span.start))


def _section(unit: Unit) -> tuple[int, list[str]]:
    return unit.hit.document_id, unit.hit.heading_path


def _in_reading_order(units: Sequence[Unit]) -> list[Unit]:
    """Chunks in the order of their best unit, units as they stand in the chunk."""
    places: dict[int, int] = {}
    for unit in sorted(units, key=lambda unit: -unit.score):
        places.setdefault(unit.hit.chunk_id, len(places))
    return sorted(units, key=lambda unit: (places[unit.hit.chunk_id], unit.span.start))


def _says_the_same(one: Unit, other: Unit) -> bool:
    mine, theirs = _letters(one.span.text), _letters(other.span.text)
    return mine in theirs or theirs in mine


def _letters(text: str) -> str:
    return _LETTERS.sub("", fold_text(text))
