"""Repairing pipe tables whose cells run over several lines or whose head is not ruled off."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kefu.knowledge.parsing.grid import render_table

_STARTS_ROW = re.compile(r"[ \t]*\|")
_BORDER = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_HEADING = re.compile(r"#{1,6}\s")
_FENCE = re.compile(r"^\s*```.*$", re.MULTILINE)
_MAX_ROW_LINES = 200
_MIN_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class _Row:
    text: str
    last: int


def repair_tables(lines: list[str]) -> list[str]:
    """The lines with every pipe table written as GFM; fenced code is left alone."""
    return list(_repaired(lines))


def is_rule(line: str) -> bool:
    """Whether the line rules a table's head off."""
    return "-" in line and bool(_RULE.match(line))


def split_row(row: str) -> list[str]:
    """The cells of a row, borders stripped."""
    inside = row.strip().removeprefix("|")
    if inside.endswith("|") and not inside.endswith("\\|"):
        inside = inside[:-1]
    return [cell.strip() for cell in _BORDER.split(inside)]


def _repaired(lines: list[str]) -> Iterator[str]:
    at, fence = 0, ""
    while at < len(lines):
        line = lines[at]
        mark = line.lstrip()[:3]
        if fence or mark in ("```", "~~~"):
            fence = _fence_after(line, fence, mark)
        elif _STARTS_ROW.match(line) and len(_BORDER.findall(line)) > _MIN_COLUMNS:
            table, after = _table(lines, at)
            if table:
                yield from ("", *table, "")
                at = after
                continue
        yield line
        at += 1


def _fence_after(line: str, fence: str, mark: str) -> str:
    if not fence:
        return mark
    return "" if line.strip().startswith(fence) and not line.strip().strip(fence[0]) else fence


def _table(lines: list[str], at: int) -> tuple[list[str], int]:
    """The table that begins at a line, and the line behind it; nothing if it is none."""
    head = lines[at]
    columns = len(split_row(head))
    rows = [head]
    following = at + 1
    is_ruled = following < len(lines) and is_rule(lines[following])
    following += is_ruled
    while row := _row(lines, following, columns):
        rows.append(row.text)
        following = row.last + 1
    if len(rows) == 1 and not is_ruled:
        return [], following
    indent = head[: len(head) - len(head.lstrip())]
    cells = [[_FENCE.sub(" ", cell) for cell in split_row(row)] for row in rows]
    table = render_table(cells, is_escaped=True)
    return [indent + line for line in table.split("\n") if table], following


def _row(lines: list[str], at: int, columns: int) -> _Row | None:
    """The row that begins at a line, with the lines its cells continue on."""
    if at >= len(lines) or not _STARTS_ROW.match(lines[at]):
        return None
    parts: list[str] = []
    borders = 0
    for last in range(at, min(at + _MAX_ROW_LINES, len(lines))):
        line = lines[last]
        if parts and _HEADING.match(line):
            break
        parts.append(line)
        borders += len(_BORDER.findall(line))
        if _is_closed(line) and (borders > columns or _row_follows(lines, last)):
            return _Row(text="\n".join(parts), last=last)
    return _Row(text=lines[at], last=at) if _is_closed(lines[at]) else None


def _is_closed(line: str) -> bool:
    stripped = line.rstrip()
    return stripped.endswith("|") and not stripped.endswith("\\|")


def _row_follows(lines: list[str], at: int) -> bool:
    return at + 1 < len(lines) and bool(_STARTS_ROW.match(lines[at + 1]))
