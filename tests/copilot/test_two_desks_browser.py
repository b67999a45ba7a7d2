"""Two people at the desk in two browsers, with the same conversation before them."""

from collections.abc import AsyncIterator

import pytest
from browsing import find_serious_violations
from desk_site import QUESTION, Site, ask, hire, open_site, sit_down
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from kefu.conversations import get_conversation, list_messages
from kefu.resources import Resources

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("desk")]

EVENTS = "**/api/desk/events*"
REFUSED = "Mia serves this conversation already."
WIDE = {"width": 1360, "height": 860}
SOONER_THAN_BY_ITSELF = 5000


@pytest.fixture
async def site(built_app: FastAPI, resources: Resources) -> AsyncIterator[Site]:
    async with open_site(built_app, resources) as site:
        yield site


async def test_who_is_second_sees_who_types_and_is_told_who_was_first(
    browser: Browser, site: Site
) -> None:
    _, secret = await hire(site.resources, "Ben")
    id = await ask(site)
    async with (
        sit_down(browser, site, viewport=WIDE) as mia,
        sit_down(browser, site, secret=secret, viewport=WIDE) as ben,
    ):
        for page in (mia, ben):
            await page.goto(f"/desk/{id}?list=open")
            await expect(page.locator(".message.customer .said")).to_have_text(QUESTION)
        await expect(mia.locator("#here")).to_have_text("Also here: Ben")
        await expect(ben.locator("#here")).to_have_text("Also here: Mia")
        await mia.locator("#answer").press_sequentially("It takes")
        await expect(ben.locator("#typing")).to_have_text("Mia is typing…")
        await expect(mia.locator("#typing")).to_be_hidden()
        await ben.context.set_offline(True)
        await _take_and_answer(mia)
        await ben.context.set_offline(False)
        await expect(ben.locator(".served")).to_have_text("Mia")
        await expect(ben.locator(".message.staff .said")).to_have_text("It takes 7 days.")
        await expect(ben.locator(".event")).to_contain_text(["handed it over", "Mia took it"])
        assert await find_serious_violations(ben) == []
        await ben.goto("/desk?list=open")
        await expect(mia.locator("#here")).to_be_hidden()
    async with site.database.connection() as conn:
        assert (await get_conversation(conn, id)).assignee_id == site.staff.id
        assert len(await list_messages(conn, id, limit=9)) == 2


async def test_who_has_written_is_not_said_to_type(browser: Browser, site: Site) -> None:
    _, secret = await hire(site.resources, "Ben")
    id = await ask(site)
    async with (
        sit_down(browser, site, viewport=WIDE) as mia,
        sit_down(browser, site, secret=secret, viewport=WIDE) as ben,
    ):
        for page in (mia, ben):
            await page.goto(f"/desk/{id}?list=open")
            await expect(page.locator("#composer")).to_be_visible()
        await mia.locator("#answer").press_sequentially("It takes 7 days.")
        await expect(ben.locator("#typing")).to_be_visible()
        await mia.keyboard.press("Control+Enter")
        await expect(ben.locator("#typing")).to_be_hidden(timeout=SOONER_THAN_BY_ITSELF)


async def _take_and_answer(page: Page) -> None:
    """Sent twice in a breath, it is there once."""
    await page.locator("#answer").fill("It takes 7 days.")
    await page.locator("[data-key=t]").click()
    await expect(page.locator(".served")).to_have_text("Mia")
    await expect(page.locator("#answer")).to_have_value("It takes 7 days.")
    await page.locator("#answer").focus()
    await page.keyboard.press("Control+Enter")
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".message.staff .said")).to_have_text("It takes 7 days.")
    await expect(page.locator("#answer")).to_have_value("")


async def test_who_did_not_hear_of_it_is_refused_and_loses_no_word(
    browser: Browser, site: Site
) -> None:
    _, secret = await hire(site.resources, "Ben")
    id = await ask(site)
    async with (
        sit_down(browser, site, viewport=WIDE) as mia,
        sit_down(browser, site, secret=secret, viewport=WIDE) as ben,
    ):
        await ben.context.route(EVENTS, lambda route: route.abort())
        for page in (mia, ben):
            await page.goto(f"/desk/{id}?list=open")
            await expect(page.locator("#composer")).to_be_visible()
        await ben.locator("#answer").fill("About a week.")
        await _take_and_answer(mia)
        await ben.locator("[data-key=t]").click()
        await expect(ben.locator(".notice.bad")).to_have_text(REFUSED)
        await expect(ben.locator(".served")).to_have_text("Mia")
        await expect(ben.locator("#answer")).to_have_value("About a week.")
        await expect(ben.locator(".message.staff .said")).to_have_text("It takes 7 days.")
        assert await find_serious_violations(ben) == []
        await ben.locator("#answer").focus()
        await ben.keyboard.press("Control+Enter")
        await expect(ben.locator(".notice.bad")).to_have_text(REFUSED)
        await expect(ben.locator("#answer")).to_have_value("About a week.")
        await expect(mia.locator(".message.staff")).to_have_count(1)
    async with site.database.connection() as conn:
        assert len(await list_messages(conn, id, limit=9)) == 2
