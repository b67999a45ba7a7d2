"""Charts as SVG: every day of a stretch has its place, whether anything happened on it or not."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TypeVar

WIDTH = 480
HEIGHT = 150
TICK_COUNT = 5
ROUND = (1.0, 2.0, 2.5, 5.0, 10.0)

Row = TypeVar("Row")


@dataclass(frozen=True, slots=True, kw_only=True)
class Bar:
    """A day's value as a rectangle, with what it is in words."""

    day: date
    x: float
    y: float
    width: float
    height: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """A series: its points as SVG wants them; days without a value leave gaps.

    Attributes:
        runs: points of days that follow each other.
        points: each with its day and value.
    """

    name: str
    runs: Sequence[str]
    points: Sequence[Bar]


@dataclass(frozen=True, slots=True, kw_only=True)
class Tick:
    """A line across, with its value."""

    y: float
    value: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Chart:
    """Bars or lines over days, in a box of WIDTH by HEIGHT."""

    first: date
    last: date
    ticks: Sequence[Tick]
    bars: Sequence[Bar] = ()
    lines: Sequence[Line] = ()


def list_days(first: date, last: date) -> list[date]:
    """Both ends included."""
    return [first + timedelta(days=number) for number in range((last - first).days + 1)]


def draw_bars(values: dict[date, float], *, first: date, last: date) -> Chart:
    """A bar for every day that has a value."""
    top = _round_up(max(values.values(), default=0.0))
    return Chart(
        first=first,
        last=last,
        ticks=_ticks(top),
        bars=[_place(day, values[day], first, last, top) for day in sorted(values)],
    )


def draw_lines(series: dict[str, dict[date, float]], *, first: date, last: date) -> Chart:
    """A line for every series."""
    top = _round_up(max((max(each.values(), default=0.0) for each in series.values()), default=0.0))
    lines = []
    for name, values in series.items():
        points = [_place(day, values[day], first, last, top) for day in sorted(values)]
        lines.append(Line(name=name, runs=_runs(points), points=points))
    return Chart(first=first, last=last, ticks=_ticks(top), lines=lines)


def by_day(
    rows: Sequence[Row], *, day: Callable[[Row], date | None], value: Callable[[Row], float | None]
) -> dict[date, float]:
    """The values of rows by their days; rows without either are left out."""
    found = {day(row): value(row) for row in rows}
    return {at: number for at, number in found.items() if at is not None and number is not None}


def _place(day: date, value: float, first: date, last: date, top: float) -> Bar:
    step = WIDTH / ((last - first).days + 1)
    height = round(value / top * HEIGHT, 2)
    return Bar(
        day=day,
        x=round((day - first).days * step + step * 0.15, 2),
        y=round(HEIGHT - height, 2),
        width=round(step * 0.7, 2),
        height=height,
        value=value,
    )


def _runs(points: Sequence[Bar]) -> list[str]:
    runs: list[list[str]] = []
    before: date | None = None
    for point in points:
        if before is None or point.day - before > timedelta(days=1):
            runs.append([])
        runs[-1].append(f"{round(point.x + point.width / 2, 2)},{point.y}")
        before = point.day
    return [" ".join(run) for run in runs]


def _ticks(top: float) -> list[Tick]:
    return [
        Tick(y=round(HEIGHT - HEIGHT * number / TICK_COUNT, 2), value=top * number / TICK_COUNT)
        for number in range(TICK_COUNT + 1)
    ]


def _round_up(value: float) -> float:
    """The next number that reads well: 1, 2, 2.5 or 5 times a power of ten."""
    if value <= 0:
        return 1.0
    power = 1.0
    while power > value:
        power /= 10
    while power * 10 < value:
        power *= 10
    return next(factor * power for factor in ROUND if factor * power >= value)
