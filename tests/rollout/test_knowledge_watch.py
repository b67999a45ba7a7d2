"""A change that nobody gated is told when it made cases worse."""

from datetime import timedelta
from pathlib import Path

import pytest
from filling import fill

from kefu.db import Database
from kefu.evaluation import Plan, read_lines, run_experiment, save_version
from kefu.llm import FakeEmbedder
from kefu.releases import get_live
from kefu.resources import Resources
from kefu.rollout import begin
from kefu.rollout.knowledge_watch import KnowledgeWatch
from kefu.rollout.records import Alert
from kefu.rollout.store import list_alerts
from kefu.settings import Settings

LINES = """
{"id": "a1", "split": "train", "question": "Within how many days is a refund paid?",
 "facts": ["7 days"]}
{"id": "a2", "split": "train", "question": "What does LH-4031 say?",
 "facts": ["account is locked"]}
"""
TEXT = "\n".join(LINES.strip().replace("\n ", " ").splitlines())
REFUNDS = "A refund is paid within 7 days of the purchase."


@pytest.fixture
async def resources(committed_database: Database) -> Resources:
    """A released Kefu with two documents, and an experiment about them."""
    resources = Resources(
        settings=Settings(database_url=committed_database.url),
        database=committed_database,
        embedder=FakeEmbedder(),
    )
    await fill(resources, {"Refunds": REFUNDS, "Errors": "LH-4031: the account is locked."})
    async with resources.database.transaction() as conn:
        await begin(conn, resources)
        version = await save_version(conn, "shop", read_lines(TEXT), author="li", base="main")
    await run_experiment(resources, Plan(version=version, author="li"))
    return resources


@pytest.fixture
def watch(resources: Resources) -> KnowledgeWatch:
    return KnowledgeWatch(resources=resources, quiet=timedelta(0))


async def alerts(resources: Resources, *, is_open: bool = True) -> list[Alert]:
    async with resources.database.connection() as conn:
        return list(await list_alerts(conn, is_open=is_open))


async def test_a_change_that_made_a_case_worse_raises_an_alert_that_its_mending_ends(
    resources: Resources, watch: KnowledgeWatch
) -> None:
    await watch.look()
    assert await alerts(resources) == []
    await fill(resources, {"Refunds": REFUNDS.replace("7 days", "14 days")})
    await watch.look()
    (alert,) = await alerts(resources)
    async with resources.database.connection() as conn:
        live = await get_live(conn)
    assert (alert.monitor, alert.release_id, alert.value) == ("knowledge_losses", live.id, 1.0)
    assert alert.detail == "shop@1/a1: wrong"
    await fill(resources, {"Parking": "The garage closes at 9 pm."})
    await watch.look()
    assert [each.id for each in await alerts(resources)] == [alert.id]  # it stands, told once
    await fill(resources, {"Refunds": REFUNDS})
    await watch.look()
    assert await alerts(resources) == []
    (ended,) = await alerts(resources, is_open=False)
    assert ended.id == alert.id


async def test_nothing_is_asked_while_documents_still_come_in_or_where_nobody_wants_it(
    resources: Resources, tmp_path: Path
) -> None:
    await fill(resources, {"Refunds": REFUNDS.replace("7 days", "14 days")})
    await KnowledgeWatch(resources=resources).look()
    assert await alerts(resources) == []
    (tmp_path / "gates.toml").write_text("[knowledge]\nwatched = false\n")
    await KnowledgeWatch(resources=resources, quiet=timedelta(0)).look()
    assert await alerts(resources) == []


async def test_one_process_looks_and_the_others_leave_it_to_it(
    resources: Resources, watch: KnowledgeWatch
) -> None:
    await fill(resources, {"Refunds": REFUNDS.replace("7 days", "14 days")})
    async with resources.database.connection() as conn:
        await conn.execute("select pg_advisory_lock(%s, 2)", [0x4B57])
        await watch.look()
        assert await alerts(resources) == []
        await conn.execute("select pg_advisory_unlock(%s, 2)", [0x4B57])
    await watch.look()
    assert len(await alerts(resources)) == 1
