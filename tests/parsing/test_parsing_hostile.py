"""Whatever is wrong with a file ends in one sentence that says what and how to mend it."""

import os
import re
from pathlib import Path

import pytest
from office_files import (
    ENTITY_BOMB,
    draw_lines,
    repacked,
    write_docx,
    write_pdf,
    write_pptx,
    write_xlsx,
    zip_bomb,
)
from reportlab.lib.pdfencrypt import StandardEncryption

from kefu.errors import BadInput, TooLarge
from kefu.parsing import ParsedDocument, ParseLimits, parse_file, supported_suffixes
from kefu.parsing.nesting import DEEPEST, bound_nesting

LIMITS = ParseLimits(max_file_mb=60, max_unpacked_mb=5)
COMPOUND_FILE = bytes.fromhex("d0cf11e0a1b11ae1") + bytes(4096)
OFFICE = ("docx", "pptx", "xlsx")


def parsed(path: Path, limits: ParseLimits = LIMITS) -> list[ParsedDocument]:
    return list(parse_file(path, limits=limits))


def refusal(path: Path, limits: ParseLimits = LIMITS) -> str:
    with pytest.raises((BadInput, TooLarge)) as caught:
        parsed(path, limits)
    sentence = str(caught.value)
    assert "\n" not in sentence
    assert sentence.endswith(".")
    return sentence


def written(path: Path, data: bytes) -> Path:
    path.write_bytes(data)
    return path


@pytest.mark.parametrize("suffix", sorted(supported_suffixes() - {".png", ".jpg", ".jpeg"}))
@pytest.mark.parametrize("data", [b"", b" \n\t \n", b"\xef\xbb\xbf"])
def test_empty_file_of_any_format_is_refused(tmp_path: Path, suffix: str, data: bytes) -> None:
    sentence = refusal(written(tmp_path / f"empty{suffix}", data))
    assert "holds no text" in sentence or "damaged or no" in sentence


@pytest.mark.parametrize("suffix", ["docx", "pptx", "xlsx", "xls", "ods", "pdf"])
@pytest.mark.parametrize(
    "data", [b"\x93\x0f" * 500, b"PK\x03\x04" + b"\x11" * 200, b"hello", b"%PDF-1.7\n%%EOF"]
)
def test_random_bytes_are_refused(tmp_path: Path, suffix: str, data: bytes) -> None:
    sentence = refusal(written(tmp_path / f"x.{suffix}", data))
    assert "save it again" in sentence or "right suffix" in sentence


@pytest.mark.parametrize("suffix", OFFICE)
def test_wrong_suffix_is_recognised(tmp_path: Path, suffix: str) -> None:
    pdf = write_pdf(tmp_path / "a.pdf", lambda canvas: draw_lines(canvas, ["Text."]))
    assert "seems to be a PDF" in refusal(pdf.rename(tmp_path / f"a.{suffix}"))


@pytest.mark.parametrize("suffix", [*OFFICE, "pdf"])
def test_office_file_of_another_kind_is_refused(tmp_path: Path, suffix: str) -> None:
    files = {
        "docx": write_docx(tmp_path / "a.docx", lambda document: document.add_paragraph("x")),
        "pptx": write_pptx(tmp_path / "b.pptx"),
    }
    source = files["pptx" if suffix == "docx" else "docx"]
    assert refusal(source.rename(tmp_path / f"other.{suffix}"))


@pytest.mark.parametrize("suffix", OFFICE)
def test_office_file_with_a_password_is_refused(tmp_path: Path, suffix: str) -> None:
    assert "password" in refusal(written(tmp_path / f"locked.{suffix}", COMPOUND_FILE))


def test_pdf_with_a_password_is_refused(tmp_path: Path) -> None:
    path = write_pdf(
        tmp_path / "locked.pdf",
        lambda canvas: draw_lines(canvas, ["Text."]),
        encrypt=StandardEncryption("secret"),
    )
    assert "has a password" in refusal(path)


