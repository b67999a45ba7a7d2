"""Cutting a block that is too large.

Lists are cut by items, tables by rows, code by lines, prose by sentences, and only a single
sentence that is too long by words.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import replace
from itertools import pairwise, zip_longest

from kefu.knowledge.chunking.blocks import Block, BlockKind, plain_words, read_blocks
from kefu.knowledge.chunking.code import group_code
from kefu.knowledge.chunking.packing import Budget, Piece, cut_hard, join, pack
from kefu.knowledge.records import ChunkKind
from kefu.text import split_sentences

_WINDOW = 20_000
"""Letters of prose that are searched for sentences at a time."""

_SENTENCE_MARK = re.compile(r"[。！？!?\n]|\.\s")
_MARKER = re.compile(r"[ \t]*(?:[-*+]|\d{1,9}[.)])(?:[ \t]+|$)")
_FENCE = re.compile(r"[ ]{0,3}(`{3,}|~{3,})")
_BORDER = re.compile(r"(?<!\\)\|")
_BOLD_LINE = re.compile(r"(?:\*\*|__)[^*_]+(?:\*\*|__)[:：]?")
_LINE_START = re.compile(r"\n(?!\n)")
_LEAD_BREAK = re.compile(r"[。！？!?；，：]|[.,;:](?=\s)|\s")
_LEAD_LETTERS = (60, 30, 15)
_LEAD_ROOM = 32
"""Tokens a text must have room for before any of them goes to what only says where it stands."""

_SHORT_LINE = 80
_MAX_LABEL_SHARE = 4
_LONGEST_ROW_NAME = 40
_DEEPEST = 10
"""Levels of items in items that are told apart; deeper ones stand on the last of them."""

_SLACK = 4
"""Tokens by which the parts of a text may count less than the whole."""

_KINDS = {BlockKind.TABLE: ChunkKind.TABLE, BlockKind.CODE: ChunkKind.CODE}


def whole(block: Block, *, tokens: int) -> Piece:
    """The block as one piece."""
    kind = _KINDS.get(block.kind, ChunkKind.TEXT)
    return Piece(text=block.text, tokens=tokens, page=block.page, kind=kind)


def cut(block: Block, budget: Budget, *, depth: int = 0) -> list[Piece]:
    """The block in pieces that each fit; lists by their items in any case."""
    if block.kind is BlockKind.LIST:
        return _cut_list(block, budget, budget, depth=depth)
    if budget.fits(block.text):
        return [whole(block, tokens=budget.count_inside(block.text))]
    if block.kind is BlockKind.TABLE:
        return _cut_table(block, budget)
    if block.kind is BlockKind.CODE:
        return _cut_code(block, budget)
    return _cut_prose(block.text, block.page, budget)


def cut_all(blocks: list[Block], budget: Budget, *, depth: int = 0) -> list[Piece]:
    """The pieces of blocks that follow each other, introductions bound to what they introduce.

    `depth` says in how many items they stand.
    """
    pieces: list[Piece] = []
    introduction = 0
    for block, following in zip_longest(blocks, blocks[1:]):
        own = _cut_behind(block, budget, introduction, depth=depth)
        introduction = 0
        if following and _introduces(block, following):
            own[-1] = replace(own[-1], keeps_next=True)
            introduction = own[-1].tokens
        pieces.extend(own)
    return pieces


def _cut_behind(block: Block, budget: Budget, introduction: int, *, depth: int) -> list[Piece]:
    """The block in pieces of which the first fits together with its introduction."""
    is_short = introduction <= budget.room // _MAX_LABEL_SHARE and budget.room >= _LEAD_ROOM
    first = budget.lowered(introduction + _SLACK) if introduction and is_short else budget
    if block.kind is BlockKind.LIST:
        return _cut_list(block, budget, first, depth=depth)
    return cut(block, first, depth=depth)


def _introduces(block: Block, following: Block) -> bool:
    """Whether it is a line that means nothing without what follows."""
    text = block.text.strip()
    if text.rstrip("*_ ").endswith((":", "：")):
        return block.kind in (BlockKind.PARAGRAPH, BlockKind.LIST)
    if block.kind is not BlockKind.PARAGRAPH or "\n" in block.text:
        return False
    if following.kind is BlockKind.PARAGRAPH:
        return bool(_BOLD_LINE.fullmatch(text))
    return len(text) <= _SHORT_LINE


def _cut_list(block: Block, budget: Budget, first: Budget, *, depth: int) -> list[Piece]:
    pieces: list[Piece] = []
    for number, (text, page) in enumerate(block.items):
        within = budget if number else first
        if within.fits(text):
            own = [Piece(text=text, tokens=budget.count_inside(text), page=page)]
        else:
            own = _cut_item(text, page, within, depth=depth + 1)
        own[-1] = replace(own[-1], keeps_next=text.rstrip("*_ \n").endswith((":", "：")))
        pieces.append(replace(own[0], before="\n"))
        pieces.extend(own[1:])
    if pieces:
        pieces[-1] = replace(pieces[-1], keeps_next=False)
    return pieces


def _cut_item(text: str, page: int | None, budget: Budget, *, depth: int) -> list[Piece]:
    """The blocks inside an item, the first one with its marker, the others indented below it."""
    found = _MARKER.match(text)
    if not found:
        return _cut_prose(text, page, budget)
    if depth > _DEEPEST:
        return _cut_flat(text, page, budget)
    marker = found[0].strip() + " "
    first, *others = text[found.end() :].split("\n")
    marker_tokens = budget.count_inside(marker)
    lead = _lead(marker, first, budget)
    within = budget.lowered(budget.count_inside(lead) + _SLACK if lead else marker_tokens)
    blocks = read_blocks("\n".join([first, *_unindented(others, len(marker))]), page=page)
    pieces = cut_all(blocks, within, depth=depth)
    if not pieces:
        return _cut_prose(text, page, budget)
    indent = " " * len(marker)
    opening = marker + _indented(pieces[0].text, indent)
    tokens = budget.count_inside(opening)
    below = [_below(piece, lead, indent, budget) for piece in pieces[1:]]
    return [replace(pieces[0], text=opening, tokens=tokens), *below]


def _cut_flat(text: str, page: int | None, budget: Budget) -> list[Piece]:
    """An item and those inside it, all on one level, in one pass whatever their depth."""
    items: list[list[str]] = []
    for line in text.split("\n"):
        if _MARKER.match(line) or not items:
            items.append([])
        items[-1].append(line.strip())
    pieces = [piece for item in items for piece in _cut_prose("\n".join(item), page, budget)]
    return [replace(piece, before="\n") for piece in pieces]


def _lead(marker: str, first_line: str, budget: Budget) -> str:
    """The item in short, for texts that go on with it."""
    if budget.room < _LEAD_ROOM:
        return ""
    words = "" if _FENCE.match(first_line) else plain_words(first_line)
    shortened = [f"{marker}{_shortened(words, letters)} …" for letters in _LEAD_LETTERS if words]
    for lead in (*shortened, f"{marker}…"):
        if budget.count_inside(lead) <= budget.room // _MAX_LABEL_SHARE:
            return lead
    return ""


def _shortened(words: str, letters: int) -> str:
    if len(words) <= letters:
        return words
    breaks = [found.end() for found in _LEAD_BREAK.finditer(words, 0, letters)]
    return words[: breaks[-1] if breaks else letters].rstrip()


def _unindented(lines: list[str], width: int) -> list[str]:
    """Lines of an item without the indentation that makes them part of it."""
    indents = [len(line) - len(line.lstrip(" ")) for line in lines if line.strip()]
    common = min((indent for indent in indents if indent >= width), default=width)
    return [line[min(common, len(line) - len(line.lstrip(" "))) :] for line in lines]


def _below(piece: Piece, lead: str, indent: str, budget: Budget) -> Piece:
    """A piece of an item, indented, and behind the item's lead where it begins a text."""
    if not lead:
        return piece
    inner = piece.lead + piece.text
    between = "\n" if _MARKER.match(inner) else "\n\n"
    placed = replace(
        piece,
        text=_indented(piece.text, indent),
        before=_indented(piece.before, indent),
        lead=f"{lead}{between}{indent}{_indented(piece.lead, indent)}",
    )
    return placed if budget.fits(placed.lead + placed.text) else piece


