"""A day at the desk in a real Chromium: seen, answered with a suggestion, resolved."""

from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from browsing import find_serious_violations
from desk_site import CUSTOMER, QUESTION, Site, ask, open_site, sit_down
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect

from kefu.conversations import (
    NewMessage,
    get_conversation,
    list_messages,
    record_question,
    replace_customer,
    send_as_customer,
    start_conversation,
)
from kefu.copilot import list_figures
from kefu.copilot.store import list_suggestions
from kefu.llm import ScriptedEndpoint
from kefu.resources import Resources

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("desk")]

LONG_AGO = datetime.now(UTC) - timedelta(days=1)
WIDE = {"width": 1360, "height": 860}
DRAFT = ("A refund takes 7 working days. [1] ", "Gift cards are kept. [1] ", "Soon. [1]")


@pytest.fixture
async def site(built_app: FastAPI, resources: Resources) -> AsyncIterator[Site]:
    async with open_site(built_app, resources) as site:
        yield site


async def test_a_conversation_from_the_queue_to_its_end(browser: Browser, site: Site) -> None:
    async with sit_down(browser, site, viewport=WIDE) as page:
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
    await page.set_viewport_size({"width": 1360, "height": 480})  # as a suggestion takes its room
    await expect(page.locator("#timeline .message").last).to_be_in_viewport()
    await page.set_viewport_size(WIDE)


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
    async with sit_down(browser, site, viewport=WIDE) as page:
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


async def test_what_can_be_done_with_a_suggestion_stays_in_sight_and_menus_make_room(
    browser: Browser, site: Site
) -> None:
    async with sit_down(browser, site, viewport={"width": 1280, "height": 480}) as page:
        id = await ask(site)
        await page.goto(f"/desk/{id}?list=open")
        await page.keyboard.press("s")
        await expect(page.locator("#aid .cited")).to_have_count(1)
        await expect(page.locator("#aid [data-accept]")).to_be_in_viewport(ratio=1)
        tones = page.locator(".menu-body").first
        await page.get_by_text("Rewrite", exact=True).click()
        await expect(tones).to_be_visible()
        await page.locator(".pane-head h2").click()
        await expect(tones).to_be_hidden()


async def test_on_a_phone_menus_are_whole_and_leave_send_free(browser: Browser, site: Site) -> None:
    async with sit_down(browser, site, viewport={"width": 375, "height": 667}) as page:
        id = await ask(site)
        await page.goto(f"/desk/{id}?list=open")
        await page.get_by_text("Rewrite", exact=True).click()
        await expect(page.locator(".menu-body").first).to_be_in_viewport(ratio=1)
        await page.locator("#composer [value=send]").click(trial=True)


async def test_what_is_done_with_all_that_are_ticked_waits_for_a_tick(
    browser: Browser, site: Site
) -> None:
    async with sit_down(browser, site, viewport=WIDE) as page:
        await ask(site)
        await page.goto("/desk?list=unassigned")
        take = page.locator(".bulk [value=take]")
        await expect(take).to_be_disabled()
        await page.locator(".row input").check()
        await expect(take).to_be_enabled()
        await ask(site)
        await expect(page.locator(".row")).to_have_count(2)
        await expect(take).to_be_enabled()
        await page.locator(".row input:checked").uncheck()
        await expect(take).to_be_disabled()


async def test_a_reply_is_watched_stopped_and_follows_what_is_typed(
    browser: Browser, built_app: FastAPI, resources: Resources
) -> None:
    drafting = replace(resources, endpoint=ScriptedEndpoint(DRAFT, delay_seconds=0.7))
    async with (
        open_site(built_app, drafting) as site,
        sit_down(browser, site, viewport=WIDE) as page,
    ):
        id = await ask(site)
        await page.goto(f"/desk/{id}?list=open")
        await page.keyboard.press("s")
        text, field = page.locator("#aid .aid-text"), page.locator("#answer")
        await expect(text).to_contain_text("7 working days")
        await expect(page.locator("#aid [data-stop]")).to_be_visible()
        await page.keyboard.press("r")
        await page.keyboard.press("Escape")
        await expect(page.locator("#aid")).to_contain_text("stopped before it was whole")
        assert await find_serious_violations(page) == []
        shown = await text.text_content()
        assert shown is not None
        assert "let me know" not in shown
        await field.press_sequentially("I looked it up. ")
        await expect(text).to_contain_text("I looked it up. A refund takes 7 working days.")
        await expect(text).to_contain_text("let me know")
        await page.keyboard.press("Tab")
        await expect(field).to_have_value(
            "I looked it up. A refund takes 7 working days. Gift cards are kept."
            " Please let me know if there is anything else."
        )
        await page.keyboard.press("Control+Enter")
        await expect(page.locator(".message.staff .said")).to_contain_text("I looked it up.")
    async with resources.database.connection() as conn:
        (figures,) = await list_figures(conn, since=LONG_AGO)
    assert (figures.shown_count, figures.accepted_count) == (1, 1)
