"""SQL of what people prefer of two replies."""

from collections.abc import Sequence
from uuid import UUID

from psycopg import AsyncConnection
from psycopg.rows import class_row

from kefu.evaluation.records import Choice, Pair, Preference

PAIR = "id, case_id, left_id, right_id, author"


async def find_open_pair(
    conn: AsyncConnection, experiments: Sequence[int], *, author: str
) -> Pair | None:
    """The pair of these experiments that was shown to somebody who has not chosen yet."""
    cursor = conn.cursor(row_factory=class_row(Pair))
    await cursor.execute(
        f"select {PAIR} from evaluation_preferences where author = %(author)s and choice is null"
        " and left_id = any(%(among)s) and right_id = any(%(among)s)",
        {"author": author, "among": list(experiments)},
    )
    return await cursor.fetchone()


async def draw_pair(
    conn: AsyncConnection, experiments: Sequence[int], *, author: str
) -> tuple[str, int, int] | None:
    """A case with two experiments that reply to it differently and that this person did not judge.

    Experiments that were seldom held against each other come first; sealed cases never come.
    """
    cursor = await conn.execute(
        "with judged as (select least(left_id, right_id) as one, greatest(left_id, right_id)"
        "   as other, count(*) as times from evaluation_preferences where choice is not null"
        "   group by 1, 2)"
        " select a.case_id, a.experiment_id, b.experiment_id from evaluation_results a"
        " join evaluation_results b on b.case_id = a.case_id and b.case_digest = a.case_digest"
        "   and a.experiment_id < b.experiment_id"
        " join evaluation_experiments e on e.id = a.experiment_id"
        " left join judged j on j.one = a.experiment_id and j.other = b.experiment_id"
        " where a.experiment_id = any(%(among)s) and b.experiment_id = any(%(among)s)"
        "  and a.reply->>'answer' <> b.reply->>'answer'"
        "  and a.reply->>'error' is null and b.reply->>'error' is null"
        "  and (a.split <> 'test' or exists (select from evaluation_unsealings u"
        "   where u.version_id = e.version_id))"
        "  and not exists (select from evaluation_preferences p where p.author = %(author)s"
        "   and p.case_id = a.case_id and least(p.left_id, p.right_id) = a.experiment_id"
        "   and greatest(p.left_id, p.right_id) = b.experiment_id)"
        " order by coalesce(j.times, 0), random() limit 1",
        {"among": list(experiments), "author": author},
    )
    return await cursor.fetchone()


async def replace_open_pair(conn: AsyncConnection, pair: Pair) -> None:
    """Show somebody this pair, in place of one that was left."""
    await conn.execute(
        "delete from evaluation_preferences where author = %s and choice is null", [pair.author]
    )
    await conn.execute(
        f"insert into evaluation_preferences ({PAIR}) values (%s, %s, %s, %s, %s)",
        [pair.id, pair.case_id, pair.left_id, pair.right_id, pair.author],
    )


async def update_choice(conn: AsyncConnection, id: UUID, choice: Choice, *, author: str) -> bool:
    """Keep what somebody prefers; False where no such pair is open to them."""
    cursor = await conn.execute(
        "update evaluation_preferences set choice = %s, chosen_at = clock_timestamp()"
        " where id = %s and author = %s and choice is null",
        [choice, id, author],
    )
    return cursor.rowcount > 0


async def list_preferences(conn: AsyncConnection, dataset: str) -> Sequence[Preference]:
    """What people have preferred of the experiments on a dataset."""
    cursor = conn.cursor(row_factory=class_row(Preference))
    await cursor.execute(
        "select p.case_id, p.left_id, p.right_id, p.author, p.choice"
        " from evaluation_preferences p join evaluation_experiments e on e.id = p.left_id"
        " join evaluation_versions v on v.id = e.version_id"
        " join evaluation_datasets d on d.id = v.dataset_id"
        " where d.name = %s and p.choice is not null order by p.chosen_at, p.id",
        [dataset],
    )
    return await cursor.fetchall()
