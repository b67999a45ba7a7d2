"""Every format comes out as Markdown with its structure."""

import datetime
import json
from pathlib import Path

import pytest
from docx import Document
from office_files import draw_lines, repacked, write_docx, write_pdf, write_pptx, write_xlsx
from openpyxl import Workbook
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from kefu.errors import BadInput
from kefu.parsing import ParsedDocument, ParseLimits, has_ocr, parse_file


def parsed(path: Path) -> ParsedDocument:
    (document,) = parse_file(path, limits=ParseLimits())
    return document


def written(path: Path, text: str) -> Path:
    path.write_text(text, encoding="utf-8")
    return path


PAGE = """<!doctype html><html><head><title>Refunds | Shop</title>
<link rel="canonical" href="https://shop.example/refunds"><meta name="keywords" content="money">
<style>p{}</style></head><body><header><a href="/">Shop</a></header><nav>Home</nav>
<div class="cookie-banner">We use cookies</div><div id="topbar">Log in</div><main>
<div class="crumb">Shop &gt; Refunds</div><h1>Refunds</h1>
<p>Within <b>7&nbsp;days</b>, see <a href="/x">the rules</a>.<br>Always.</p>
<ol start="3"><li>Write<ul><li>by mail</li></ul></li><li><p>Wait</p></li></ol>
<table><caption>Fees</caption><tr><th rowspan=2>Plan<th colspan=2>Fee</tr>
<tr><td>EU<td>US</tr><tr><td>Pro<td>1|2<td>3</tr><tr><td colspan=3>All with tax</tr></table>
<pre><code class="language-sh">curl a
curl b</code></pre><p># not a heading</p><p hidden>secret</p><p style="display:none">secret</p>
<aside>Related</aside></main><footer>© Shop</footer><script>var x</script></body></html>"""


def test_web_page_keeps_its_content_only(tmp_path: Path) -> None:
    document = parsed(written(tmp_path / "page.html", PAGE))
    assert document.markdown == (
        "# Refunds\n\nWithin 7 days, see the rules.\nAlways.\n\n"
        "3. Write\n   - by mail\n4. Wait\n\nFees\n\n"
        "| Plan | Fee | Fee |\n| --- | --- | --- |\n| Plan | EU | US |\n| Pro | 1\\|2 | 3 |\n"
        "| All with tax |  |  |\n\n```sh\ncurl a\ncurl b\n```\n\n\\# not a heading"
    )
    assert (document.title, document.url) == ("Refunds", "https://shop.example/refunds")
    assert document.metadata == {"keywords": "money"}


def test_page_of_nothing_but_a_menu_is_kept(tmp_path: Path) -> None:
    document = parsed(written(tmp_path / "menu.htm", "<nav><ul><li>Home</ul></nav>"))
    assert document.markdown == "- Home"


def test_table_that_only_arranges_the_page_is_no_table(tmp_path: Path) -> None:
    page = "<table><tr><td><h2>A</h2><p>text</p><table><tr><td>1<td>2</table></table>"
    markdown = parsed(written(tmp_path / "old.html", page)).markdown
    assert markdown == "## A\n\ntext\n\n| 1 | 2 |\n| --- | --- |"


def test_plain_text_gets_no_headings(tmp_path: Path) -> None:
    text = "Hello\n=====\n# comment\n    indented\n\n\n\n> quoted\n1. one"
    document = parsed(written(tmp_path / "read me.log", text))
    assert document.markdown == "Hello\n\n\\# comment\nindented\n\n\\> quoted\n1. one"
    assert document.title == "read me"


def fill_document(document: Document) -> None:
    document.core_properties.title = "退款手册"
    document.core_properties.author = "Li"
    document.add_heading("退款", level=1)
    document.add_paragraph("七天内可退款。")
    document.add_heading("Steps", level=2)
    document.add_paragraph("Write", style="List Number")
    document.add_paragraph("Wait", style="List Number")
    document.add_paragraph("Bullet", style="List Bullet")
    table = document.add_table(rows=2, cols=3)
    for number, cell in enumerate([*table.rows[0].cells, *table.rows[1].cells]):
        cell.text = f"c{number}"
    table.cell(1, 1).merge(table.cell(1, 2))


def test_word_document_keeps_headings_lists_and_tables(tmp_path: Path) -> None:
    document = parsed(write_docx(tmp_path / "a.docx", fill_document))
    assert document.title == "退款手册"
    assert document.metadata["creator"] == "Li"
    assert document.markdown == (
        "# 退款\n\n七天内可退款。\n\n## Steps\n\n1. Write\n2. Wait\n\n- Bullet\n\n"
        "| c0 | c1 | c2 |\n| --- | --- | --- |\n| c3 | c4 c5 | c4 c5 |"
    )


def test_style_that_is_based_on_a_heading_is_one(tmp_path: Path) -> None:
    def fill(document: Document) -> None:
        style = document.styles.add_style("章节", 1)
        style.base_style = document.styles["Heading 2"]
        document.add_paragraph("价格", style="章节")
        document.add_paragraph("十元。")

    assert parsed(write_docx(tmp_path / "b.docx", fill)).markdown == "## 价格\n\n十元。"


