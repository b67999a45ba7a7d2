"""Cutting a block that is too large.

Lists are cut by items, tables by rows, code by lines, prose by sentences, and only a single
sentence that is too long by words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise, zip_longest
from textwrap import dedent

from kefu.knowledge.chunking.blocks import Block, BlockKind, read_blocks
from kefu.knowledge.chunking.packing import Budget, Piece, join, pack
from kefu.knowledge.records import ChunkKind
from kefu.text import split_sentences

_WINDOW = 20_000
"""Letters of prose that are searched for sentences at a time."""

_SENTENCE_MARK = re.compile(r"[。！？!?\n]|\.\s")
_GOOD_BREAK = re.compile(r"\s|[，；、。：！？）]|[,;.:)](?!\w)")
_MARKER = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_BORDER = re.compile(r"(?<!\\)\|")
_BOLD_LINE = re.compile(r"(?:\*\*|__)[^*_]+(?:\*\*|__)[:：]?")
_SHORT_LINE = 80
_MAX_LABEL_SHARE = 4
_LONGEST_ROW_NAME = 40
_SLACK = 4
"""Tokens by which the parts of a text may count less than the whole."""

_KINDS = {BlockKind.TABLE: ChunkKind.TABLE, BlockKind.CODE: ChunkKind.CODE}


def whole(block: Block, *, tokens: int) -> Piece:
    """The block as one piece."""
    kind = _KINDS.get(block.kind, ChunkKind.TEXT)
    return Piece(text=block.text, tokens=tokens, page=block.page, kind=kind)


def cut(block: Block, budget: Budget) -> list[Piece]:
    """The block in pieces that each fit; lists by their items in any case."""
    if block.kind is BlockKind.LIST:
        return _cut_list(block, budget)
    if budget.fits(block.text):
        return [whole(block, tokens=budget.count_inside(block.text))]
    if block.kind is BlockKind.TABLE:
        return _cut_table(block, budget)
    if block.kind is BlockKind.CODE:
        return _cut_code(block, budget)
    return _cut_prose(block.text, block.page, budget)


def cut_all(blocks: list[Block], budget: Budget) -> list[Piece]:
    """The pieces of blocks that follow each other, introductions bound to what they introduce."""
    pieces: list[Piece] = []
    for block, following in zip_longest(blocks, blocks[1:]):
        own = cut(block, budget)
        if following and _introduces(block, following):
            own[-1] = replace(own[-1], keeps_next=True)
        pieces.extend(own)
    return pieces


def _introduces(block: Block, following: Block) -> bool:
    """Whether it is a line that means nothing without what follows."""
    if block.kind is not BlockKind.PARAGRAPH or "\n" in block.text:
        return False
    text = block.text.strip()
    if following.kind is BlockKind.PARAGRAPH:
        return bool(_BOLD_LINE.fullmatch(text))
    return text.rstrip("*_ ").endswith((":", "：")) or len(text) <= _SHORT_LINE


def _cut_list(block: Block, budget: Budget) -> list[Piece]:
    pieces: list[Piece] = []
    for text, page in block.items:
        if budget.fits(text):
            own = [Piece(text=text, tokens=budget.count_inside(text), page=page)]
        else:
            own = _cut_item(text, page, budget)
        pieces.append(replace(own[0], before="\n"))
        pieces.extend(own[1:])
    return pieces


def _cut_item(text: str, page: int | None, budget: Budget) -> list[Piece]:
    """The blocks inside an item, the first one with the item's marker."""
    found = _MARKER.match(text)
    marker = found[0] if found else ""
    lines = text[len(marker) :].split("\n")
    inside = lines[0] + "\n" + dedent("\n".join(lines[1:]))
    blocks = read_blocks(inside, page=page) if marker else []
    within = budget.lowered(budget.count_inside(marker)) if marker else budget
    pieces = cut_all(blocks, within) or _cut_prose(text, page, budget)
    first = marker.strip() + " " + pieces[0].text if blocks else pieces[0].text
    return [replace(pieces[0], text=first, tokens=budget.count_inside(first)), *pieces[1:]]


def _cut_table(block: Block, budget: Budget) -> list[Piece]:
    """Groups of rows below the head; a row that does not fit becomes labelled text."""
    lines = [line.strip() for line in block.text.split("\n") if line.strip()]
    head, rows = "\n".join(lines[:2]) + "\n", lines[2:]
    head_tokens = budget.count_inside(head)
    names = _cells(lines[0])
    pieces: list[Piece] = []
    group: list[Piece] = []
    for row in rows:
        tokens = budget.count_inside(row)
        if tokens + head_tokens < budget.room - _SLACK or budget.fits(head + row):
            group.append(Piece(text=row, tokens=tokens, page=block.page, before="\n"))
            continue
        pieces.extend(_grouped(group, head, "", ChunkKind.TABLE, budget))
        group = []
        pieces.extend(_cut_row(names, _cells(row), block.page, budget))
    pieces.extend(_grouped(group, head, "", ChunkKind.TABLE, budget))
    return pieces or _cut_prose(block.text, block.page, budget)


