"""Every SQL statement of watching: figures and grades of live answers, alerts, their delivery."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from datetime import datetime
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import DictRow, class_row, dict_row, scalar_row
from psycopg.types.json import Jsonb

from kefu.evaluation import Grade
from kefu.releases import Trial
from kefu.rollout.records import (
    Alert,
    ArmConversation,
    DayGrades,
    GradedAnswer,
    GradeFigures,
    HourFigures,
    LiveAnswer,
    Question,
    Reaction,
    Reading,
    WindowFigures,
)

WATCH_LOCK = 0x4B57  # one process watches; the second key is what
EVALUATION_LOCK = 0x4B58  # one process evaluates a release; the second key is its number
ANSWERS, KNOWLEDGE = 1, 2
FIGURES = """
with answers as (
  select m.answer->>'outcome' as outcome, m.answer->>'mode' as mode, f.rating,
    (m.answer->'timings'->>'total')::float as seconds,
    (select sum(s.cost_micros)::float from spans s where s.trace_id = m.trace_id
      and s.started_at between m.created_at - interval '10 minutes' and m.created_at) as cost
  from messages m left join feedback f on f.message_id = m.id
  where m.release_id = %(release_id)s and m.created_at >= %(since)s and m.created_at < %(until)s)
select count(*)::int as answer_count,
  (count(*) filter (where outcome = 'abstained'))::int as abstained_count,
  (count(*) filter (where outcome = 'answered' and mode = 'extractive'))::int as extracted_count,
  count(rating)::int as rated_count,
  (count(*) filter (where rating < 0))::int as disliked_count,
  (count(*) filter (where seconds > %(slow)s))::int as slow_count,
  percentile_cont(0.5) within group (order by seconds) as p50_seconds,
  percentile_cont(0.95) within group (order by seconds) as p95_seconds,
  count(cost)::int as costed_count,
  coalesce(sum(cost), 0) as cost_sum, coalesce(sum(cost * cost), 0) as cost_square_sum,
  (select count(*)::int from spans where parent_id is null and name = 'turn'
    and outcome = 'failed' and started_at >= %(since)s and started_at < %(until)s
    and (attributes->>'kefu.release')::int = %(release_id)s) as failed_count
from answers
"""
MOST_IN_HOURS = 5_000
HOURS = """
with answers as (
  select m.created_at, m.answer->>'outcome' as outcome, f.rating, g.message_id as graded,
    exists (select from jsonb_each(g.grades) each where each.key = any(%(evaluators)s)
      and (each.value->>'value')::float < 1) as is_flawed,
    (m.answer->'timings'->>'total')::float as seconds,
    (select sum(s.cost_micros)::float from spans s where s.trace_id = m.trace_id
      and s.started_at between m.created_at - interval '10 minutes' and m.created_at) as cost
  from messages m left join feedback f on f.message_id = m.id
  left join live_grades g on g.message_id = m.id
  where m.release_id = any(%(releases)s) and m.created_at >= %(since)s and m.created_at < %(until)s
  order by case when %(is_drawn)s then md5(m.id::text) end, m.created_at desc limit %(most)s),
usual as (select
    coalesce(%(slow)s::float, percentile_cont(0.9) within group (order by seconds)) as slow_seconds,
    coalesce(%(dear)s::float, percentile_cont(0.9) within group (order by cost)) as dear_cost
  from answers)
select date_trunc('hour', created_at) as begin, count(*)::int as answer_count,
  (count(*) filter (where outcome = 'abstained'))::int as abstained_count,
  count(rating)::int as rated_count,
  (count(*) filter (where rating < 0))::int as disliked_count,
  count(graded)::int as graded_count, (count(*) filter (where is_flawed))::int as flawed_count,
  (count(*) filter (where seconds > slow_seconds))::int as slow_count,
  count(cost)::int as costed_count, (count(*) filter (where cost > dear_cost))::int as dear_count,
  slow_seconds, dear_cost
