"""What the sixth list of changes does to files and to the prompt.

Every edit fails loudly when the page no longer holds what it is about.
"""

import csv
import io
import re
from collections.abc import Callable, Sequence
from pathlib import Path

import docx
import openpyxl
import pptx
import pypdfium2
from reportlab.lib.utils import ImageReader
from reportlab.pdfgen.canvas import Canvas
from seeded_changes import Edit
from seeded_changes_fourth import _edit_paragraphs
from seeded_changes_third import _changed
from seeded_pages_sixth import AMENDMENT

SHEETS = "products/instance-specs-and-quotas.xlsx"
PLANS, PLAN_CHANGES = "handbook/support-plans.md", "handbook/support-plans-changes.md"
STARTER, BUSINESS = "products/site-starter.md", "products/site-business.md"
MISPLACED = ("Monthly visits included", "Daily backups kept for", "PHP worker processes")
"""Rows of a table of two plans in which each has the other's figure."""

SCAN_SCALE = 0.4  # pixels for each point, about 29 to the inch: nobody reads it any more


def swap_areas(text: str) -> str:
    """Prices of two areas stand beside each other's name."""
    rows = list(csv.reader(io.StringIO(text)))
    other = {"Europe": "Asia Pacific", "Asia Pacific": "Europe"}
    assert sum(row[0] in other for row in rows) == 6
    return _write_csv([[other.get(row[0], row[0]), *row[1:]] for row in rows])


def part_with_commas(text: str) -> str:
    rows = list(csv.reader(io.StringIO(text)))
    plain, parted = "Hong Kong Singapore Japan and others", "Hong Kong, Singapore, Japan and others"
    assert sum(row[6] == plain for row in rows) == 3
    return _write_csv([[*row[:6], row[6].replace(plain, parted)] for row in rows])


def _write_csv(rows: Sequence[Sequence[str]]) -> str:
    written = io.StringIO()
    csv.writer(written, lineterminator="\n").writerows(rows)
    return written.getvalue()


def edit_sheet(
    title: str, change: Callable[[openpyxl.worksheet.worksheet.Worksheet], None]
) -> Edit:
    """The sheet of that title in the book of specifications and quotas."""

    def edit(folder: Path) -> None:
        book = openpyxl.load_workbook(folder / SHEETS)
        change(book[title])
        book.save(folder / SHEETS)

    return edit


