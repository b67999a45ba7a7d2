"""HTML elements as Markdown: headings, lists, tables, code; links and emphasis as plain text."""

import re
from collections.abc import Iterator
from itertools import accumulate

from selectolax.lexbor import LexborHTMLParser, LexborNode

from kefu.parsing.grid import render_table, spread
from kefu.parsing.icons import mark_image, name_images
from kefu.parsing.nesting import bound_nesting

MAX_DEPTH = 150
_MAX_COLUMN_SPAN = 100
_LONG_CELL = 2000
_NESTED_SHARE = 0.5
_SPACE = re.compile(r"[ \t\n\r\f\u00a0]+")
_MARK_AT_START = re.compile(r"(?=#{1,6}(?:\s|$)|>|```|~~~|={2,}\s*$|-{2,}\s*$)")
_HEADINGS = {f"h{level}": level for level in range(1, 7)}
_SKIPPED = frozenset(
    [
        "script",
        "style",
        "noscript",
        "template",
        "head",
        "title",
        "meta",
        "link",
        "svg",
        "canvas",
        "iframe",
        "object",
        "embed",
        "audio",
        "video",
        "map",
        "img",
        "source",
        "button",
        "input",
        "select",
        "textarea",
        "option",
        "datalist",
        "progress",
        "dialog",
        "-comment",
    ]
)
_BLOCKS = frozenset(
    [
        "address",
        "article",
        "aside",
        "body",
        "center",
        "dd",
        "details",
        "div",
        "dl",
        "dt",
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "header",
        "hgroup",
        "html",
        "legend",
        "li",
        "main",
        "nav",
        "p",
        "section",
        "summary",
        "caption",
        "tbody",
        "thead",
        "tfoot",
        "tr",
        "td",
        "th",
        "hr",
        "menu",
        "search",
    ]
)
_CODE = frozenset(["code", "kbd", "samp", "tt"])
_LISTS = frozenset(["ul", "ol", "menu", "dir"])
_HIDDEN_STYLE = re.compile(r"(?:display\s*:\s*none|visibility\s*:\s*hidden)", re.IGNORECASE)


class _Writer:
    """Collects inline text until a block ends."""

    def __init__(self, *, is_flat: bool = False) -> None:
        self.is_flat = is_flat
        self._blocks: list[str] = []
        self._inline: list[str] = []

    def write(self, text: str) -> None:
        self._inline.append(text)

    def end_paragraph(self) -> None:
        lines = [
            name_images(_SPACE.sub(" ", line).strip()) for line in "".join(self._inline).split("\0")
        ]
        self._inline.clear()
        text = "\n".join(line for line in lines if line)
        if text:
            self._blocks.append(text if self.is_flat else _escape_start(text))

    def block(self, text: str) -> None:
        self.end_paragraph()
        if text:
            self._blocks.append(text)

    def markdown(self) -> str:
        self.end_paragraph()
        return "\n\n".join(self._blocks)


def read_markup(markup: str) -> LexborHTMLParser:
    """HTML as a tree."""
    return LexborHTMLParser(bound_nesting(markup))


def convert_fragment(markup: str) -> str:
    """A piece of HTML as Markdown."""
    body = read_markup(markup).body
    return convert_node(body) if body else ""


def convert_node(node: LexborNode) -> str:
    """The inside of an element as Markdown."""
    writer = _Writer()
    _walk(node, writer, 0)
    return writer.markdown()


def is_hidden(node: LexborNode) -> bool:
    """Whether a browser would not show the element."""
    attributes = node.attributes
    if "hidden" in attributes or attributes.get("aria-hidden") == "true":
        return True
    return bool(_HIDDEN_STYLE.search(attributes.get("style") or ""))


def _walk(node: LexborNode, writer: _Writer, depth: int) -> None:
    for child in node.iter(include_text=True):
        tag = child.tag or ""
        if tag == "-text":
            writer.write(child.text(deep=False) or "")
        elif tag == "br":
            writer.write("\0")
        elif tag == "img" and not is_hidden(child):
            writer.write(mark_image(child.attributes.get("alt") or ""))
        elif depth > MAX_DEPTH:
            writer.write(f" {child.text(deep=True, separator=' ')} ")
        elif tag not in _SKIPPED and not is_hidden(child):
            _write_element(child, tag, writer, depth)


def _write_element(node: LexborNode, tag: str, writer: _Writer, depth: int) -> None:
    if tag in _CODE:
        writer.write(_code_span(node.text(deep=True)))
    elif tag in _HEADINGS:
        _write_heading(node, _HEADINGS[tag], writer, depth)
    elif tag == "pre":
        code = node.text(deep=True)
        writer.block(_code_span(code) if writer.is_flat else _code_block(node, code))
    elif tag in _LISTS:
        writer.block(_list(node, tag, writer, depth))
    elif tag == "table":
        _write_table(node, writer, depth)
    elif tag == "blockquote":
        inner = _inside(node, depth, is_flat=writer.is_flat)
        writer.block(inner if writer.is_flat else re.sub(r"^(?=.)", "> ", inner, flags=re.M))
    elif tag in _BLOCKS:
        writer.end_paragraph()
        _walk(node, writer, depth + 1)
        writer.end_paragraph()
    else:
        _walk(node, writer, depth + 1)


