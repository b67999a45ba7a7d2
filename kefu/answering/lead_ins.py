"""Sentences that only announce a list, a table or code: they are quoted with it or not at all."""

from collections.abc import Sequence
from dataclasses import replace

from kefu.answering.evidence import Unit
from kefu.answering.sections import list_sections
from kefu.answering.steps import lay_out
from kefu.text import SpanKind

MOST_LINES = 16
MOST_CHARACTERS = 1500


def leads_in(unit: Unit) -> bool:
    """Whether it announces what stands below it."""
    is_prose = unit.span.kind in (SpanKind.SENTENCE, SpanKind.LIST_ITEM)
    return is_prose and unit.span.text.rstrip(" *").endswith((":", "："))


def with_lists(chosen: Sequence[Unit], read: Sequence[Unit]) -> list[Unit]:
    """Each unit once, those that lead in followed by what they announce.

    Where nothing below was read they are left out, unless they are all there is.
    """
    given: list[Unit] = []
    for unit in chosen:
        if any(_is_same_place(unit, other) for other in given):
            continue
        below = announced(unit, read) if leads_in(unit) else []
        if below:
            first, *lines = lay_out([unit, *below])
            given += [replace(first, prefix=None), *lines]
        elif not leads_in(unit):
            given.append(unit)
    return given or list(chosen)


def announced(unit: Unit, read: Sequence[Unit]) -> list[Unit]:
    """The list, table or code below a unit that leads in."""
    section = next(section.units for section in list_sections(read) if unit in section.units)
    below: list[Unit] = []
    size = 0
    for other in section[section.index(unit) + 1 :]:
        size += len(other.span.text)
        is_line = other.span.kind is not SpanKind.SENTENCE or (below and _is_indented(other))
        if not is_line or size > MOST_CHARACTERS or len(below) == MOST_LINES:
            break
        below.append(other)
    return below


def _is_indented(unit: Unit) -> bool:
    line = unit.hit.text[: unit.span.start].rpartition("\n")[2]
    return line.startswith("  ")


def _is_same_place(one: Unit, other: Unit) -> bool:
    return one.hit.chunk_id == other.hit.chunk_id and one.span.start == other.span.start