def test_slides_become_pages_with_titles_lists_tables_and_notes(tmp_path: Path) -> None:
    document = parsed(write_pptx(tmp_path / "deck.pptx"))
    assert document.markdown == (
        "# Refund policy\n\n- Seven days\n- With receipt\n\nNotes: Say it slowly.\n\f\n"
        "# Prices\n\n| Plan | Price |\n| --- | --- |\n| Basic | ¥10 |\n| Pro | ¥20 |"
    )
    assert document.title == "Refund policy"


def fill_workbook(workbook: Workbook) -> None:
    prices = workbook.active
    prices.title = "价格"
    prices["B2"] = "Price list"
    prices.merge_cells("B2:E2")
    for row, values in enumerate(
        [
            ("Plan", "Fee", None, "Since"),
            (None, "EU", "US", None),
            ("Basic", 10.0, 12.5, datetime.date(2026, 1, 2)),
            ("Pro", 20, True, datetime.datetime(2026, 1, 2, 3, 4)),  # noqa: DTZ001
        ],
        start=3,
    ):
        for column, value in enumerate(values, start=2):
            prices.cell(row, column, value)
    prices.merge_cells("C3:D3")
    prices.merge_cells("B3:B4")
    prices["B9"] = "Plan"
    prices["C9"] = "Code"
    prices["B10"] = "Basic"
    prices["C10"] = "a|b"
    workbook.create_sheet("Empty")
    workbook.create_sheet("Hidden").sheet_state = "hidden"
    workbook["Hidden"]["A1"] = "secret"


def test_workbook_becomes_a_heading_and_tables_a_sheet(tmp_path: Path) -> None:
    document = parsed(write_xlsx(tmp_path / "fees.xlsx", fill_workbook))
    assert document.markdown == (
        "## 价格\n\nPrice list\n\n"
        "| Plan | Fee | Fee | Since |\n| --- | --- | --- | --- |\n| Plan | EU | US |  |\n"
        "| Basic | 10 | 12.5 | 2026-01-02 |\n| Pro | 20 | TRUE | 2026-01-02 03:04:00 |\n\n"
        "| Plan | Code |\n| --- | --- |\n| Basic | a\\|b |"
    )
    assert document.title == "fees"


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("a.csv", 'Name,Price\n"Pro, big",1\n'),
        ("a.csv", 'Name;Price\n"Pro, big";1\n'),
        ("a.tsv", "Name\tPrice\nPro, big\t1\n"),
        ("a.csv", "Name|Price\nPro, big|1\n\n"),
    ],
)
def test_delimiter_is_found(tmp_path: Path, name: str, text: str) -> None:
    markdown = parsed(written(tmp_path / name, text)).markdown
    assert markdown == "| Name | Price |\n| --- | --- |\n| Pro, big | 1 |"


def test_single_column_and_uneven_rows_are_read(tmp_path: Path) -> None:
    assert parsed(written(tmp_path / "a.csv", "Name\nPro\n")).markdown.endswith("| Pro |")
    uneven = parsed(written(tmp_path / "b.csv", "a,b\n1,2,3\n4\n")).markdown
    assert uneven.split("\n")[2:] == ["| 1 | 2 | 3 |", "| 4 |  |  |"]


def test_json_lines_give_a_document_a_line(tmp_path: Path) -> None:
    rows = [
        {
            "_id": 7,
            "title": "退款",
            "text": "七天",
            "url": "https://a.b",
            "lang": "zh",
            "tags": [1],
        },
        {"id": "b", "text": "# Heading\n\nx\fy"},
        {"id": "c", "text": "", "title": ""},
        {"id": "d", "text": "", "title": "Only a title"},
    ]
    path = written(tmp_path / "a.jsonl", "\ufeff" + "\n\n".join(map(json.dumps, rows)))
    first, second, third = parse_file(path, limits=ParseLimits())
    assert (first.external_id, first.title, first.url) == ("7", "退款", "https://a.b")
    assert first.metadata == {"lang": "zh", "tags": "1"}
    assert (second.external_id, second.markdown) == ("b", "# Heading\n\nx\ny")
    assert third.markdown == "Only a title"


@pytest.mark.parametrize(
    "line",
    ['{"text": 1}', "[1]", '{"text": "a"', '{"id": 1}', "[" * 5000, '{"text": "\xff'],
)
def test_bad_line_is_named(tmp_path: Path, line: str) -> None:
    path = written(tmp_path / "a.ndjson", f'{{"text": "good"}}\n\n{line}\n')
    documents = parse_file(path, limits=ParseLimits())
    assert next(documents).markdown == "good"
    with pytest.raises(BadInput, match="line 3"):
        next(documents)


