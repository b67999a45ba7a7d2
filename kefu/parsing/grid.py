"""Rows of cells as a Markdown table."""

import math
import re
from collections.abc import Iterable, Sequence
from statistics import fmean

_MAX_REPEATED = 80
_PAIR = 2
_MARGIN = 0.6
_LINK = re.compile(r"\[([^\[\]]*)\]\([^()]*\)")
_SPACE = re.compile(r"\s+")
_BORDER = re.compile(r"(?<!\\)\|")


def render_table(rows: Iterable[Sequence[str]], *, is_escaped: bool = False) -> str:
    """A GFM table of which the first row is the head; empty rows and columns are left out.

    Args:
        rows: may differ in length.
        is_escaped: the cells are Markdown already, with their borders escaped.
    """
    cleaned = [[clean_cell(cell, is_escaped=is_escaped) for cell in row] for row in rows]
    trimmed = trim(cleaned)
    if not trimmed:
        return ""
    head, *body = trimmed
    lines = [_line(head), _line(["---"] * len(head)), *map(_line, body)]
    return "\n".join(lines)


def trim(rows: list[list[str]]) -> list[list[str]]:
    """The rows at equal length, without those and the columns in which nothing stands."""
    filled = [row for row in rows if any(row)]
    width = max(map(len, filled), default=0)
    padded = [row + [""] * (width - len(row)) for row in filled]
    kept = [column for column in range(width) if any(row[column] for row in padded)]
    if len(kept) == width:
        return padded
    return [[row[column] for column in kept] for row in padded]


def clean_cell(text: str, *, is_escaped: bool = False) -> str:
    """The cell on one line, with its borders escaped."""
    line = _SPACE.sub(" ", text).strip()
    return line if is_escaped else _BORDER.sub(r"\\|", line)


def spread(cells: Iterable[tuple[int, int, int, int, str]]) -> list[list[str]]:
    """Lay out cells of (row, column, row span, column span, text), repeating what is spanned.

    A short value that several rows or columns share is written in each of them, so that every row
    can be understood alone; long ones and those that span the whole width are written once.
    """
    known = list(cells)
    columns = max((column + width for _, column, _, width, _ in known), default=0)
    placed: dict[tuple[int, int], str] = {}
    for row, column, height, width, text in known:
        is_repeated = len(text) <= _MAX_REPEATED and width < columns
        for below in range(row, row + height):
            for right in range(column, column + width):
                is_first = (below, right) == (row, column)
                placed.setdefault((below, right), text if is_first or is_repeated else "")
    if not placed:
        return []
    last_row = max(row for row, _ in placed)
    last_column = max(column for _, column in placed)
    return [
        [placed.get((row, column), "") for column in range(last_column + 1)]
        for row in range(last_row + 1)
    ]


def fill_down(rows: list[list[str]]) -> list[list[str]]:
    """Give rows that lack cells on the left, which one above spans, those of the row above.

    A lone cell in more than two columns, or in bold, stands for a title across the row; where the
    cells are as long as those of the first columns, it is the last ones that are missing.
    """
    head, *body = rows
    width = len(head)
    whole = [row for row in body if len(row) == width]
    columns = [[_form(cell) for cell in column] for column in zip(*whole, strict=True)]
    filled = [head]
    for row in body:
        above = filled[-1] if len(filled) > 1 and len(filled[-1]) == width else None
        missing = width - len(row)
        is_spanned = missing > 0 and (len(row) > 1 or width == _PAIR)
        if (
            above
            and is_spanned
            and not row[0].startswith(("**", "__"))
            and _misfit(row, columns[missing:]) < _misfit(row, columns) + _MARGIN
        ):
            filled.append([_shared(cell) for cell in above[:missing]] + row)
        else:
            filled.append(row)
    return filled


def _form(cell: str) -> tuple[float, bool, str]:
    """What makes cells of a column alike: logarithm of their letters, a link, the first word."""
    words = _LINK.sub(r"\1", cell)
    return math.log1p(len(words)), "](" in cell, words.partition(" ")[0]


def _misfit(row: list[str], columns: list[list[tuple[float, bool, str]]]) -> float:
    """How unlike the cells are to those in the columns from the first on."""
    misfit = 0.0
    for cell, forms in zip(row, columns, strict=False):
        letters, is_link, word = _form(cell)
        misfit += abs(letters - fmean(form[0] for form in forms))
        misfit += abs(is_link - fmean(form[1] for form in forms))
        misfit -= " " in cell and any(form[2] == word for form in forms)
    return misfit


def _shared(cell: str) -> str:
    return cell if len(cell) <= _MAX_REPEATED else ""


def _line(cells: Sequence[str]) -> str:
    return "| " + " | ".join(cells) + " |"
