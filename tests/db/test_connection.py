"""Connections of the pool, and what becomes of statements that the server gives up."""

import asyncio

import psycopg
import pytest
from psycopg.types.json import Jsonb

from kefu.db import Database
from kefu.errors import BadInput, DatabaseUnavailable


async def test_a_deadlock_is_told_in_a_sentence_and_the_other_goes_on(
    committed_database: Database,
) -> None:
    async with committed_database.connection() as conn:
        await conn.execute("create table pairs (id int primary key, count int not null)")
        await conn.execute("insert into pairs values (1, 0), (2, 0)")
    held = asyncio.Barrier(2)

    async def count_both(first: int, second: int) -> None:
        async with committed_database.transaction() as conn:
            await conn.execute("update pairs set count = count + 1 where id = %s", [first])
            await held.wait()
            await conn.execute("update pairs set count = count + 1 where id = %s", [second])

    ended = await asyncio.gather(count_both(1, 2), count_both(2, 1), return_exceptions=True)
    async with committed_database.connection() as conn:
        rows = await (await conn.execute("select count from pairs")).fetchall()
        await conn.execute("drop table pairs")
    (refused,) = [each for each in ended if each is not None]
    assert isinstance(refused, DatabaseUnavailable)
    assert str(refused) == "The database gave up: deadlock detected."
    assert rows == [(1,), (1,)]


async def test_a_statement_that_takes_too_long_is_told_in_a_sentence(
    committed_database: Database,
) -> None:
    async def sleep() -> None:
        async with committed_database.transaction() as conn:
            await conn.execute("set local statement_timeout = 20")
            await conn.execute("select pg_sleep(30)")

    with pytest.raises(DatabaseUnavailable, match="gave up: canceling statement due to"):
        await sleep()
    await committed_database.ping()


@pytest.mark.parametrize("given", ["a\0b", ["a", "\0"], Jsonb({"a": "\0"}), 2**40])
async def test_what_no_column_holds_is_bad_input_and_leaves_nothing(
    committed_database: Database, given: object
) -> None:
    kind = {str: "text", list: "text[]", Jsonb: "jsonb", int: "int"}[type(given)]

    async def write() -> None:
        async with committed_database.transaction() as conn:
            await conn.execute("create table half_written (id int)")
            await conn.execute(f"select %s::{kind}", [given])

    with pytest.raises(BadInput, match="cannot be kept: it holds a NUL character, or a number"):
        await write()
    async with committed_database.connection() as conn:
        cursor = await conn.execute("select to_regclass('half_written')")
        assert await cursor.fetchone() == (None,)


async def test_an_error_of_the_statement_itself_stays_one(committed_database: Database) -> None:
    with pytest.raises(psycopg.errors.DivisionByZero):
        async with committed_database.connection() as conn:
            await conn.execute("select 1 / 0")
