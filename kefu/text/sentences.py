"""Markdown to spans that can be read, supported and cited on their own."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from kefu.text.boundaries import sentence_ends
from kefu.text.grids import is_rule, split_cells
from kefu.text.normalise import HAN


class SpanKind(StrEnum):
    """Where in the document a span stands."""

    SENTENCE = "sentence"
    LIST_ITEM = "list_item"
    TABLE_ROW = "table_row"
    HEADING = "heading"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A piece of a text.

    Attributes:
        text: readable on its own; line breaks inside it are closed up, and every cell of a table
            row stands behind the head of its column.
        start: offset of its first character in the source.
        end: offset behind its last character.
    """

    text: str
    start: int
    end: int
    kind: SpanKind


@dataclass(slots=True)
class _Line:
    text: str
    start: int

    @property
    def end(self) -> int:
        return self.start + len(self.text)


_FENCE = re.compile(r"\s*(?:[-*+]\s+)?(`{3,}|~{3,})")
_HEADING = re.compile(r"[ >]*#{1,6}[ \t]+(.*?)[ \t#]*$")
_ITEM = re.compile(r"[\s>]*(?:[-*+•]|\(?\d{1,3}[.)、](?!\d)|[①-⑳])(?:\s+|(?<=[、①-⑳]))")
_QUOTE = re.compile(r"\s*>+\s?")
_HARD_BREAK = re.compile(r"(?: {2,}|\\|<br\s*/?>)$")
_IMAGE = re.compile(r"!\[[^\]\n]*\]\([^)\n]*\)")
_LETTER = re.compile(r"[^\W_]")
_LINE_BREAK = re.compile(r"\s*\n[\s>]*")
_BETWEEN_HAN = re.compile(f"(?<=[{HAN}，。、；：])\\s*\n[\\s>]*(?=[{HAN}])")
_HAN_LETTER = re.compile(f"[{HAN}]")


def split_sentences(markdown: str) -> list[Span]:
    """Split Chinese or English Markdown into sentences, list items, table rows, headings and code.

    A list item of several sentences gives several spans. Spans without a letter or digit, table
    heads above rows and delimiter rows are left out. Offsets rise and do not overlap.
    """
    return list(_Walk(markdown).spans())


class _Walk:
    """One pass over the lines of a text."""

    def __init__(self, markdown: str) -> None:
        self.source = markdown
        self.lines = _lines(markdown)
        self.at = 0

    def spans(self) -> Iterator[Span]:
        while self.at < len(self.lines):
            line = self.lines[self.at]
            if _FENCE.match(line.text):
                yield self._code()
            elif heading := _HEADING.match(line.text):
                start = line.start + heading.start(1)
                yield from self._plain(start, line.start + heading.end(1), SpanKind.HEADING)
                self.at += 1
            elif self._is_table():
                yield from self._table()
            elif item := _ITEM.match(line.text):
                yield from self._block(item.end(), SpanKind.LIST_ITEM)
            elif line.text.strip():
                quote = _QUOTE.match(line.text)
                yield from self._block(quote.end() if quote else 0, SpanKind.SENTENCE)
            else:
                self.at += 1

    def _code(self) -> Span:
        opening = self.lines[self.at]
        fence = _FENCE.match(opening.text)
        mark = fence[1] if fence else ""
        last = self.at + 1
        while last < len(self.lines) and not self.lines[last].text.strip().startswith(mark):
            last += 1
        body = self.lines[self.at + 1 : last]
        closing = self.lines[min(last, len(self.lines) - 1)]
        self.at = last + 1
        text = "\n".join(line.text for line in body)
        return Span(text=text, start=opening.start, end=closing.end, kind=SpanKind.CODE)

    def _is_table(self) -> bool:
        if self.at + 1 >= len(self.lines) or "|" not in self.lines[self.at].text:
            return False
        return is_rule(self.lines[self.at + 1].text)

    def _table(self) -> Iterator[Span]:
        head = self.lines[self.at]
        columns = split_cells(head.text)
        self.at += 2
        first = self.at
        while self.at < len(self.lines) and "|" in self.lines[self.at].text:
            row = self.lines[self.at]
            yield from _row_span(row, _with_heads(columns, split_cells(row.text)))
            self.at += 1
        if self.at == first:
            yield from _row_span(head, "; ".join(column for column in columns if column))

    def _block(self, indent: int, kind: SpanKind) -> Iterator[Span]:
        """Take a paragraph or item with its continuation lines and split it."""
        start = self.lines[self.at].start + indent
        while True:
            line = self.lines[self.at]
            self.at += 1
            if _HARD_BREAK.search(line.text) or not self._continues(line.text):
                break
        yield from self._split(start, line.end, kind)

    def _continues(self, above: str) -> bool:
        if self.at >= len(self.lines):
            return False
        text = self.lines[self.at].text
        if not text.strip(" \t>\f") or (_QUOTE.match(text) and not _QUOTE.match(above)):
            return False
        starts_block = _FENCE.match(text) or _HEADING.match(text) or _ITEM.match(text)
        return not starts_block and not self._is_table()

    def _split(self, start: int, end: int, kind: SpanKind) -> Iterator[Span]:
        begin = start
        for offset in sentence_ends(self.source[start:end]):
            yield from self._plain(begin, start + offset, kind)
            begin = start + offset
        yield from self._plain(begin, end, kind)

    def _plain(self, start: int, end: int, kind: SpanKind) -> Iterator[Span]:
        raw = self.source[start:end]
        text = raw.strip(" \t\n\r\f\\>")
        if _LETTER.search(_IMAGE.sub("", text)):
            begin = start + raw.index(text)
            closed_up = _LINE_BREAK.sub(" ", _BETWEEN_HAN.sub("", text))
            yield Span(text=closed_up, start=begin, end=begin + len(text), kind=kind)


def _lines(source: str) -> list[_Line]:
    lines, start = [], 0
    for text in source.split("\n"):
        lines.append(_Line(text=text.rstrip("\r"), start=start))
        start += len(text) + 1
    return lines


def _with_heads(columns: list[str], cells: list[str]) -> str:
    heads = columns + [""] * (len(cells) - len(columns))
    is_chinese = bool(_HAN_LETTER.search("".join((*columns, *cells))))
    colon, border = ("：", "；") if is_chinese else (": ", "; ")
    pairs = zip(heads, cells, strict=False)
    return border.join(f"{head}{colon}{cell}" if head else cell for head, cell in pairs if cell)


def _row_span(line: _Line, text: str) -> Iterator[Span]:
    if _LETTER.search(text):
        yield Span(text=text, start=line.start, end=line.end, kind=SpanKind.TABLE_ROW)