def article(canvas: Canvas) -> None:
    draw_lines(canvas, ["Refund manual"], top=780, font="Helvetica-Bold", size=20)
    draw_lines(canvas, ["ACME Corp. - internal"], top=820, size=8)
    draw_lines(
        canvas,
        [
            "Money is returned to the account it was paid from, which takes seven working day and",
            "some patience; larger sums are looked at by two members of the finance depart-",
            "ment before they are released.",
        ],
        top=740,
    )
    draw_lines(
        canvas, ["\u2022 first thing", "\u2022 second thing", "1. Write", "2. Wait"], top=660
    )
    draw_lines(canvas, [f"Page {canvas.getPageNumber()}"], top=20, size=8)


def chinese(canvas: Canvas) -> None:
    draw_lines(canvas, ["ACME Corp. - internal"], top=820, size=8)
    draw_lines(canvas, ["退款说明"], font="STSong-Light", size=18, top=760)
    lines = ["客户可以在收到商品之后的七个工作日之内提出退款申请，客服人员会", "在两天内答复。"]
    draw_lines(canvas, lines, font="STSong-Light", size=12, top=700)
    draw_lines(canvas, [f"Page {canvas.getPageNumber()}"], top=20, size=8)


def prices(canvas: Canvas) -> None:
    draw_lines(canvas, ["ACME Corp. - internal"], top=820, size=8)
    for number, row in enumerate([("Plan", "Price"), ("Basic", "10"), ("Pro", "20")]):
        for column, value in enumerate(row):
            canvas.rect(72 + column * 120, 700 - number * 20, 120, 20)
            canvas.drawString(76 + column * 120, 706 - number * 20, value)
    draw_lines(canvas, [f"Page {canvas.getPageNumber()}"], top=20, size=8)


def test_pdf_gives_headings_paragraphs_lists_and_ruled_tables(tmp_path: Path) -> None:
    document = parsed(write_pdf(tmp_path / "a.pdf", article, chinese, prices))
    assert document.markdown == (
        "# Refund manual\n\nMoney is returned to the account it was paid from, which takes seven "
        "working day and some patience; larger sums are looked at by two members of the finance "
        "department before they are released.\n\n- first thing\n- second thing\n1. Write\n2. Wait"
        "\n\f\n## 退款说明\n\n"
        "客户可以在收到商品之后的七个工作日之内提出退款申请，客服人员会在两天内答复。"
        "\n\f\n| Plan | Price |\n| --- | --- |\n| Basic | 10 |\n| Pro | 20 |"
    )
    assert document.title == "Refund manual"


def two_columns(canvas: Canvas) -> None:
    for left, name in ((72, "left"), (320, "right")):
        lines = [f"The {name} column goes on in line number {each}," for each in range(12)]
        draw_lines(canvas, lines, left=left, size=10)


def test_columns_are_read_one_after_the_other(tmp_path: Path) -> None:
    markdown = parsed(write_pdf(tmp_path / "a.pdf", two_columns)).markdown
    assert markdown.index("left column goes on in line number 11") < markdown.index("right column")


def unruled(canvas: Canvas) -> None:
    rows = [("Plan", "Price", "Code"), ("Basic", "10", "B"), ("Pro", "", "P")]
    for number, row in enumerate(rows):
        for column, value in enumerate(row):
            canvas.drawString(72 + column * 100, 700 - number * 15, value)


def test_aligned_words_without_rules_are_a_table(tmp_path: Path) -> None:
    markdown = parsed(write_pdf(tmp_path / "a.pdf", unruled)).markdown
    assert markdown == (
        "| Plan | Price | Code |\n| --- | --- | --- |\n| Basic | 10 | B |\n| Pro |  | P |"
    )


def sideways(canvas: Canvas) -> None:
    canvas.translate(A4[0], 0)
    canvas.rotate(90)
    draw_lines(canvas, ["First line of it.", "Second line of it."], left=100, top=400)


def test_text_that_runs_upwards_is_read(tmp_path: Path) -> None:
    markdown = parsed(write_pdf(tmp_path / "a.pdf", sideways)).markdown
    assert markdown.split() == ["First", "line", "of", "it.", "Second", "line", "of", "it."]


def test_pdf_without_text_says_so(tmp_path: Path) -> None:
    if has_ocr():
        pytest.skip("the extra ocr is installed")
    path = write_pdf(tmp_path / "scan.pdf", lambda canvas: canvas.rect(10, 10, 50, 50))
    with pytest.raises(BadInput, match=r"scan\.pdf has no text layer .* kefu\[ocr\]"):
        parsed(path)


def test_image_needs_the_extra(tmp_path: Path) -> None:
    if has_ocr():
        pytest.skip("the extra ocr is installed")
    with pytest.raises(BadInput, match=r"kefu\[ocr\]"):
        parsed(written(tmp_path / "photo.PNG", "x"))


def test_word_document_without_styles_is_read(tmp_path: Path) -> None:
    source = write_docx(tmp_path / "a.docx", lambda document: document.add_paragraph("Text."))
    path = repacked(source, tmp_path / "b.docx", docProps__core_xml="<coreProperties/>")
    assert parsed(path).markdown == "Text."
