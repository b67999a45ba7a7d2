"""What changed between two texts, line by line."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher
from enum import StrEnum

CONTEXT_LINES = 3


class Change(StrEnum):
    """What happened to a line; a gap stands for lines that are the same."""

    SAME = "same"
    ADDED = "added"
    REMOVED = "removed"
    GAP = "gap"


@dataclass(frozen=True, slots=True, kw_only=True)
class DiffLine:
    """A line of either text.

    Attributes:
        left: its number in the first text, from 1.
        right: its number in the second text.
    """

    change: Change
    text: str
    left: int | None = None
    right: int | None = None


GAP = DiffLine(change=Change.GAP, text="")


def list_differences(left: str, right: str) -> list[DiffLine]:
    """The lines that differ with a few around them, nothing when both are the same."""
    before, after = left.splitlines(), right.splitlines()
    matcher = SequenceMatcher(None, before, after, autojunk=False)
    lines: list[DiffLine] = []
    for group in matcher.get_grouped_opcodes(CONTEXT_LINES):
        lines += [GAP] if lines else []
        for _, first, end, other_first, other_end in group:
            is_same = before[first:end] == after[other_first:other_end]
            if is_same:
                lines += _same(before[first:end], first, other_first)
            else:
                lines += _one_side(before[first:end], first, Change.REMOVED)
                lines += _one_side(after[other_first:other_end], other_first, Change.ADDED)
    return lines


def _same(texts: Sequence[str], first: int, other_first: int) -> Iterator[DiffLine]:
    for offset, text in enumerate(texts, 1):
        yield DiffLine(
            change=Change.SAME, text=text, left=first + offset, right=other_first + offset
        )


def _one_side(texts: Sequence[str], first: int, change: Change) -> Iterator[DiffLine]:
    for number, text in enumerate(texts, first + 1):
        is_left = change is Change.REMOVED
        yield DiffLine(
            change=change,
            text=text,
            left=number if is_left else None,
            right=None if is_left else number,
        )
