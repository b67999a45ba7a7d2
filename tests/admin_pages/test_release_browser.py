"""The pages of releases with something on them, in a real Chromium."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from browsing import find_serious_violations
from filled_site import Site
from playwright.async_api import Browser, expect
from test_admin_browser import LOOKS, visit

from kefu.evaluation import Grade
from kefu.releases import TrialKind, start_trial
from kefu.rollout import Changes, begin, evaluate_release, propose
from kefu.rollout.records import LiveAnswer
from kefu.rollout.store import EVALUATION_LOCK, insert_grades, only_one
from kefu.tracing import list_rated

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("admin_pages")]

FILLED = {
    "/admin/releases": "tbody tr",
    "/admin/releases/{number}": ".notice.bad",
    "/admin/releases/_graded": "article.card .reasons",
}
"""What stands on a page when it shows something."""

GRADES = {
    "faithfulness": Grade(
        value=0.5,
        reason="Of %(count)s sentences %(wrong)s are not supported: %(problems)s",
        values={"count": 2, "wrong": 1, "problems": "99 (Within 99 days.)"},
    ),
    "safety": Grade(value=1.0, reason="It gives nothing away."),
}


@pytest.fixture
def low_limits(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "gates.toml").write_text("least_cases = 2")
    monkeypatch.chdir(tmp_path)


@pytest.fixture(scope="module")
async def release_id(site: Site) -> int:
    """A release that is tried, on a site on which one answer was graded."""
    async with site.resources.database.transaction() as conn:
        live = (await begin(conn, site.resources)).live
        changes = Changes(settings={"retrieval.top_k": 7})
        tried = await propose(conn, site.resources, changes, author="lin@lanhe.example")
        await start_trial(conn, tried.id, TrialKind.COMPARISON, share=0.5, author="lin")
        since = datetime.now(UTC) - timedelta(days=1)
        (rated,) = await list_rated(conn, since=since, limit=1, base="main")
        answer = LiveAnswer(
            message_id=rated.message_id,
            release_id=live.id,
            question="",
            answer={},
            answered_at=datetime.now(UTC),
        )
        await insert_grades(conn, answer, GRADES)
    return tried.id


@pytest.mark.parametrize(("language", "theme"), LOOKS)
async def test_every_page_of_releases_is_sound_on_a_phone(
    browser: Browser, site: Site, release_id: int, language: str, theme: Any
) -> None:
    async with visit(
        browser, site, locale=language, color_scheme=theme, reduced_motion="reduce"
    ) as page:
        for path, filled in FILLED.items():
            await page.goto(path.format(number=release_id))
            await expect(page.locator(filled).first).to_be_visible()
            await expect(page.locator(".side [aria-current]")).to_have_count(1)
            assert await page.evaluate("document.documentElement.scrollWidth") == 375, path
            assert await find_serious_violations(page) == [], path


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_every_page_of_releases_works_without_scripts(
    browser: Browser, site: Site, release_id: int, language: str
) -> None:
    async with visit(browser, site, locale=language, java_script_enabled=False) as page:
        for path, filled in FILLED.items():
            await page.goto(path.format(number=release_id))
            await expect(page.locator("html")).to_have_attribute("lang", language)
            await expect(page.locator(filled).first).to_be_visible()


async def test_a_graded_answer_becomes_a_case_without_scripts(
    browser: Browser, site: Site, release_id: int
) -> None:
    async with visit(browser, site, locale="en", java_script_enabled=False) as page:
        await page.goto("/admin/releases")
        await page.get_by_role("link", name="Graded live answers").click()
        await page.get_by_role("button", name="Make a case of this answer").click()
        await page.wait_for_url("**/admin/evaluation/proposals/1")


@pytest.mark.usefixtures("low_limits")
async def test_the_verdict_of_every_check_is_seen_on_a_phone(
    browser: Browser, site: Site, release_id: int
) -> None:
    await evaluate_release(site.resources, release_id, author="lin")
    async with visit(browser, site, locale="en") as page:
        await page.goto(f"/admin/releases/{release_id}")
        rows = page.locator(".stacked tbody tr")
        assert await rows.count() > 1
        for row in await rows.all():
            badge = await row.locator(".badge").bounding_box()
            assert badge is not None
            assert badge["x"] + badge["width"] <= 375
        assert await page.evaluate("document.documentElement.scrollWidth") == 375
        assert await find_serious_violations(page) == []


@pytest.mark.usefixtures("low_limits")
async def test_a_page_that_follows_an_evaluation_keeps_what_is_typed(
    browser: Browser, site: Site, release_id: int
) -> None:
    async with visit(browser, site, locale="en") as page:
        async with (
            site.resources.database.connection() as conn,
            only_one(conn, release_id, lock=EVALUATION_LOCK),
        ):
            await page.goto(f"/admin/releases/{release_id}")
            await page.fill("[name=percent]", "33")
            async with page.expect_response(f"**/admin/releases/{release_id}"):
                await expect(page.locator("#progress")).to_be_visible()
            assert await find_serious_violations(page) == []
            assert await page.input_value("[name=percent]") == "33"
        await expect(page.locator("#progress")).to_have_count(0)
