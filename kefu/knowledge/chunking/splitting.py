"""From Markdown to chunks: sections under their headings, small ones joined, large ones parted."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field

from kefu.knowledge.chunking.blocks import (
    QUESTION_LEVEL,
    Block,
    BlockKind,
    bound_indents,
    read_blocks,
)
from kefu.knowledge.chunking.navigation import is_navigation
from kefu.knowledge.chunking.packing import Budget, Piece, join, pack
from kefu.knowledge.chunking.pieces import cut, cut_all, whole
from kefu.knowledge.records import ChunkKind, NewChunk

_TINY_SHARE = 0.1
_JOINED_SHARE = 0.5
_ASKS = re.compile(
    r"(?:how|what|why|when|where|which|who|can|could|do|does|is|are|should|will)\b"
    r"|(?:如何|怎么|怎样|为什么|为何|什么|是否|能否|可否|哪些|哪里|Q\b|问)",
    re.IGNORECASE,
)


_Packed = tuple[tuple[str, ...], list[list[Piece]]]
"""A heading path and the groups of pieces below it, each a chunk."""


@dataclass(slots=True, kw_only=True)
class _Section:
    """A heading with the blocks up to the next heading of any level.

    Attributes:
        path: headings above it.
        heading: its own, empty for what stands before the first and for the title.
        has_children: deeper headings follow it.
    """

    path: tuple[str, ...] = ()
    heading: str = ""
    level: int = 0
    page: int | None = None
    has_children: bool = False
    blocks: list[Block] = field(default_factory=list)

    @property
    def own_path(self) -> tuple[str, ...]:
        return (*self.path, self.heading) if self.heading else self.path

    @property
    def is_question(self) -> bool:
        if not self.blocks:
            return False
        return self.level == QUESTION_LEVEL or _is_asked(self.heading)


def split(
    markdown: str, *, title: str, count_tokens: Callable[[str], int], max_tokens: int
) -> list[NewChunk]:
    """Cut a document into chunks of at most `max_tokens`, in order and without gaps.

    A section is a chunk if it fits; neighbours are joined only when both are tiny and neither is a
    question with its answer. Larger sections are parted between paragraphs, list items, table rows
    (the head is repeated), lines of code (the fences are repeated) or sentences. What goes on with
    a list item begins with that item in short. What only points elsewhere is left out.
    """
    budget = Budget(count_tokens, max_tokens)
    packed = list(_packed(_sections(read_blocks(bound_indents(markdown)), title), budget))
    chunks: list[NewChunk] = []
    for path, groups in _without_navigation(packed):
        for group in groups:
            text = join(group)
            chunks.append(
                NewChunk(
                    position=len(chunks),
                    heading_path=path,
                    text=text,
                    kind=_main_kind(group),
                    page=group[0].page,
                    token_count=budget.count(text),
                )
            )
    return chunks


def _without_navigation(packed: list[_Packed]) -> list[_Packed]:
    """The groups that say something, or all of them if none does."""
    telling = [
        (path, [group for group in groups if not _is_navigation(path, group)])
        for path, groups in packed
    ]
    return telling if any(groups for _, groups in telling) else packed


def _is_navigation(path: tuple[str, ...], group: list[Piece]) -> bool:
    heading = path[-1] if path else ""
    return not _is_asked(heading) and is_navigation(join(group), heading=heading)


def _is_asked(heading: str) -> bool:
    return heading.endswith(("?", "？", "吗")) or bool(_ASKS.match(heading))


def _sections(blocks: list[Block], title: str) -> list[_Section]:
    sections = [_Section()]
    above: list[tuple[int, str]] = []
    is_first_heading = True
    for block in blocks:
        if block.kind is not BlockKind.HEADING:
            sections[-1].blocks.append(block)
            continue
        is_title = is_first_heading and block.level == 1 and _same(block.text, title)
        is_first_heading = False
        while above and above[-1][0] >= block.level:
            above.pop()
        sections[-1].has_children = block.level > sections[-1].level
        heading = "" if is_title else block.text
        path = tuple(text for _, text in above if text)
        sections.append(_Section(path=path, heading=heading, level=block.level, page=block.page))
        above.append((block.level, heading))
    return sections


def _same(heading: str, title: str) -> bool:
    return " ".join(heading.split()).casefold() == " ".join(title.split()).casefold()


def _packed(sections: list[_Section], budget: Budget) -> Iterator[_Packed]:
    at = 0
    while at < len(sections):
        section = sections[at]
        joined = _joined_with(sections, at, budget)
        if len(joined) > 1:
            pieces = [piece for each in joined for piece in _with_heading(each, budget)]
            yield section.path, pack(pieces, budget)
        elif section.blocks:
            yield section.own_path, _parts(section, budget)
        elif section.heading and not section.has_children:
            yield section.path, pack(_with_heading(section, budget), budget)
        at += len(joined)


def _joined_with(sections: list[_Section], at: int, budget: Budget) -> list[_Section]:
    """The section and the siblings behind it that are joined to it because all are tiny."""
    joined = [sections[at]]
    size = _tiny_size(sections[at], budget)
    if size is None:
        return joined
    for section in sections[at + 1 :]:
        more = _tiny_size(section, budget)
        if more is None or section.path != joined[0].path or section.level != joined[0].level:
            break
        size += more
        if size > budget.max_tokens * _JOINED_SHARE:
            break
        joined.append(section)
    return joined


def _tiny_size(section: _Section, budget: Budget) -> int | None:
    """Tokens of a section that may be joined to others, None if it may not."""
    if section.has_children or section.is_question or not section.heading:
        return None
    letters = sum(len(block.text) for block in section.blocks)
    if letters > budget.max_tokens:
        return None
    size = sum(budget.count_inside(block.text) for block in section.blocks)
    return size + 4 if size <= budget.max_tokens * _TINY_SHARE else None


def _with_heading(section: _Section, budget: Budget) -> list[Piece]:
    """The section with its heading in the text."""
    level = min(section.level, 6)
    line = Block(
        kind=BlockKind.PARAGRAPH, text=f"{'#' * level} {section.heading}", page=section.page
    )
    heading = cut(line, budget)
    return [*heading, *cut_all(section.blocks, budget)]


def _parts(section: _Section, budget: Budget) -> list[list[Piece]]:
    text = "\n\n".join(block.text for block in section.blocks)
    if budget.fits(text):
        return [[whole(block, tokens=len(block.text)) for block in section.blocks]]
    return pack(cut_all(section.blocks, budget), budget)


def _main_kind(pieces: list[Piece]) -> ChunkKind:
    sizes = {
        kind: sum(piece.tokens for piece in pieces if piece.kind is kind) for kind in ChunkKind
    }
    return max(sizes, key=lambda kind: sizes[kind])
