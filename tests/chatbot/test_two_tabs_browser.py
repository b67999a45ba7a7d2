"""One conversation in a page that is loaded again, and in two tabs, in a real Chromium."""

import asyncio
from datetime import timedelta

import pytest
from documents import refund_answer
from playwright.async_api import Page, Route, expect
from scripted import ScriptedAnswerer

from kefu.chatbot import showing
from kefu.resources import Resources

pytestmark = pytest.mark.browser

QUESTION = "退款多久到账？"
NEXT = "节假日呢？"
EVENTS = "**/events*"
SECONDS = 30_000
SIGNS_ARE_OVER_MS = 9000


async def ask(page: Page, question: str = QUESTION) -> None:
    await page.fill("#question", question)
    await page.press("#question", "Enter")
    await expect(page.locator(".turn").last.locator(".feedback")).to_be_visible(timeout=SECONDS)


async def begin_to_ask(page: Page, answerer: ScriptedAnswerer) -> asyncio.Event:
    """Ask what is answered to its end when the event that is returned is set."""
    events = refund_answer(1)
    is_released = answerer.hold(QUESTION, events[:3], events[3:])
    await page.fill("#question", QUESTION)
    await page.press("#question", "Enter")
    await expect(page.locator(".pending .prose")).to_contain_text("3 个工作日")
    return is_released


async def read_roles(resources: Resources) -> list[str]:
    async with resources.database.connection() as conn:
        cursor = await conn.execute("select role from messages order by position")
        return [role for (role,) in await cursor.fetchall()]


async def test_an_answer_goes_on_being_written_when_the_page_is_loaded_again(
    feed: None, page: Page, answerer: ScriptedAnswerer, resources: Resources
) -> None:
    is_released = await begin_to_ask(page, answerer)
    await page.reload()
    await expect(page.locator(".pending .prose")).to_contain_text("3 个工作日")
    await expect(page.locator("#stop")).to_be_visible()
    await expect(page.locator(".failure")).to_have_count(0)
    is_released.set()
    await expect(page.locator(".feedback")).to_be_visible()
    await page.reload()
    await expect(page.locator(".answer:not(.pending)")).to_have_count(1)
    await expect(page.locator(".question")).to_have_text([QUESTION])
    assert await read_roles(resources) == ["customer", "chatbot"]


async def test_what_was_stopped_is_not_begun_again_by_loading_the_page(
    feed: None, page: Page, answerer: ScriptedAnswerer
) -> None:
    await begin_to_ask(page, answerer)
    await page.locator("#stop").click()
    await expect(page.locator(".failure.stopped")).to_be_visible()
    await asyncio.wait_for(answerer.was_cancelled.wait(), 30)
    await page.clock.install()
    await page.reload()
    await expect(page.locator(".pending")).to_contain_text("正在撰写回答")
    await page.clock.run_for(SIGNS_ARE_OVER_MS)
    await expect(page.locator(".failure.unanswered")).to_be_visible()
    await expect(page.locator(".pending")).to_have_count(0)
    assert len(answerer.asked) == 1


async def test_what_is_asked_in_one_tab_appears_in_the_other_once(
    feed: None, page: Page, answerer: ScriptedAnswerer
) -> None:
    await ask(page, "第一个问题")
    other = await page.context.new_page()
    await other.goto("/")
    is_released = await begin_to_ask(page, answerer)
    await expect(other.locator(".question")).to_have_text(["第一个问题", QUESTION])
    await expect(other.locator(".pending")).to_contain_text("正在撰写回答")
    await expect(other.locator(".failure")).to_be_hidden()
    is_released.set()
    await expect(other.locator(".turn").last.locator("table")).to_be_visible(timeout=SECONDS)
    await other.fill("#question", NEXT)
    await other.press("#question", "Enter")
    for each in (page, other):
        await expect(each.locator(".question")).to_have_text(["第一个问题", QUESTION, NEXT])
        await expect(each.locator(".feedback")).to_have_count(3, timeout=SECONDS)
        await expect(each.locator(".answer")).to_have_count(3)
        await expect(each.locator(".failure")).to_have_count(0)


async def test_signs_of_an_answer_that_takes_long_reach_the_other_tab(
    feed: None, page: Page, answerer: ScriptedAnswerer, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(showing, "FRESH", timedelta(0))
    monkeypatch.setattr(showing, "SHOWN_EVERY_SECONDS", 2)
    is_released = await begin_to_ask(page, answerer)
    other = await page.context.new_page()
    await other.goto("/")
    await expect(other.locator(".failure.unanswered")).to_be_visible()
    await expect(other.locator(".pending")).to_be_visible()
    await expect(other.locator(".failure.unanswered")).to_be_hidden()
    is_released.set()
    await expect(other.locator(".feedback")).to_be_visible()


async def test_what_one_writes_in_a_tab_stays_when_something_comes_from_the_other(
    feed: None, page: Page, answerer: ScriptedAnswerer
) -> None:
    await ask(page)
    other = await page.context.new_page()
    await other.goto("/")
    await other.locator(".feedback [value=down]").click()
    await other.locator(".comment textarea[name=comment]").fill("银行卡呢？")
    await other.fill("#question", "还有一个")
    await ask(page, NEXT)
    await expect(other.locator(".feedback")).to_have_count(2, timeout=SECONDS)
    await expect(other.locator(".comment textarea[name=comment]")).to_have_value("银行卡呢？")
    await expect(other.locator("#question")).to_have_value("还有一个")


async def lose_the_answer(page: Page, *, after_seconds: float = 0) -> None:
    """Ask what the server answers; nothing of it comes, not even a cookie."""
    known = await page.context.cookies()

    async def lose(route: Route) -> None:
        await route.fetch()
        await asyncio.sleep(after_seconds)
        await page.context.clear_cookies()  # what it set is lost with it
        await page.context.add_cookies(known)  # type: ignore[arg-type]
        await route.abort("connectionfailed")

    await page.route("**/messages", lose)
    await page.fill("#question", QUESTION)
    await page.press("#question", "Enter")


@pytest.mark.parametrize("earlier", [["第一个问题"], []])
async def test_a_question_whose_answer_was_lost_on_the_way_is_stored_and_answered_once(
    page: Page, answerer: ScriptedAnswerer, resources: Resources, earlier: list[str]
) -> None:
    await page.route(EVENTS, lambda route: route.abort())  # they would bring the answer
    for question in earlier:
        await ask(page, question)
    await lose_the_answer(page)
    await expect(page.locator(".failure.interrupted")).to_be_visible(timeout=SECONDS)
    await page.unroute("**/messages")
    await page.locator(".failure button").click()
    asked = [*earlier, QUESTION]
    await expect(page.locator(".feedback")).to_have_count(len(asked))
    await expect(page.locator(".question")).to_have_text(asked)
    assert await read_roles(resources) == ["customer", "chatbot"] * len(asked)
    assert [question for question, *_ in answerer.asked] == asked


@pytest.mark.parametrize("after_seconds", [0, 2])
async def test_an_answer_that_was_lost_on_the_way_comes_with_what_happens_in_the_conversation(
    feed: None, page: Page, resources: Resources, after_seconds: float
) -> None:
    await ask(page, "第一个问题")
    await lose_the_answer(page, after_seconds=after_seconds)
    await expect(page.locator(".feedback")).to_have_count(2, timeout=SECONDS)
    await expect(page.locator(".failure")).to_have_count(0)
    await expect(page.locator(".question")).to_have_text(["第一个问题", QUESTION])
    assert await read_roles(resources) == ["customer", "chatbot"] * 2
