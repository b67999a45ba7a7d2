"""What the seventh list of changes does to files.

Every edit fails loudly when the page no longer holds what it is about.
"""

import csv
import io
import json
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdfium2
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from reportlab.pdfgen.canvas import Canvas
from seeded_changes_fourth import FAQ, _edit_paragraphs
from seeded_changes_second import Pairs
from seeded_edits_sixth import _write_csv
from seeded_pages_seventh import AGENCY, CLOSING_LINES, ENERGY
from seeded_rewordings_seventh import REWORDED_BURSTS, REWORDED_PARTNERS, SLIPPED_CHANGES

AGREEMENT, FILING = "policies/sla-2026.pdf", "procedures/icp-备案指南.pdf"
SONG = "STSong-Light"


def say_in_paragraphs(pairs: Pairs) -> Callable[[docx.document.Document], None]:
    return lambda document: _edit_paragraphs(document, pairs)


def say_on_slides(pairs: Pairs) -> Callable[[pptx.presentation.Presentation], None]:
    """Each passage is the whole of one run."""

    def change(slides: pptx.presentation.Presentation) -> None:
        runs = [
            run
            for slide in slides.slides
            for shape in slide.shapes
            if shape.has_text_frame
            for paragraph in shape.text_frame.paragraphs
            for run in paragraph.runs
        ]
        for old, new in pairs:
            (run,) = (each for each in runs if each.text == old)
            run.text = new

    return change


def swap_disks(slides: pptx.presentation.Presentation) -> None:
    """Each of two disks has the figures of the other."""
    (table,) = (shape.table for shape in slides.slides[4].shapes if shape.has_table)
    quick, quickest = table.cell(2, 0), table.cell(3, 0)
    assert (quick.text, quickest.text) == ("性能型 P1", "极速型 X1")
    quick.text, quickest.text = quickest.text, quick.text


def add_contacts(slides: pptx.presentation.Presentation) -> None:
    """A last slide that says what the page of contacts says."""
    assert slides.slides[-1].shapes.title.text == "合作与采购"
    slide = slides.slides.add_slide(slides.slide_layouts.get_by_name("Title and Content"))
    slide.shapes.title.text = "联系我们"
    slide.placeholders[1].text = "\n".join(CLOSING_LINES)


