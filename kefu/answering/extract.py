"""An answer made of the knowledge's own sentences, rows and steps, each with its citation."""

import re
from collections.abc import Container, Iterator, Sequence
from dataclasses import replace
from itertools import pairwise
from textwrap import dedent, indent

from kefu.answering.citing import Citer
from kefu.answering.evidence import Unit
from kefu.answering.kinds import Kind, holds, kinds_asked
from kefu.answering.lead_ins import announced, leads_in, with_lists
from kefu.answering.likeness import are_alike, letters
from kefu.answering.polarity import under_its_question
from kefu.answering.records import Sentence
from kefu.answering.steps import find_steps
from kefu.answering.tables import find_table, find_titled_table, find_whole_tables
from kefu.answering.understand import (
    asks_for_all,
    asks_for_prices,
    asks_for_steps,
    names_table,
)
from kefu.knowledge import OUTDATED
from kefu.text import SpanKind, find_identifiers, index_terms

CLOSE_ENOUGH = 0.72  # of the best unit's score, to be part of the answer
FIGURES = frozenset({Kind.MONEY, Kind.DURATION, Kind.TIME, Kind.COUNT, Kind.SIZE, Kind.PHONE})
_NUMBERED = re.compile(r"[\s>]*\(?(\d{1,3})[.)、]\s*")
_FENCE = re.compile(r"`{3,}")
_OWN_MARKER = re.compile(r"(?P<code>(`+).+?\2)|\[(?P<number>\d{1,3})\](?!\()")


def choose_units(question: str, ranked: Sequence[Unit], *, max_sentences: int) -> list[Unit]:
    """The units that answer, in reading order: the steps, the table, or the best few."""
    if not ranked:
        return []
    ranked = _without_outdated(ranked)
    best = ranked[0]
    if asks_for_steps(question) and (steps := find_steps(ranked)):
        return _with_best(steps, best)
    if lines := _choose_table(question, ranked):
        return lines
    if leads_in(best) and announced(best, ranked):
        return with_lists([best], ranked)
    chosen: list[Unit] = []
    for unit in (each for each in ranked if _goes_with(best, each, question)):
        if len(chosen) == max_sentences or unit.score < CLOSE_ENOUGH * best.score:
            break
        if not any(are_alike(unit.span.text, other.span.text) for other in chosen):
            chosen.append(unit)
    ordered = _in_reading_order([under_its_question(unit, question) for unit in chosen])
    return with_lists(ordered, ranked)


def _goes_with(best: Unit, unit: Unit, question: str) -> bool:
    return not (_is_of_another(unit, best, question) or _lacks_figure(unit, best, question))


def _lacks_figure(unit: Unit, best: Unit, question: str) -> bool:
    """Whether it lacks the figure that is asked for, which the best unit elsewhere holds."""
    asked = kinds_asked(question) & FIGURES
    return unit.hit.chunk_id != best.hit.chunk_id and any(
        holds(kind, best.span.text) and not holds(kind, unit.span.text) for kind in asked
    )


def _choose_table(question: str, ranked: Sequence[Unit]) -> list[Unit]:
    if asks_for_all(question) and (lines := find_table(ranked) or find_titled_table(ranked)):
        return lines
    is_named = names_table(question)
    if (is_named or asks_for_prices(question)) and not find_identifiers(question):
        return find_whole_tables(ranked, is_named=is_named)
    return []


def _is_of_another(unit: Unit, best: Unit, question: str) -> bool:
    """Whether a row is beside the one that has the code which is asked about."""
    if best.span.kind is not SpanKind.TABLE_ROW or unit.hit.chunk_id != best.hit.chunk_id:
        return False
    codes = set(find_identifiers(question))
    held = codes.intersection(index_terms(best.span.text))
    return bool(held) and not held.intersection(index_terms(unit.span.text))


def _with_best(steps: Sequence[Unit], best: Unit) -> list[Unit]:
    """Steps after the best unit, where that is a sentence and says what they do not."""
    is_there = any(
        (each.hit.chunk_id, each.span.start) == (best.hit.chunk_id, best.span.start)
        for each in steps
    )
    says_more = not _heard([best]) <= _heard([*steps], with_headings=True)
    if is_there or not says_more or best.span.kind is not SpanKind.SENTENCE or leads_in(best):
        return list(steps)
    first, *others = steps
    return [best, replace(first, prefix=f"\n\n{first.prefix or ''}"), *others]


def _heard(units: Sequence[Unit], *, with_headings: bool = False) -> set[str | int]:
    """The terms and concepts of the question that units say."""
    parts = [part for unit in units for part in (unit.held, unit.meant)]
    if with_headings:
        parts += [part for unit in units for part in (unit.above, unit.meant_above)]
    return {each for part in parts for each in part}


def _without_outdated(ranked: Sequence[Unit]) -> Sequence[Unit]:
    """What holds no more answers alone, but is not added to what holds."""
    if ranked[0].hit.status in OUTDATED:
        return ranked
    return [unit for unit in ranked if unit.hit.status not in OUTDATED]


def with_leads(units: Sequence[Unit], leads: Sequence[Unit]) -> list[Unit]:
    """The units with those in front that say what they are about, each once."""
    known = {(unit.hit.chunk_id, unit.span.start) for unit in leads}
    return [*leads, *(u for u in units if (u.hit.chunk_id, u.span.start) not in known)]


def leave_out_said(units: Sequence[Unit], text: str, quotes: Container[str]) -> list[Unit]:
    """Those units that a text does not say already, nor by way of these quotes."""
    said = letters(text)
    return [
        unit for unit in units if unit.quote not in quotes and letters(unit.span.text) not in said
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
        if unit.prefix is not None:
            opening = unit.prefix
        elif before is not None and _is_same_item(before, unit):
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
        margin = (unit.prefix or "").rpartition("\n")[2]
        code = indent(dedent(unit.span.text), margin) if unit.prefix else unit.span.text
        return f"{fence}\n{code}\n{margin}{fence}\n{margin}"
    text = _OWN_MARKER.sub(lambda own: own["code"] or f"({own['number']})", unit.span.text)
    return f"**{unit.question}** {text} " if unit.question else f"{text} "


def _in_reading_order(units: Sequence[Unit]) -> list[Unit]:
    """Chunks in the order of their best unit, units as they stand in the chunk."""
    places: dict[int, int] = {}
    for unit in sorted(units, key=lambda unit: -unit.score):
        places.setdefault(unit.hit.chunk_id, len(places))
    return sorted(units, key=lambda unit: (places[unit.hit.chunk_id], unit.span.start))
