"""Files as no company has them on purpose: broken, empty, huge, lying."""

import io
import os
import random
import socket
import zipfile
from pathlib import Path

from office_files import repacked, write_docx, write_pptx, write_xlsx, zip_bomb
from openpyxl import Workbook

from kefu.parsing import supported_suffixes

IMAGES = {".png", ".jpg", ".jpeg"}
BILLION_LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(
        f'<!ENTITY {b} "{f"&{a};" * 10}">' for a, b in zip("abcdefgh", "bcdefghi", strict=True)
    )
    + "]><l>&i;</l>"
)
JSON_LINES = {
    "no-object": "[1, 2]\n",
    "no-text": '{"id": 1}\n',
    "null-text": '{"id": 1, "text": null, "title": null}\n',
    "number-text": '{"text": 5}\n',
    "list-title": '{"text": "a", "title": ["b"]}\n',
    "cut": '{"text": "a"\n',
    "bad-later": '{"text": "fine"}\n' * 3 + "{\n",
    "deep": "[" * 100_000 + "\n",
    "deep-value": '{"text": "a", "more": ' + "[" * 900 + "]" * 900 + "}\n",
    "big-number": '{"text": "a", "n": ' + "9" * 5000 + "}\n",
    "infinite": '{"text": "a", "n": NaN, "m": 1e999}\n',
    "surrogates": '{"id": "\\ud800", "text": "lone \\ud800 half", "title": "\\udfff",'
    ' "k\\ud801": "\\ud802", "url": "https://a/\\ud803"}\n',
    "zeros": '{"id": "a\\u0000b", "text": "a\\u0000b", "title": "\\u0000",'
    ' "url": "https://a/\\u0000", "k\\u0000": "\\u0000v"}\n',
    "same-ids": '{"id": 7, "text": "one"}\n{"id": 7, "text": "two"}\n'
    '{"id": "7", "text": "three"}\n',
    "odd-ids": '{"id": {"a": 1}, "text": "a"}\n{"id": [], "text": "b"}\n{"id": 1.5, "text": "c"}\n'
    '{"id": true, "text": "d"}\n',
    "long-id": '{"id": "' + "x" * 20_000 + '", "text": "long id"}\n',
    "no-newline": '{"text": "no newline at the end"}',
}
TEXTS = {
    "zeros.txt": b"a\0b\0c " * 50,
    "zeros.md": b"# a\0b\n\n\0\0text\0",
    "utf16.txt": "内容 text".encode("utf-16"),
    "utf32.txt": "内容 text".encode("utf-32"),
    "gb18030.txt": ("这是一个中文文件，编码是国标。" * 20).encode("gb18030"),
    "big5.txt": ("這是一個中文檔案，編碼是大五碼。" * 20).encode("big5"),
    "latin1.txt": "Größe, Straße, façade".encode("latin-1"),
    "cut-utf8.md": "# 标题\n\n内容".encode()[:-1],
    "lone-surrogate.txt": b"a \xed\xa0\x80 b",
    "only-bom.txt": b"\xef\xbb\xbf",
    "blank.md": b" \n\t\n ",
    "one-line.txt": b"word " * 200_000,
    "one-word.txt": b"x" * 1_000_000,
    "one-line-chinese.txt": ("没有标点的文字" * 50_000).encode(),
    "brackets.md": b"[" * 200_000,
    "quotes.md": b">" * 100_000 + b" deep",
    "list.md": b"\n".join(b" " * n + b"- item" for n in range(1000)),
    "headings.md": b"# Title\n" * 20_000,
    "empty-headings.md": b"#\n##\n###\n" * 500,
    "fences.md": b"```\n" * 20_001,
    "pipes.md": b"|" * 100_000 + b"\n|-|\n",
    "backticks.md": b"`" * 50_000 + b" a",
    "wide-table.md": b"|a" * 3000 + b"|\n" + b"|-" * 3000 + b"|\n" + b"|b" * 3000 + b"|\n",
    "yaml-bomb.md": b"---\na: &a [x,x,x,x,x,x,x,x,x]\n"
    + b"".join(
        b"%c: &%c [%s]\n" % (97 + n, 97 + n, b",".join([b"*%c" % (96 + n)] * 9))
        for n in range(1, 8)
    )
    + b"---\ntext",
    "yaml-zero.md": b'---\ntitle: "a\\0b\\uD800"\nurl: "https://a/\\0"\n---\ntext',
    "controls.txt": bytes(range(1, 32)) * 20 + b"text",
    "nested.html": b"<div>" * 50_000 + b"deep" + b"</div>" * 50_000,
    "nested-table.html": b"<table><tr><td>" * 2000 + b"deep",
    "nested-list.html": b"<ul><li>" * 5000 + b"deep",
    "unclosed.html": b"<html><body><p>text<b><i><a href='x",
    "only-script.html": b"<script>alert(1)</script>",
    "span.html": b"<table><tr><td colspan=99999999 rowspan=99999999>a</td></tr></table>",
    "laughs.html": BILLION_LAUGHS.encode(),
    "entities.html": b"<p>" + b"&amp;" * 100_000 + b"&#0;&#xD800;&#x110000;</p>",
    "wide.csv": b",".join(b"c%d" % n for n in range(10_000)) + b"\n" + b",".join([b"v"] * 10_000),
    "ragged.csv": b"a,b\n1\n1,2,3,4\n\n,,,\n",
    "quote.csv": b'a,b\n"never closed,1\n' * 100,
    "zeros.csv": b"a,b\n\0,\0\n",
    "long-field.csv": b"a,b\n" + b"x" * 500_000 + b",1\n",
    "binary.md": bytes(range(256)) * 100,
}


