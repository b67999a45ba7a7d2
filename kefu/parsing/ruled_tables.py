"""Tables whose cells are ruled off by lines on a PDF page."""

import ctypes
from collections import defaultdict
from collections.abc import Callable, Iterator
from itertools import pairwise
from statistics import median
from typing import Any

import pypdfium2
import pypdfium2.raw as pdfium
from pdfplumber.table import (
    cells_to_tables,
    edges_to_intersections,
    intersections_to_cells,
    merge_edges,
)

from kefu.parsing.page_layout import Fragment, Table, lines_of
from kefu.parsing.wrapped_lines import join_lines

_TOLERANCE = 3.0
_STRAIGHT = 1.0
_MIN_LENGTH = 6.0
_MIN_LEVEL_EDGES = 3
_WIDE_GAP = 5.0  # times the usual height of a row: another table begins
_MAX_EDGES = 3000
_MAX_SEGMENTS = 2000
_Box = tuple[float, float, float, float]
_Point = tuple[float, float]


def find_tables(
    page: pypdfium2.PdfPage, fragments: list[Fragment], *, to_page: Callable[[float, float], _Point]
) -> tuple[list[Table], list[Fragment]]:
    """The ruled tables with the fragments inside them, and the fragments outside.

    Args:
        page: where the rules are looked for.
        fragments: all text of the page.
        to_page: from the page's own coordinates to those of the fragments.
    """
    edges = [edge for path in _paths(page) for edge in _edges(path, to_page)]
    if not 4 <= len(edges) <= _MAX_EDGES:
        return [], list(fragments)
    tables = []
    rest = list(fragments)
    for cells in _grids(edges):
        inside = {cell: [each for each in rest if _holds(cell, each)] for cell in cells}
        filled = sum(1 for found in inside.values() if found)
        if filled < 2 or filled < len(cells) / 10:
            continue
        tables.append(_table(inside))
        taken = {id(each) for found in inside.values() for each in found}
        rest = [each for each in rest if id(each) not in taken]
    return tables, rest


def _grids(edges: list[dict[str, Any]]) -> list[list[_Box]]:
    """Cells (left, top, right, bottom) of each table of at least two rows and columns."""
    tolerances = (_TOLERANCE,) * 4
    merged = merge_edges(edges, *tolerances)
    merged = merge_edges([*merged, *_open_sides(merged)], *tolerances)
    crossings = edges_to_intersections(merged, _TOLERANCE, _TOLERANCE)
    grids = cells_to_tables(intersections_to_cells(crossings))
    return [
        grid
        for grid in grids
        if len({cell[0] for cell in grid}) > 1 and len({cell[1] for cell in grid}) > 1
    ]


def _open_sides(edges: list[dict[str, Any]]) -> Iterator[dict[str, Any]]:
    """Upright lines where several level ones begin or end together and none is drawn."""
    ends: dict[tuple[int, int], list[dict[str, Any]]] = defaultdict(list)
    for edge in edges:
        if edge["orientation"] == "h":
            ends[round(edge["x0"] / _TOLERANCE), round(edge["x1"] / _TOLERANCE)].append(edge)
    uprights = [edge for edge in edges if edge["orientation"] == "v"]
    for together in ends.values():
        for level in _blocks(together):
            top, bottom = level[0]["top"], level[-1]["bottom"]
            for at in (level[0]["x0"], level[0]["x1"]):
                if len(level) >= _MIN_LEVEL_EDGES and not any(
                    _runs(each, at, top, bottom) for each in uprights
                ):
                    yield from _edge((at, top), (at, bottom))


def _blocks(level: list[dict[str, Any]]) -> Iterator[list[dict[str, Any]]]:
    """Level edges from the top down, those of one table together: a wide gap lies between two."""
    ordered = sorted(level, key=lambda edge: float(edge["top"]))
    gaps = [below["top"] - above["top"] for above, below in pairwise(ordered)]
    widest = _WIDE_GAP * median(gaps) if gaps else 0.0
    block = ordered[:1]
    for gap, edge in zip(gaps, ordered[1:], strict=True):
        if gap > widest:
            yield block
            block = []
        block.append(edge)
    yield block


def _runs(upright: dict[str, Any], at: float, top: float, bottom: float) -> bool:
    """Whether an upright edge is drawn at `at` somewhere between top and bottom."""
    is_near = abs(upright["x0"] - at) <= _TOLERANCE
    return is_near and bool(upright["top"] < bottom and upright["bottom"] > top)


def _holds(cell: _Box, fragment: Fragment) -> bool:
    across = (fragment.left + fragment.right) / 2
    return cell[0] <= across <= cell[2] and cell[1] <= fragment.middle <= cell[3]


def _table(inside: dict[_Box, list[Fragment]]) -> Table:
    lines = {cell: list(lines_of(found)) for cell, found in inside.items()}
    columns = sorted({cell[0] for cell in inside})
    rows = sorted({cell[1] for cell in inside})
    return Table(
        left=columns[0],
        top=rows[0],
        right=max(cell[2] for cell in inside),
        bottom=max(cell[3] for cell in inside),
        cells=tuple(
            (
                rows.index(cell[1]),
                columns.index(cell[0]),
                sum(1 for row in rows if cell[1] <= row < cell[3] - _TOLERANCE),
                sum(1 for column in columns if cell[0] <= column < cell[2] - _TOLERANCE),
                join_lines([line.text for line in lines[cell]]),
            )
            for cell in inside
        ),
        fragments=tuple(
            fragment
            for cell in sorted(inside, key=lambda cell: (cell[1], cell[0]))
            for line in lines[cell]
            for fragment in line.fragments
        ),
    )


def _paths(page: pypdfium2.PdfPage) -> Iterator[pypdfium2.PdfObject]:
    yield from page.get_objects(filter=[pdfium.FPDF_PAGEOBJ_PATH], max_depth=1)


def _edges(
    path: pypdfium2.PdfObject, to_page: Callable[[float, float], _Point]
) -> Iterator[dict[str, Any]]:
    """The straight upright and level lines a path is made of."""
    matrix = path.get_matrix()
    start: _Point | None = None
    last: _Point | None = None
    for index in range(min(pdfium.FPDFPath_CountSegments(path), _MAX_SEGMENTS)):
        segment = pdfium.FPDFPath_GetPathSegment(path, index)
        x, y = ctypes.c_float(), ctypes.c_float()
        pdfium.FPDFPathSegment_GetPoint(segment, ctypes.byref(x), ctypes.byref(y))
        point = to_page(*matrix.on_point(x.value, y.value))
        kind = pdfium.FPDFPathSegment_GetType(segment)
        if kind == pdfium.FPDF_SEGMENT_MOVETO:
            start = point
        elif kind == pdfium.FPDF_SEGMENT_LINETO and last:
            yield from _edge(last, point)
        if pdfium.FPDFPathSegment_GetClose(segment) and start:
            yield from _edge(point, start)
        last = point


def _edge(one: _Point, other: _Point) -> Iterator[dict[str, Any]]:
    (left, right), (top, bottom) = sorted((one[0], other[0])), sorted((one[1], other[1]))
    width, height = right - left, bottom - top
    place = {"x0": left, "top": top, "width": width, "height": height}
    if height <= _STRAIGHT and width >= _MIN_LENGTH:
        yield {"orientation": "h", **place, "x1": right, "bottom": top}
    elif width <= _STRAIGHT and height >= _MIN_LENGTH:
        yield {"orientation": "v", **place, "x1": left, "bottom": bottom}
