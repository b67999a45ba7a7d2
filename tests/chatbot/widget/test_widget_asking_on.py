"""Who asks on while an answer is written, or in two tabs, in the widget in a real Chromium."""

import asyncio

import pytest
from browsing import find_serious_violations
from documents import refund_answer
from playwright.async_api import Browser, Page, Route, expect
from scripted import ScriptedAnswerer
from shop_site import Shop, visit

from kefu.resources import Resources

pytestmark = pytest.mark.browser

QUESTION = "退款多久到账？"
NEXT = "节假日呢？"
SIGNS_ARE_OVER_MS = 9000


async def read_roles(resources: Resources) -> list[str]:
    async with resources.database.connection() as conn:
        cursor = await conn.execute("select role from messages order by position")
        return [role for (role,) in await cursor.fetchall()]


async def ask(page: Page, question: str) -> None:
    count = await page.locator(".message .feedback").count()
    await page.locator(".composer textarea").fill(question)
    await page.locator(".composer textarea").press("Enter")
    await expect(page.locator(".message .feedback")).to_have_count(count + 1)


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
    events = refund_answer(1)
    rest = [RuntimeError("secret")] if end == "failed" else events[3:]
    is_released = answerer.hold(QUESTION, events[:3], rest)
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
    events = refund_answer(1)
    is_released = answerer.hold(QUESTION, events[:3], events[3:])
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
    events = refund_answer(1)
    is_released = answerer.hold(QUESTION, events[:3], events[3:])
    async with visit(browser, shop) as page:
        await ask_and_ask_on(page)
        await page.keyboard.press("Escape")
        is_released.set()
        await expect(page.locator(".message .feedback")).to_have_count(2)
        await expect(page.locator(".panel")).to_be_hidden()
        await page.evaluate("Kefu.ask('还有呢？')")
        await expect(page.locator(".panel")).to_be_visible()
        await expect(page.locator(".customer .bubble")).to_have_text([QUESTION, NEXT, "还有呢？"])


async def test_the_widget_goes_on_with_an_answer_on_the_next_page(
    browser: Browser, shop: Shop, answerer: ScriptedAnswerer, resources: Resources
) -> None:
    events = refund_answer(1)
    is_released = answerer.hold(QUESTION, events[:3], events[3:])
    async with visit(browser, shop, viewport={"width": 1280, "height": 800}) as page:
        await ask_and_ask_on(page)
        await page.get_by_role("link", name="Next page").click()
        await page.wait_for_url("**/next")
        await expect(page.locator(".pending .prose")).to_contain_text("3 个工作日")
        await expect(page.locator(".failure")).to_have_count(0)
        is_released.set()
        await expect(page.locator(".message .feedback")).to_have_count(1)
        await expect(page.locator(".message")).to_have_count(2)
    assert await read_roles(resources) == ["customer", "chatbot"]


async def test_the_widget_begins_nothing_again_that_was_stopped(
    browser: Browser, shop: Shop, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts[QUESTION] = [*refund_answer(1)[:3], asyncio.Event()]
    async with visit(browser, shop) as page:
        await ask_and_ask_on(page)
        await page.locator(".composer textarea").fill("")
        await page.get_by_role("button", name="停止回答").click()
        await expect(page.locator(".failure")).to_contain_text("您已停止")
        await page.clock.install()
        await page.reload()
        await expect(page.locator(".failed .progress")).to_contain_text("正在撰写回答")
        await page.clock.run_for(SIGNS_ARE_OVER_MS)
        await expect(page.locator(".failure")).to_contain_text("还没有得到回答")
        await expect(page.locator(".failed .progress")).to_have_count(0)
    assert len(answerer.asked) == 1


async def test_two_tabs_with_the_widget_show_everything_once(
    browser: Browser, shop: Shop, answerer: ScriptedAnswerer, chunk_id: int
) -> None:
    events = refund_answer(chunk_id)
    is_released = answerer.hold(QUESTION, events[:3], events[3:])
    async with visit(browser, shop) as page:
        await page.goto("/")
        await page.locator(".launcher").click()
        await ask(page, "第一个问题")
        other = await page.context.new_page()
        await other.goto("/")
        await other.locator(".launcher").click()
        await expect(other.locator(".message")).to_have_count(2)
        await page.locator(".composer textarea").fill(QUESTION)
        await page.locator(".composer textarea").press("Enter")
        await expect(other.locator(".failed .progress")).to_contain_text("正在撰写回答")
        await expect(other.locator(".failure")).to_be_hidden()
        is_released.set()
        await expect(other.locator(".message").last.locator("table")).to_be_visible()
        await expect(other.locator(".message").last.locator(".sources li")).to_have_count(1)
        await ask(other, NEXT)
        for each in (page, other):
            await expect(each.locator(".customer .bubble")).to_have_text(
                ["第一个问题", QUESTION, NEXT]
            )
            await expect(each.locator(".message .feedback")).to_have_count(3)
            await expect(each.locator(".message")).to_have_count(6)


@pytest.mark.parametrize("earlier", [["第一个问题"], []])
async def test_the_widget_asks_again_for_an_answer_that_was_lost_on_the_way(
    browser: Browser,
    shop: Shop,
    answerer: ScriptedAnswerer,
    resources: Resources,
    earlier: list[str],
) -> None:
    async def lose(route: Route) -> None:
        await route.fetch()
        await route.abort("connectionfailed")

    async with visit(browser, shop) as page:
        await page.route("**/events", lambda route: route.abort())  # they would bring the answer
        await page.goto("/")
        await page.locator(".launcher").click()
        for question in earlier:
            await ask(page, question)
        await page.route("**/messages", lose)
        await page.locator(".composer textarea").fill(QUESTION)
        await page.locator(".composer textarea").press("Enter")
        await expect(page.locator(".failure")).to_contain_text("连接")
        await page.unroute("**/messages")
        await page.locator(".failure .pill").click()
        asked = [*earlier, QUESTION]
        await expect(page.locator(".message .feedback")).to_have_count(len(asked))
        await expect(page.locator(".customer .bubble")).to_have_text(asked)
    assert await read_roles(resources) == ["customer", "chatbot"] * len(asked)
    assert [question for question, *_ in answerer.asked] == asked


@pytest.mark.parametrize("after_seconds", [0, 2])
async def test_an_answer_that_was_lost_on_the_way_comes_with_what_happens_in_the_conversation(
    browser: Browser, shop: Shop, resources: Resources, after_seconds: float
) -> None:
    async def lose(route: Route) -> None:
        await route.fetch()
        await asyncio.sleep(after_seconds)
        await route.abort("connectionfailed")

    async with visit(browser, shop) as page:
        await page.goto("/")
        await page.locator(".launcher").click()
        await ask(page, "第一个问题")
        await page.route("**/messages", lose)
        await page.locator(".composer textarea").fill(QUESTION)
        await page.locator(".composer textarea").press("Enter")
        await expect(page.locator(".message .feedback")).to_have_count(2)
        await expect(page.locator(".failure")).to_have_count(0)
        await expect(page.locator(".customer .bubble")).to_have_text(["第一个问题", QUESTION])
    assert await read_roles(resources) == ["customer", "chatbot"] * 2
