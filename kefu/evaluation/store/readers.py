"""SQL of the trials of models that read two sentences."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import DictRow, dict_row
from psycopg.types.json import Jsonb

from kefu.evaluation.readers import HOLDS_DAYS, Outcome, ReaderTrial

TRIAL = "id, endpoint, model, fingerprint, outcomes, author, tried_at"


async def insert_trial(
    conn: AsyncConnection, described: Mapping[str, str], outcomes: Sequence[Outcome], *, author: str
) -> ReaderTrial:
    """Keep a trial of what has this endpoint, model and fingerprint."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(
        "insert into evaluation_reader_trials (endpoint, model, fingerprint, outcomes, author)"
        " values (%(endpoint)s, %(model)s, %(fingerprint)s, %(outcomes)s, %(author)s)"
        f" returning {TRIAL}",
        {**described, "outcomes": Jsonb([asdict(each) for each in outcomes]), "author": author},
    )
    row = await cursor.fetchone()
    assert row is not None
    return _trial(row)


async def list_trials(conn: AsyncConnection, fingerprint: str) -> list[ReaderTrial]:
    """Those that still count, the latest first."""
    cursor = conn.cursor(row_factory=dict_row)
    await cursor.execute(
        f"select {TRIAL} from evaluation_reader_trials where fingerprint = %s"
        " and tried_at > clock_timestamp() - make_interval(days => %s) order by id desc",
        [fingerprint, HOLDS_DAYS],
    )
    return [_trial(row) for row in await cursor.fetchall()]


def _trial(row: DictRow) -> ReaderTrial:
    given: dict[str, Any] = dict(row)
    given["outcomes"] = [Outcome(**each) for each in given["outcomes"]]
    return ReaderTrial(**given)
