"""What the fifth list of changes does to files and to the prompt.

Every edit fails loudly when the page no longer holds what it is about.
"""

import csv
import io
import json
import re
from collections.abc import Callable, Sequence
from itertools import pairwise
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdfium2
from seeded_changes import Edit
from seeded_changes_fourth import TICKETS, _edit_paragraphs
from seeded_pages_fifth import GUESSES, OLD_EXAMPLES

CREATE_BEFORE = "procedures/create-instance-console-2.md"


def pick_columns(head: str, columns: Sequence[int]) -> Callable[[str], str]:
    """These columns of the page's only table, in this order."""

    def change(text: str) -> str:
        rows = re.findall(r"(?m)^\|.*\|$", text)
        assert head in rows[0]
        for row in rows:
            cells = row[1:-1].split("|")
            text = text.replace(row, "|".join(["", *(cells[each] for each in columns), ""]))
        return text

    return change


def load_table_later(text: str) -> str:
    waiting = '<div class="price-table" data-source="/api/prices/objects.json"></div>'
    replaced, count = re.subn(r"(?s)<table>.*?</table>", waiting, text)
    assert count == 1
    return replaced


def count_ten_thousands(slides: pptx.presentation.Presentation) -> None:
    """The figure of the fastest disk is a tenth of what it was."""
    (table,) = (
        shape.table
        for slide in slides.slides
        for shape in slide.shapes
        if shape.has_table and shape.table.cell(0, 1).text == "最大 IOPS"
    )
    for number, (held, count) in enumerate(
        (("3,000", "0.3 万"), ("25,000", "2.5 万"), ("100,000", "1 万")), start=1
    ):
        assert table.cell(number, 1).text == held
        table.cell(number, 1).text = count


def charge_every_transfer(document: docx.document.Document) -> None:
    _edit_paragraphs(document, [("每个账号首次过户免费，之后每次 200 元", "每次 200 元")])


def calculate(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    """The highest values are made of the others, by a program that writes formulas alone."""
    assert sheet["C1"].value == "可提升至"
    for number in range(2, sheet.max_row + 1):
        default, highest = sheet[f"B{number}"].value, sheet[f"C{number}"].value
        sheet[f"C{number}"] = f"=B{number}+{highest - default}"


def drag_prices_down(text: str) -> str:
    """Every step of an area costs what its first one costs."""
    rows = list(csv.reader(io.StringIO(text)))
    assert rows[0][4:6] == ["price_usd_per_gb", "price_cny_per_gb"]
    dragged = 0
    for above, row in pairwise(rows):
        if row[1].isdigit() and row[1] != "1":
            assert row[0] == above[0]
            row[4:6] = above[4:6]
            dragged += 1
    assert dragged == 11
    return _write_csv(rows, "\n")


def _write_csv(rows: Sequence[Sequence[str]], ending: str) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator=ending).writerows(rows)
    return written.getvalue()


def drop_first_page(name: str) -> Edit:
    def edit(folder: Path) -> None:
        document = pypdfium2.PdfDocument((folder / name).read_bytes())
        assert "Promised availability" in document[0].get_textpage().get_text_range()
        document.del_page(0)
        document.save(folder / name)

    return edit


def take_off_marks(text: str) -> str:
    """Another wiki took over neither the front matter nor the box above the steps."""
    head, _, body = text.removeprefix("---\n").partition("---\n\n")
    assert "status: outdated" in head
    plain, count = re.subn(r"(?m)^> This page describes console 2, .*\n\n", "", body)
    assert count == 1
    return plain


def archive_unchanged(folder: Path) -> None:
    pages = {path: path.read_text("utf-8") for path in folder.rglob("*.md")}
    updated = {path: re.search(r"(?m)^updated: (.+)$", text) for path, text in pages.items()}
    old = {path.name for path, found in updated.items() if found and found[1] < "2026-03-01"}
    assert {"发票规则.md", "acceptable-use.md", "change-nameservers.md"} < old
    for path in pages:
        if path.name in old:
            path.unlink()


def enter_guesses(text: str) -> str:
    held = [json.loads(line)["id"] for line in text.splitlines()]
    assert held[-1] == "faq-012"
    assert not {json.loads(entry)["id"] for entry in GUESSES} & set(held)
    return text + "".join(f"{entry}\n" for entry in GUESSES)


def put_old_examples(prompt: str) -> str:
    start, mark, rest = prompt.partition("## Examples\n")
    _, end, message = rest.partition("## Message\n")
    assert mark
    assert end
    return start + OLD_EXAMPLES + end + message


