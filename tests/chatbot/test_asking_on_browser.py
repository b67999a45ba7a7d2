"""Who goes on asking while an answer is written, on the chat page in a real Chromium."""

import pytest
from browsing import find_serious_violations
from documents import refund_answer
from playwright.async_api import Page, expect
from scripted import ScriptedAnswerer

pytestmark = pytest.mark.browser

QUESTION = "退款多久到账？"
NEXT = "节假日呢？"


async def ask_and_ask_on(page: Page) -> None:
    """Ask, and press Enter on the next question while the first is answered."""
    await page.fill("#question", QUESTION)
    await page.press("#question", "Enter")
    await expect(page.locator(".pending .prose")).to_contain_text("3 个工作日")
    await page.fill("#question", NEXT)
    await page.press("#question", "Enter")
    await expect(page.locator("#waiting")).to_be_visible()
    await expect(page.locator("#waiting")).to_contain_text("自动发送")
    await expect(page.locator(".question")).to_have_text([QUESTION])
    await expect(page.locator("#question")).to_have_value(NEXT)


@pytest.mark.parametrize("end", ["whole", "failed", "stopped"])
async def test_a_question_sent_while_an_answer_is_written_follows_its_end(
    page: Page, answerer: ScriptedAnswerer, end: str
) -> None:
    events = refund_answer(1)
    rest = [RuntimeError("secret")] if end == "failed" else events[3:]
    is_released = answerer.hold(QUESTION, events[:3], rest)
    await page.emulate_media(reduced_motion="reduce")  # axe waits for the end of what moves
    await ask_and_ask_on(page)
    await expect(page.locator("#announcer")).to_contain_text("自动发送")
    assert await find_serious_violations(page) == []
    if end == "stopped":
        await page.locator("#stop").dblclick()
    else:
        is_released.set()
    await expect(page.locator(".question")).to_have_text([QUESTION, NEXT])
    await expect(page.locator(".turn").nth(1).locator(".feedback")).to_be_visible()
    await expect(page.locator(".failure")).to_have_count(0 if end == "whole" else 1)
    await expect(page.locator("#waiting")).to_be_hidden()
    await expect(page.locator("#question")).to_have_value("")


async def test_typing_on_takes_back_that_a_question_is_sent(
    page: Page, answerer: ScriptedAnswerer
) -> None:
    events = refund_answer(1)
    is_released = answerer.hold(QUESTION, events[:3], events[3:])
    await ask_and_ask_on(page)
    await page.keyboard.type("或者")
    await expect(page.locator("#waiting")).to_be_hidden()
    is_released.set()
    await expect(page.locator(".feedback")).to_be_visible()
    await expect(page.locator("#question")).to_have_value(f"{NEXT}或者")
    await expect(page.locator(".question")).to_have_text([QUESTION])
    await page.press("#question", "Enter")
    await expect(page.locator(".question")).to_have_text([QUESTION, f"{NEXT}或者"])
