"""Read traces: lists of them, and what belongs to one."""

from collections.abc import Sequence
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row, dict_row

from kefu.tracing.records import Feedback, TraceFilter, TraceSummary
from kefu.tracing.store.feedback import FEEDBACK, NUMBERS

MODEL_CALL = (
    "operation in ('chat', 'text_completion', 'generate_content', 'embeddings', 'rerank',"
    " 'transcription')"
)
SUMMARY = f"""
select r.trace_id, r.name, r.started_at, r.duration_us, r.product, r.outcome,
  r.attributes->>'kefu.input' as question, s.error, s.endpoints, s.input_tokens, s.output_tokens,
  s.cost_micros, s.currency, s.span_count,
  (select case f.rating when 1 then 'up' else 'down' end
   from messages m join feedback f on f.message_id = m.id
   where m.trace_id = r.trace_id limit 1) as rating
from r cross join lateral (
  select count(*) as span_count,
    (array_agg(error order by started_at) filter (where error is not null))[1] as error,
    coalesce(array_agg(distinct endpoint) filter (where endpoint is not null), '{{}}') as endpoints,
    coalesce(sum(input_tokens) filter (where {MODEL_CALL}), 0)::int as input_tokens,
    coalesce(sum(output_tokens) filter (where {MODEL_CALL}), 0)::int as output_tokens,
    (sum(cost_micros) filter (where {MODEL_CALL}))::bigint as cost_micros,
    max(currency) as currency
  from spans where trace_id = r.trace_id and started_at >= r.started_at - interval '1 minute'
    and started_at <= r.started_at + r.duration_us * interval '1 microsecond' + interval '1 minute'
) s order by r.started_at desc
"""
IN_TRACE = "exists (select from spans s where s.trace_id = spans.trace_id and {})"


async def list_summaries(
    conn: AsyncConnection, wanted: TraceFilter, *, limit: int
) -> Sequence[TraceSummary]:
    """Traces that pass the filter, the latest first."""
    conditions, values = _conditions(wanted)
    cursor = conn.cursor(row_factory=class_row(TraceSummary))
    await cursor.execute(
        f"with r as (select * from spans where parent_id is null and {' and '.join(conditions)}"
        f" order by started_at desc limit %(limit)s) {SUMMARY}".encode(),
        {**values, "limit": limit},
    )
    return await cursor.fetchall()


async def find_summary(conn: AsyncConnection, trace_id: UUID) -> TraceSummary | None:
    """One trace; its first span stands for it while the whole has not ended."""
    cursor = conn.cursor(row_factory=class_row(TraceSummary))
    await cursor.execute(
        "with r as (select * from spans where trace_id = %s"
        f" order by parent_id nulls first, started_at limit 1) {SUMMARY}".encode(),
        [trace_id],
    )
    return await cursor.fetchone()


async def find_answer_of(
    conn: AsyncConnection, trace_id: UUID
) -> tuple[UUID, UUID, Feedback | None] | None:
    """Conversation and message that a trace led to, with the feedback on it."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(
        "select id, conversation_id from messages where trace_id = %s limit 1", [trace_id]
    )
    message = await cursor.fetchone()
    if message is None:
        return None
    given = conn.cursor(row_factory=class_row(Feedback))
    await given.execute(f"select {FEEDBACK} from feedback where message_id = %s", [message["id"]])
    return message["conversation_id"], message["id"], await given.fetchone()


async def list_values(conn: AsyncConnection, *, since: datetime) -> dict[str, list[str]]:
    """The products, outcomes and endpoints that occur, to choose from."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(
        "select array_agg(distinct product order by product)"
        "   filter (where product is not null and parent_id is null) as products,"
        " array_agg(distinct outcome order by outcome)"
        "   filter (where outcome is not null and parent_id is null) as outcomes,"
        " array_agg(distinct endpoint order by endpoint)"
        "   filter (where endpoint is not null) as endpoints"
        " from spans where started_at >= %s and (parent_id is null or operation is not null)",
        [since],
    )
    row = await cursor.fetchone()
    assert row is not None
    return {name: values or [] for name, values in row.items()}


def _conditions(wanted: TraceFilter) -> tuple[list[str], dict[str, object]]:
    tests: dict[str, tuple[str, object]] = {
        "since": ("started_at >= %(since)s", wanted.since),
        "until": ("started_at < %(until)s", wanted.until),
        "before": ("started_at < %(before)s", wanted.before),
        "product": ("product = %(product)s", wanted.product),
        "outcome": ("outcome = %(outcome)s", wanted.outcome),
        "seconds": ("duration_us >= %(seconds)s * 1000000", wanted.min_seconds),
        "endpoint": (IN_TRACE.format("s.endpoint = %(endpoint)s"), wanted.endpoint),
        "error": (IN_TRACE.format("s.error is not null"), wanted.has_error or None),
        "rating": (
            "exists (select from messages m join feedback f on f.message_id = m.id"
            " where m.trace_id = spans.trace_id and f.rating = %(rating)s)",
            NUMBERS[wanted.rating] if wanted.rating else None,
        ),
    }
    used = {name: test for name, test in tests.items() if test[1] is not None}
    conditions = [condition for condition, _ in used.values()]
    return ["true", *conditions], {name: value for name, (_, value) in used.items()}