def test_truncated_pdf_is_refused(tmp_path: Path) -> None:
    data = write_pdf(tmp_path / "a.pdf", lambda c: draw_lines(c, ["Text."])).read_bytes()
    sentence = refusal(written(tmp_path / "cut.pdf", data[: len(data) // 10]))
    assert "damaged or no PDF" in sentence


def test_zip_bomb_is_refused_before_it_is_unpacked(tmp_path: Path) -> None:
    path = zip_bomb(tmp_path / "bomb.docx", megabytes=20)
    assert path.stat().st_size < 100_000
    assert "unpacks to 20 MB, the limit is 5 MB" in refusal(path)


@pytest.mark.parametrize("part", ["word__document_xml", "word__styles_xml", "docProps__core_xml"])
def test_entity_bomb_is_refused(tmp_path: Path, part: str) -> None:
    source = write_docx(tmp_path / "a.docx", lambda document: document.add_paragraph("x"))
    path = repacked(source, tmp_path / "bomb.docx", **{part: ENTITY_BOMB})
    assert "declares XML entities" in refusal(path)


@pytest.mark.parametrize(("suffix", "part"), [("xlsx", "xl/workbook.xml"), ("pptx", "_rels/.rels")])
def test_external_entity_is_refused(tmp_path: Path, suffix: str, part: str) -> None:
    secret = written(tmp_path / "secret.txt", b"secret")
    xml = f'<?xml version="1.0"?><!DOCTYPE x [<!ENTITY e SYSTEM "file://{secret}">]><x>&e;</x>'
    source = (
        write_xlsx(tmp_path / "a.xlsx", lambda workbook: workbook.active.append(["x"]))
        if suffix == "xlsx"
        else write_pptx(tmp_path / "a.pptx")
    )
    path = tmp_path / f"b.{suffix}"
    name = part.replace("/", "__").replace(".", "_", 1) if suffix == "xlsx" else "___rels"
    repacked(source, path, **{name if suffix == "xlsx" else "_rels__.rels": xml})
    assert "declares XML entities" in refusal(path)


@pytest.mark.parametrize(
    "markup",
    ["<div>" * 5_000 + "deep", "<ul><li>" * 2_000 + "deep", ("<i>" * 9 + "deep<p>") * 10_000],
)
def test_deeply_nested_page_is_read(tmp_path: Path, markup: str) -> None:
    path = written(tmp_path / "deep.html", markup.encode())
    assert "deep" in parsed(path)[0].markdown


@pytest.mark.parametrize(
    ("opening", "closing"), [("<div>", "</div>"), ("<ul><li>", "</li></ul>"), ("<b>", "")]
)
def test_elements_are_nested_to_a_depth_and_no_word_is_lost(
    tmp_path: Path, opening: str, closing: str
) -> None:
    words = [f"word{number}" for number in range(1000)]
    markup = "".join(f"{opening}{word} " for word in words) + closing * 1000 + "<p>After.</p>"
    tag = opening[: opening.index(">") + 1]
    assert bound_nesting(markup).count(tag) == DEEPEST
    read = parsed(written(tmp_path / "deep.html", markup.encode()))[0].markdown
    assert re.findall(r"word\d+", read) == words
    assert read.rstrip().endswith("After.")


def test_what_is_closed_again_is_not_deep() -> None:
    markup = "<div><b>One.</b><p>Two.</div>" * 1000
    assert bound_nesting(markup) == markup


def test_cell_that_claims_to_span_everything_stays_small(tmp_path: Path) -> None:
    page = b"<table><tr><td rowspan=65000 colspan=65000>a<td>b</table>"
    assert len(parsed(written(tmp_path / "wide.html", page))[0].markdown) < 5000


def test_one_line_of_fifty_megabytes_is_read(tmp_path: Path) -> None:
    path = written(tmp_path / "line.txt", b"word " * 10_000_000)
    assert len(parsed(path)[0].markdown) > 49_000_000


def test_file_over_the_limit_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "big.txt", b"x" * (2 * 1024 * 1024 + 1))
    assert "has 3 MB, the limit is 2 MB" in refusal(path, ParseLimits(max_file_mb=2))


@pytest.mark.parametrize(
    ("name", "hint"),
    [
        ("a.doc", "save it as .docx"),
        ("a.json", "one JSON object a line"),
        ("a.svg", "supported are .csv .docx"),
        ("noext", "supported are"),
    ],
)
def test_unsupported_format_names_a_way_out(tmp_path: Path, name: str, hint: str) -> None:
    assert hint in refusal(written(tmp_path / name, b"x"))


def test_folder_missing_file_and_device_are_refused(tmp_path: Path) -> None:
    (tmp_path / "x.md").mkdir()
    os.mkfifo(tmp_path / "pipe.md")
    assert "is not a file" in refusal(tmp_path / "x.md")
    assert "is not a file" in refusal(tmp_path / "pipe.md")
    assert "No such file" in refusal(tmp_path / "gone.md")
    assert refusal(Path("nul\0.md"))


def test_link_that_leads_to_itself_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.md").symlink_to(tmp_path / "b.md")
    (tmp_path / "b.md").symlink_to(tmp_path / "a.md")
    assert "cannot be read" in refusal(tmp_path / "a.md")


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_file_that_may_not_be_read_is_refused(tmp_path: Path) -> None:
    path = written(tmp_path / "a.md", b"x")
    path.chmod(0)
    assert "Permission denied" in refusal(path)


def test_odd_names_are_read_and_shown_on_one_line(tmp_path: Path) -> None:
    assert parsed(written(tmp_path / "two\nlines.md", b"Text."))[0].markdown == "Text."
    assert re.match(r"two\?lines\.md holds", refusal(written(tmp_path / "two\nlines.md", b" ")))
    undecodable = Path(os.fsdecode(os.fsencode(tmp_path) + b"/\xff.md"))
    assert parsed(written(undecodable, b"Text."))[0].markdown == "Text."
