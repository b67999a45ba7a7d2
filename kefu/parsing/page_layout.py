"""Fragments of text with their places on a page, and the order in which they are read."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

_MIN_COLUMN_LINES = 6
_MIN_COLUMN_FILL = 0.5
_MIN_GUTTER = 6.0
_GUTTERS = sorted(range(30, 71), key=lambda percent: abs(percent - 50))
_MAX_CROSSING = 0.35
_OUTLIERS = 0.08


Box = tuple[float, float, float, float]
"""Left, top, right and bottom on a page as it is shown, each 0..1 of its width or height."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A run of letters on one line; coordinates in points from the top left of the page.

    Attributes:
        box: where it is seen, which is elsewhere when the page or its text is turned.
    """

    text: str
    left: float
    top: float
    right: float
    bottom: float
    size: float
    is_bold: bool = False
    box: Box | None = None

    @property
    def middle(self) -> float:
        return (self.top + self.bottom) / 2


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A ruled table as it lies on the page.

    Attributes:
        cells: row, column, height, width and text of each cell.
        fragments: what the cells are made of, as they are read.
    """

    left: float
    top: float
    right: float
    bottom: float
    cells: tuple[tuple[int, int, int, int, str], ...]
    fragments: tuple[Fragment, ...] = ()


@dataclass(slots=True, kw_only=True)
class Page:
    """What stands on a page outside and inside its ruled tables."""

    width: float
    height: float
    fragments: list[Fragment] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """Fragments side by side.

    Attributes:
        column_right: right edge of the column the line stands in.
    """

    fragments: tuple[Fragment, ...]
    column_left: float
    column_right: float

    @property
    def left(self) -> float:
        return self.fragments[0].left

    @property
    def right(self) -> float:
        return max(fragment.right for fragment in self.fragments)

    @property
    def top(self) -> float:
        return min(fragment.top for fragment in self.fragments)

    @property
    def bottom(self) -> float:
        return max(fragment.bottom for fragment in self.fragments)

    @property
    def size(self) -> float:
        longest = max(self.fragments, key=lambda fragment: len(fragment.text))
        return longest.size

    @property
    def is_bold(self) -> bool:
        return all(fragment.is_bold for fragment in self.fragments)

    @property
    def text(self) -> str:
        return " ".join(fragment.text for fragment in self.fragments)


def read_in_order(page: Page) -> list[Line | Table]:
    """Lines and tables as they are read: bands from top to bottom, columns from left to right."""
    ordered: list[Line | Table] = []
    above = float("-inf")
    for table in sorted(page.tables, key=lambda table: table.top):
        band = [each for each in page.fragments if above <= each.middle < table.top]
        ordered.extend(_columns(band))
        ordered.append(table)
        above = table.top
    ordered.extend(_columns([each for each in page.fragments if each.middle >= above]))
    return ordered


def _columns(fragments: list[Fragment]) -> Iterator[Line]:
    """Lines of one or two columns; fragments that cross the gutter part the bands."""
    gutter = _gutter(fragments)
    if gutter is None:
        yield from lines_of(fragments)
        return
    crossing = sorted(
        (each for each in fragments if each.left < gutter - 2 and each.right > gutter + 2),
        key=lambda each: each.top,
    )
    others = [each for each in fragments if each not in crossing]
    above = float("-inf")
    for edge in [*(each.middle for each in crossing), float("inf")]:
        band = [each for each in others if above <= each.middle < edge]
        yield from lines_of([each for each in band if each.left < gutter])
        yield from lines_of([each for each in band if each.left >= gutter])
        yield from lines_of([each for each in crossing if each.middle == edge])
        above = edge


def _gutter(fragments: list[Fragment]) -> float | None:
    """The middle between two columns of running text, if there are two."""
    if len(fragments) < 2 * _MIN_COLUMN_LINES:
        return None
    left = min(each.left for each in fragments)
    right = max(each.right for each in fragments)
    best: tuple[int, float] | None = None
    for percent in _GUTTERS:
        at = left + (right - left) * percent / 100
        crossing = sum(1 for each in fragments if each.left < at < each.right)
        if best is None or crossing < best[0]:
            best = crossing, at
    if best is None or best[0] > _MAX_CROSSING * len(fragments):
        return None
    return _centred(fragments, best[1], left, right)


def _centred(fragments: Sequence[Fragment], at: float, left: float, right: float) -> float | None:
    """The middle of the gutter around a place, if text fills the columns on both its sides."""
    before = [each for each in fragments if each.right <= at]
    behind = [each for each in fragments if each.left >= at]
    if min(len(before), len(behind)) < _MIN_COLUMN_LINES:
        return None
    end = sorted(each.right for each in before)[int(len(before) * (1 - _OUTLIERS))]
    start = sorted(each.left for each in behind)[int(len(behind) * _OUTLIERS)]
    is_filled = _fill(before) >= _MIN_COLUMN_FILL * (end - left) and _fill(
        behind
    ) >= _MIN_COLUMN_FILL * (right - start)
    return at if start - end >= _MIN_GUTTER and is_filled else None


def _fill(fragments: Sequence[Fragment]) -> float:
    widths = sorted(each.right - each.left for each in fragments)
    return widths[len(widths) // 2]


def lines_of(fragments: Sequence[Fragment]) -> Iterator[Line]:
    """Fragments gathered into lines from top to bottom."""
    if not fragments:
        return
    left = min(each.left for each in fragments)
    right = max(each.right for each in fragments)
    current: list[Fragment] = []
    for fragment in sorted(fragments, key=lambda each: (each.middle, each.left)):
        if current and fragment.middle > _line_bottom(current):
            yield _line(current, left, right)
            current = []
        current.append(fragment)
    yield _line(current, left, right)


def _line_bottom(fragments: list[Fragment]) -> float:
    """Below it another line begins."""
    first = fragments[0]
    return first.middle + 0.4 * max(first.bottom - first.top, first.size)


def _line(fragments: list[Fragment], left: float, right: float) -> Line:
    ordered = tuple(sorted(fragments, key=lambda each: each.left))
    return Line(fragments=ordered, column_left=left, column_right=right)
