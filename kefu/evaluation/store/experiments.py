"""SQL of experiments and their results, which are stored case by case."""

from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from psycopg import AsyncConnection
from psycopg.rows import class_row, kwargs_row, scalar_row
from psycopg.types.json import Jsonb
from pydantic import TypeAdapter

from kefu.db import is_locked
from kefu.errors import Conflict, NotFound
from kefu.evaluation.evaluators import EVALUATORS
from kefu.evaluation.records import (
    Behaviour,
    Candidate,
    Experiment,
    Grade,
    Grades,
    Label,
    Reply,
    Result,
    Split,
)

LOCKS = 0x4B56  # first key of the advisory locks; the second is the experiment
REPLY = TypeAdapter(Reply)
GRADES = TypeAdapter(dict[str, Grade])

EXPERIMENT = """
select e.id, e.name, e.version_id, d.name as dataset, v.number as version, e.base, e.splits,
    e.sample, e.seed, e.judge, e.concurrency, e.candidate, e.configuration, e.fingerprint,
    e.knowledge_digest, e.endpoint_checks, e.unproven, e.release_id, e.case_count, e.author,
    e.started_at, e.finished_at,
    (select count(*) from evaluation_results r where r.experiment_id = e.id) as result_count,
    not exists (select from evaluation_unsealings u where u.version_id = e.version_id) as is_sealed
from evaluation_experiments e join evaluation_versions v on v.id = e.version_id
join evaluation_datasets d on d.id = v.dataset_id
"""
RESULT = (
    "experiment_id, case_id, case_digest, asked_digest, split, tags, language, expected, reply,"
    " grades, is_cached, replied_at"
)


@dataclass(frozen=True, slots=True, kw_only=True)
class NewExperiment:
    """An experiment before its first case.

    Attributes:
        splits: in the order of their names.
    """

    name: str
    version_id: int
    base: str
    splits: Sequence[str]
    sample: int | None
    seed: int
    judge: str | None
    concurrency: int
    candidate: Mapping[str, Any]
    configuration: Mapping[str, Any]
    fingerprint: str
    knowledge_digest: str
    endpoint_checks: Mapping[str, Any]
    unproven: Sequence[Mapping[str, str]]
    release_id: int | None
    case_count: int
    author: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ReleaseScore:
    """How a release did in its last experiment on a dataset: means over the cases.

    Attributes:
        dataset: with its version, as demo@2.
        faithfulness: None where nothing was answered.
    """

    release_id: int
    experiment_id: int
    dataset: str
    accuracy: float
    faithfulness: float | None


async def insert_experiment(conn: AsyncConnection, wanted: NewExperiment) -> int:
    """Begin an experiment."""
    values = {
        name: Jsonb(value) if isinstance(value, Mapping) or name == "unproven" else value
        for name, value in asdict(wanted).items()
    }
    names = ", ".join(values)
    places = ", ".join(f"%({name})s" for name in values)
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        f"insert into evaluation_experiments ({names}) values ({places}) returning id".encode(),
        values,
    )
    experiment_id: int | None = await cursor.fetchone()
    assert experiment_id is not None
    return experiment_id


