"""Repairing pipe tables whose cells run over several lines or whose head is not ruled off."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from kefu.parsing.grid import fill_down, render_table

_STARTS_ROW = re.compile(r"[ \t]*\|")
_BORDER = re.compile(r"(?<!\\)\|")
_RULE = re.compile(r"[ \t]*\|?[ \t]*:?-+:?[ \t]*(?:\|[ \t]*:?-+:?[ \t]*)*\|?[ \t]*$")
_LONG_RULE = re.compile(r"-{3}")
_HEADING = re.compile(r"#{1,6}\s")
_FENCE = re.compile(r"^\s*```.*$", re.MULTILINE)
_FENCED = re.compile(r"```.*?(?:```|\Z)", re.DOTALL)
_MAX_ROW_LINES = 200
_MAX_HEAD_LINES = 60
_MAX_TAIL = 20
"""Lines on which a row that could have ended may go on."""

_MIN_COLUMNS = 2


@dataclass(frozen=True, slots=True)
class _Row:
    """A row on one line or several; borders of code inside it are escaped."""

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
        elif _STARTS_ROW.match(line):
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
    head = _head(lines, at)
    if not head:
        return [], at
    rows = [head.text]
    columns = len(split_row(head.text))
    following = head.last + 1
    is_ruled = following < len(lines) and is_rule(lines[following])
    following += is_ruled
    while row := _row(lines, following, columns):
        rows.append(row.text)
        following = row.last + 1
    if len(rows) == 1 and not is_ruled:
        return [], following
    first = lines[at]
    indent = first[: len(first) - len(first.lstrip())]
    cells = [[_FENCE.sub(" ", cell) for cell in split_row(row)] for row in _with_one_head(rows)]
    table = render_table(fill_down(cells), is_escaped=True)
    return [indent + line for line in table.split("\n") if table], following


def _head(lines: list[str], at: int) -> _Row | None:
    """The head that begins at a line: what stands above the rule, else that line."""
    if is_rule(lines[at]):
        follows = at + 1 < len(lines) and _STARTS_ROW.match(lines[at + 1])
        return _head(lines, at + 1) if follows and not is_rule(lines[at + 1]) else None
    borders = 0
    for last in range(at, min(at + _MAX_HEAD_LINES, len(lines) - 1)):
        line, below = lines[last], lines[last + 1]
        if _HEADING.match(line) or "```" in line:
            break
        borders += len(_BORDER.findall(line))
        if is_rule(below) and _STARTS_ROW.match(below) and _is_closed(line):
            if last > at and borders != len(split_row(below)) + 1:
                break
            is_table = last > at or borders > _MIN_COLUMNS
            return _Row(text="\n".join(lines[at : last + 1]), last=last) if is_table else None
    return _Row(text=lines[at], last=at) if len(_BORDER.findall(lines[at])) > _MIN_COLUMNS else None


def _with_one_head(rows: list[str]) -> list[str]:
    """The rows without further rules; a row between two rules is a second line of the head."""
    head, *body = rows
    first, _, second = head.partition("\n")
    if body and _is_second_rule(body[0]) and second and _is_closed(first):
        head, body = first, [second, *body]
    if len(body) > 1 and _is_second_rule(body[1]) and not _is_second_rule(body[0]):
        width = max((len(split_row(row)) for row in body[2:]), default=0)
        names = _names(split_row(head), split_row(body[0]), width)
        head, body = f"| {' | '.join(names)} |", body[2:]
    return [head, *(row for row in body if not _is_second_rule(row))]


def _names(above: list[str], below: list[str], width: int) -> list[str]:
    """One name a column: the last cell above spans what is missing there, those below are last."""
    width = max(width, len(above), len(below))
    upper = above + above[-1:] * (width - len(above))
    lower = [""] * (width - len(below)) + below
    return [
        name if name == part else f"{name} {part}".strip()
        for name, part in zip(upper, lower, strict=True)
    ]


def _is_second_rule(row: str) -> bool:
    """Whether the row is a rule, and not one of dashes that say that there is nothing."""
    return is_rule(row) and bool(_LONG_RULE.search(row))


def _row(lines: list[str], at: int, columns: int) -> _Row | None:
    """The row that begins at a line, with the lines its cells continue on."""
    if at >= len(lines) or not _STARTS_ROW.match(lines[at]):
        return None
    short = None
    for last, borders in _closings(lines, at):
        if short is not None and (borders > columns + 1 or last > short + _MAX_TAIL):
            break
        if borders > columns or (short is None and _row_follows(lines, last)):
            return _joined(lines, at, last)
        if short is None and _table_may_end(lines, last):
            short = last
    if short is not None:
        return _joined(lines, at, short)
    return _Row(text=lines[at], last=at) if _is_closed(lines[at]) else None


def _closings(lines: list[str], at: int) -> Iterator[tuple[int, int]]:
    """The lines with which the row that begins at a line may end, and the borders up to there."""
    borders, in_code = 0, False
    for last in range(at, min(at + _MAX_ROW_LINES, len(lines))):
        line = lines[last]
        if last > at and not in_code and (_HEADING.match(line) or _is_second_rule(line)):
            break
        plain = _outside_code(line, in_code=in_code)
        in_code ^= line.count("```") % 2 == 1
        borders += len(_BORDER.findall(plain))
        if not in_code and _is_closed(plain):
            yield last, borders


def _joined(lines: list[str], at: int, last: int) -> _Row:
    return _Row(text=_FENCED.sub(_escape_borders, "\n".join(lines[at : last + 1])), last=last)


def _outside_code(line: str, *, in_code: bool) -> str:
    """What of a line stands outside fences, with ends that say whether it is closed."""
    return "".join(line.split("```")[in_code::2])


def _escape_borders(code: re.Match[str]) -> str:
    return _BORDER.sub(r"\\|", code[0])


def _is_closed(line: str) -> bool:
    stripped = line.rstrip()
    return stripped.endswith("|") and not stripped.endswith("\\|")


def _row_follows(lines: list[str], at: int) -> bool:
    return at + 1 < len(lines) and bool(_STARTS_ROW.match(lines[at + 1]))


def _table_may_end(lines: list[str], at: int) -> bool:
    """Whether a blank line follows, and behind it no row."""
    if at + 1 < len(lines) and lines[at + 1].strip():
        return False
    below = next((line for line in lines[at + 1 :] if line.strip()), "")
    return not _STARTS_ROW.match(below)
