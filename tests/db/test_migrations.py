"""Migrations: each once, whole or not at all, and never over a history that differs."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from pathlib import Path

import pytest
from psycopg import AsyncConnection, errors
from psycopg.conninfo import make_conninfo

from kefu.db import Connection, migrate, migrations, prepare
from kefu.errors import DatabaseUnavailable

FIRST = migrations.Migration(number=1, name="0001_first.sql", sql="create table first (n int)")
SECOND = migrations.Migration(number=2, name="0002_second.sql", sql="create table second (n int)")
BROKEN = migrations.Migration(
    number=2, name="0002_broken.sql", sql="create table half (n int); insert into nowhere values(1)"
)


@pytest.fixture
async def url(server_url: str, worker_id: str) -> str:
    """An empty database."""
    name = f"migrations_{worker_id}"
    async with await AsyncConnection.connect(server_url, autocommit=True) as conn:
        await conn.execute(f"drop database if exists {name} with (force)")
        await conn.execute(f"create database {name}")
    return make_conninfo(server_url, dbname=name)


@pytest.fixture
async def empty(url: str) -> AsyncIterator[Connection]:
    async with await AsyncConnection.connect(url, autocommit=True) as conn:
        yield conn


async def tables(conn: Connection) -> set[str]:
    cursor = await conn.execute("select tablename from pg_tables where schemaname = 'public'")
    return {name for (name,) in await cursor.fetchall()}


def ship(monkeypatch: pytest.MonkeyPatch, *shipped: migrations.Migration) -> None:
    """Let these be the migrations of this version of Kefu."""

    def listed() -> Sequence[migrations.Migration]:
        return shipped

    monkeypatch.setattr(migrations, "list_migrations", listed)


def test_files_have_a_number_each_and_are_named_for_what_they_add() -> None:
    shipped = migrations.list_migrations()
    numbers = [each.number for each in shipped]
    assert numbers == sorted(set(numbers))
    assert all(Path(each.name).stem[5:].replace("_", "").isalpha() for each in shipped)


async def test_everything_is_applied_once(empty: Connection) -> None:
    applied = await migrate(empty)
    assert applied == [each.name for each in migrations.list_migrations()]
    assert "knowledge_bases" in await tables(empty)
    assert await migrate(empty) == []


async def test_only_what_is_missing_is_applied(
    empty: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(monkeypatch, FIRST)
    assert await migrate(empty) == [FIRST.name]
    ship(monkeypatch, FIRST, SECOND)
    assert await migrate(empty) == [SECOND.name]


async def test_two_at_the_same_time_apply_everything_once(url: str) -> None:
    async with (
        await AsyncConnection.connect(url, autocommit=True) as one,
        await AsyncConnection.connect(url, autocommit=True) as two,
    ):
        applied = await asyncio.gather(migrate(one), migrate(two))
    names = [each.name for each in migrations.list_migrations()]
    assert sorted(applied, key=len) == [[], names]


async def test_schema_of_a_newer_kefu_is_refused(
    empty: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(monkeypatch, FIRST, SECOND)
    await migrate(empty)
    ship(monkeypatch, FIRST)
    with pytest.raises(DatabaseUnavailable, match=r"schema 0002, made by a newer Kefu.*Upgrade"):
        await migrate(empty)


async def test_migration_that_was_edited_is_refused(
    empty: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(monkeypatch, FIRST)
    await migrate(empty)
    edited = migrations.Migration(number=1, name=FIRST.name, sql="create table first (n bigint)")
    ship(monkeypatch, edited, SECOND)
    with pytest.raises(DatabaseUnavailable, match=r"0001_first\.sql differs"):
        await migrate(empty)
    assert "second" not in await tables(empty)


async def test_migration_that_fails_leaves_nothing_of_itself(
    empty: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(monkeypatch, FIRST, BROKEN)
    with pytest.raises(errors.UndefinedTable):
        await migrate(empty)
    assert await tables(empty) == {"schema_migrations", "first"}
    ship(monkeypatch, FIRST, SECOND)
    assert await migrate(empty) == [SECOND.name]


async def test_failure_lets_the_next_process_migrate(
    url: str, empty: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(monkeypatch, BROKEN)
    with pytest.raises(errors.UndefinedTable):
        await migrate(empty)
    ship(monkeypatch, FIRST)
    async with await AsyncConnection.connect(url, autocommit=True) as other:
        assert await migrate(other) == [FIRST.name]


async def test_table_that_somebody_holds_is_not_waited_for_forever(
    url: str, empty: Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ship(monkeypatch, FIRST)
    await migrate(empty)
    changed = migrations.Migration(
        number=2, name="0002_change.sql", sql="alter table first add column m int"
    )
    ship(monkeypatch, FIRST, changed)
    monkeypatch.setattr(migrations, "LOCK_TIMEOUT", "50ms")
    async with empty.transaction():
        await empty.execute("lock table first")
        with pytest.raises(DatabaseUnavailable, match="could not be brought up to date"):
            await prepare(url)
    await prepare(url)


@pytest.mark.parametrize(
    ("given", "sentence"),
    [
        ("nonsense", "not a PostgreSQL URL"),
        ("postgresql://nobody:sk-secret@127.0.0.1:1/kefu", "does not answer"),
    ],
)
async def test_url_that_leads_nowhere_is_one_sentence(given: str, sentence: str) -> None:
    with pytest.raises(DatabaseUnavailable, match=sentence) as caught:
        await prepare(given)
    assert "\n" not in str(caught.value)
    assert "sk-secret" not in str(caught.value)
