"""Pages of traces and costs, and the figures that Prometheus reads."""

import asyncio
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Annotated, Literal
from urllib.parse import urlencode

from fastapi import APIRouter, Depends, Query, Request, Response

from kefu.accounts import require
from kefu.errors import BadInput
from kefu.tracing.costs import build_costs, export_costs
from kefu.tracing.metrics import render_metrics
from kefu.tracing.records import TraceFilter, TraceSummary
from kefu.tracing.shown import TracesPage, show_trace
from kefu.tracing.store.traces import list_values
from kefu.tracing.traces import get_trace, list_traces, parse_trace_id
from kefu.web import OpenResources, read_day, render_page

SHOWN_TRACES = 50
CHOICES_OF_DAYS = 30
METRICS_TYPE = "text/plain; version=0.0.4; charset=utf-8"
PATH = "/admin/traces"

router = APIRouter(include_in_schema=False)

Word = Annotated[str, Query(max_length=200)]
Days = Annotated[int, Query(ge=1, le=366)]
By = Literal["day", "product", "endpoint", "prompt_version"]


@router.get(PATH, dependencies=[Depends(require("traces.read"))])
async def show_traces(  # noqa: PLR0913 - one parameter a filter
    request: Request,
    resources: OpenResources,
    product: Word = "",
    outcome: Word = "",
    endpoint: Word = "",
    rating: Literal["", "up", "down"] = "",
    errors: Literal["", "1"] = "",
    slow: Word = "",
    since: Word = "",
    until: Word = "",
    before: Word = "",
) -> Response:
    """Traces that pass the filters, the latest first; `until` is the last day that counts."""
    last = read_day(until)
    wanted = TraceFilter(
        since=read_day(since),
        until=None if last is None else last + timedelta(days=1),
        product=product or None,
        outcome=outcome or None,
        endpoint=endpoint or None,
        has_error=bool(errors),
        min_seconds=_read_seconds(slow),
        rating=rating or None,
        before=_read_moment(before),
    )
    async with resources.database.connection() as conn:
        traces = await list_traces(conn, wanted, limit=SHOWN_TRACES + 1)
        recently = datetime.now(UTC) - timedelta(days=CHOICES_OF_DAYS)
        choices = await list_values(conn, since=recently)
    given = {
        "product": product,
        "outcome": outcome,
        "endpoint": endpoint,
        "rating": rating,
        "errors": errors,
        "slow": slow,
        "since": since,
        "until": until,
    }
    page = TracesPage(
        traces=traces[:SHOWN_TRACES], choices=choices, given=given, older=_older(traces, given)
    )
    return render_page(request, "tracing/traces.html", page)


@router.get(PATH + "/{trace_id}", dependencies=[Depends(require("traces.read"))])
async def show_one_trace(request: Request, trace_id: str, resources: OpenResources) -> Response:
    """One trace as a waterfall, with what went in and came out of each step."""
    async with resources.database.connection() as conn:
        trace = await get_trace(conn, parse_trace_id(trace_id))
    return render_page(request, "tracing/trace.html", show_trace(trace))


@router.get("/admin/costs", dependencies=[Depends(require("costs.read"))])
async def show_costs(
    request: Request, resources: OpenResources, days: Days = 30, by: By = "endpoint"
) -> Response:
    """What model calls cost and how long answers took."""
    async with resources.database.connection() as conn:
        page = await build_costs(conn, days=days, by=by)
    return render_page(request, "tracing/costs.html", page)


@router.get("/admin/costs.csv", dependencies=[Depends(require("costs.read"))])
async def download_costs(resources: OpenResources, days: Days = 30) -> Response:
    """The same by day, product, endpoint, prompt version and currency."""
    async with resources.database.connection() as conn:
        text = await export_costs(conn, days=days)
    return Response(
        text.encode("utf-8-sig"),
        media_type="text/csv; charset=utf-8",
        headers={"Content-Disposition": 'attachment; filename="kefu-costs.csv"'},
    )


@router.get("/metrics", dependencies=[Depends(require("metrics.read"))])
async def show_metrics(request: Request) -> Response:
    """Counters in Prometheus' text format, of all processes that serve together."""
    folder: Path | None = request.app.state.metrics_folder
    text = await asyncio.to_thread(render_metrics, folder)
    return Response(text, media_type=METRICS_TYPE)


def _older(traces: Sequence[TraceSummary], given: Mapping[str, str]) -> str:
    if len(traces) <= SHOWN_TRACES:
        return ""
    kept = {name: value for name, value in given.items() if value}
    before = traces[SHOWN_TRACES - 1].started_at.isoformat()
    return f"{PATH}?{urlencode(kept | {'before': before})}"


def _read_moment(text: str) -> datetime | None:
    try:
        moment = datetime.fromisoformat(text) if text else None
    except ValueError as error:
        raise BadInput("%(text)r is no moment.", text=text[:40]) from error
    if moment is not None and moment.tzinfo is None:
        raise BadInput("The moment needs its offset from UTC.")
    return moment


def _read_seconds(text: str) -> float | None:
    if not text:
        return None
    try:
        seconds = float(text)
    except ValueError as error:
        raise BadInput("%(text)r is no number of seconds.", text=text[:20]) from error
    if not 0 <= seconds <= 1e6:
        raise BadInput("The seconds lie between 0 and 1,000,000.")
    return seconds
