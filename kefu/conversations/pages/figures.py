"""The page of the desk's figures, and the same as CSV."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import UTC, date, datetime, timedelta
from typing import Annotated, get_args
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from kefu.accounts import require
from kefu.conversations.metric_records import Dimension, Metrics, MetricsReport
from kefu.conversations.metrics import Log, build_report, read_log
from kefu.db import Connection
from kefu.text import translatable as _
from kefu.text import write_csv
from kefu.tracing import Chart, by_day, draw_lines
from kefu.web import OpenResources, render_page

HOME = "/desk/metrics"
DIMENSIONS: tuple[Dimension, ...] = get_args(Dimension)
COLUMNS = [each.name for each in fields(Metrics) if each.name != "hand_over_rates"]

router = APIRouter(dependencies=[Depends(require("desk.manage"))])
Days = Annotated[int, Query(ge=1, le=366)]


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedChart:
    """Two lines over days.

    Attributes:
        title: as in the catalogues; so are the names of the lines.
    """

    title: str
    chart: Chart


@dataclass(frozen=True, slots=True, kw_only=True)
class FiguresPage:
    """The figures of the last days.

    Attributes:
        address: of the same as CSV.
    """

    report: MetricsReport
    days: int
    by: Dimension
    charts: Sequence[NamedChart]
    address: str
    dimensions: Sequence[Dimension] = DIMENSIONS


@router.get(HOME)
async def show_figures(
    request: Request, resources: OpenResources, days: Days = 30, by: Dimension = "day"
) -> Response:
    """First response, handling, resolution, containment, backlog, service level, satisfaction."""
    now = datetime.now(UTC)
    async with resources.database.connection() as conn:
        log = await _read(conn, days, now)
    daily = build_report(log, by="day")
    page = FiguresPage(
        report=build_report(log, by=by),
        days=days,
        by=by,
        charts=_draw(daily, first=daily.since.date(), last=now.date()),
        address=f"{HOME}.csv?" + urlencode({"days": days, "by": by}),
    )
    return render_page(request, "conversations/figures.html", page)


@router.get(f"{HOME}.csv")
async def download_figures(
    resources: OpenResources, days: Days = 30, by: Dimension = "day"
) -> Response:
    """A row a day, queue, person or channel."""
    async with resources.database.connection() as conn:
        report = build_report(await _read(conn, days, datetime.now(UTC)), by=by)
    rows = [[getattr(each, name) for name in COLUMNS] for each in report.groups]
    return Response(
        write_csv(COLUMNS, rows).encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="kefu-desk.csv"'},
    )


async def _read(conn: Connection, days: int, now: datetime) -> Log:
    """From the beginning of the first day on, in UTC."""
    first = (now - timedelta(days=days - 1)).replace(hour=0, minute=0, second=0, microsecond=0)
    return await read_log(conn, since=first, now=now)


def _draw(report: MetricsReport, *, first: date, last: date) -> list[NamedChart]:
    def series(value: Callable[[Metrics], float | None], scale: float) -> dict[date, float]:
        found = by_day(report.groups, day=_day, value=value)
        return {day: each * scale for day, each in found.items() if first <= day <= last}

    def draw(
        title: str, lines: Mapping[str, Callable[[Metrics], float | None]], scale: float
    ) -> NamedChart:
        given = {name: series(value, scale) for name, value in lines.items()}
        return NamedChart(title=title, chart=draw_lines(given, first=first, last=last))

    return [
        draw(
            _("Conversations by day"),
            {
                _("begun"): lambda each: each.started_count,
                _("handed over"): lambda each: each.handed_over_count,
            },
            1,
        ),
        draw(
            _("Minutes until the first reply, by day"),
            {
                _("half within"): lambda each: each.first_response_median_seconds,
                _("nine of ten within"): lambda each: each.first_response_p90_seconds,
            },
            1 / 60,
        ),
        draw(
            _("Per cent by day"),
            {
                _("contained"): lambda each: each.containment,
                _("first replies in time"): lambda each: each.service_level,
            },
            100,
        ),
    ]


def _day(metrics: Metrics) -> date | None:
    return None if metrics.group is None else date.fromisoformat(metrics.group)
