"""Presentations (.pptx): a page per slide, its title as heading, tables and notes."""

import re
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any

from lxml.etree import XMLSyntaxError
from pptx import Presentation
from pptx.chart.chart import Chart
from pptx.enum.shapes import PP_PLACEHOLDER
from pptx.exc import PythonPptxError
from pptx.shapes.autoshape import Shape
from pptx.shapes.base import BaseShape
from pptx.shapes.graphfrm import GraphicFrame
from pptx.shapes.group import GroupShape
from pptx.slide import Slide
from pptx.table import Table
from pptx.text.text import TextFrame, _Paragraph

from kefu.parsing.encoding import tidy
from kefu.parsing.grid import render_table, spread
from kefu.parsing.limits import ParseLimits, check_archive, not_a
from kefu.parsing.metadata import pick_title
from kefu.parsing.records import ParsedDocument

_DRAWING = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_VERTICAL_TAB = "\x0b"
_BODIES = (PP_PLACEHOLDER.BODY, PP_PLACEHOLDER.OBJECT, PP_PLACEHOLDER.VERTICAL_BODY)
_FOOTERS = (PP_PLACEHOLDER.DATE, PP_PLACEHOLDER.FOOTER, PP_PLACEHOLDER.SLIDE_NUMBER)


def parse(path: Path, limits: ParseLimits) -> Iterator[ParsedDocument]:
    """One presentation, hidden slides left out."""
    check_archive(path, limits, program="PowerPoint")
    try:
        presentation = Presentation(str(path))
        slides = [slide for slide in presentation.slides if slide.element.get("show") != "0"]
        pages = [tidy("\n\n".join(_slide_blocks(slide))) for slide in slides]
        stated = presentation.core_properties.title or ""
        author = presentation.core_properties.author or ""
    except (PythonPptxError, XMLSyntaxError, zipfile.BadZipFile, KeyError, ValueError) as error:
        raise not_a(path, "PowerPoint") from error
    if not any(pages):
        return
    markdown = "\n\f\n".join(pages)
    if re.fullmatch(r"(?:PowerPoint[- ].*|.*演示文稿\d*|Slide \d+)", stated, re.IGNORECASE):
        stated = ""
    yield ParsedDocument(
        title=pick_title(markdown, path, stated=stated),
        markdown=markdown,
        format="pptx",
        metadata={"author": author} if author else {},
    )


def _slide_blocks(slide: Slide) -> Iterator[str]:
    title = slide.shapes.title
    words = " ".join(title.text_frame.text.split()) if title is not None else ""
    if words:
        yield f"# {words}"
    for shape in _in_reading_order(slide.shapes):
        if title is None or shape.shape_id != title.shape_id:
            yield from _shape_blocks(shape)
    if slide.has_notes_slide and slide.notes_slide.notes_text_frame is not None:
        notes = slide.notes_slide.notes_text_frame.text.strip()
        if notes:
            yield f"Notes: {notes}"


def _in_reading_order(shapes: Iterable[BaseShape]) -> list[BaseShape]:
    return sorted(shapes, key=lambda shape: (shape.top or 0, shape.left or 0))


def _shape_blocks(shape: BaseShape) -> Iterator[str]:
    if isinstance(shape, GroupShape):
        for inner in _in_reading_order(shape.shapes):
            yield from _shape_blocks(inner)
    elif isinstance(shape, GraphicFrame) and shape.has_table:
        yield _table(shape.table)
    elif isinstance(shape, GraphicFrame) and shape.has_chart:
        yield from _chart(shape.chart)
    elif isinstance(shape, Shape) and not _is_footer(shape):
        yield from _paragraphs(shape.text_frame, has_bullets=_is_body(shape))


def _is_footer(shape: BaseShape) -> bool:
    """Date, footer line and slide number."""
    if not shape.is_placeholder:
        return False
    return shape.placeholder_format.type in _FOOTERS


def _is_body(shape: BaseShape) -> bool:
    """Whether paragraphs have bullets unless they say otherwise."""
    return shape.is_placeholder and shape.placeholder_format.type in _BODIES


def _paragraphs(frame: TextFrame, *, has_bullets: bool) -> Iterator[str]:
    """Text with bullets where the slide shows them; items that follow each other are one block."""
    has_bullets = has_bullets and sum(1 for each in frame.paragraphs if each.text.strip()) > 1
    items: list[str] = []
    for paragraph in frame.paragraphs:
        text = " ".join(paragraph.text.replace(_VERTICAL_TAB, " ").split())
        if not text:
            continue
        mark = _list_mark(paragraph, has_bullets=has_bullets)
        if mark:
            number = sum(1 for item in items if item[0].isdigit()) + 1
            indent = "   " * paragraph.level
            items.append(indent + mark.replace("1", str(number if not indent else 1)) + text)
            continue
        if items:
            yield "\n".join(items)
            items = []
        yield re.sub(r"^(?=#|>)", r"\\", text)
    if items:
        yield "\n".join(items)


def _list_mark(paragraph: _Paragraph, *, has_bullets: bool) -> str:
    names = {element.tag.removeprefix(_DRAWING) for element in paragraph._p.iter()}
    if "buNone" in names:
        return ""
    if "buAutoNum" in names:
        return "1. "
    return "- " if has_bullets or "buChar" in names else ""


def _table(table: Table) -> str:
    cells = [
        (row, column, cell.span_height, cell.span_width, cell.text)
        if cell.is_merge_origin
        else (row, column, 1, 1, cell.text)
        for row, cells in enumerate(table.rows)
        for column, cell in enumerate(cells.cells)
        if not cell.is_spanned
    ]
    return render_table(spread(cells))


def _chart(chart: Chart) -> Iterator[str]:
    """A chart as the table it is drawn from."""
    if chart.has_title and chart.chart_title.has_text_frame:
        yield chart.chart_title.text_frame.text.strip()
    for plot in _plots(chart):
        series = list(plot.series)
        head = ["", *(each.name for each in series)]
        values = [[_number(value) for value in each.values] for each in series]
        rows = [[str(name), *row] for name, *row in zip(plot.categories, *values, strict=False)]
        if rows:
            yield render_table([head, *rows])


def _plots(chart: Chart) -> list[Any]:
    """The chart's plots; none for the kinds python-pptx does not know."""
    try:
        return list(chart.plots)
    except ValueError:
        return []


def _number(value: float | None) -> str:
    return "" if value is None else f"{value:g}"
