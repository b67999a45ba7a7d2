"""Office and PDF files made on the spot."""

import io
import zipfile
from collections.abc import Callable
from itertools import pairwise
from pathlib import Path

from docx import Document
from openpyxl import Workbook
from pptx import Presentation
from pptx.util import Inches
from reportlab.lib.pagesizes import A4
from reportlab.pdfbase import pdfmetrics
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfgen.canvas import Canvas

ENTITY_BOMB = (
    '<?xml version="1.0"?><!DOCTYPE lolz [<!ENTITY a "lol">'
    + "".join(f'<!ENTITY {new} "{f"&{old};" * 10}">' for old, new in pairwise("abcdefghi"))
    + "]><w:document>&i;</w:document>"
)


def write_docx(path: Path, fill: Callable[[Document], None]) -> Path:
    document = Document()
    fill(document)
    document.save(path)
    return path


def write_pptx(path: Path) -> Path:
    presentation = Presentation()
    presentation.core_properties.title = ""
    first = presentation.slides.add_slide(presentation.slide_layouts[1])
    first.shapes.title.text = "Refund policy"
    frame = first.placeholders[1].text_frame
    frame.text = "Seven days"
    frame.add_paragraph().text = "With receipt"
    first.notes_slide.notes_text_frame.text = "Say it slowly."
    second = presentation.slides.add_slide(presentation.slide_layouts[5])
    second.shapes.title.text = "Prices"
    cells = second.shapes.add_table(3, 2, Inches(1), Inches(2), Inches(4), Inches(2)).table
    for row, values in enumerate([("Plan", "Price"), ("Basic", "¥10"), ("Pro", "¥20")]):
        for column, value in enumerate(values):
            cells.cell(row, column).text = value
    hidden = presentation.slides.add_slide(presentation.slide_layouts[5])
    hidden.shapes.title.text = "Internal"
    hidden.element.set("show", "0")
    presentation.save(path)
    return path


def write_xlsx(path: Path, fill: Callable[[Workbook], None]) -> Path:
    workbook = Workbook()
    fill(workbook)
    workbook.save(path)
    return path


def write_pdf(path: Path, *pages: Callable[[Canvas], None], **options: object) -> Path:
    pdfmetrics.registerFont(UnicodeCIDFont("STSong-Light"))
    canvas = Canvas(str(path), pagesize=A4, **options)
    for page in pages:
        page(canvas)
        canvas.showPage()
    canvas.save()
    return path


def draw_lines(
    canvas: Canvas,
    lines: list[str],
    *,
    left: float = 72,
    top: float = 700,
    font: str = "Helvetica",
    size: float = 11,
) -> None:
    for number, line in enumerate(lines):
        canvas.setFont(font, size)
        canvas.drawString(left, top - number * size * 1.25, line)


def repacked(path: Path, target: Path, **parts: bytes | str) -> Path:
    """A copy of a zip-based file with some parts replaced, named with _ for / and ."""
    with zipfile.ZipFile(path) as old, zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as new:
        replaced = {key.replace("__", "/").replace("_", "."): data for key, data in parts.items()}
        for name in old.namelist():
            new.writestr(name, replaced.pop(name, old.read(name)))
        for name, data in replaced.items():
            new.writestr(name, data)
    return target


def zip_bomb(path: Path, *, megabytes: int) -> Path:
    """A small file with a part that unpacks to that many megabytes."""
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        with archive.open("word/document.xml", "w") as part:
            for _ in range(megabytes):
                part.write(b" " * 1024 * 1024)
    path.write_bytes(buffer.getvalue())
    return path
