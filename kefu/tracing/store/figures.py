"""Cost and latency, added up from spans; a day is one of UTC."""

from collections.abc import Sequence
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import class_row

from kefu.tracing.records import CallFigures, OperationFigures
from kefu.tracing.store.traces import MODEL_CALL

DAY = "(started_at at time zone 'UTC')::date"
GROUPS = {
    "day": DAY,
    "product": "product",
    "endpoint": "endpoint",
    "prompt_version": "prompt_version",
}
CALLS = """
  currency, count(*)::int as call_count, count(error)::int as failed_count,
  coalesce(sum(input_tokens), 0)::bigint as input_tokens,
  coalesce(sum(output_tokens), 0)::bigint as output_tokens,
  sum(cost_micros)::bigint as cost_micros,
  percentile_cont(0.5) within group (order by duration_us) / 1e6 as p50_seconds,
  percentile_cont(0.95) within group (order by duration_us) / 1e6 as p95_seconds,
  percentile_cont(0.5) within group (order by ttft_ms) as ttft_p50_ms,
  percentile_cont(0.95) within group (order by ttft_ms) as ttft_p95_ms
"""


async def list_call_figures(
    conn: AsyncConnection, *, since: datetime, until: datetime, by: Sequence[str]
) -> Sequence[CallFigures]:
    """Model calls by any of GROUPS and by currency; what is not grouped by is None."""
    chosen = ", ".join(
        f"{GROUPS[name] if name in by else 'null'}{cast} as {alias}"
        for name, alias, cast in (
            ("day", "on_day", "::date"),
            ("product", "product", "::text"),
            ("endpoint", "endpoint", "::text"),
            ("prompt_version", "prompt_version", "::text"),
        )
    )
    cursor = conn.cursor(row_factory=class_row(CallFigures))
    await cursor.execute(
        f"select {chosen}, {CALLS} from spans"
        f" where {MODEL_CALL} and started_at >= %s and started_at < %s"
        " group by 1, 2, 3, 4, currency order by 1, 2, 3, 4, currency".encode(),
        [since, until],
    )
    return await cursor.fetchall()


async def list_operation_figures(
    conn: AsyncConnection, *, since: datetime, until: datetime, by: Sequence[str]
) -> Sequence[OperationFigures]:
    """Whole traces by day, by product, or by both; not by product only those with an outcome.

    An ingestion has none, and would bend every figure of answers.
    """
    day = DAY if "day" in by else "null"
    product = "product" if "product" in by else "null"
    cursor = conn.cursor(row_factory=class_row(OperationFigures))
    await cursor.execute(
        f"select {day}::date as on_day, {product}::text as product, count(*)::int as trace_count,"
        " (count(*) filter (where outcome = 'failed'))::int as failed_count,"
        " (count(*) filter (where outcome = 'abstained'))::int as abstained_count,"
        " percentile_cont(0.5) within group (order by duration_us) / 1e6 as p50_seconds,"
        " percentile_cont(0.95) within group (order by duration_us) / 1e6 as p95_seconds"
        " from spans where parent_id is null and product is not null"
        " and (outcome is not null or %s)"
        " and started_at >= %s and started_at < %s group by 1, 2 order by 1, 2".encode(),
        ["product" in by, since, until],
    )
    return await cursor.fetchall()