def paste_too_low(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    """The bandwidths of the private network stand one row below their instances."""
    assert sheet["E1"].value == "内网带宽（Gbps）"
    assert [sheet.cell(row, 1).value for row in (2, 7)] == ["lh.g2.small", "lh.m2.large"]
    held = [sheet.cell(row, 5).value for row in range(2, 8)]
    assert len(set(held)) == 6
    for row, value in enumerate(held[:-1], start=3):
        sheet.cell(row, 5).value = value


def swap_verified(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    """Accounts without verification have the quota of those with it, and the other way round."""
    assert (sheet["A2"].value, sheet["A3"].value) == (
        "每地域实例数（已实名）",
        "每地域实例数（未实名）",
    )
    sheet["A2"], sheet["A3"] = sheet["A3"].value, sheet["A2"].value


def turn_last_columns(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    """The last two columns change places with their heads."""
    assert (sheet["H1"].value, sheet["I1"].value) == ("最多挂载数据盘", "最多弹性网卡")
    for row in range(1, 8):
        disks, cards = sheet.cell(row, 8), sheet.cell(row, 9)
        disks.value, cards.value = cards.value, disks.value


def say_bursts_otherwise(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    old, new = REWORDED_BURSTS
    (cell,) = (row[0] for row in sheet.iter_rows(max_col=1) if row[0].value == old)
    cell.value = new


def set_menus_in_bold(document: docx.document.Document) -> None:
    before, *named, after = ["Open ", "Compute > Snapshots", ", select the snapshot and choose ", "Roll back", "."]  # fmt: skip
    text = "".join((before, *named, after))
    (paragraph,) = (each for each in document.paragraphs if each.text == text)
    paragraph.text = before
    for number, part in enumerate((*named, after)):
        paragraph.add_run(part).bold = number % 2 == 0
    assert paragraph.text == text


def enter_gigabytes(text: str) -> str:
    """Limits of steps are entered in gigabytes, below heads that say terabytes."""
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][2:4] == ["from_tb_per_month", "to_tb_per_month"]
    for row in rows[1:]:
        row[2:4] = [f"{int(limit) * 1000}" if limit else "" for limit in row[2:4]]
    assert sum(row[3] == "10000" for row in rows) == 6
    return _write_csv(rows)


def say_partners_otherwise(text: str) -> str:
    old, new = REWORDED_PARTNERS
    rows = list(csv.reader(io.StringIO(text)))
    assert sum(row[6] == old for row in rows) == 4
    return _write_csv([[*row[:6], new if row[6] == old else row[6]] for row in rows])


def sort_areas(text: str) -> str:
    """Whole rows, by area and step."""
    head, *rows = csv.reader(io.StringIO(text))
    after = sorted(rows, key=lambda row: (row[0], row[1]))
    assert after != rows
    return _write_csv([head, *after])


def add_prefetch(text: str) -> str:
    assert text.endswith("2000 URLs and 100 directories a day\n")
    assert "prefetch" not in text
    return f"{text}Cache prefetch (all areas),,,,0,0,1000 URLs a day\n"


def part_languages(folder: Path) -> None:
    """The FAQ is two files, one for each language; entries stay as they are."""
    lines = (folder / FAQ).read_text("utf-8").splitlines(keepends=True)
    parts = {
        language: [line for line in lines if json.loads(line)["language"] == language]
        for language in ("zh", "en")
    }
    assert [len(part) for part in parts.values()] == [6, 6]
    (folder / FAQ).write_text("".join(parts["zh"]), "utf-8")
    (folder / "faq/faq-en.jsonl").write_text("".join(parts["en"]), "utf-8")


def retype_last_page(folder: Path) -> None:
    """What is said of changes to the agreement is typed anew, with a slip."""
    path, retyped = folder / AGREEMENT, folder / "policies/retyped.pdf"
    document = pypdfium2.PdfDocument(path.read_bytes())
    assert "does not touch prepaid terms already running" in _text_of(document, 2)
    _write_page(retyped, SLIPPED_CHANGES, "Helvetica", heading=1, leading=15)
    document.del_page(2)
    document.import_pages(pypdfium2.PdfDocument(retyped.read_bytes()))
    assert "right to credits of their own." in _text_of(document, 2)
    document.save(path)
    retyped.unlink()


def publish_fees_of_agency(folder: Path) -> None:
    guide = pypdfium2.PdfDocument((folder / FILING).read_bytes())
    assert "备案本身不收任何费用" in _text_of(guide, 0)
    registerFont(UnicodeCIDFont(SONG))
    _write_page(_absent(folder / "procedures/备案收费标准.pdf"), AGENCY, SONG)


def add_energy_report(folder: Path) -> None:
    _write_page(_absent(folder / "handbook/energy-report-2025.pdf"), ENERGY, "Helvetica")


def _absent(path: Path) -> Path:
    assert not path.exists()
    return path


def _text_of(document: pypdfium2.PdfDocument, page: int) -> str:
    return " ".join(document[page].get_textpage().get_text_range().split())


def _write_page(
    path: Path, lines: Sequence[str], font: str, *, heading: int = 0, leading: int = 20
) -> None:
    """The line of that number is the heading, with some air around it."""
    canvas = Canvas(str(path), invariant=1)
    height = 770
    for number, line in enumerate(lines):
        canvas.setFont(font, 14 if number == heading else 10)
        height -= 2 * leading if number == heading else leading
        canvas.drawString(60, height, line)
    canvas.save()