def _cells(row: str) -> list[str]:
    return [cell.strip() for cell in _BORDER.split(row.strip().strip("|"))]


def _cut_row(
    names: list[str], cells: list[str], page: int | None, budget: Budget
) -> Iterator[Piece]:
    """Each cell behind the name of its row and column, on lines of their own."""
    row_name = f"{cells[0]} – " if len(cells[0]) <= _LONGEST_ROW_NAME and cells[0] else ""
    padded = names + [""] * (len(cells) - len(names))
    for number, (name, cell) in enumerate(zip(padded, cells, strict=False)):
        label = f"{row_name if number else ''}{name}: " if name else ""
        if budget.count_inside(label) > budget.room // _MAX_LABEL_SHARE:
            label = ""
        within = budget.lowered(budget.count_inside(label))
        yield from _grouped(_cut_prose(cell, page, within), label, "", ChunkKind.TABLE, budget)


def _cut_code(block: Block, budget: Budget) -> list[Piece]:
    """Groups of lines, each within fences of its own."""
    lines = block.text.split("\n")
    found = _FENCE.match(lines[0])
    if not found:
        return _cut_prose(block.text, block.page, budget)
    is_closed = len(lines) > 1 and lines[-1].strip().startswith(found[1])
    head, foot = lines[0] + "\n", "\n" + found[1]
    around = budget.count_inside(head + foot)
    within = budget.lowered(around)
    group = [
        replace(piece, before="\n" if number == 0 else "")
        for line in lines[1 : -1 if is_closed else None]
        for number, piece in enumerate(_cut_line(line, block.page, within))
    ]
    return list(_grouped(group, head, foot, ChunkKind.CODE, budget))


def _cut_line(line: str, page: int | None, budget: Budget) -> Iterator[Piece]:
    parts = [line] if budget.fits(line) else cut_hard(line, budget)
    for part in parts:
        yield Piece(text=part, tokens=budget.count_inside(part) if part else 0, page=page)


def _grouped(
    group: list[Piece], head: str, foot: str, kind: ChunkKind, budget: Budget
) -> Iterator[Piece]:
    for pieces in pack(group, budget, head=head, foot=foot):
        text = head + join(pieces) + foot
        tokens = budget.count_inside(text)
        if join(pieces).strip():
            yield Piece(text=text, tokens=tokens, page=pieces[0].page, kind=kind)


def _cut_prose(text: str, page: int | None, budget: Budget) -> list[Piece]:
    pieces: list[Piece] = []
    between = "\n\n"
    for part in _fitting_parts(text, budget):
        stripped = part.strip()
        if not stripped:
            between += part
            continue
        start = part.index(stripped)
        tokens = budget.count_inside(stripped)
        before = between + part[:start]
        pieces.append(Piece(text=stripped, tokens=tokens, page=page, before=before))
        between = part[start + len(stripped) :]
    return pieces


def _fitting_parts(text: str, budget: Budget) -> Iterator[str]:
    """Sentences, and parts of those that do not fit; nothing lost."""
    for sentence in _sentences(text):
        if budget.fits(sentence.strip()):
            yield sentence
        else:
            yield from cut_hard(sentence, budget)


def _sentences(text: str) -> Iterator[str]:
    """The text cut behind each sentence, nothing lost."""
    for window in _windows(text):
        starts = [span.start for span in split_sentences(window)]
        edges = [0, *(start for start in starts[1:] if start > 0), len(window)]
        for begin, end in pairwise(edges):
            yield window[begin:end]


def _windows(text: str) -> Iterable[str]:
    at = 0
    while len(text) - at > _WINDOW:
        marks = [mark.end() for mark in _SENTENCE_MARK.finditer(text, at, at + _WINDOW)]
        end = marks[-1] if marks else at + _WINDOW
        yield text[at:end]
        at = end
    yield text[at:]


def cut_hard(text: str, budget: Budget) -> Iterator[str]:
    """Cut what has no sentences, behind a word or clause if there is one, else anywhere."""
    size = budget.max_tokens * 4
    at = 0
    while at < len(text):
        part = text[at : at + size]
        while len(part) > 1 and (count := budget.count(part)) > budget.max_tokens:
            part = part[: max(int(len(part) * budget.max_tokens / count * 0.95), 1)]
        if at + len(part) < len(text):
            part = part[: _last_break(text, at, at + len(part)) - at]
            size = max(int(len(part) * 1.2), budget.max_tokens * 2)
        at += len(part)
        yield part


def _last_break(text: str, begin: int, end: int) -> int:
    """The last place in a stretch at which no word or number is torn, or its end."""
    found = _GOOD_BREAK.finditer(text, begin, end + 1)
    return max((each.end() for each in found if each.end() <= end), default=end)
