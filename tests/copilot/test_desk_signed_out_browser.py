"""What is written at the desk when the session ends, in a real Chromium."""

from collections.abc import AsyncIterator

import pytest
from browsing import find_serious_violations
from desk_site import Site, ask, open_site, sit_down
from fastapi import FastAPI
from playwright.async_api import Browser, BrowserContext, expect
from signing_in import COOKIE

from kefu.accounts import end_session, start_session
from kefu.resources import Resources

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("desk")]

ENDED = "#session [data-state=ended]"
REPLY = "It takes 7 days."


@pytest.fixture
async def site(built_app: FastAPI, resources: Resources) -> AsyncIterator[Site]:
    async with open_site(built_app, resources) as site:
        yield site


async def leave(site: Site) -> None:
    async with site.database.transaction() as conn:
        await end_session(conn, site.secret)


async def enter(site: Site, context: BrowserContext) -> None:
    async with site.database.transaction() as conn:
        secret = await start_session(conn, site.staff, settings=site.resources.settings.accounts)
    await context.add_cookies([{"name": COOKIE, "value": secret, "url": site.address}])


async def test_a_reply_waits_for_who_signs_in_again_and_is_sent_once(
    browser: Browser, site: Site
) -> None:
    id = await ask(site)
    async with sit_down(browser, site, viewport={"width": 1360, "height": 860}) as page:
        await page.goto(f"/desk/{id}?list=open")
        await page.locator("#answer").fill(REPLY)
        await leave(site)
        await page.locator("#composer [value=send]").click()
        await expect(page.locator(ENDED)).to_be_visible()
        await expect(page.locator("#connection")).to_be_hidden()
        await expect(page.locator("#answer")).to_have_value(REPLY)
        await page.locator(".row a").first.click()
        await page.locator("#composer [value=reply]").click()
        await expect(page.locator("#answer")).to_have_value(REPLY)
        assert await find_serious_violations(page) == []
        await enter(site, page.context)
        await page.locator("#composer [value=send]").click()
        await expect(page.locator(".message.staff .said")).to_have_text(REPLY)
        await expect(page.locator("#answer")).to_have_value("")
        await expect(page.locator(ENDED)).to_be_hidden()


async def test_replies_are_there_again_after_signing_in_on_the_same_page(
    browser: Browser, site: Site
) -> None:
    ids = [await ask(site), await ask(site, customer_id="4712")]
    async with sit_down(browser, site, viewport={"width": 1360, "height": 860}) as page:
        await page.goto(f"/desk/{ids[0]}?list=open")
        await page.locator("#answer").fill(REPLY)
        await page.locator(f".row[data-id='{ids[1]}'] a").click()
        await expect(page.locator(f".conversation[data-id='{ids[1]}']")).to_be_visible()
        await page.locator("#answer").fill("Another one.")
        await leave(site)
        await page.reload()
        await page.wait_for_url("**/sign-in?next=*")
        await enter(site, page.context)
        await page.goto(f"/desk/{ids[1]}?list=open")
        await expect(page.locator("#answer")).to_have_value("Another one.")
        await page.locator(f".row[data-id='{ids[0]}'] a").click()
        await expect(page.locator("#answer")).to_have_value(REPLY)
        await page.locator("#composer [value=send]").click()
        await expect(page.locator(".message.staff .said")).to_have_text(REPLY)
        await page.reload()
        await expect(page.locator("#answer")).to_have_value("")
