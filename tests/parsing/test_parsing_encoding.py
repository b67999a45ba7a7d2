"""Text is read right whatever it was saved in."""

import codecs
from pathlib import Path

import pytest

from kefu.errors import BadInput
from kefu.parsing import ParseLimits, parse_file

REFUND = "退款政策：七天内可退款，订单号12345。"
TRADITIONAL = "請問運費多少錢？客服電話是什麼？"
JAPANESE = "ご注文の確認方法を教えてください。"


def text_of(tmp_path: Path, data: bytes, name: str = "note.txt") -> str:
    path = tmp_path / name
    path.write_bytes(data)
    return next(parse_file(path, limits=ParseLimits())).markdown


@pytest.mark.parametrize(
    ("text", "encoding"),
    [
        (REFUND, "utf-8"),
        (REFUND, "utf-8-sig"),
        (REFUND, "utf-16"),
        (REFUND, "utf-16-le"),
        (REFUND, "utf-16-be"),
        (REFUND, "utf-32"),
        (REFUND, "gb18030"),
        ("价格", "gb18030"),
        ("保", "gb18030"),
        ("How to 退款 within 7 days", "gb18030"),
        (TRADITIONAL, "big5"),
        (TRADITIONAL, "gb18030"),
        ("客服電話", "big5"),
        (JAPANESE, "cp932"),
        (JAPANESE, "euc_jp"),
        ("Große Öfen für Käse", "latin-1"),
        ("naïve", "cp1252"),
        ("Le prix coûte 3 €, déjà payé à Noël", "cp1252"),
        ("Привет, как дела? Это тест кодировки", "cp1251"),
        ("The price is 5 pounds", "utf-16-le"),
        ("The price is 5 pounds", "utf-16-be"),
    ],
)
def test_text_survives_its_encoding(tmp_path: Path, text: str, encoding: str) -> None:
    assert text_of(tmp_path, text.encode(encoding)) == text


def test_utf8_cut_inside_a_letter_keeps_the_rest(tmp_path: Path) -> None:
    assert text_of(tmp_path, REFUND.encode()[:-1]).startswith(REFUND[:-1])


def test_one_broken_byte_does_not_turn_a_utf8_file_into_nonsense(tmp_path: Path) -> None:
    data = (REFUND * 20).encode() + b"\xff" + REFUND.encode()
    assert text_of(tmp_path, data).count(REFUND) == 21


@pytest.mark.parametrize("declared", ["gb2312", "GBK"])
def test_web_page_is_read_as_it_declares(tmp_path: Path, declared: str) -> None:
    page = f'<meta charset="{declared}"><p>镕基，喆</p>'
    assert text_of(tmp_path, page.encode("gb18030"), "page.html") == "镕基，喆"


def test_wrong_declaration_is_not_believed(tmp_path: Path) -> None:
    page = f'<meta charset="big5"><p>{REFUND}</p>'
    assert text_of(tmp_path, page.encode(), "page.html") == REFUND


def test_nothing_invisible_is_kept(tmp_path: Path) -> None:
    data = codecs.BOM_UTF8 + b"a\x00b\x07c\r\nd\xe2\x80\x8be\xe2\x80\xa8f\re\xcc\x81"
    assert text_of(tmp_path, data) == "abc\nde\nf\n\u00e9"


@pytest.mark.parametrize("name", ["a.txt", "a.md", "a.csv"])
def test_binary_data_is_not_taken_for_text(tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="is not text"):
        text_of(tmp_path, bytes(range(256)) * 50, name)
