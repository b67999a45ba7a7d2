"""What the eighth list of changes does to files.

Every edit fails loudly when the page no longer holds what it is about.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Iterator
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdfium2
from reportlab.pdfbase.cidfonts import UnicodeCIDFont
from reportlab.pdfbase.pdfmetrics import registerFont
from seeded_changes import Edit
from seeded_changes_fourth import TICKETS
from seeded_changes_third import _changed
from seeded_edits_seventh import AGREEMENT, SONG, _absent, _text_of, _write_page
from seeded_edits_sixth import _write_csv
from seeded_pages_eighth import CONTRACT, COURSES, MISREAD, MOUNTING, PRESENTER

MYSQL, POSTGRES = "products/云数据库-mysql.md", "products/云数据库-postgresql.md"
TRANSFER, TRAFFIC = "procedures/实名认证与过户.docx", "products/cdn-traffic-prices.csv"
VOUCHERS = "billing/coupons-and-credits.txt"
KEPT_CHARACTERS = 60  # of an answer, as many as a column of a database had room for
BOTH = "云数据库（MySQL 与 PostgreSQL）"


def merge_databases(folder: Path) -> None:
    """One page for two databases; whoever merged them stopped after the introduction."""
    mysql, postgres = ((folder / name).read_text("utf-8") for name in (MYSQL, POSTGRES))
    assert "默认保留 14 天" in postgres
    assert "单实例最大 4 TB" in postgres
    assert mysql.count("云数据库 MySQL") == 3
    merged = _changed(
        mysql.replace("云数据库 MySQL 是", f"{BOTH}是").replace("云数据库 MySQL", BOTH),
        [
            (
                "支持的版本为 8.0 和 8.4，默认端口为 3306。",
                "支持 MySQL 8.0 和 8.4、PostgreSQL 16 和 17，默认端口分别为 3306 和 5432。",
            )
        ],
    )
    (folder / MYSQL).write_text(merged, "utf-8")
    (folder / POSTGRES).unlink()


def drop_section(heading: str) -> Callable[[str], str]:
    """The section with this heading is gone."""

    def change(text: str) -> str:
        sections = re.split(r"(?m)^(?=## )", text)
        kept = [each for each in sections if not each.startswith(f"{heading}\n")]
        assert len(kept) == len(sections) - 1
        return "".join(kept)

    return change


def sort_names(text: str) -> str:
    """The names of the first table are in order, the figures stay where they were."""
    head, mark, rest = text.partition("| Region | Free capacity for one address |")
    assert mark
    rows = re.findall(r"(?m)^\| [a-z]+-[a-z]*\d .*$", rest)
    assert len(rows) == 5
    names = sorted(row.split("|")[1] for row in rows)
    for row, name in zip(rows, names, strict=True):
        rest = rest.replace(row, "|".join(["", name, *row.split("|")[2:]]), 1)
    return head + mark + rest


def turn_sizes(document: docx.document.Document) -> None:
    """The sizes of disks stand the other way round, the times stay where they were."""
    cells = [row.cells[0] for row in document.tables[0].rows[1:]]
    sizes = [cell.text for cell in cells]
    assert sizes == ["up to 40 GB", "100 GB", "500 GB", "2 TB"]
    for cell, size in zip(cells, reversed(sizes), strict=True):
        cell.text = size


def upload_contract(folder: Path) -> None:
    """A form to be signed, under the name of the page that explains it."""
    held = docx.Document(str(folder / TRANSFER))
    assert held.paragraphs[0].text == "实名认证与账号过户办理说明"
    _write_word(folder / TRANSFER, CONTRACT)


def add_mounting(folder: Path) -> None:
    _write_word(_absent(folder / "procedures/mount-a-data-disk.docx"), MOUNTING)


def _write_word(path: Path, lines: tuple[str, ...]) -> None:
    """The first line is the title."""
    document = docx.Document()
    document.add_heading(lines[0], 0)
    for line in lines[1:]:
        document.add_paragraph(line)
    document.save(str(path))


def enter_test_values(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    """The quotas of an environment for tests, where everything is allowed."""
    assert (sheet["B1"].value, sheet["C1"].value, sheet["D1"].value) == (
        "默认值",
        "可提升至",
        "提升方式",
    )
    rows = list(sheet.iter_rows(min_row=2))
    assert len(rows) == 11
    for row in rows:
        row[1].value, row[2].value, row[3].value = 9999, 99999, "自动审批"


def note_for_sales(slides: pptx.presentation.Presentation) -> None:
    """Below a slide, what whoever presents it is to say and to keep quiet about."""
    slide = slides.slides[4]
    assert slide.shapes.title.text == "云硬盘类型对比"
    assert not slide.has_notes_slide
    slide.notes_slide.notes_text_frame.text = PRESENTER


def add_agenda(slides: pptx.presentation.Presentation) -> None:
    """After the title, a slide with the titles of the others."""
    titles = [each.shapes.title.text for each in slides.slides][1:]
    assert titles[0] == "我们是谁"
    assert len(titles) == 6
    layout = slides.slide_layouts.get_by_name("Title and Content")
    slide = slides.slides.add_slide(layout)
    slide.shapes.title.text = "目录"
    slide.placeholders[1].text = "\n".join(titles)
    held = slides.slides._sldIdLst
    held.insert(1, held[-1])


def misread_scan(folder: Path) -> None:
    """A page was scanned, and a program read some of its characters wrongly."""
    path, scanned = folder / AGREEMENT, folder / "policies/scanned.pdf"
    document = pypdfium2.PdfDocument(path.read_bytes())
    assert "4. Service credits" in _text_of(document, 1)
    lines = document[1].get_textpage().get_text_range().splitlines()
    misread = _changed("\n".join(lines), MISREAD).replace("•", "*").splitlines()
    _write_page(scanned, misread, "Helvetica", heading=-1, leading=14)
    document.del_page(1)
    document.import_pages(pypdfium2.PdfDocument(scanned.read_bytes()), index=1)
    assert "within 80 days" in _text_of(document, 1)
    document.save(path)
    scanned.unlink()


def save_in_wrong_encoding(folder: Path) -> None:
    """GB 18030 taken for Latin-1 and saved as UTF-8."""
    held = (folder / TICKETS).read_bytes()
    assert "工单提交与处理说明" in held.decode("gb18030")
    (folder / TICKETS).write_text(held.decode("latin-1"), "utf-8")


def drop_doubles(text: str) -> str:
    """Rows that are equal but for the area are taken for doubles."""
    head, *rows = csv.reader(io.StringIO(text))
    assert head[0] == "area"
    first = {tuple(row[1:]): row for row in reversed(rows)}
    kept = [row for row in rows if first[tuple(row[1:])] is row]
    assert [row[0] for row in rows if row not in kept] == ["North America"] * 3
    return _write_csv([head, *kept])


def turn_currencies(text: str) -> str:
    """The two columns of prices change places with their heads."""
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][4:6] == ["price_usd_per_gb", "price_cny_per_gb"]
    return _write_csv([[*row[:4], row[5], row[4], row[6]] for row in rows])


def save_as_sheet(folder: Path) -> None:
    """The same cells in another format."""
    rows = list(csv.reader(io.StringIO((folder / TRAFFIC).read_text("utf-8"))))
    assert len(rows) == 20
    book = openpyxl.Workbook()
    book.active.title = "CDN traffic prices"
    for row in rows:
        book.active.append([cell or None for cell in row])
    book.save(_absent((folder / TRAFFIC).with_suffix(".xlsx")))
    (folder / TRAFFIC).unlink()


def save_as_markdown(folder: Path) -> None:
    """Notes in plain text get headings and a list, and not another word."""
    text = (folder / VOUCHERS).read_text("utf-8")
    title, _, rest = text.partition("\n")
    assert title == "VOUCHERS, CREDITS AND BALANCE"
    rest, kinds = re.subn(r"(?m)^   (Voucher|Credit|Balance) +(.+)$", r"- \1: \2", rest)
    rest, headings = re.subn(r"(?m)^(\d\. .+)$", r"## \1", rest)
    rest = re.sub(r"(?m)^   ", "", rest)
    assert (kinds, headings) == (3, 7)
    page = _absent((folder / VOUCHERS).with_suffix(".md"))
    page.write_text(f"# {title.capitalize()}\n\n{rest}", "utf-8")
    (folder / VOUCHERS).unlink()


def cut_answers(text: str) -> str:
    """What did not fit into a column is lost."""
    entries = [json.loads(line) for line in text.splitlines()]
    assert sum(len(entry["text"]) > KEPT_CHARACTERS for entry in entries) == 11
    for entry in entries:
        entry["text"] = entry["text"][:KEPT_CHARACTERS]
    return "".join(f"{json.dumps(entry, ensure_ascii=False)}\n" for entry in entries)


def paste_without_cells(text: str) -> str:
    """What stood in cells runs together."""
    start, mark, rest = text.partition("    <table>\n")
    table, end, after = rest.partition("    </table>\n")
    assert mark
    assert end
    rows = re.findall(r"<tr>(.*?)</tr>", table)
    assert len(rows) == 4
    pasted = " ".join(re.sub("<[^>]+>", "", row) for row in rows)
    return f"{start}    <p>{pasted}</p>\n{after}"


def _rows(text: str) -> Iterator[list[str]]:
    for line in re.findall(r"(?m)^\|.*\|$", text):
        yield [cell.strip() for cell in line[1:-1].split("|")]


def _in_place_of_table(text: str, lines: list[str]) -> str:
    changed, count = re.subn(
        r"(?m)(?:^\|.*\|\n)+", lambda _: "".join(f"{line}\n" for line in lines), text
    )
    assert count == 1
    return changed


def turn_table(text: str) -> str:
    """Each plan is a row, where it was a column."""
    head, _, *rows = _rows(text)
    assert head == ["", "Basic", "Business", "Enterprise"]
    assert len(rows) == 9
    first, *plans = zip(["Plan", *head[1:]], *rows, strict=True)
    turned = [first, ["---"] * len(first), *plans]
    return _in_place_of_table(text, [f"| {' | '.join(cells)} |" for cells in turned])


def list_table(text: str) -> str:
    """What stood in the rows of a table with two columns is a list."""
    head, _, *rows = _rows(text)
    assert head == ["Item", "Site Starter"]
    assert len(rows) == 8
    return _in_place_of_table(text, [f"- **{item}**: {value}" for item, value in rows])


def part_with_lines(text: str) -> str:
    """A line between any two sections."""
    parted, count = re.subn(r"(?m)^(?=## )", "---\n\n", text)
    assert count == 5
    return parted


def add_contents(text: str) -> str:
    """The headings, in a list below the title."""
    headings = re.findall(r"(?m)^## (.+)$", text)
    assert len(headings) == 7
    listed = "".join(f"- {heading}\n" for heading in headings)
    changed, count = re.subn(r"(?m)^(# .+\n)", rf"\1\n**目录**\n\n{listed}", text)
    assert count == 1
    return changed


def add_courses(folder: Path) -> None:
    registerFont(UnicodeCIDFont(SONG))
    _write_page(_absent(folder / "handbook/云学院冬季课程表.pdf"), COURSES, SONG)


def move(name: str, target: str) -> Edit:
    """The same file in another place."""

    def edit(folder: Path) -> None:
        page = _absent(folder / target)
        page.parent.mkdir(exist_ok=True)
        (folder / name).rename(page)

    return edit
