"""The small table or list that a question for a comparison, a choice or prices asks for."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import groupby

from kefu.answering.evidence import Unit
from kefu.answering.sections import (
    Section,
    held_share,
    list_runs,
    list_sections,
    passage_score,
    topic_share,
)
from kefu.text import SpanKind

BEST_UNITS = 2
MOST_LINES = 14
MOST_CHARACTERS = 1600
WHOLE_BONUS = 0.45  # over the best unit alone
LEAST_OF_ALONE = 0.7  # of the question's idf that the best unit alone holds
LEAST_OF_NAMED = 0.5  # likewise, where the question says that it wants a table
LEAST_OF_TITLED = 0.9  # of the question's idf, in the headings alone
_HEADING = re.compile(r"^#{1,6} +(.+)$", re.MULTILINE)
_MARKS = str.maketrans("", "", "*[]`")
_LINES = (SpanKind.TABLE_ROW, SpanKind.LIST_ITEM)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    units: Sequence[Unit]
    hit_score: float

    @property
    def score(self) -> float:
        return passage_score(self.units, self.hit_score) + topic_share(self.units)


def find_table(ranked: Sequence[Unit]) -> list[Unit]:
    """The table or list beside a best unit that covers the question better, with its lead-in."""
    alone = ranked[0]
    near = [
        section
        for section in list_sections(ranked)
        if any(unit in section.units for unit in ranked[:BEST_UNITS])
    ]
    blocks = [block for section in near for block in _blocks(section)]
    best = max(blocks, key=lambda block: block.score, default=None)
    if best is None:
        return []
    is_better = best.score + WHOLE_BONUS >= alone.score + sum(alone.above.values())
    says_more = held_share(best.units) >= LEAST_OF_ALONE * sum(alone.held.values())
    return list(best.units) if is_better and says_more else []


def find_whole_tables(ranked: Sequence[Unit], *, is_named: bool) -> list[Unit]:
    """The tables of the best unit's document that a question is about as a whole, after that unit.

    Their headings and rows say most of what the best unit says, and no row says more of the
    question than the others. Each comes under its heading: there its currency or unit may stand.
    """
    best, tables = ranked[0], _even_tables(ranked)
    of_best = LEAST_OF_NAMED if is_named else LEAST_OF_ALONE
    least = of_best * held_share([best], with_headings=True)
    shares = [held_share(units, with_headings=True) for units in tables]
    most = max(shares, default=0.0)
    if most < least or not most:
        return []
    chosen = [units for units, share in zip(tables, shares, strict=True) if share == most]
    shown = chosen if _is_small([unit for units in chosen for unit in units]) else chosen[:1]
    given = [] if best.span.kind is SpanKind.TABLE_ROW else [best]
    for units in shown:
        given += _under_heading(units, gap="\n\n" if given else "")
    return given


def find_titled_table(ranked: Sequence[Unit]) -> list[Unit]:
    """The table of the best unit's document whose headings name all that a question asks for."""
    titled = [rows for rows in _even_tables(ranked) if topic_share(rows) >= LEAST_OF_TITLED]
    return _under_heading(titled[0], gap="") if len(titled) == 1 else []


def _even_tables(ranked: Sequence[Unit]) -> list[list[Unit]]:
    """Tables of the best unit's document of which no row says more of the question than others."""
    return [
        list(table)
        for section in list_sections(ranked)
        if section.document_id == ranked[0].hit.document_id
        for block in _blocks(section)
        if _are_even_rows(block.units)
        for _, table in groupby(block.units, key=_heading_above)
    ]


def _are_even_rows(units: Sequence[Unit]) -> bool:
    said = {(frozenset(unit.held), frozenset(unit.meant)) for unit in units}
    return len(said) == 1 and all(unit.span.kind is SpanKind.TABLE_ROW for unit in units)


def _under_heading(rows: Sequence[Unit], *, gap: str) -> list[Unit]:
    heading = _heading_above(rows[0])
    first = replace(rows[0], prefix=f"{gap}**{heading}**\n\n- ") if heading else rows[0]
    return [first, *rows[1:]]


def _heading_above(unit: Unit) -> str:
    """The nearest one, in the chunk or above it."""
    inside = _HEADING.findall(unit.hit.text[: unit.span.start])
    nearest = inside[-1:] or unit.hit.heading_path[-1:] or [unit.hit.title]
    return nearest[0].translate(_MARKS).strip()


def _blocks(section: Section) -> Iterator[_Block]:
    runs = list_runs(section.units)
    for before, run in zip([[], *runs], runs, strict=False):
        if run[0].span.kind in _LINES and _is_small(run):
            lead = [unit for unit in before[-1:] if unit.span.text.endswith((":", "：", "，"))]
            yield _Block(units=[*lead, *run], hit_score=section.hit_score)


def _is_small(lines: Sequence[Unit]) -> bool:
    size = sum(len(unit.span.text) for unit in lines)
    return 2 <= len(lines) <= MOST_LINES and size <= MOST_CHARACTERS
