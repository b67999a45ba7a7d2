"""The page of releases says how each did, how a comparison stands, and why a gate is closed."""

import re
from pathlib import Path

import pytest
from httpx import ASGITransport, AsyncClient
from live_answers import add_answers
from released import AUTHOR, OPEN, open_shop, propose_setting
from signing_in import sign_in

from kefu.db import Connection, Database
from kefu.evaluation import read_lines, save_version
from kefu.releases import Release, TrialKind, start_trial
from kefu.resources import Resources
from kefu.rollout import Changes, evaluate_release, propose
from kefu.server import attach, create_app
from tests.evaluation.shop import TEXT

HOME = "/admin/releases"


@pytest.fixture
async def shop(committed_database: Database, tmp_path: Path) -> Resources:
    return await open_shop(committed_database, tmp_path)


@pytest.fixture
async def admin(shop: Resources) -> AsyncClient:
    app = create_app(shop.settings)
    attach(app, shop)
    client = AsyncClient(transport=ASGITransport(app), base_url="http://kefu")
    await sign_in(client, shop.database, "admin")
    return client


async def evaluate(shop: Resources, text: str, key: str, value: float) -> int:
    """A release with another setting that the cases were put to."""
    async with shop.database.transaction() as conn:
        await save_version(conn, "shop", read_lines(text), author=AUTHOR, base="main")
        waiting = await propose(conn, shop, Changes(settings={key: value}), author=AUTHOR)
    await evaluate_release(shop, waiting.id, author=AUTHOR)
    return waiting.id


async def read(admin: AsyncClient, path: str, *, language: str = "en") -> str:
    """The words of a page."""
    page = await admin.get(path, headers={"accept-language": language})
    assert page.status_code == 200
    return " ".join(re.sub(r"<[^>]+>", " ", page.text).split())


async def test_the_list_shows_how_each_release_did(admin: AsyncClient, shop: Resources) -> None:
    await evaluate(shop, OPEN, "answering.min_confidence", 1.0)
    shown = await read(admin, HOME)
    scores = re.findall(r"shop@1 Accuracy ([\d.]+)(?: Faithfulness ([\d.]+))?", shown)
    assert len(scores) == 2
    (strict, _), (live, faithful) = scores
    assert float(strict) < float(live)
    assert float(faithful) == 1.0


async def test_scores_that_would_tell_sealed_results_are_not_shown(
    admin: AsyncClient, shop: Resources
) -> None:
    await evaluate(shop, TEXT, "retrieval.top_k", 9)
    assert "shop@1 Accuracy" not in await read(admin, HOME)


async def test_the_gate_speaks_chinese(admin: AsyncClient, shop: Resources) -> None:
    async with shop.database.transaction() as conn:
        waiting = await propose_setting(conn, shop, top_k=9)
    empty = await read(admin, f"{HOME}/{waiting.id}", language="zh")
    assert "没有至少 3 个用例的数据集可供证明" in empty
    async with shop.database.transaction() as conn:
        await save_version(conn, "shop", read_lines(OPEN), author=AUTHOR, base="main")
    missing = await read(admin, f"{HOME}/{waiting.id}", language="zh")
    assert f"shop@1: 发布 {waiting.id} 尚未按现在的回答方式在其上评测" in missing
    strict = await evaluate(shop, OPEN, "answering.min_confidence", 1.0)
    failed = await read(admin, f"{HOME}/{strict}", language="zh")
    assert re.search(r"shop@1: 准确率为 0\.\d+（95% 区间 .* 个用例），要求至少 0\.6。", failed)
    for english in ("is asked for", "significantly", "cases were asked", "too few"):
        assert english not in failed
    assert "Accuracy is 0." in await read(admin, f"{HOME}/{strict}")


@pytest.mark.parametrize(
    ("solved", "told"), [(60, "Not certain yet"), (0, "It is worse: end the trial.")]
)
async def test_a_comparison_shows_how_it_stands(
    client: AsyncClient,
    database: Database,
    conn: Connection,
    resources: Resources,
    live: Release,
    solved: int,
    told: str,
) -> None:
    tried = await propose_setting(conn, resources, top_k=5)
    await start_trial(conn, tried.id, TrialKind.COMPARISON, share=0.5, author=AUTHOR)
    await add_answers(conn, live.id, 60)
    await add_answers(conn, tried.id, solved)
    await add_answers(conn, tried.id, 60 - solved, outcome="abstained")
    await conn.execute("update conversations set created_at = clock_timestamp()")
    await sign_in(client, database, "manager")
    shown = await read(client, HOME)
    assert told in shown
    assert f"Conversations solved 1 {solved / 60:g}" in shown
    assert "60 / 60" in shown