def write_hostile(folder: Path) -> None:
    """Some hundred files; what each of them must come to is only that the others do not suffer."""
    for name, data in TEXTS.items():
        (folder / name).write_bytes(data)
    for name, text in JSON_LINES.items():
        (folder / f"{name}.jsonl").write_text(text)
    chance = random.Random(5)
    for suffix in sorted(supported_suffixes() - IMAGES):
        (folder / f"empty{suffix}").touch()
        (folder / f"random{suffix}").write_bytes(chance.randbytes(20_000))
        (folder / f"zip{suffix}").write_bytes(b"PK\x03\x04" + chance.randbytes(2_000))
        (folder / f"pdf{suffix}").write_bytes(b"%PDF-1.7\n" + chance.randbytes(2_000))
    _write_archives(folder)
    _write_names(folder)
    _write_things_that_are_no_files(folder)
    with (folder / "huge.txt").open("wb") as file:
        file.truncate(200 << 20)


def _write_archives(folder: Path) -> None:
    write_docx(folder / "whole.docx", lambda document: document.add_paragraph("A whole document."))
    write_pptx(folder / "whole.pptx")
    write_xlsx(folder / "whole.xlsx", _fill_with_errors)
    for suffix in (".docx", ".pptx", ".xlsx"):
        whole = folder / f"whole{suffix}"
        data = whole.read_bytes()
        (folder / f"half{suffix}").write_bytes(data[: len(data) // 2])
        (folder / f"flipped{suffix}").write_bytes(
            bytes(byte ^ (n % 97 == 0) for n, byte in enumerate(data))
        )
        plain = io.BytesIO()
        with zipfile.ZipFile(plain, "w") as archive:
            archive.writestr("readme.txt", "an archive of something else")
        (folder / f"other{suffix}").write_bytes(plain.getvalue())
        zip_bomb(folder / f"bomb{suffix}", megabytes=30)
    repacked(folder / "whole.docx", folder / "laughs.docx", word__document_xml=BILLION_LAUGHS)


def _fill_with_errors(workbook: Workbook) -> None:
    sheet = workbook.active
    for row in (["=1/0", "=A1+", "#REF!"], ["#N/A", "=NOW()", None], ["a fine cell", "x" * 30_000]):
        sheet.append(row)


def _write_names(folder: Path) -> None:
    for number, name in enumerate(
        (b"two\nlines", b"\xff\xfe\x80", b"n" * 250, b"\x1b[31mred", b"%s %d {0}")
    ):
        (folder / os.fsdecode(name + b".md")).write_text(f"Text number {number}.")


def _write_things_that_are_no_files(folder: Path) -> None:
    (folder / "folder.md").mkdir()
    os.mkfifo(folder / "pipe.md")
    (folder / "broken.md").symlink_to("nowhere.md")
    (folder / "loop.md").symlink_to("loop.md")
    (folder / "zero.txt").symlink_to("/dev/zero")
    (folder / "to-pipe.md").symlink_to("pipe.md")
    (folder / "round").symlink_to(folder)
    (folder / "closed.md").write_text("not for you")
    (folder / "closed.md").chmod(0)
    with socket.socket(socket.AF_UNIX) as listener:
        listener.bind(os.path.relpath(folder / "socket.md"))