async def find_unfinished(conn: AsyncConnection, wanted: NewExperiment) -> int | None:
    """The last experiment that asks the same of the same candidate and is not at its end."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select id from evaluation_experiments where finished_at is null"
        " and version_id = %(version_id)s and fingerprint = %(fingerprint)s"
        " and knowledge_digest = %(knowledge_digest)s and base = %(base)s and name = %(name)s"
        " and splits = %(splits)s and sample is not distinct from %(sample)s and seed = %(seed)s"
        " and judge is not distinct from %(judge)s order by id desc limit 1",
        {
            "version_id": wanted.version_id,
            "fingerprint": wanted.fingerprint,
            "knowledge_digest": wanted.knowledge_digest,
            "base": wanted.base,
            "name": wanted.name,
            "splits": list(wanted.splits),
            "sample": wanted.sample,
            "seed": wanted.seed,
            "judge": wanted.judge,
        },
    )
    return await cursor.fetchone()


async def finish_experiment(conn: AsyncConnection, experiment_id: int) -> None:
    await conn.execute(
        "update evaluation_experiments set finished_at = clock_timestamp() where id = %s",
        [experiment_id],
    )


async def get_experiment(conn: AsyncConnection, experiment_id: int) -> Experiment:
    """Read one experiment.

    Raises:
        NotFound: there is none.
    """
    cursor = conn.cursor(row_factory=class_row(Experiment))
    await cursor.execute(f"{EXPERIMENT} where e.id = %s", [experiment_id])
    experiment = await cursor.fetchone()
    if experiment is None:
        raise NotFound("There is no experiment %(number)s.", number=experiment_id)
    return experiment


async def list_experiments(
    conn: AsyncConnection,
    *,
    dataset: str | None = None,
    name: str | None = None,
    release_id: int | None = None,
    limit: int = 100,
) -> Sequence[Experiment]:
    """The latest first."""
    cursor = conn.cursor(row_factory=class_row(Experiment))
    await cursor.execute(
        f"{EXPERIMENT} where (%(dataset)s::text is null or d.name = %(dataset)s)"
        " and (%(name)s::text is null or e.name = %(name)s)"
        " and (%(release_id)s::int is null or e.release_id = %(release_id)s)"
        " order by e.id desc limit %(limit)s",
        {"dataset": dataset, "name": name, "release_id": release_id, "limit": limit},
    )
    return await cursor.fetchall()


async def list_release_scores(
    conn: AsyncConnection, *, least_sealed: int
) -> Sequence[ReleaseScore]:
    """The last finished experiment of each release on each dataset, where its means may be told.

    Of fewer sealed cases than `least_sealed` a mean would tell single results.
    """
    cursor = conn.cursor(row_factory=class_row(ReleaseScore))
    await cursor.execute(
        "with latest as (select distinct on (e.release_id, v.dataset_id) e.id, e.release_id,"
        "   e.version_id, d.name || '@' || v.number as dataset from evaluation_experiments e"
        "   join evaluation_versions v on v.id = e.version_id"
        "   join evaluation_datasets d on d.id = v.dataset_id"
        "   where e.release_id is not null and e.finished_at is not null"
        "   order by e.release_id, v.dataset_id, e.id desc)"
        " select l.release_id, l.id as experiment_id, l.dataset,"
        "  avg((r.grades->'accuracy'->>'value')::float) as accuracy,"
        "  avg((r.grades->'faithfulness'->>'value')::float) as faithfulness"
        " from latest l join evaluation_results r on r.experiment_id = l.id"
        " group by l.release_id, l.id, l.version_id, l.dataset"
        " having count(*) filter (where r.split = 'test') = 0"
        "  or count(*) filter (where r.split = 'test' and r.grades ? 'faithfulness') >= %s"
        "  or exists (select from evaluation_unsealings u where u.version_id = l.version_id)"
        " order by l.release_id, l.dataset",
        [least_sealed],
    )
    return await cursor.fetchall()


@asynccontextmanager
async def only_runner(conn: AsyncConnection, experiment_id: int) -> AsyncIterator[None]:
    """Hold the right to run an experiment; a killed process frees it.

    Raises:
        Conflict: another process runs it.
    """
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute("select pg_try_advisory_lock(%s, %s)", [LOCKS, experiment_id])
    if not await cursor.fetchone():
        raise Conflict("Another process is running experiment %(number)s.", number=experiment_id)
    try:
        yield
    finally:
        await conn.execute("select pg_advisory_unlock(%s, %s)", [LOCKS, experiment_id])


async def is_running(conn: AsyncConnection, experiment_id: int) -> bool:
    """Whether some process works on an experiment."""
    return await is_locked(conn, LOCKS, experiment_id)


async def insert_result(conn: AsyncConnection, result: Result) -> None:
    """Keep what came of one case."""
    await conn.execute(
        f"insert into evaluation_results ({RESULT})"
        " values (%s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s, %s)",
        [
            result.experiment_id, result.case_id, result.case_digest, result.asked_digest,
            result.split, list(result.tags), result.language, result.expected,
            Jsonb(asdict(result.reply)),
            Jsonb({name: asdict(grade) for name, grade in result.grades.items()}),
            result.is_cached, result.replied_at,
        ],
    )  # fmt: skip


async def list_results(conn: AsyncConnection, experiment_id: int) -> Sequence[Result]:
    """What came of the cases, by their ids."""
    cursor = conn.cursor(row_factory=kwargs_row(_result))
    await cursor.execute(
        f"select {RESULT} from evaluation_results where experiment_id = %s order by case_id",
        [experiment_id],
    )
    return await cursor.fetchall()


async def get_result(conn: AsyncConnection, experiment_id: int, case_id: str) -> Result:
    """What came of one case.

    Raises:
        NotFound: there is none.
    """
    cursor = conn.cursor(row_factory=kwargs_row(_result))
    await cursor.execute(
        f"select {RESULT} from evaluation_results where experiment_id = %s and case_id = %s",
        [experiment_id, case_id],
    )
    result = await cursor.fetchone()
    if result is None:
        raise NotFound(
            "Experiment %(number)s shows no case %(case)s.", number=experiment_id, case=case_id
        )
    return result


async def list_cached(
    conn: AsyncConnection, asked: Sequence[str], *, fingerprint: str, knowledge_digest: str
) -> dict[str, tuple[Reply, datetime]]:
    """The last whole replies to these questions by the same candidate from the same knowledge."""
    cursor = await conn.execute(
        "select distinct on (r.asked_digest) r.asked_digest, r.reply, r.replied_at"
        " from evaluation_results r join evaluation_experiments e on e.id = r.experiment_id"
        " where r.asked_digest = any(%s) and e.fingerprint = %s and e.knowledge_digest = %s"
        " and r.reply->>'error' is null and r.reply->>'notice' is null"
        " order by r.asked_digest, r.replied_at desc",
        [list(asked), fingerprint, knowledge_digest],
    )
    return {
        digest: (REPLY.validate_python(reply), replied_at)
        for digest, reply, replied_at in await cursor.fetchall()
    }


async def list_last_replies(
    conn: AsyncConnection, asked: Sequence[str], *, base: str, fingerprint: str, until: datetime
) -> dict[str, Reply]:
    """The last whole replies to these questions before a moment, with nothing changed.

    Those of the same candidate are preferred.
    """
    cursor = await conn.execute(
        "select distinct on (r.asked_digest) r.asked_digest, r.reply"
        " from evaluation_results r join evaluation_experiments e on e.id = r.experiment_id"
        " where r.asked_digest = any(%(asked)s) and e.base = %(base)s"
        " and e.candidate = %(nothing)s and r.replied_at < %(until)s"
        " and r.reply->>'error' is null and r.reply->>'notice' is null"
        " order by r.asked_digest, (e.fingerprint = %(fingerprint)s) desc, r.replied_at desc",
        {
            "asked": list(asked),
            "base": base,
            "nothing": Jsonb(asdict(Candidate())),
            "until": until,
            "fingerprint": fingerprint,
        },
    )
    return {digest: REPLY.validate_python(reply) for digest, reply in await cursor.fetchall()}


async def find_last_start(conn: AsyncConnection, base: str) -> datetime | None:
    """When the last experiment about a base began that came to its end with nothing changed."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select max(started_at) from evaluation_experiments"
        " where base = %s and candidate = %s and finished_at is not null",
        [base, Jsonb(asdict(Candidate()))],
    )
    return await cursor.fetchone()


