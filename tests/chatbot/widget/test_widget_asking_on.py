"""Who goes on asking while an answer is written, in the widget in a real Chromium."""

import asyncio

import pytest
from browsing import find_serious_violations
from documents import refund_answer
from playwright.async_api import Browser, Page, expect
from scripted import ScriptedAnswerer
from shop_site import Shop, visit

pytestmark = pytest.mark.browser

QUESTION = "退款多久到账？"
NEXT = "节假日呢？"


async def ask_and_ask_on(page: Page) -> None:
    """Ask, and press Enter on the next question while the first is answered."""
    await page.goto("/")
    await page.locator(".launcher").click()
    field = page.locator(".composer textarea")
    await field.fill(QUESTION)
    await field.press("Enter")
    await expect(page.locator(".pending .prose")).to_contain_text("3 个工作日")
    await field.fill(NEXT)
    await field.press("Enter")
    await expect(page.locator(".waiting")).to_contain_text("自动发送")
    await expect(page.locator(".customer .bubble")).to_have_text([QUESTION])
    await expect(field).to_have_value(NEXT)


@pytest.mark.parametrize("end", ["whole", "failed", "stopped"])
async def test_the_widget_sends_after_an_answer_what_was_sent_while_it_was_written(
    browser: Browser, shop: Shop, answerer: ScriptedAnswerer, end: str
) -> None:
    is_released = asyncio.Event()
    events = refund_answer(1)
    rest = [RuntimeError("secret")] if end == "failed" else events[3:]
    answerer.scripts[QUESTION] = [*events[:3], is_released, *rest]
    async with visit(browser, shop, reduced_motion="reduce") as page:
        await ask_and_ask_on(page)
        await expect(page.locator("[aria-live=polite]")).to_contain_text("自动发送")
        assert await find_serious_violations(page) == []
        if end == "stopped":
            await page.get_by_role("button", name="停止回答").dblclick()
        else:
            is_released.set()
        await expect(page.locator(".customer .bubble")).to_have_text([QUESTION, NEXT])
        await expect(page.locator(".message").last.locator(".feedback")).to_be_visible()
        await expect(page.locator(".failure")).to_have_count(0 if end == "whole" else 1)
        await expect(page.locator(".waiting")).to_be_hidden()
        await expect(page.locator(".composer textarea")).to_have_value("")


async def test_the_widget_keeps_what_was_typed_on_or_belongs_to_another_conversation(
    browser: Browser, shop: Shop, answerer: ScriptedAnswerer
) -> None:
    is_released = asyncio.Event()
    events = refund_answer(1)
    answerer.scripts[QUESTION] = [*events[:3], is_released, *events[3:]]
    async with visit(browser, shop) as page:
        await ask_and_ask_on(page)
        field = page.locator(".composer textarea")
        await field.press_sequentially("或者")
        await expect(page.locator(".waiting")).to_be_hidden()
        await field.press("Enter")
        await expect(page.locator(".waiting")).to_be_visible()
        await page.get_by_role("button", name="新对话").click()
        await expect(page.locator(".waiting")).to_be_hidden()
        is_released.set()
        await expect(page.locator(".message")).to_have_count(0)
        await expect(field).to_have_value(f"{NEXT}或者")


async def test_what_waits_in_a_closed_widget_is_sent_and_leaves_it_closed(
    browser: Browser, shop: Shop, answerer: ScriptedAnswerer
) -> None:
    is_released = asyncio.Event()
    events = refund_answer(1)
    answerer.scripts[QUESTION] = [*events[:3], is_released, *events[3:]]
    async with visit(browser, shop) as page:
        await ask_and_ask_on(page)
        await page.keyboard.press("Escape")
        is_released.set()
        await expect(page.locator(".message .feedback")).to_have_count(2)
        await expect(page.locator(".panel")).to_be_hidden()
        await page.evaluate("Kefu.ask('还有呢？')")
        await expect(page.locator(".panel")).to_be_visible()
        await expect(page.locator(".customer .bubble")).to_have_text([QUESTION, NEXT, "还有呢？"])