from answers, usual group by 1, slow_seconds, dear_cost order by 1
"""
ASKED = (
    "(select q.text from messages q where q.conversation_id = m.conversation_id"
    " and q.position < m.position and q.role = 'customer' order by q.position desc limit 1)"
)
DRAWN = "('x' || left(md5(m.id::text || 'graded'), 8))::bit(32)::bigint < %(share)s * 4294967296"
ALERT = (
    "select a.id, a.monitor, a.release_id, a.value, a.threshold, a.sample_count, a.detail,"
    " a.reaction, a.raised_at, a.cleared_at, d.delivered_at,"
    " coalesce(d.attempt_count, 0) as attempt_count, coalesce(d.problem, '') as problem"
    " from monitor_alerts a left join alert_deliveries d on d.alert_id = a.id"
)


@asynccontextmanager
async def only_one(
    conn: AsyncConnection, what: int = ANSWERS, *, lock: int = WATCH_LOCK
) -> AsyncIterator[bool]:
    """Hold the right to do this; False: another process has it. A killed process frees it."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute("select pg_try_advisory_lock(%s, %s)", [lock, what])
    is_ours = bool(await cursor.fetchone())
    try:
        yield is_ours
    finally:
        if is_ours:
            await conn.execute("select pg_advisory_unlock(%s, %s)", [lock, what])


async def read_figures(
    conn: AsyncConnection, release_id: int, *, since: datetime, until: datetime, slow: float
) -> WindowFigures:
    """Answers of a release from one moment to another."""
    cursor = conn.cursor(row_factory=class_row(WindowFigures))
    await cursor.execute(
        FIGURES, {"release_id": release_id, "since": since, "until": until, "slow": slow}
    )
    figures = await cursor.fetchone()
    assert figures is not None
    return figures


async def list_hours(
    conn: AsyncConnection,
    release_ids: Sequence[int],
    *,
    since: datetime,
    until: datetime,
    evaluators: Sequence[str],
    usual: HourFigures | None = None,
) -> Sequence[HourFigures]:
    """A bounded number of the answers of these releases, by hours that have any.

    The latest, and slow and dear is what it was usually. Without the usual they are drawn by
    their ids, and slow and dear is what lies above nine of ten of them.
    """
    cursor = conn.cursor(row_factory=class_row(HourFigures))
    await cursor.execute(
        HOURS,
        {
            "releases": list(release_ids),
            "since": since,
            "until": until,
            "evaluators": list(evaluators),
            "most": MOST_IN_HOURS,
            "is_drawn": usual is None,
            "slow": usual and usual.slow_seconds,
            "dear": usual and usual.dear_cost,
        },
    )
    return await cursor.fetchall()


async def list_questions(
    conn: AsyncConnection, *, since: datetime, until: datetime, limit: int
) -> Sequence[Question]:
    """What customers asked, a part of it drawn by the ids when there is more."""
    cursor = conn.cursor(row_factory=class_row(Question))
    await cursor.execute(
        "select m.id as message_id, m.text, v.vector from messages m"
        " left join question_vectors v on v.message_id = m.id"
        " where m.role = 'customer' and m.created_at >= %s and m.created_at < %s"
        " order by md5(m.id::text) limit %s",
        [since, until, limit],
    )
    return await cursor.fetchall()


async def insert_vectors(
    conn: AsyncConnection, embedder: str, vectors: Mapping[UUID, Sequence[float]]
) -> None:
    """Keep the vectors of questions, so that each is made once."""
    for message_id, vector in vectors.items():
        await conn.execute(
            "insert into question_vectors (message_id, embedder, vector) values (%s, %s, %s)"
            " on conflict (message_id) do update"
            " set embedder = excluded.embedder, vector = excluded.vector",
            [message_id, embedder, list(vector)],
        )