async def replace_label(conn: AsyncConnection, label: Label) -> None:
    """Keep a person's verdict in place of an earlier one."""
    await conn.execute(
        "insert into evaluation_labels (experiment_id, case_id, author, is_good)"
        " values (%s, %s, %s, %s) on conflict (experiment_id, case_id, author)"
        " do update set is_good = excluded.is_good, created_at = clock_timestamp()",
        [label.experiment_id, label.case_id, label.author, label.is_good],
    )


async def list_labels(conn: AsyncConnection, experiment_id: int) -> Sequence[Label]:
    """What people think of the replies."""
    cursor = conn.cursor(row_factory=class_row(Label))
    await cursor.execute(
        "select experiment_id, case_id, author, is_good from evaluation_labels"
        " where experiment_id = %s order by case_id, author",
        [experiment_id],
    )
    return await cursor.fetchall()


def _in_order(grades: Grades) -> Grades:
    """As reports show them; PostgreSQL keeps the keys of JSON in an order of its own."""
    return {each.name: grades[each.name] for each in EVALUATORS if each.name in grades}


def _result(*, split: str, expected: str, reply: Any, grades: Any, **row: Any) -> Result:
    return Result(
        **row,
        split=Split(split),
        expected=Behaviour(expected),
        reply=REPLY.validate_python(reply),
        grades=_in_order(GRADES.validate_python(grades)),
    )
