"""Cutting code where its writer would: between top-level parts and at blank lines."""

import math
import re
from collections.abc import Iterator

from kefu.knowledge.chunking.packing import Budget, Piece, cut_hard, join

_CLOSING = re.compile(
    r"\s*(?:[\])}>;,]+|</[\w:.-]+>|end\w*|fi|done|esac|EOF|\*/|-->|\"{3}|'{3}"
    r"|-----END [A-Z ]+-----)"
    r"[\])};,]*\s*"
)
_SMALLEST_SHARE = 0.5
_REMNANT_SHARE = 0.25
_TORN = 1000.0
"""Cost of a cut inside a line."""


def group_code(
    lines: list[str], *, page: int | None, budget: Budget, head: str, foot: str
) -> Iterator[list[Piece]]:
    """Groups of lines that fit between head and foot, cut where it hurts least.

    What only closes brackets stays with the line before it.
    """
    pieces = list(_pieces(lines, page, budget.lowered(budget.count_inside(head + foot))))
    costs = _costs(pieces)
    room = max(budget.room - budget.count_inside(head + foot), 1)
    left = sum(piece.tokens for piece in pieces)
    at = 0
    while at < len(pieces):
        aim = left / math.ceil(left / room) if left else 0
        end = _best_end(pieces, costs, at, aim=aim, room=room)
        while end > at + 1 and not budget.fits(head + join(pieces[at:end]) + foot):
            end -= 1
        yield pieces[at:end]
        left -= sum(piece.tokens for piece in pieces[at:end])
        at = end


def _pieces(lines: list[str], page: int | None, budget: Budget) -> Iterator[Piece]:
    for unit in _units(lines):
        whole = "\n".join(unit)
        for line in [whole] if len(unit) > 1 and budget.fits(whole) else unit:
            parts = [line] if budget.fits(line) else cut_hard(line, budget)
            for number, part in enumerate(parts):
                tokens = budget.count_inside(part) if part else 0
                yield Piece(text=part, tokens=tokens, page=page, before="" if number else "\n")


def _units(lines: list[str]) -> list[list[str]]:
    """Lines, each with those behind it that only close what it or others opened."""
    units: list[list[str]] = []
    for line in lines:
        if units and _CLOSING.fullmatch(line):
            closing = [line]
            while len(units) > 1 and not "".join(units[-1]).strip():
                closing = units.pop() + closing
            units[-1] += closing
        else:
            units.append([line])
    return units


def _costs(pieces: list[Piece]) -> list[float]:
    """What it costs to begin a group at each piece: deep indentation and torn lines most."""
    indents = [_indent(piece.text) for piece in pieces]
    ranks = {indent: rank for rank, indent in enumerate(sorted(set(indents)))}
    costs = []
    for number, (piece, indent) in enumerate(zip(pieces, indents, strict=True)):
        is_blank = not piece.text.strip()
        is_after_blank = number > 0 and not pieces[number - 1].text.strip()
        bonus = 1.5 if is_after_blank else 0
        costs.append(_TORN if is_blank or not piece.before else ranks[indent] - bonus)
    return costs


def _indent(text: str) -> int:
    return len(text) - len(text.lstrip())


def _best_end(pieces: list[Piece], costs: list[float], at: int, *, aim: float, room: float) -> int:
    """Where the group that begins at a piece ends, of all places that fit."""
    left = sum(piece.tokens for piece in pieces[at:])
    if left <= room:
        return len(pieces)
    best, best_cost, size = at + 1, (math.inf, 0.0), 0
    for end in range(at + 1, len(pieces)):
        size += pieces[end - 1].tokens
        if size > room:
            break
        is_remnant = left - size < _REMNANT_SHARE * aim
        is_small = size < _SMALLEST_SHARE * aim
        cost = (costs[end] + _TORN * (is_small + is_remnant), abs(size - aim))
        if cost <= best_cost:
            best, best_cost = end, cost
    return best
