"""A share of the live answers is graded after they were given, a bounded number at a time."""

from datetime import datetime, timedelta

from pydantic import TypeAdapter, ValidationError

from kefu.answering import Answer
from kefu.evaluation import Grade, grade_live, load_gates
from kefu.releases import TrialKind, find_live, find_trial
from kefu.resources import Resources
from kefu.rollout.records import LiveAnswer
from kefu.rollout.store import insert_grades, list_ungraded, only_one

ANSWER = TypeAdapter(Answer)
MOST_AT_ONCE = 30
LATE_MINUTES = 60
"""Older answers are not graded any more: what they cite may have changed since."""


async def grade_sample(resources: Resources, *, now: datetime) -> int:
    """Grade drawn answers of the live release and the tried one, and say how many.

    Which answers are drawn follows from their ids. Nothing is done where another process is at it.

    Raises:
        BadInput: gates.toml cannot be used.
        ModelUnavailable: the embedder does not answer.
    """
    share = load_gates().monitors.graded_share
    async with resources.database.connection() as conn, only_one(conn) as is_ours:
        live, trial = await find_live(conn), await find_trial(conn)
        if not is_ours or live is None or not share:
            return 0
        is_seen = trial is not None and trial.kind is not TrialKind.SHADOW
        waiting = await list_ungraded(
            conn,
            [live.id, trial.release_id] if trial is not None and is_seen else [live.id],
            since=now - timedelta(minutes=LATE_MINUTES),
            share=share,
            limit=MOST_AT_ONCE,
        )
        for each in waiting:
            await insert_grades(conn, each, await _grade(resources, each))
    return len(waiting)


async def _grade(resources: Resources, live: LiveAnswer) -> dict[str, Grade]:
    """Nothing for an answer that an earlier Kefu kept in another form."""
    try:
        given = ANSWER.validate_python(live.answer)
    except ValidationError:
        return {}
    return dict(await grade_live(resources, live.question, given))
