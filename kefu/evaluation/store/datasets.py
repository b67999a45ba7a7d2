"""SQL of datasets, their versions and their cases; versions and cases are only ever added."""

from collections.abc import Sequence
from dataclasses import asdict

from psycopg import AsyncConnection
from psycopg.rows import class_row, scalar_row
from psycopg.types.json import Jsonb

from kefu.errors import Conflict, NotFound
from kefu.evaluation.cases import load_case
from kefu.evaluation.records import Case, Dataset, DatasetVersion, Split
from kefu.text import translatable as _

NO_CASES = _(
    "The dataset %(name)s has no case yet: accept what waits by"
    " `kefu evaluation review --dataset %(dataset)s`, or import a file."
)
NO_DATASET = _("There is no dataset %(name)s. `kefu evaluation list` shows those there are.")
VERSION = """
select v.id, d.name as dataset, d.base, v.number, v.digest, v.author, v.note, v.created_at,
    (select count(*) from evaluation_cases c where c.version_id = v.id) as case_count,
    u.author as unsealed_by
from evaluation_versions v join evaluation_datasets d on d.id = v.dataset_id
left join evaluation_unsealings u on u.version_id = v.id
"""


async def lock_dataset(conn: AsyncConnection, name: str, *, base: str) -> int:
    """Find or begin a dataset and let nobody else add to it until the transaction ends.

    Raises:
        Conflict: one of this name was removed.
    """
    await conn.execute(
        "insert into evaluation_datasets (name, base) values (%s, %s) on conflict do nothing",
        [name, base],
    )
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select id from evaluation_datasets where name = %s and removed_at is null for update",
        [name],
    )
    dataset_id: int | None = await cursor.fetchone()
    if dataset_id is None:
        raise Conflict(
            "The dataset %(name)s was removed: it can be read and not changed.", name=repr(name)
        )
    return dataset_id


async def update_base(conn: AsyncConnection, dataset_id: int, base: str) -> None:
    """Have a dataset be about another base."""
    await conn.execute("update evaluation_datasets set base = %s where id = %s", [base, dataset_id])


async def update_removed(conn: AsyncConnection, dataset_id: int, kept_as: str) -> None:
    """Have a dataset be no more, but for those who read it by the name that it is kept as."""
    await conn.execute(
        "update evaluation_datasets set name = %s, removed_at = clock_timestamp() where id = %s",
        [kept_as, dataset_id],
    )


async def find_free_name(conn: AsyncConnection, names: Sequence[str]) -> str | None:
    """The first of these names that no dataset has or had."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute("select name from evaluation_datasets where name = any(%s)", [list(names)])
    taken = set(await cursor.fetchall())
    return next((each for each in names if each not in taken), None)


async def list_proven_releases(conn: AsyncConnection, dataset_id: int) -> Sequence[int]:
    """The releases that experiments on a dataset were about, as far as they were ended."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select distinct e.release_id from evaluation_experiments e"
        " join evaluation_versions v on v.id = e.version_id"
        " where v.dataset_id = %s and e.release_id is not null and e.finished_at is not null"
        " order by e.release_id",
        [dataset_id],
    )
    return await cursor.fetchall()


async def find_dataset(conn: AsyncConnection, name: str) -> Dataset | None:
    """One dataset by its name."""
    return next((each for each in await list_datasets(conn) if each.name == name), None)


async def get_dataset(conn: AsyncConnection, name: str) -> Dataset:
    """One dataset by its name.

    Raises:
        NotFound: there is none.
    """
    dataset = await find_dataset(conn, name)
    if dataset is None:
        raise NotFound(NO_DATASET, name=repr(name))
    return dataset


async def list_datasets(conn: AsyncConnection) -> Sequence[Dataset]:
    """All of them that were not removed, by name."""
    cursor = conn.cursor(row_factory=class_row(Dataset))
    await cursor.execute(
        "select d.id, d.name, d.base, d.created_at,"
        " (select count(*) from evaluation_versions v where v.dataset_id = d.id) as version_count,"
        " (select count(*) from evaluation_cases c where c.version_id = (select v.id"
        "  from evaluation_versions v where v.dataset_id = d.id order by v.number desc limit 1))"
        "  as case_count,"
        " (select count(*) from evaluation_proposals p where p.dataset_id = d.id"
        "  and p.status = 'proposed') as proposal_count"
        " from evaluation_datasets d where d.removed_at is null order by d.name"
    )
    return await cursor.fetchall()


async def insert_version(
    conn: AsyncConnection,
    dataset_id: int,
    cases: Sequence[Case],
    *,
    digest: str,
    author: str,
    note: str,
) -> int:
    """Add a version to a dataset that this transaction has locked."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "insert into evaluation_versions (dataset_id, number, digest, author, note)"
        " values (%(dataset)s, (select coalesce(max(number), 0) + 1 from evaluation_versions"
        "  where dataset_id = %(dataset)s), %(digest)s, %(author)s, %(note)s) returning id",
        {"dataset": dataset_id, "digest": digest, "author": author, "note": note},
    )
    version_id: int | None = await cursor.fetchone()
    assert version_id is not None
    async with conn.cursor() as writer:
        await writer.executemany(
            "insert into evaluation_cases (version_id, case_id, position, split, content)"
            " values (%s, %s, %s, %s, %s)",
            [
                [version_id, case.id, position, case.split, Jsonb(asdict(case))]
                for position, case in enumerate(cases)
            ],
        )
    return version_id


async def list_versions(conn: AsyncConnection, dataset: str) -> Sequence[DatasetVersion]:
    """Every version of a dataset, the latest first."""
    cursor = conn.cursor(row_factory=class_row(DatasetVersion))
    await cursor.execute(f"{VERSION} where d.name = %s order by v.number desc", [dataset])
    return await cursor.fetchall()


async def get_version(
    conn: AsyncConnection, dataset: str, number: int | None = None
) -> DatasetVersion:
    """One version, without a number the latest.

    Raises:
        NotFound: there is none.
    """
    versions = await list_versions(conn, dataset)
    if not versions:
        await get_dataset(conn, dataset)
        raise NotFound(NO_CASES, name=repr(dataset), dataset=dataset)
    for each in versions:
        if number in (None, each.number):
            return each
    raise NotFound(
        "The dataset %(name)s has no version %(number)s.", name=repr(dataset), number=number
    )


async def list_cases(
    conn: AsyncConnection, version_id: int, *, splits: Sequence[Split] = tuple(Split)
) -> Sequence[Case]:
    """The cases of a version in their order, of these splits alone."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select content from evaluation_cases where version_id = %s and split = any(%s)"
        " order by position",
        [version_id, list(splits)],
    )
    return [load_case(content) for content in await cursor.fetchall()]


async def insert_unsealing(
    conn: AsyncConnection, version_id: int, *, author: str, reason: str
) -> None:
    """Have the single results of a version's test cases shown."""
    await conn.execute(
        "insert into evaluation_unsealings (version_id, author, reason) values (%s, %s, %s)"
        " on conflict do nothing",
        [version_id, author, reason],
    )
