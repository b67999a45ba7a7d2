"""Damage of an index is found, and nothing is judged by answers from it."""

import pytest
from filling import SUPPORT, fill

from kefu.db import Database
from kefu.doctor import examine
from kefu.errors import GateClosed
from kefu.evaluation import Plan, read_lines, run_experiment, save_version
from kefu.knowledge import check_index, get_base
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings

CASE = '{"question": "What does LH-4031 say?", "facts": ["locked"]}'
DAMAGE = {
    "update chunks set language = case language when 'zh' then 'en' else 'zh' end": "LANGUAGE",
    "update chunks set audience = 'staff' where position = 0": "AUDIENCE",
    "delete from chunks where document_id % 3 = 0": "LOST",
    "update documents set withdrawn_at = now() where title = '退款'": "LEFT",
    "update chunks c set text = o.text from (select id, lag(text) over (order by id) as text"
    " from chunks) o where o.id = c.id and o.text is not null": "TEXT",
    "update chunks c set embedding = o.embedding from (select id, lag(embedding) over (order by id)"
    " as embedding from chunks) o where o.id = c.id and o.embedding is not null": "VECTOR",
}


@pytest.fixture
async def resources(committed_database: Database) -> Resources:
    resources = Resources(
        settings=Settings(database_url=committed_database.url),
        database=committed_database,
        embedder=FakeEmbedder(),
    )
    await fill(resources, SUPPORT)
    return resources


async def test_each_damage_is_counted_and_an_index_without_has_none(resources: Resources) -> None:
    async with resources.database.connection() as conn:
        base = await get_base(conn, "main")
        assert str(await check_index(conn, base, resources.embedder)) == ""
        for sql, name in DAMAGE.items():
            async with conn.transaction(force_rollback=True):
                await conn.execute(sql)  # type: ignore[arg-type]
                report = await check_index(conn, base, resources.embedder)
            (damaged,) = report.damage
            assert (damaged.kind.name, damaged.count > 0) == (name, True)


async def test_nothing_is_judged_by_answers_from_a_damaged_index(
    resources: Resources, monkeypatch: pytest.MonkeyPatch
) -> None:
    async with resources.database.transaction() as conn:
        version = await save_version(conn, "shop", read_lines(CASE), author="li", base="main")
        await conn.execute("update chunks set language = 'zh' where language = 'en'")
    with pytest.raises(GateClosed, match="chunks are marked with another language"):
        await run_experiment(resources, Plan(version=version, author="li"))
    monkeypatch.setenv("KEFU_DATABASE_URL", resources.database.url)
    (found,) = [each async for each in examine() if each.name == "index"]
    assert not found.is_fine
    assert "The index of main is damaged: 7 chunks are marked" in found.detail