async def list_ungraded(
    conn: AsyncConnection,
    release_ids: Sequence[int],
    *,
    since: datetime,
    share: float,
    limit: int,
) -> Sequence[LiveAnswer]:
    """Drawn answers of these releases that have no grades, the earliest first."""
    cursor = conn.cursor(row_factory=class_row(LiveAnswer))
    await cursor.execute(
        f"select m.id as message_id, m.release_id, {ASKED} as question, m.answer,"
        "  m.created_at as answered_at from messages m"
        " where m.release_id = any(%(releases)s) and m.created_at >= %(since)s"
        f" and {DRAWN} and {ASKED} is not null"
        " and not exists (select from live_grades g where g.message_id = m.id)"
        " order by m.created_at limit %(limit)s",
        {"releases": list(release_ids), "since": since, "share": share, "limit": limit},
    )
    return await cursor.fetchall()


async def insert_grades(
    conn: AsyncConnection, answer: LiveAnswer, grades: Mapping[str, Grade]
) -> None:
    """Keep the grades of a live answer; one that was deleted meanwhile has none."""
    await conn.execute(
        "insert into live_grades (message_id, release_id, answered_at, grades)"
        " select id, %s, %s, %s from messages where id = %s on conflict do nothing",
        [
            answer.release_id,
            answer.answered_at,
            Jsonb({name: asdict(each) for name, each in grades.items()}),
            answer.message_id,
        ],
    )


async def read_grade_figures(
    conn: AsyncConnection, release_id: int, *, since: datetime, until: datetime
) -> Sequence[GradeFigures]:
    """What the evaluators say of the graded answers of a release."""
    cursor = conn.cursor(row_factory=class_row(GradeFigures))
    await cursor.execute(
        "select each.key as evaluator, count(*)::int as graded_count,"
        " sum((each.value->>'value')::float) as value_sum"
        " from live_grades, jsonb_each(grades) each"
        " where release_id = %s and answered_at >= %s and answered_at < %s group by each.key",
        [release_id, since, until],
    )
    return await cursor.fetchall()


async def list_day_grades(conn: AsyncConnection, *, since: datetime) -> Sequence[DayGrades]:
    """Every release on every day on which answers of it were graded, the latest first."""
    cursor = conn.cursor(row_factory=class_row(DayGrades))
    await cursor.execute(
        "with graded as (select *, (answered_at at time zone 'UTC')::date as on_day"
        "   from live_grades where answered_at >= %s),"
        " means as (select on_day, release_id, each.key, avg((each.value->>'value')::float) as mean"
        "   from graded, jsonb_each(grades) each group by 1, 2, 3)"
        " select g.on_day, g.release_id, count(*)::int as graded_count,"
        "  coalesce((select jsonb_object_agg(m.key, m.mean) from means m"
        "   where m.on_day = g.on_day and m.release_id = g.release_id), '{}') as means"
        " from graded g group by g.on_day, g.release_id order by g.on_day desc, g.release_id desc",
        [since],
    )
    return await cursor.fetchall()


async def list_flawed(
    conn: AsyncConnection, evaluators: Sequence[str], *, since: datetime, limit: int
) -> Sequence[GradedAnswer]:
    """Graded answers that miss points of one of these evaluators, the latest first."""
    cursor = conn.cursor(row_factory=class_row(GradedAnswer))
    await cursor.execute(
        f"select g.message_id, g.release_id, m.trace_id, {ASKED} as question, m.text,"
        " g.answered_at, g.grades from live_grades g join messages m on m.id = g.message_id"
        " where g.answered_at >= %(since)s and exists (select from jsonb_each(g.grades) each"
        "  where each.key = any(%(names)s) and (each.value->>'value')::float < 1)"
        " order by g.answered_at desc limit %(limit)s",
        {"names": list(evaluators), "since": since, "limit": limit},
    )
    return await cursor.fetchall()


