"""From lines on pages to Markdown: headings, paragraphs, lists and tables."""

import re
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from kefu.parsing.aligned_tables import with_aligned_tables
from kefu.parsing.grid import render_table, spread
from kefu.parsing.page_layout import Line, Page, Table, read_in_order
from kefu.parsing.wrapped_lines import join_lines

_MARGIN_SHARE = 0.12
_REPEATED_SHARE = 0.4
_HEADING_SIZE = 1.1
_MAX_HEADING_LETTERS = 150
_MAX_BOLD_LETTERS = 90
_MAX_LEVEL = 4
_MAX_HEADING_LINES = 3
_LONGEST_WORD = 12
_RAGGED = 0.06
_MANY = 3
_PAGE_NUMBER = re.compile(
    r"[-–—·|\s]*(?:page|p\.|第)?\s*(?:\d{1,4}|[ivxl]{1,6})"
    r"(?:\s*(?:/|of|页|,|，|共)+\s*\d{1,4})?\s*页?[-–—·|\s]*",
    re.IGNORECASE,
)
_DIGITS = re.compile(r"\d+")
_BULLET = re.compile(r"[•●▪■◦‣○□➢➤✓✔◆◇\uf0b7\uf0a7\uf0d8\uf06e·*–—-]\s*(?=\S)")
_PLAIN_BULLETS = "-–—*·"
_NUMBER = re.compile(r"\(?(\d{1,3})[.)、．]\s*(?=[^\d\s])")
_SECTION_NUMBER = re.compile(
    r"(?:\d{1,2}(?:\.\d{1,2}){0,3}\.?|第[一二三四五六七八九十\d]+[章节条])\s+\S"
)
_RULER = re.compile(r"[-=_*~\s]{4,}")
_LEADER = re.compile(r"\s*(?:[.·…]\s?){4,}\s*")
_ENDS_SENTENCE = re.compile(r"[.。!！?？:：;；][”’\"')）]*$")
_STARTS_MARK = re.compile(r"(?=#{1,6}\s|>|\+\s|={3,}|```)")


@dataclass(frozen=True, slots=True)
class _Scale:
    """Letter sizes of the document: that of running text, and those of headings, largest first."""

    body: float
    headings: tuple[float, ...]

    def level(self, line: Line) -> int | None:
        """The heading level a line's looks give it."""
        text = line.text.strip()
        if not any(letter.isalpha() for letter in text) or len(line.fragments) >= _MANY:
            return None
        if line.size >= self.body * _HEADING_SIZE and len(text) <= _MAX_HEADING_LETTERS:
            smaller = [size for size in self.headings if size > line.size + 0.5]
            return min(len(smaller) + 1, _MAX_LEVEL)
        if not line.is_bold or len(text) > _MAX_BOLD_LETTERS or _ENDS_SENTENCE.search(text):
            return None
        return min(len(self.headings) + 1, _MAX_LEVEL + 1)


def compose(pages: list[Page]) -> str:
    """The document in Markdown, a form feed before each page but the first."""
    contents = _without_margins(pages, [read_in_order(page) for page in pages])
    scale = _scale(contents)
    return "\n\f\n".join("\n\n".join(_Composer(scale).blocks(content)) for content in contents)


def _without_margins(
    pages: list[Page], contents: list[list[Line | Table]]
) -> list[list[Line | Table]]:
    """Without page numbers and lines that stand at the edge of many pages."""
    seen = Counter(
        key
        for page, content in zip(pages, contents, strict=True)
        for key in {_key(each) for each in content if _is_marginal(each, page)}
    )
    least = max(2, _REPEATED_SHARE * len(pages)) if len(pages) > 2 else len(pages) + 1
    least = min(least, max(6, 0.1 * len(pages)))
    repeated = {key for key, count in seen.items() if count >= least}
    if len(pages) == 2:
        repeated |= {key for key in seen if _counts_pages(key, pages, contents)}
    return [
        [
            each
            for each in content
            if not (
                _is_marginal(each, page)
                and (_key(each) in repeated or _PAGE_NUMBER.fullmatch(_words(each)))
            )
        ]
        for page, content in zip(pages, contents, strict=True)
    ]


def _counts_pages(
    key: str, pages: Sequence[Page], contents: Sequence[Sequence[Line | Table]]
) -> bool:
    """Whether a line stands once at the edge of both pages, with a number that is one higher."""
    found = [
        [_words(each) for each in content if _is_marginal(each, page) and _key(each) == key]
        for page, content in zip(pages, contents, strict=True)
    ]
    if any(len(lines) != 1 for lines in found):
        return False
    first, second = ([int(number) for number in _DIGITS.findall(lines[0])] for lines in found)
    steps = [b - a for a, b in zip(first, second, strict=False) if a != b]
    return steps == [1]


