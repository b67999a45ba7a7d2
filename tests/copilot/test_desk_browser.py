"""A day at the desk in a real Chromium: seen, answered with a suggestion, resolved."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

import pytest
from browsing import collect_failures, find_serious_violations, serve_app
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect
from signing_in import COOKIE

from kefu.accounts import Staff, add_staff, start_session
from kefu.conversations import (
    HandOver,
    NewMessage,
    get_conversation,
    hand_over,
    list_messages,
    record_question,
    replace_customer,
    send_as_customer,
    start_conversation,
)
from kefu.copilot import list_figures
from kefu.copilot.store import list_suggestions
from kefu.db import Database
from kefu.resources import Resources
from kefu.server import attach
from kefu.viewer import Viewer

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("desk")]

PATIENCE = 30_000
LONG_AGO = datetime.now(UTC) - timedelta(days=1)
QUESTION = "How many days does a refund take?"
CUSTOMER = Viewer(name="customer", customer_id="4711", permissions=frozenset({"chat"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running desk and somebody who sits at it."""

    address: str
    database: Database
    staff: Staff
    secret: str


@pytest.fixture
async def site(built_app: FastAPI, resources: Resources) -> AsyncIterator[Site]:
    attach(built_app, resources)
    feeding = asyncio.create_task(built_app.state.feed.run())
    async with resources.database.transaction() as conn:
        staff = await add_staff(
            conn, actor="test", email="mia@example.com", name="Mia", role="staff"
        )
        secret = await start_session(conn, staff, settings=resources.settings.accounts)
    async with serve_app(built_app) as address:
        yield Site(address=address, database=resources.database, staff=staff, secret=secret)
        built_app.state.feed.close()
    feeding.cancel()
    with suppress(asyncio.CancelledError):
        await feeding


@asynccontextmanager
async def sit_down(browser: Browser, site: Site, **options: Any) -> AsyncIterator[Page]:
    """The desk in a browser, on which nothing may fail."""
    context = await browser.new_context(base_url=site.address, locale="en", **options)
    await context.add_cookies([{"name": COOKIE, "value": site.secret, "url": site.address}])
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    failures = collect_failures(page)
    yield page
    await context.close()
    assert failures == []


async def ask(site: Site, question: str = QUESTION, *, customer_id: str | None = "4711") -> UUID:
    """A conversation that waits for people."""
    async with site.database.transaction() as conn:
        conversation = await start_conversation(
            conn, question, base="main", customer_id=customer_id
        )
        await record_question(conn, question, conversation_id=conversation.id)
        await hand_over(conn, conversation.id, HandOver(reason="asked"))
    return conversation.id


async def test_a_conversation_from_the_queue_to_its_end(browser: Browser, site: Site) -> None:
    async with sit_down(browser, site, viewport={"width": 1360, "height": 860}) as page:
        await page.goto("/desk?list=open")
        await expect(page.locator(".row")).to_have_count(0)
        id = await ask(site)
        await _take(page)
        await _answer(page)
        await _hear_more(page, site, id)
        await _resolve(page)
    async with site.database.connection() as conn:
        assert (await get_conversation(conn, id)).disposition == "refund"
        figures = {each.aid: each for each in await list_figures(conn, since=LONG_AGO)}
        assert figures["reply"].accepted_count == 1
        assert len(await list_messages(conn, id, limit=9)) == 3
        kinds = {each.aid for each in await list_suggestions(conn, since=LONG_AGO, limit=9)}
        assert kinds >= {"reply", "summary"}


async def _take(page: Page) -> None:
    await expect(page.locator(".row .preview")).to_have_text(QUESTION)
    await page.keyboard.press("j")
    await expect(page.locator(".message.customer .said")).to_have_text(QUESTION)
    await page.keyboard.press("t")
    await expect(page.locator(".served")).to_have_text("Mia")


async def _answer(page: Page) -> None:
    """With the suggestion, by one key."""
    await page.keyboard.press("s")
    await expect(page.locator("#aid .aid-text")).to_contain_text("7 working days")
    assert await find_serious_violations(page) == []
    await page.keyboard.press("r")
    await page.keyboard.press("Tab")
    await expect(page.locator("#answer")).to_have_value(
        "Hello,\nA refund takes 7 working days. Please let me know if there is anything else."
    )
    await page.keyboard.press("Control+Enter")
    await expect(page.locator(".message.staff .said")).to_contain_text("7 working days")
    await expect(page.locator("#answer")).to_have_value("")


async def _hear_more(page: Page, site: Site, id: UUID) -> None:
    """What the customer writes meanwhile leaves alone what is being typed."""
    await page.locator("#answer").fill("half an answer")
    async with site.database.transaction() as conn:
        thanks = NewMessage(text="Great, thanks!")
        await send_as_customer(conn, id, thanks, viewer=CUSTOMER, reopen_days=7)
    await expect(page.locator(".message.customer")).to_have_count(2)
    await expect(page.locator("#answer")).to_have_value("half an answer")


async def _resolve(page: Page) -> None:
    await page.locator("#answer").blur()
    await page.get_by_role("button", name="Summary and next steps").click()
    await expect(page.locator("#panel-aid")).to_contain_text("Resolve it")
    await page.locator("#panel-aid").focus()
    await page.keyboard.press("e")
    await page.locator("#resolve [name=disposition]").fill("refund")
    await page.keyboard.press("Enter")
    await expect(page.locator("#composer")).to_have_count(0)
    await expect(page.locator(".row")).to_have_count(0)


async def test_two_hundred_conversations_on_a_phone_and_a_screen(
    browser: Browser, site: Site
) -> None:
    """Rows that others change are replaced one by one; no step of it holds the page up long."""
    async with site.database.transaction() as conn:
        await replace_customer(
            conn, "4711", name="Ada", email="", language="en", is_vip=True, attributes={}
        )
        for number in range(200):
            conversation = await start_conversation(conn, "Hello", base="main")
            text = f"Question {number}: where is my parcel?"
            await record_question(conn, text, conversation_id=conversation.id)
    async with sit_down(browser, site, viewport={"width": 1360, "height": 860}) as page:
        await page.goto("/desk?list=all")
        await expect(page.locator(".row")).to_have_count(200)
        await page.evaluate(
            "() => { document.querySelectorAll('.row').forEach(row => { row.stays = true; }) }"
        )
        await ask(site)
        await expect(page.locator(".row .badge").first).to_have_text("VIP")
        assert await page.evaluate(
            "() => [...document.querySelectorAll('.row')].filter(row => row.stays).length"
        ) in {199, 200}
        await page.locator("#rows").evaluate("rows => { rows.scrollTop = rows.scrollHeight; }")
        await expect(page.locator(".row").last).to_be_in_viewport()
    for scheme in ("light", "dark"):
        async with sit_down(
            browser,
            site,
            viewport={"width": 375, "height": 667},
            color_scheme=scheme,
            reduced_motion="reduce",
        ) as page:
            await page.goto("/desk?list=all")
            assert await page.evaluate("document.documentElement.scrollWidth") == 375
            assert await find_serious_violations(page) == []
            await page.locator(".row a").first.click()
            await expect(page.locator(".message.customer .said")).to_be_visible()
            assert await page.evaluate("document.documentElement.scrollWidth") == 375
            assert await find_serious_violations(page) == []