async def list_arm_conversations(conn: AsyncConnection, trial: Trial) -> Sequence[ArmConversation]:
    """The conversations that began under a trial and its share, in that order, with their ends."""
    cursor = conn.cursor(row_factory=class_row(ArmConversation))
    await cursor.execute(
        "select m.release_id = %(tried)s as is_tried,"
        "  bool_and(m.answer->>'outcome' not in ('abstained', 'handed_over')"
        "   and coalesce(f.rating, 1) > 0) as is_solved,"
        "  avg((f.rating > 0)::int)::float as liked,"
        "  avg((m.answer->'timings'->>'total')::float) as seconds,"
        "  sum((select sum(s.cost_micros) from spans s where s.trace_id = m.trace_id"
        "   and s.started_at between m.created_at - interval '10 minutes' and m.created_at)"
        "  )::float / 1e6 as cost"
        " from messages m join conversations c on c.id = m.conversation_id"
        " left join feedback f on f.message_id = m.id"
        " where m.release_id = any(%(releases)s) and c.created_at >= %(since)s"
        "  and m.created_at >= %(since)s"
        "  and m.created_at < coalesce(%(until)s::timestamptz, 'infinity')"
        " group by c.id, m.release_id order by c.created_at, c.id",
        {
            "tried": trial.release_id,
            "releases": [trial.live_id, trial.release_id],
            "since": trial.share_since,
            "until": trial.ended_at,
        },
    )
    return await cursor.fetchall()


async def insert_alert(
    conn: AsyncConnection, reading: Reading, *, release_id: int, reaction: Reaction
) -> int | None:
    """Raise an alert; None when it stands already."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "insert into monitor_alerts"
        " (monitor, release_id, value, threshold, sample_count, detail, reaction)"
        " values (%s, %s, %s, %s, %s, %s, %s)"
        " on conflict (monitor, release_id) where cleared_at is null do nothing returning id",
        [
            reading.monitor,
            release_id,
            reading.value,
            reading.limit,
            reading.sample_count,
            reading.detail,
            reaction,
        ],
    )
    alert_id: int | None = await cursor.fetchone()
    return alert_id


async def clear_alerts(
    conn: AsyncConnection, release_id: int, monitors: Sequence[str]
) -> Sequence[int]:
    """These are kept to again; returns the alerts that this ends."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "update monitor_alerts set cleared_at = clock_timestamp()"
        " where release_id = %s and monitor = any(%s) and cleared_at is null returning id",
        [release_id, list(monitors)],
    )
    return await cursor.fetchall()


async def clear_alerts_of_others(conn: AsyncConnection, release_ids: Sequence[int]) -> None:
    """Releases that answer nobody any more breach nothing."""
    await conn.execute(
        "update monitor_alerts set cleared_at = clock_timestamp()"
        " where cleared_at is null and not release_id = any(%s)",
        [list(release_ids)],
    )


async def list_alerts(
    conn: AsyncConnection, *, is_open: bool | None = None, limit: int = 50
) -> Sequence[Alert]:
    """The latest first; those that stand, those that do not, or all."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(
        f"{ALERT} where %(is_open)s::boolean is null or (a.cleared_at is null) = %(is_open)s"
        " order by a.id desc limit %(limit)s",
        {"is_open": is_open, "limit": limit},
    )
    return [_alert(row) for row in await cursor.fetchall()]


async def insert_delivery(conn: AsyncConnection, alert_id: int) -> None:
    """Have an alert sent."""
    await conn.execute("insert into alert_deliveries (alert_id) values (%s)", [alert_id])


async def list_due(conn: AsyncConnection) -> Sequence[Alert]:
    """Alerts that are to be sent now, the oldest first."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(
        f"{ALERT} where d.delivered_at is null and d.next_attempt_at <= clock_timestamp()"
        " order by a.id limit 20"
    )
    return [_alert(row) for row in await cursor.fetchall()]


async def note_attempt(
    conn: AsyncConnection, alert_id: int, *, problem: str, wait_seconds: float | None
) -> None:
    """An alert was sent, or not; without a time to wait it is not tried again."""
    await conn.execute(
        "update alert_deliveries set attempt_count = attempt_count + 1, problem = %(problem)s,"
        " delivered_at = case when %(problem)s = '' then clock_timestamp() end,"
        " next_attempt_at = clock_timestamp() + %(wait)s * interval '1 second'"
        " where alert_id = %(alert_id)s",
        {"alert_id": alert_id, "problem": problem, "wait": wait_seconds},
    )


def _alert(row: DictRow) -> Alert:
    return Alert(**(row | {"reaction": Reaction(row["reaction"])}))
