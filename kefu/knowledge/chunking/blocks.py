"""The blocks of a Markdown text, with the pages they stand on."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum

from markdown_it import MarkdownIt
from markdown_it.token import Token

QUESTION_LEVEL = 7
"""Level of a question that stands in bold or behind "Q:" instead of in a heading."""

_LINK = re.compile(r"!?\[([^\[\]]*)\]\([^()]*\)")
_EMPHASIS = re.compile(r"(\*\*|__|\*|`)(?=\S)(.+?)(?<=\S)\1")
_ESCAPED = re.compile(r"\\([!-/:-@\[-`{-~])")
_QUESTION = re.compile(
    r"(?:\*\*|__)(?:[^*_\n]{2,150}[?？])(?:\*\*|__)[ \t]*(?=\n|\Z)"
    r"|(?:\*\*|__)?(?:Q|问)[ \t]*\d{0,3}[:：.、][^\n]{2,150}(?=\n|\Z)"
)
_FENCE = re.compile(r"(?:[-*+] +|\d{1,9}[.)] +)?(`{3,}|~{3,})")
_FAR_IN = " " * 60
_PARSER = (
    MarkdownIt("commonmark", {"maxNesting": 30})
    .enable("table")
    .disable(["inline", "reference", "html_block"])
)


class BlockKind(StrEnum):
    """What a block is, as far as it matters for cutting it."""

    HEADING = "heading"
    PARAGRAPH = "paragraph"
    LIST = "list"
    TABLE = "table"
    CODE = "code"


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """A block on the outermost level of a text.

    Attributes:
        text: its source lines; for headings, the plain words.
        level: 1 to 6 for headings, `QUESTION_LEVEL` for questions that serve as such.
        items: for lists, source and page of each item.
    """

    kind: BlockKind
    text: str
    page: int | None
    level: int = 0
    items: tuple[tuple[str, int | None], ...] = ()


_KINDS = {
    "heading_open": BlockKind.HEADING,
    "bullet_list_open": BlockKind.LIST,
    "ordered_list_open": BlockKind.LIST,
    "table_open": BlockKind.TABLE,
    "fence": BlockKind.CODE,
    "code_block": BlockKind.CODE,
}


def read_blocks(markdown: str, *, page: int | None = None) -> list[Block]:
    """The blocks in order; form feeds are taken out and counted as pages.

    Args:
        markdown: the text.
        page: the page of all of it, when it is a part of a text.
    """
    lines, pages = _without_page_breaks(markdown)
    if page is not None or not pages or pages[-1] == 1:
        pages = [page] * len(lines)
    blocks: list[Block] = []
    items: list[tuple[str, int | None]] = []
    for token in reversed(_PARSER.parse("\n".join(lines))):
        if token.map is None or token.nesting < 0:
            continue
        first, end = token.map
        text = "\n".join(lines[first:end]).rstrip().strip("\n")
        if token.type == "list_item_open" and token.level == 1:
            items.append((text, pages[first]))
        elif token.level == 0 and token.type != "hr" and text.strip():
            blocks.append(_block(token, text, pages[first], tuple(reversed(items))))
            items = []
    return [part for block in reversed(blocks) for part in _with_question(block)]


def bound_indents(markdown: str) -> str:
    """The text with its lines indented at most so far, but for what stands between code fences.

    The parser looks at each blank of an indentation each time it reads the line.
    """
    if _FAR_IN not in markdown:
        return markdown
    lines, fence = [], ""
    for line in markdown.split("\n"):
        stripped = line.lstrip(" ")
        is_far_in = not fence and line.startswith(_FAR_IN)
        lines.append(_FAR_IN + stripped if is_far_in else line)
        opening = _FENCE.match(stripped)
        if fence:
            fence = "" if stripped.rstrip() == fence else fence
        elif opening:
            fence = opening[1]
    return "\n".join(lines)


def plain_words(heading: str) -> str:
    """A heading without its marks."""
    text = _EMPHASIS.sub(r"\2", _LINK.sub(r"\1", heading))
    return " ".join(_ESCAPED.sub(r"\1", text).split())


def _without_page_breaks(markdown: str) -> tuple[list[str], list[int | None]]:
    lines: list[str] = []
    pages: list[int | None] = []
    for number, page in enumerate(markdown.split("\f"), start=1):
        own = page.split("\n")
        lines.extend(own)
        pages.extend([number] * len(own))
    return lines, pages


def _block(
    token: Token, text: str, page: int | None, items: tuple[tuple[str, int | None], ...]
) -> Block:
    kind = _KINDS.get(token.type, BlockKind.PARAGRAPH)
    if kind is BlockKind.HEADING:
        words = plain_words(_heading_content(text))
        return Block(kind=kind, text=words, page=page, level=int(token.tag[1]))
    return Block(kind=kind, text=text, page=page, items=items if kind is BlockKind.LIST else ())


def _heading_content(source: str) -> str:
    """The heading's words, of either style."""
    stripped = source.strip()
    if stripped.startswith("#"):
        return re.sub(r"[ \t]+#+$", "", stripped.lstrip("#")).strip("# \t") or ""
    return stripped.rpartition("\n")[0]


def _with_question(block: Block) -> Iterator[Block]:
    """Take a question on the first line of a paragraph for a heading of what follows."""
    found = _QUESTION.match(block.text) if block.kind is BlockKind.PARAGRAPH else None
    if not found:
        yield block
        return
    words = plain_words(found[0])
    yield Block(kind=BlockKind.HEADING, text=words, page=block.page, level=QUESTION_LEVEL)
    rest = block.text[found.end() :].strip("\n")
    if rest.strip():
        yield Block(kind=BlockKind.PARAGRAPH, text=rest, page=block.page)
