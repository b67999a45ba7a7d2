"""Cost and latency of the last days, as a page and as CSV."""

from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, date, datetime, time, timedelta
from urllib.parse import urlencode

from kefu.db import Connection
from kefu.text import write_csv
from kefu.tracing.charts import Chart, by_day, draw_bars, draw_lines
from kefu.tracing.records import CallFigures, OperationFigures
from kefu.tracing.shown import MICROS, CostsPage, CurrencyChart
from kefu.tracing.store.figures import GROUPS, list_call_figures, list_operation_figures


def stretch(days: int, *, today: date | None = None) -> tuple[datetime, datetime]:
    """From the beginning of the first day to the end of today, in UTC."""
    last = (today or datetime.now(UTC).date()) + timedelta(days=1)
    return (
        datetime.combine(last - timedelta(days=days), time(), UTC),
        datetime.combine(last, time(), UTC),
    )


async def build_costs(conn: Connection, *, days: int, by: str) -> CostsPage:
    """Figures of the last days, model calls grouped by one of GROUPS."""
    since, until = stretch(days)
    daily = await list_call_figures(conn, since=since, until=until, by=["day"])
    answers = await list_operation_figures(conn, since=since, until=until, by=["day"])
    totals = await list_operation_figures(conn, since=since, until=until, by=[])
    first, last = since.date(), (until - timedelta(days=1)).date()
    return CostsPage(
        first=first,
        last=last,
        days=days,
        by=by,
        calls=await list_call_figures(conn, since=since, until=until, by=[by]),
        operations=await list_operation_figures(conn, since=since, until=until, by=["product"]),
        total=totals[0] if totals else None,
        call_count=sum(each.call_count for each in daily),
        token_count=sum(each.input_tokens + each.output_tokens for each in daily),
        costs=_draw_costs(daily, first=first, last=last),
        latency=_draw_latency(answers, first=first, last=last) if answers else None,
        address="/admin/costs.csv?" + urlencode({"days": days}),
    )


async def export_costs(conn: Connection, *, days: int) -> str:
    """Model calls by day, product, endpoint, prompt version and currency, as CSV."""
    since, until = stretch(days)
    rows = await list_call_figures(conn, since=since, until=until, by=list(GROUPS))
    names = [field.name for field in fields(CallFigures)]
    return write_csv(names, [asdict(row).values() for row in rows])


def _draw_costs(daily: Sequence[CallFigures], *, first: date, last: date) -> list[CurrencyChart]:
    charts = []
    for currency in sorted({each.currency or "" for each in daily if each.cost_micros is not None}):
        rows = [each for each in daily if (each.currency or "") == currency]
        values = by_day(
            rows,
            day=lambda row: row.on_day,
            value=lambda row: None if row.cost_micros is None else row.cost_micros / MICROS,
        )
        chart = draw_bars(values, first=first, last=last)
        charts.append(CurrencyChart(currency=currency, total=sum(values.values()), chart=chart))
    return charts


def _draw_latency(answers: Sequence[OperationFigures], *, first: date, last: date) -> Chart:
    median = by_day(answers, day=lambda row: row.on_day, value=lambda row: row.p50_seconds)
    slowest = by_day(answers, day=lambda row: row.on_day, value=lambda row: row.p95_seconds)
    return draw_lines({"p50": median, "p95": slowest}, first=first, last=last)
