"""Tables in Markdown, cell by cell, with the places of their rows."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

_FENCE = re.compile(r"\s*(?:`{3,}|~{3,})")
_RULE = re.compile(r"[\s>]*\|?\s*:?-+:?\s*(?:\|\s*:?-+:?\s*)*\|?\s*$")
_BORDER = re.compile(r"(?<!\\)\|")


@dataclass(frozen=True, slots=True, kw_only=True)
class GridRow:
    """A row below the head of a table, from `start` to `end` in the text."""

    cells: tuple[str, ...]
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table, from the `start` of its head to the `end` of its last row."""

    head: tuple[str, ...]
    rows: tuple[GridRow, ...]
    start: int
    end: int


def find_grids(markdown: str) -> list[Grid]:
    """The tables of a text that have rows, those in fenced code left out."""
    return list(_read_grids(_list_lines(markdown)))


def split_cells(row: str) -> list[str]:
    """The cells of a row, without its borders."""
    inside = row.strip(" \t>").removeprefix("|")
    inside = inside[:-1] if inside.endswith("|") and not inside.endswith("\\|") else inside
    return [cell.replace("\\|", "|").strip() for cell in _BORDER.split(inside)]


def is_rule(line: str) -> bool:
    """Whether a line divides the head of a table from its rows."""
    return "-" in line and bool(_RULE.match(line))


def _list_lines(source: str) -> list[tuple[str, int]]:
    lines, start = [], 0
    for text in source.split("\n"):
        lines.append((text.rstrip("\r"), start))
        start += len(text) + 1
    return lines


def _read_grids(lines: list[tuple[str, int]]) -> Iterator[Grid]:
    at, is_code = 0, False
    while at < len(lines):
        text, start = lines[at]
        is_code ^= bool(_FENCE.match(text))
        below = lines[at + 1][0] if at + 1 < len(lines) else ""
        at += 1
        if is_code or "|" not in text or not is_rule(below):
            continue
        at += 1
        rows = []
        while at < len(lines) and "|" in lines[at][0]:
            row, begin = lines[at]
            rows.append(GridRow(cells=tuple(split_cells(row)), start=begin, end=begin + len(row)))
            at += 1
        if rows:
            yield Grid(
                head=tuple(split_cells(text)), rows=tuple(rows), start=start, end=rows[-1].end
            )