def _inside(node: LexborNode, depth: int, *, is_flat: bool) -> str:
    writer = _Writer(is_flat=is_flat)
    _walk(node, writer, depth + 1)
    return writer.markdown()


def _escape_start(text: str) -> str:
    return "\n".join(
        _MARK_AT_START.sub(r"\\", line, count=1) if _MARK_AT_START.match(line) else line
        for line in text.split("\n")
    )


def _write_heading(node: LexborNode, level: int, writer: _Writer, depth: int) -> None:
    text = " ".join(_inside(node, depth, is_flat=True).split())
    writer.block(text if writer.is_flat or not text else f"{'#' * level} {text}")


def _code_span(code: str) -> str:
    text = _SPACE.sub(" ", code)
    inner = text.strip()
    if not inner or "`" in inner:
        return text
    before, _, behind = text.partition(inner)
    return f"{before}`{inner}`{behind}"


def _code_block(node: LexborNode, code: str) -> str:
    if not code.strip():
        return ""
    inner = node.css_first("code")
    names = f"{node.attributes.get('class') or ''} " + (
        (inner.attributes.get("class") or "") if inner else ""
    )
    language = re.search(r"(?:language|lang|highlight-source)-([\w+#-]+)", names)
    longest = max((len(run) for run in re.findall(r"`{3,}", code)), default=2)
    fence = "`" * (longest + 1)
    return f"{fence}{language[1] if language else ''}\n{code.strip(chr(10)).rstrip()}\n{fence}"


def _list(node: LexborNode, tag: str, writer: _Writer, depth: int) -> str:
    start = node.attributes.get("start") or ""
    number = int(start) if start.isdecimal() and len(start) < 9 else 1
    items = []
    for child in node.iter():
        if is_hidden(child) or child.tag in _SKIPPED:
            continue
        marker = f"{number}." if tag == "ol" else "-"
        if child.tag in _LISTS:
            nested = _list(child, child.tag or "ul", writer, depth + 1) if depth < MAX_DEPTH else ""
            items.append(_indent(nested, 2))
        elif text := _inside(child, depth, is_flat=writer.is_flat):
            items.append(f"{marker} {_indent(_tight(text), len(marker) + 1).lstrip()}")
            number += 1
    return "\n".join(item for item in items if item)


def _tight(text: str) -> str:
    """Without the blank line between an item's text and the list below it."""
    return re.sub(r"\n\n(?=(?:[-*+]|\d+\.) )", "\n", text)


def _indent(text: str, width: int) -> str:
    return re.sub(r"^(?=.)", " " * width, text, flags=re.MULTILINE)


def _write_table(table: LexborNode, writer: _Writer, depth: int) -> None:
    rows = [row for row in _rows(table, 0) if not is_hidden(row)]
    if _is_layout(table, rows):
        _walk(table, writer, depth + 1)
        writer.end_paragraph()
        return
    cells = list(_cells(rows, depth))
    if writer.is_flat:
        writer.block(" ".join(text for *_, text in cells))
        return
    caption = table.css_first("caption")
    if caption:
        writer.block(_inside(caption, depth, is_flat=True))
    writer.block(render_table(spread(cells)))


def _rows(node: LexborNode, depth: int) -> Iterator[LexborNode]:
    """The table's own rows, not those of tables inside it."""
    for child in node.iter():
        if child.tag == "tr":
            yield child
        elif child.tag in ("thead", "tbody", "tfoot") and depth == 0:
            yield from _rows(child, 1)


def _is_layout(table: LexborNode, rows: list[LexborNode]) -> bool:
    """Whether the table only arranges the page."""
    if table.attributes.get("role") in ("presentation", "none"):
        return True
    most = _NESTED_SHARE * len(table.text(deep=True))
    inner = (each for each in table.css("td > table") if each.mem_id != table.mem_id)
    if any(nested > most for nested in accumulate(len(each.text(deep=True)) for each in inner)):
        return True
    widths = [sum(1 for cell in row.iter() if cell.tag in ("td", "th")) for row in rows]
    if max(widths, default=0) <= 1:
        return table.css_first("th") is None
    cells = table.css("td")
    return any(
        cell.css_first("p, ul, h1, h2, h3, h4") and len(cell.text(deep=True)) > _LONG_CELL
        for cell in cells[:20]
    )


def _cells(rows: list[LexborNode], depth: int) -> Iterator[tuple[int, int, int, int, str]]:
    """Row, column, height, width and text of each cell, below those that span down to it."""
    taken: set[tuple[int, int]] = set()
    for row_number, row in enumerate(rows):
        column = 0
        own = [cell for cell in row.iter() if cell.tag in ("td", "th")]
        for cell in own:
            while (row_number, column) in taken:
                column += 1
            height = min(_span(cell, "rowspan"), len(rows) - row_number)
            width = min(_span(cell, "colspan"), _MAX_COLUMN_SPAN)
            for below in range(height):
                taken.update((row_number + below, column + right) for right in range(width))
            text = " ".join(_inside(cell, depth, is_flat=True).split())
            yield row_number, column, height, width, text
            column += width


def _span(cell: LexborNode, name: str) -> int:
    value = (cell.attributes.get(name) or "").strip()
    return max(int(value), 1) if value.isdecimal() and len(value) < 6 else 1