def _indented(text: str, indent: str) -> str:
    return _LINE_START.sub(f"\n{indent}", text)


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
        pieces.extend(_grouped(group, head, ChunkKind.TABLE, budget))
        group = []
        pieces.extend(_cut_row(names, _cells(row), block.page, budget))
    pieces.extend(_grouped(group, head, ChunkKind.TABLE, budget))
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
        yield from _grouped(_cut_prose(cell, page, within), label, ChunkKind.TABLE, budget)


def _cut_code(block: Block, budget: Budget) -> list[Piece]:
    """Groups of lines, each within fences of its own."""
    lines = block.text.split("\n")
    found = _FENCE.match(lines[0])
    if not found:
        return _cut_prose(block.text, block.page, budget)
    is_closed = len(lines) > 1 and lines[-1].strip().startswith(found[1])
    head, foot = lines[0] + "\n", "\n" + found[1]
    inside = lines[1 : -1 if is_closed else None]
    groups = group_code(inside, page=block.page, budget=budget, head=head, foot=foot)
    return list(_framed(groups, head, foot, ChunkKind.CODE, budget))


def _grouped(group: list[Piece], head: str, kind: ChunkKind, budget: Budget) -> Iterator[Piece]:
    return _framed(pack(group, budget, head=head), head, "", kind, budget)


def _framed(
    groups: Iterable[list[Piece]], head: str, foot: str, kind: ChunkKind, budget: Budget
) -> Iterator[Piece]:
    for pieces in groups:
        inside = join(pieces).strip("\n")
        if inside.strip():
            text = head + inside + foot
            tokens = budget.count_inside(text)
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
