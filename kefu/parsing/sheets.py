"""Spreadsheets (.xlsx, .xlsm, .xls, .ods): a heading and a table for every sheet."""

import datetime
import zipfile
from collections.abc import Iterator
from itertools import groupby
from pathlib import Path

from python_calamine import (
    CalamineError,
    CalamineSheet,
    CalamineWorkbook,
    PasswordError,
    SheetTypeEnum,
    SheetVisibleEnum,
    WorksheetNotFound,
    XmlError,
    ZipError,
)

from kefu.errors import BadInput
from kefu.parsing.encoding import tidy
from kefu.parsing.grid import render_table, trim
from kefu.parsing.limits import ParseLimits, check_archive, no_text, not_a, shown
from kefu.parsing.records import ParsedDocument

_Value = int | float | str | bool | datetime.time | datetime.date | datetime.timedelta
_Range = tuple[tuple[int, int], tuple[int, int]]
_PROGRAM = "spreadsheet"


def parse(path: Path, limits: ParseLimits) -> Iterator[ParsedDocument]:
    """One workbook, hidden sheets left out."""
    if path.suffix.lower() != ".xls" and zipfile.is_zipfile(path):
        check_archive(path, limits, program=_PROGRAM)
    try:
        workbook = CalamineWorkbook.from_path(str(path))
        parts = [
            part
            for sheet in workbook.sheets_metadata
            if sheet.typ is SheetTypeEnum.WorkSheet and sheet.visible is SheetVisibleEnum.Visible
            for part in _sheet_blocks(workbook.get_sheet_by_name(sheet.name))
        ]
    except PasswordError as error:
        raise BadInput(
            f"{shown(path)} has a password; remove the password and save it again."
        ) from error
    except (CalamineError, WorksheetNotFound, XmlError, ZipError, OSError) as error:
        raise not_a(path, _PROGRAM) from error
    if not parts:
        raise no_text(path)
    yield ParsedDocument(
        title=path.stem, markdown=tidy("\n\n".join(parts)), format=path.suffix.lower()[1:]
    )


def _sheet_blocks(sheet: CalamineSheet) -> Iterator[str]:
    rows = _filled(sheet)
    blocks = [block for block in map(_render, _tables(rows)) if block]
    if blocks:
        yield f"## {' '.join(sheet.name.split())}"
        yield from blocks


def _filled(sheet: CalamineSheet) -> list[list[str]]:
    """The cells as text, what merged cells hold written into each of them."""
    rows = [[_as_text(value) for value in row] for row in sheet.to_python(skip_empty_area=False)]
    for (top, left), (bottom, right) in sheet.merged_cell_ranges or ():
        if top >= len(rows) or left >= len(rows[top]):
            continue
        has_neighbours = any((*rows[top][:left], *rows[top][right + 1 :]))
        if not has_neighbours and top == bottom:
            continue
        for row in rows[top : bottom + 1]:
            for column in range(left, min(right + 1, len(row))):
                row[column] = row[column] or rows[top][left]
    return rows


def _as_text(value: _Value) -> str:
    if isinstance(value, bool):
        return str(value).upper()
    if isinstance(value, float):
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else f"{value:.15g}"
    if isinstance(value, datetime.datetime):
        is_day = value.time() == datetime.time()
        return value.date().isoformat() if is_day else value.isoformat(sep=" ")
    if isinstance(value, datetime.date | datetime.time):
        return value.isoformat()
    return str(value).strip()


def _tables(rows: list[list[str]]) -> Iterator[list[list[str]]]:
    """Runs of filled rows; a run that only goes on after an empty row belongs to the one before."""
    current: list[list[str]] = []
    for is_filled, run in groupby(rows, key=any):
        if not is_filled:
            continue
        block = list(run)
        if current and _goes_on(current, block):
            current.extend(block)
            continue
        if current:
            yield current
        current = block
    if current:
        yield current


def _goes_on(above: list[list[str]], below: list[list[str]]) -> bool:
    """Whether rows behind an empty row are of the same table: as wide, and without a head."""
    columns_above = [bool(cell) for cell in above[0]]
    columns_below = [bool(cell) for cell in below[0]]
    has_number = any(cell.replace(".", "", 1).replace("-", "").isdecimal() for cell in below[0])
    return sum(columns_above) > 1 and columns_above == columns_below and has_number


def _render(rows: list[list[str]]) -> str:
    """A table, with lines of a single cell above it as text."""
    lines: list[str] = []
    rest = trim(rows)
    while rest and sum(map(bool, rest[0])) == 1 and (len(rest) == 1 or len(rest[0]) > 1):
        lines.append(next(cell for cell in rest.pop(0) if cell))
    table = render_table(rest)
    return "\n\n".join([*lines, table] if table else lines)
