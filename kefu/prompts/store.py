"""Every SQL statement about prompts; versions and labellings are only ever added."""

from collections.abc import Sequence

from psycopg import AsyncConnection
from psycopg.rows import TupleRow

from kefu.errors import NotFound
from kefu.prompts.records import Label, Labelling, PromptKey, PromptSummary, Version

LOCKS = 0x4B50  # first key of the advisory locks; the second is made of the prompt's key

VERSION = "number, text, digest, author, note, created_at"
LABELLING = "label, number, author, created_at"


async def lock_prompt(conn: AsyncConnection, key: PromptKey) -> None:
    """Let nobody else add to a prompt until the transaction ends."""
    await conn.execute("select pg_advisory_xact_lock(%s, hashtext(%s))", [LOCKS, str(key)])


async def insert_version(
    conn: AsyncConnection, key: PromptKey, *, text: str, digest: str, author: str, note: str
) -> Version:
    """Add a version to a prompt that this transaction has locked."""
    cursor = await conn.execute(
        "insert into prompt_versions (name, language, number, text, digest, author, note)"
        " values (%(name)s, %(language)s, (select coalesce(max(number), 0) + 1"
        "  from prompt_versions where name = %(name)s and language = %(language)s),"
        f" %(text)s, %(digest)s, %(author)s, %(note)s) returning {VERSION}",
        {
            "name": key.name,
            "language": key.language,
            "text": text,
            "digest": digest,
            "author": author,
            "note": note,
        },
    )
    row = await cursor.fetchone()
    assert row is not None
    return _version(key, row)


async def get_version(conn: AsyncConnection, key: PromptKey, number: int) -> Version:
    """Read one version of a company's own.

    Raises:
        NotFound: there is none.
    """
    versions = await _read_versions(conn, key, "and number = %s", number)
    if not versions:
        raise NotFound(
            "There is no version %(number)s of the prompt %(prompt)s.", number=number, prompt=key
        )
    return versions[0]


async def list_versions(conn: AsyncConnection, key: PromptKey) -> list[Version]:
    """A company's own versions, the latest first."""
    return await _read_versions(conn, key, "order by number desc")


async def find_latest(conn: AsyncConnection, key: PromptKey) -> Version | None:
    """The version that was saved last."""
    versions = await _read_versions(conn, key, "order by number desc limit 1")
    return versions[0] if versions else None


async def insert_labelling(
    conn: AsyncConnection, key: PromptKey, label: Label, *, number: int, author: str
) -> Labelling:
    """Give a label to a version, and take it from the one that had it."""
    cursor = await conn.execute(
        "insert into prompt_labellings (name, language, label, number, author)"
        f" values (%s, %s, %s, %s, %s) returning {LABELLING}",
        [key.name, key.language, label, number, author],
    )
    row = await cursor.fetchone()
    assert row is not None
    return _labelling(key, row)


async def find_label(conn: AsyncConnection, key: PromptKey, label: Label) -> Labelling | None:
    """Which version has a label now."""
    cursor = await conn.execute(
        f"select {LABELLING} from prompt_labellings where name = %s and language = %s"
        " and label = %s order by id desc limit 1",
        [key.name, key.language, label],
    )
    row = await cursor.fetchone()
    return _labelling(key, row) if row else None


async def list_labellings(conn: AsyncConnection, key: PromptKey) -> list[Labelling]:
    """Who labelled what, the latest first."""
    cursor = await conn.execute(
        f"select {LABELLING} from prompt_labellings where name = %s and language = %s"
        " order by id desc",
        [key.name, key.language],
    )
    return [_labelling(key, row) for row in await cursor.fetchall()]


async def list_stored(conn: AsyncConnection) -> Sequence[PromptSummary]:
    """Every prompt that has a version of its own or a label, without its purpose."""
    cursor = await conn.execute(
        "with counted as (select name, language, count(*) as version_count,"
        "  max(created_at) as updated_at from prompt_versions group by name, language),"
        " labelled as (select distinct on (name, language, label) name, language, label, number"
        "  from prompt_labellings order by name, language, label, id desc),"
        " labels as (select name, language, jsonb_object_agg(label, number) as labels"
        "  from labelled group by name, language)"
        " select name, language, coalesce(version_count, 0), coalesce(labels, '{}'), updated_at"
        " from counted full join labels using (name, language) order by name, language"
    )
    return [
        PromptSummary(
            key=PromptKey(name=name, language=language),
            purpose="",
            is_shipped=False,
            version_count=version_count,
            labels={Label(label): number for label, number in labels.items()},
            updated_at=updated_at,
        )
        for name, language, version_count, labels, updated_at in await cursor.fetchall()
    ]


async def _read_versions(
    conn: AsyncConnection, key: PromptKey, rest: str, *values: int
) -> list[Version]:
    cursor = await conn.execute(
        f"select {VERSION} from prompt_versions where name = %s and language = %s {rest}".encode(),
        [key.name, key.language, *values],
    )
    return [_version(key, row) for row in await cursor.fetchall()]


def _version(key: PromptKey, row: TupleRow) -> Version:
    number, text, digest, author, note, created_at = row
    return Version(
        key=key,
        number=number,
        text=text,
        digest=digest,
        author=author,
        note=note,
        created_at=created_at,
    )


def _labelling(key: PromptKey, row: TupleRow) -> Labelling:
    label, number, author, created_at = row
    return Labelling(
        key=key, label=Label(label), number=number, author=author, created_at=created_at
    )