def _is_marginal(each: Line | Table, page: Page) -> bool:
    if isinstance(each, Table):
        return False
    edge = _MARGIN_SHARE * page.height
    return each.bottom <= edge or each.top >= page.height - edge


def _words(each: Line | Table) -> str:
    return each.text.strip() if isinstance(each, Line) else "a table"


def _key(each: Line | Table) -> str:
    """Equal for lines that differ in numbers only."""
    return _DIGITS.sub("#", _words(each))


def _scale(contents: list[list[Line | Table]]) -> _Scale:
    letters: Counter[float] = Counter()
    for content in contents:
        for each in content:
            if isinstance(each, Line):
                letters[round(each.size * 2) / 2] += len(each.text)
    if not letters:
        return _Scale(10.0, ())
    body = letters.most_common(1)[0][0]
    larger = sorted((size for size in letters if size >= body * _HEADING_SIZE), reverse=True)
    return _Scale(body, tuple(larger[: _MAX_LEVEL - 1]))


class _Composer:
    """Gathers the lines of a page into blocks."""

    def __init__(self, scale: _Scale) -> None:
        self._scale = scale
        self._lines: list[Line] = []
        self._prefix = ""
        self._heading: int | None = None

    def blocks(self, content: list[Line | Table]) -> Iterator[str]:
        """Headings, paragraphs, lists and tables in order."""
        items: list[str] = []
        for block in self._raw_blocks(content):
            if re.match(r"(?:- |\d+\. )", block):
                items.append(block)
                continue
            if items:
                yield "\n".join(items)
                items = []
            yield block
        if items:
            yield "\n".join(items)

    def _raw_blocks(self, content: list[Line | Table]) -> Iterator[str]:
        for each in with_aligned_tables(content):
            if isinstance(each, Line) and _RULER.fullmatch(each.text):
                continue
            if isinstance(each, Table):
                yield from self._finished()
                table = render_table(spread(each.cells))
                if table:
                    yield table
                continue
            level = self._scale.level(each)
            prefix = self._list_prefix(each)
            if prefix or not self._goes_on(each, level):
                yield from self._finished()
                self._heading, self._prefix = (None if prefix else level), prefix
            self._lines.append(each)
        yield from self._finished()

    def _finished(self) -> Iterator[str]:
        if not self._lines:
            return
        text = _LEADER.sub(" … ", join_lines([line.text for line in self._lines])).strip()
        if self._prefix:
            marker = _BULLET if self._prefix == "- " else _NUMBER
            text = self._prefix + marker.sub("", text, count=1)
        elif self._heading:
            text = f"{'#' * self._heading} {text.lstrip('#')}"
        else:
            text = _STARTS_MARK.sub(r"\\", text, count=1)
        self._lines, self._prefix, self._heading = [], "", None
        yield text

    def _list_prefix(self, line: Line) -> str:
        text = line.text.strip()
        bullet = _BULLET.match(text)
        if bullet and (bullet[0][0] not in _PLAIN_BULLETS or bullet[0][-1].isspace()):
            return "- "
        number = _NUMBER.match(text)
        if number and self._scale.level(line) is None:
            return f"{number[1]}. "
        return ""

    def _goes_on(self, line: Line, level: int | None) -> bool:
        """Whether the line belongs to the block above it."""
        if not self._lines:
            return False
        above = self._lines[-1]
        if _LEADER.search(above.text):
            return False
        height = max(above.bottom - above.top, above.size)
        gap = line.top - above.bottom
        if level != self._heading or not -2 * height <= gap <= 0.7 * height:
            return False
        if self._heading:
            return abs(line.size - above.size) < 0.6 and len(self._lines) < _MAX_HEADING_LINES
        if self._prefix:
            return line.left > self._lines[0].left + 1
        return self._is_same_paragraph(above, line)

    def _is_same_paragraph(self, above: Line, line: Line) -> bool:
        column_width = above.column_right - above.column_left
        letter_width = (line.right - line.left) / max(len(line.text), 1)
        first_word = line.text.split(maxsplit=1)[0][:_LONGEST_WORD]
        needed = above.right + letter_width * (len(first_word) + 1) + _RAGGED * column_width
        is_indented = line.left > above.left + line.size and len(self._lines) > 1
        is_new = is_indented and _ENDS_SENTENCE.search(above.text)
        is_running_on = line.text[0].islower() and above.text[-1].isalpha()
        is_full = needed >= above.column_right or is_running_on
        return is_full and not is_new and len(above.fragments) < _MANY