def number_headings(text: str) -> str:
    numerals = iter("一二三四五")
    numbered = re.sub(r"(?m)^## ", lambda _: f"## {next(numerals)}、", text)
    assert next(numerals, None) is None
    return numbered


def tick_boxes(text: str) -> str:
    start, mark, rest = text.partition("## 开始之前\n")
    conditions, warning, end = rest.partition("> **警告**")
    boxes, count = re.subn(r"(?m)^- ", "- [ ] ", conditions)
    assert warning
    assert count == 5
    return start + mark + boxes + warning + end


def sort_rows(text: str) -> str:
    head, rule, *rows = re.findall(r"(?m)^\|.*\|$", text)
    assert "保留期限" in head
    table, count = "\n".join([head, rule, *rows]), len(rows)
    assert count == 7
    assert table in text
    return text.replace(table, "\n".join([head, rule, *sorted(rows)]))


def anchor_headings(text: str) -> str:
    def anchor(heading: re.Match[str]) -> str:
        return f'<h2 id="{heading[1].lower().replace(" ", "-")}">{heading[1]}</h2>'

    anchored, count = re.subn(r"<h2>([^<]+)</h2>", anchor, text)
    assert count == 4
    return anchored


def save_as_spreadsheets_do(text: str) -> str:
    """With a mark of its encoding, ends of lines of Windows, and no noughts at the end of figures."""
    rows = [
        [f"{float(cell):g}" if re.fullmatch(r"\d+\.\d+", cell) else cell for cell in row]
        for row in csv.reader(io.StringIO(text))
    ]
    assert rows[1][4:6] == ["0.032", "0.22"]
    return "\ufeff" + _write_csv(rows, "\r\n")


def save_as_utf8(folder: Path) -> None:
    before = (folder / TICKETS).read_bytes()
    text = before.decode("gb18030")
    assert "工单提交与处理说明" in text
    assert before != text.encode()
    (folder / TICKETS).write_bytes(text.encode())


def close_gaps(text: str) -> str:
    closed, count = re.subn(r">\s+<", "><", text)
    assert count > 20
    return closed


def sort_fields(text: str) -> str:
    entries = [json.loads(line) for line in text.splitlines()]
    assert next(iter(entries[0])) == "id"
    return "".join(
        f"{json.dumps(entry, ensure_ascii=False, sort_keys=True)}\n" for entry in entries
    )


def add_foot(document: docx.document.Document) -> None:
    assert document.paragraphs[0].text == "Restore an instance from a snapshot"
    foot = document.sections[0].footer.paragraphs[0]
    assert not foot.text
    foot.text = "Lanhe Cloud Docs, KB-0142"


def add_revisions(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    assert sheet.parent.sheetnames == ["规格", "配额"]
    revisions = sheet.parent.create_sheet("修订记录")
    revisions.append(["日期", "内容"])
    revisions.append(["2026-11-18", "调整列宽和字体"])


def add_note(slides: pptx.presentation.Presentation) -> None:
    slide = slides.slides[5]
    assert slide.shapes.title.text == "典型客户场景"
    assert not slide.has_notes_slide
    slide.notes_slide.notes_text_frame.text = "讲解提示：按听众所在行业选讲一个场景即可。"


def add_blank_page(name: str) -> Edit:
    def edit(folder: Path) -> None:
        document = pypdfium2.PdfDocument((folder / name).read_bytes())
        assert len(document) == 2
        document.new_page(*document[0].get_size())
        document.save(folder / name)

    return edit


def move_to_archive(folder: Path) -> None:
    page = folder / CREATE_BEFORE
    assert "status: outdated" in page.read_text("utf-8")
    (page.parent / "archive").mkdir()
    page.rename(page.parent / "archive" / page.name)


def put_safety_first(prompt: str) -> str:
    start, style, rest = prompt.partition("## Interaction style\n")
    manner, safety, rest = rest.partition("## Safety\n")
    rules, output, end = rest.partition("## Output format\n")
    assert output
    return start + safety + rules + style + manner + output + end


def show_gift_cards(prompt: str) -> str:
    start, mark, rest = prompt.partition("## Examples\n")
    examples, message, end = rest.partition("## Message\n")
    assert message
    for old, new in (("Vouchers", "Gift cards"), ("voucher", "gift card"), ("代金券", "礼品卡")):
        assert old in examples, old
        examples = examples.replace(old, new)
    return start + mark + examples + message + end


def join_lines(body: str) -> str:
    joined, count = re.subn(r"\n  (?=\S)", " ", body)
    assert count > 5
    return joined
