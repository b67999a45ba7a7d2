"""What is quoted from a PDF file is found again on its pages, by a reader that is not Kefu's."""

import re
from collections.abc import Sequence
from pathlib import Path

import pdfplumber
import pytest
from office_files import draw_lines, write_pdf
from reportlab.lib.pagesizes import A4
from reportlab.pdfgen.canvas import Canvas

from kefu.knowledge import PageBox, boxes_of
from kefu.knowledge.places import pack_places
from kefu.knowledge.prepare import prepare
from kefu.parsing import ParseLimits, parse_file

WIDTH, HEIGHT = A4
LEFT_COLUMN = [f"Left line {n} says how plan number {n} is paid and," for n in range(8)]
RIGHT_COLUMN = [f"right line {n} tells who may cancel plan {n} and," for n in range(8)]


def quoted(path: Path, quote: str) -> tuple[PageBox, ...]:
    [document] = parse_file(path, limits=ParseLimits())
    prepared = prepare(document, path=path, count_tokens=len, max_tokens=2000)
    [chunk] = [each.chunk for each in prepared.chunks if quote in each.chunk.text]
    return boxes_of(pack_places(chunk.places), chunk.text, quote)


def printed_in(path: Path, boxes: Sequence[PageBox]) -> str:
    """The letters that stand in areas, as another program reads them."""
    letters = []
    with pdfplumber.open(path) as document:
        for box in boxes:
            page = document.pages[box.page - 1]
            letters += [
                char["text"]
                for char in page.chars
                if box.x0 <= (char["x0"] + char["x1"]) / 2 / page.width <= box.x1
                and box.y0 <= (char["top"] + char["bottom"]) / 2 / page.height <= box.y1
            ]
    return re.sub(r"\W", "", "".join(letters))


def two_columns(canvas: Canvas) -> None:
    draw_lines(canvas, LEFT_COLUMN, left=60, top=700)
    draw_lines(canvas, RIGHT_COLUMN, left=320, top=700)


def chinese(canvas: Canvas) -> None:
    lines = ["退款在三个工作日内到账。遇到节假日顺延。", "发票可以在控制台申请。"]
    draw_lines(canvas, lines, font="STSong-Light")


def turned_page(canvas: Canvas) -> None:
    canvas.setPageRotation(90)
    draw_lines(canvas, ["Turned pages are refunded too."], top=400)


def turned_text(canvas: Canvas) -> None:
    """Text along the long side of a page that is shown upright."""
    canvas.translate(200, 100)
    canvas.rotate(90)
    draw_lines(canvas, ["Sideways text has its place.", "A second line."], left=0, top=0)


def turned_upright(canvas: Canvas) -> None:
    """Text along the long side of a page that is turned to be read."""
    canvas.setPageRotation(90)
    turned_text(canvas)


def ruled_table(canvas: Canvas) -> None:
    draw_lines(canvas, ["Plans and prices in this year are as follows:"], top=760)
    for column in (70, 200, 330):
        canvas.line(column, 740, column, 650)
    for row in range(4):
        canvas.line(70, 740 - 30 * row, 330, 740 - 30 * row)
    for row, cells in enumerate([("Plan", "Price"), ("Basic", "35 yuan"), ("Large", "199 yuan")]):
        draw_lines(canvas, [cells[0]], left=75, top=720 - 30 * row)
        draw_lines(canvas, [cells[1]], left=205, top=720 - 30 * row)


@pytest.mark.parametrize(
    ("page", "quote"),
    [
        (chinese, "遇到节假日顺延。"),
        (chinese, "发票可以在控制台申请。"),
        (turned_page, "Turned pages are refunded too."),
        (turned_text, "Sideways text has its place."),
        (turned_upright, "Sideways text has its place."),
        (ruled_table, "| Large | 199 yuan |"),
    ],
)
def test_the_box_of_a_quote_holds_its_words_and_hardly_others(
    tmp_path: Path, page: object, quote: str
) -> None:
    path = write_pdf(tmp_path / "a.pdf", page)
    boxes = quoted(path, quote)
    assert len(boxes) == 1
    found = printed_in(path, boxes)
    assert re.sub(r"\W", "", quote) in found
    assert len(found) <= 2 * len(re.sub(r"\W", "", quote)) + 8


def test_what_runs_from_one_column_into_the_next_has_a_box_in_each(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", two_columns)
    boxes = quoted(path, f"{LEFT_COLUMN[-1]}\n\n{RIGHT_COLUMN[0]}")
    assert len(boxes) == 2
    assert boxes[0].x1 < 0.52 < boxes[1].x0
    assert boxes[0].y0 > boxes[1].y1
    assert printed_in(path, boxes[:1]) == re.sub(r"\W", "", LEFT_COLUMN[-1])


def test_the_page_is_that_of_the_quote_and_not_that_of_the_chunk(tmp_path: Path) -> None:
    path = write_pdf(
        tmp_path / "a.pdf",
        lambda canvas: draw_lines(canvas, ["Refunds take three days, and", "never longer than"]),
        lambda canvas: draw_lines(canvas, ["that.", "Invoices come by mail."]),
    )
    assert [box.page for box in quoted(path, "Invoices come by mail.")] == [2]


def test_a_repeated_word_is_found_where_it_was_quoted(tmp_path: Path) -> None:
    lines = ["Fees are paid monthly.", "Fines are paid at once.", "Fees are paid yearly."]
    path = write_pdf(tmp_path / "a.pdf", lambda canvas: draw_lines(canvas, lines))
    assert printed_in(path, quoted(path, lines[2])) == "Feesarepaidyearly"


def test_what_is_not_found_in_the_text_has_the_boxes_of_the_chunk(tmp_path: Path) -> None:
    path = write_pdf(tmp_path / "a.pdf", ruled_table)
    [document] = parse_file(path, limits=ParseLimits())
    [prepared] = prepare(document, path=path, count_tokens=len, max_tokens=2000).chunks
    stored = pack_places(prepared.chunk.places)
    assert boxes_of(stored, prepared.chunk.text, "in other words") == boxes_of(stored)
    assert boxes_of(stored)


def test_formats_without_pages_have_no_boxes(tmp_path: Path) -> None:
    path = tmp_path / "a.md"
    path.write_text("# Refunds\n\nThree days.\n")
    assert quoted(path, "Three days.") == ()
    assert boxes_of(None, "Three days.", "Three") == ()