def swap_bandwidths(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    """Each of two columns is headed by the name of the other."""
    assert (sheet["E1"].value, sheet["F1"].value) == ("内网带宽（Gbps）", "突发带宽（Gbps）")
    sheet["E1"], sheet["F1"] = sheet["F1"].value, sheet["E1"].value


def delete_what_a_filter_hid(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    """Only what is approved by hand was hidden, and went with the rest."""
    hidden = [row[0].row for row in sheet.iter_rows(min_row=2) if row[3].value == "人工审批"]
    assert len(hidden) == 4
    for number in reversed(hidden):
        sheet.delete_rows(number)


def sort_whole_rows(sheet: openpyxl.worksheet.worksheet.Worksheet) -> None:
    before = list(sheet.iter_rows(min_row=2, values_only=True))
    assert len(before) == 11
    after = sorted(before, key=str)
    assert after != before
    for number, row in enumerate(after, start=2):
        for column, value in enumerate(row, start=1):
            sheet.cell(number, column).value = value


def delete_slide(slides: pptx.presentation.Presentation) -> None:
    """The slide on what new customers get is gone."""
    assert slides.slides[3].shapes.title.text == "新客户权益"
    held = slides.slides._sldIdLst
    slides.part.drop_rel(held[3].rId)
    held.remove(held[3])


def put_purchase_before_scenes(slides: pptx.presentation.Presentation) -> None:
    assert [each.shapes.title.text for each in slides.slides][5:] == ["典型客户场景", "合作与采购"]
    held = slides.slides._sldIdLst
    held.insert(5, held[6])


def say_trial_otherwise(slides: pptx.presentation.Presentation) -> None:
    shape = slides.slides[3].placeholders[1]
    (run,) = (
        run
        for paragraph in shape.text_frame.paragraphs
        for run in paragraph.runs
        if run.text == "试用到期不自动转为付费，数据保留 7 天"
    )
    run.text = "试用到期后不会自动转为付费，数据会保留 7 天"


def turn_transfers(document: docx.document.Document) -> None:
    """Persons are told what holds for companies, and the other way round."""
    _edit_paragraphs(document, [("个人可以过户给个人或企业，企业只能过户给企业。", "企业可以过户给企业或个人，个人只能过户给个人。")])  # fmt: skip


def say_verification_otherwise(document: docx.document.Document) -> None:
    _edit_paragraphs(document, [("对公打款验证时，我们向对公账户转入一笔 1 元以内的随机金额，请在 7 天内把金额填入控制台，最多可以填写 3 次，全部填错需间隔 24 小时后重新发起。", "采用对公打款验证的，我们会向对公账户转入一笔随机金额，不超过 1 元。请在 7 天内到控制台填写收到的金额，最多可以填 3 次；如果全部填错，需要间隔 24 小时后再重新发起。")])  # fmt: skip


def cut_warnings(document: docx.document.Document) -> None:
    """Neither the loss nor the stop is told before a disk is rolled back."""
    _edit_paragraphs(document, [("Everything written to the disk since the snapshot is lost. The instance keeps its addresses. The instance must be stopped.", "The instance keeps its addresses."), ("Stop the instance from within the operating system, or choose Actions > Stop.", "Open the page of the instance.")])  # fmt: skip


def say_reads_otherwise(document: docx.document.Document) -> None:
    _edit_paragraphs(document, [("A disk made from a snapshot can be used at once, but reads are slower until all blocks have been loaded in the background.", "You can use a disk made from a snapshot at once. Until all blocks have been loaded in the background, however, reads are slower.")])  # fmt: skip


def fill_in_properties(document: docx.document.Document) -> None:
    assert document.paragraphs[0].text == "实名认证与账号过户办理说明"
    document.core_properties.author = "文档组"
    document.core_properties.keywords = "实名认证, 过户"


def scan_second_page(name: str) -> Edit:
    """It is a picture, without any text."""

    def edit(folder: Path) -> None:
        document = pypdfium2.PdfDocument((folder / name).read_bytes())
        page = document[1]
        assert "4. Service credits" in page.get_textpage().get_text_range()
        picture = page.render(scale=SCAN_SCALE).to_pil().convert("L")
        scanned = io.BytesIO()
        canvas = Canvas(scanned, pagesize=page.get_size(), invariant=1)
        canvas.drawImage(ImageReader(picture), 0, 0, *page.get_size())
        canvas.save()
        document.del_page(1)
        document.import_pages(pypdfium2.PdfDocument(scanned.getvalue()), index=1)
        document.save(folder / name)

    return edit


def publish_amendment(folder: Path) -> None:
    agreement = pypdfium2.PdfDocument((folder / "policies/sla-2026.pdf").read_bytes())
    assert "99.95 %" in agreement[0].get_textpage().get_text_range()
    path = folder / "policies/sla-2026-amendment.pdf"
    assert not path.exists()
    _write_page(path, AMENDMENT)


def add_closing_page(folder: Path) -> None:
    """Says what the page of contacts says."""
    contacts = (folder / "handbook" / "联系我们.txt").read_text("utf-8")
    assert "工单：全天可提交" in contacts
    path, closing = folder / "policies/sla-2026.pdf", folder / "policies/closing.pdf"
    document = pypdfium2.PdfDocument(path.read_bytes())
    assert len(document) == 3
    hint = "Questions about this agreement: please open a ticket in the console, at any hour."
    _write_page(closing, ("", hint))
    document.import_pages(pypdfium2.PdfDocument(closing.read_bytes()))
    document.save(path)
    closing.unlink()


def _write_page(path: Path, lines: Sequence[str]) -> None:
    canvas = Canvas(str(path), invariant=1)
    for number, line in enumerate(lines):
        canvas.setFont("Helvetica", 10 if number else 16)
        canvas.drawString(60, 770 - 20 * number, line)
    canvas.save()


def merge_plans(folder: Path) -> None:
    """One page for two plans, in which some figures stand under the other plan."""
    starter, business = ((folder / name).read_text("utf-8") for name in (STARTER, BUSINESS))
    rows = [
        re.findall(r"(?m)^\| ([^|]+) \| ([^|]+) \|$", text.partition("## When")[0])
        for text in (starter, business)
    ]
    table = []
    for (item, small), (same, large) in zip(*rows, strict=True):
        assert item == same
        cells = (large, small) if item in MISPLACED else (small, large)
        table.append("| " + " | ".join((item, *cells)) + " |\n")
    assert len(table) == 9
    pages, count = re.subn(
        r"(?m)(?:^\|.*\n)+", "".join([table[0], "|---|---|---|\n", *table[1:]]), starter
    )
    assert count == 1
    titled, count = re.subn(
        r"(?m)^(title:|#) Site Starter$", r"\1 Site Starter and Site Business", pages
    )
    assert count == 2
    (folder / STARTER).write_text(titled, "utf-8")
    (folder / BUSINESS).unlink()


def split_plans(folder: Path) -> None:
    """What is said of changes and escalation stands on a page of its own, word for word."""
    text = (folder / PLANS).read_text("utf-8")
    front, mark, _ = text.partition("# Support plans and response times\n")
    kept, heading, rest = text.partition("## Changing the plan\n")
    assert mark
    assert "## Escalation" in rest
    title = "Support plans: changing the plan and escalation"
    front = _changed(front, [("title: Support plans and response times", f'title: "{title}"')])
    (folder / PLANS).write_text(f"{kept}See also: {title}.\n", "utf-8")
    (folder / PLAN_CHANGES).write_text(f"{front}# {title}\n\n{heading}{rest}", "utf-8")


def move_to_end(heading: str) -> Callable[[str], str]:
    """The section with this heading is the last one."""

    def change(text: str) -> str:
        sections = re.split(r"(?m)^(?=## )", text)
        (moved,) = (each for each in sections if each.startswith(f"{heading}\n"))
        assert moved != sections[-1]
        kept = "".join(each for each in sections if each != moved)
        return f"{kept.rstrip()}\n\n{moved.rstrip()}\n"

    return change


def structure_table(text: str) -> str:
    """A caption, a head and a body, as screen readers want them."""
    head = "<tr><th>项目</th><th>免费版</th><th>专业版</th><th>企业版</th></tr>"
    return _changed(
        text,
        [
            (
                f'<table border="1">\n{head}\n',
                f"<table>\n<caption>云解析 DNS 各套餐对比</caption>\n<thead>\n{head}\n</thead>\n<tbody>\n",
            ),
            ("</table>", "</tbody>\n</table>"),
        ],
    )


def air_rules(body: str) -> str:
    aired, count = re.subn(r"\n- ", "\n\n- ", body)
    assert count > 10
    return aired.replace("\n\n\n", "\n\n")
