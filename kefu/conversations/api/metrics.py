"""The desk's figures, for those who manage it."""

from datetime import UTC, datetime, timedelta
from typing import Annotated

from fastapi import APIRouter, Query

from kefu.conversations.api.bodies import Manager
from kefu.conversations.metric_records import Dimension, MetricsReport
from kefu.conversations.metrics import read_metrics
from kefu.web import OpenResources, list_problems

router = APIRouter(tags=["desk"], prefix="/api/desk")


@router.get("/metrics", responses=list_problems(400))
async def show_metrics(
    resources: OpenResources,
    _: Manager,
    days: Annotated[int, Query(ge=1, le=366, description="Of the last days.")] = 30,
    by: Dimension | None = None,
    repeat_days: Annotated[
        int, Query(ge=1, le=90, description="Coming again within so many days is a repeat.")
    ] = 7,
) -> MetricsReport:
    """First response, handling, resolution, containment, backlog, service level, satisfaction."""
    now = datetime.now(UTC)
    async with resources.database.connection() as conn:
        return await read_metrics(
            conn, since=now - timedelta(days=days), by=by, repeat_days=repeat_days, now=now
        )
