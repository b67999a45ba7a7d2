"""The widget in a real Chromium, on a page of another origin with a strict policy."""

import asyncio
from time import time
from typing import Any

import pytest
from browsing import find_serious_violations
from documents import ABSTENTION, ASKING_BACK, QUOTE, refund_answer
from playwright.async_api import Browser, Locator, Page, expect
from scripted import ScriptedAnswerer
from shop_site import Shop, sign, visit

from kefu.errors import ModelUnavailable
from kefu.resources import Resources

pytestmark = pytest.mark.browser

QUESTION = "退款多久到账？"
WIDE = {"width": 1280, "height": 800}
PHONE = {"width": 320, "height": 640}

expect.set_options(timeout=30_000)


async def open_widget(page: Page, path: str = "/") -> None:
    await page.goto(path)
    await page.locator(".launcher").click()
    await expect(page.locator(".panel")).to_be_visible()


async def ask(page: Page, question: str = QUESTION) -> Locator:
    """Type a question, press Enter, and return the answer that it gets."""
    answers = page.locator(".message.chatbot")
    count = await answers.count()
    await page.locator(".composer textarea").fill(question)
    await page.keyboard.press("Enter")
    return answers.nth(count)


async def ask_and_wait(page: Page, question: str = QUESTION) -> Locator:
    answer = await ask(page, question)
    await expect(answer.locator(".feedback")).to_be_visible()
    return answer


async def test_an_answer_is_written_before_the_eyes_and_says_that_it_is_an_ai(
    browser: Browser, shop: Shop, answerer: ScriptedAnswerer, chunk_id: int
) -> None:
    events = refund_answer(chunk_id)
    is_released = answerer.hold(QUESTION, events[:3], events[3:])
    async with visit(browser, shop, viewport=WIDE) as page:
        await open_widget(page)
        await expect(page.locator(".greeting")).to_have_text("您好，想了解什么？")
        await expect(page.locator(".starter")).to_have_text([QUESTION])
        await page.locator(".starter").click()
        pending = page.locator(".pending")
        await expect(pending.locator(".prose")).to_contain_text("3 个工作日")
        await expect(pending.locator(".tag")).to_have_text("AI 回答")
        await expect(page.get_by_role("button", name="停止回答")).to_be_visible()
        is_released.set()
        answer = page.locator(".message.chatbot:not(.pending)")
        await expect(answer.locator("table")).to_be_visible()
        await expect(answer.locator(".tag")).to_have_text(["AI 回答", "摘自文档原文"])
        await expect(page.locator("[aria-live=polite]")).to_contain_text("原路退回")
        assert await find_serious_violations(page) == []


async def test_a_citation_opens_its_source_and_escape_leads_back(
    browser: Browser, shop: Shop, chunk_id: int
) -> None:
    async with visit(browser, shop, viewport=WIDE) as page:
        await open_widget(page)
        answer = await ask_and_wait(page)
        chip = answer.locator(".chip").first
        await chip.click()
        sheet = page.locator(".sheet")
        await expect(sheet.locator("h3")).to_have_text("退款政策")
        await expect(sheet.locator("mark").first).to_be_visible()
        assert "".join(await sheet.locator("mark").all_inner_texts()) == QUOTE
        assert await find_serious_violations(page) == []
        await page.keyboard.press("Escape")
        await expect(sheet).to_be_hidden()
        await expect(chip).to_be_focused()
        await page.keyboard.press("Escape")
        await expect(page.locator(".panel")).to_be_hidden()
        await expect(page.locator(".launcher")).to_be_focused()
        assert not await page.evaluate("Boolean(window.hacked)")


async def test_a_long_conversation_scrolls_below_the_head_and_the_head_stays(
    browser: Browser, shop: Shop
) -> None:
    async with visit(browser, shop, viewport=PHONE) as page:
        await open_widget(page)
        for _ in range(3):
            await ask_and_wait(page)
        hidden = "each => each.scrollHeight - each.clientHeight"
        assert await page.locator(".log").evaluate(hidden) > 0
        assert await page.locator(".panel").evaluate(hidden) == 0


async def test_an_answer_can_be_stopped_and_asked_for_again(
    browser: Browser, shop: Shop, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts["停"] = [*refund_answer(1)[:3], asyncio.Event()]
    async with visit(browser, shop) as page:
        await open_widget(page)
        answer = await ask(page, "停")
        await expect(answer.locator(".prose")).to_contain_text("3 个工作日")
        await page.get_by_role("button", name="停止回答").click()
        await expect(answer.locator(".failure")).to_contain_text("您已停止")
        await asyncio.wait_for(answerer.was_cancelled.wait(), 30)
        answerer.scripts["停"] = ABSTENTION
        await answer.get_by_role("button", name="重试").click()
        await expect(page.locator(".abstained")).to_contain_text("文档中未找到依据")
        await expect(page.locator(".failure")).to_have_count(0)
        await expect(page.locator(".message.customer")).to_have_count(1)


async def test_a_double_click_on_send_does_not_stop_the_answer(
    browser: Browser, shop: Shop, answerer: ScriptedAnswerer
) -> None:
    events = refund_answer(1)
    is_released = answerer.hold(QUESTION, events[:3], events[3:])
    async with visit(browser, shop) as page:
        await open_widget(page)
        await page.locator(".composer textarea").fill(QUESTION)
        await page.get_by_role("button", name="发送").dblclick()
        await expect(page.locator(".pending .prose")).to_contain_text("3 个工作日")
        is_released.set()
        await expect(page.locator(".message.chatbot .feedback")).to_be_visible()


async def test_of_two_failures_the_one_that_is_tried_again_moves_to_the_end(
    browser: Browser, shop: Shop, answerer: ScriptedAnswerer
) -> None:
    for question in ("一", "二"):
        answerer.scripts[question] = [RuntimeError("secret")]
    async with visit(browser, shop) as page:
        await open_widget(page)
        first = await ask(page, "一")
        await expect(first.locator(".failure")).to_be_visible()
        await expect((await ask(page, "二")).locator(".failure")).to_be_visible()
        answerer.scripts["一"] = ABSTENTION
        await first.get_by_role("button", name="重试").click()
        await expect(page.locator(".abstained")).to_be_visible()
        await expect(page.locator(".message.customer .bubble")).to_have_text(["二", "一"])
        await expect(page.locator(".message").nth(1).locator(".failure")).to_be_visible()
        await expect(page.locator(".failure")).to_have_count(1)


async def test_what_fails_is_told_and_can_be_tried_again(
    browser: Browser, shop: Shop, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts["忙"] = [ModelUnavailable("The model does not answer.")]
    answerer.scripts["错"] = [RuntimeError("secret")]
    async with visit(browser, shop) as page:
        await open_widget(page)
        await expect((await ask(page, "忙")).locator(".failure")).to_contain_text("稍后再试")
        await expect((await ask(page, "错")).locator(".failure")).not_to_contain_text("secret")
        await page.context.set_offline(True)
        await expect((await ask(page, "断")).locator(".failure")).to_contain_text("没有发出")
        await page.context.set_offline(False)


async def test_who_is_signed_in_no_more_is_asked_to_load_the_page_again(
    browser: Browser, shop: Shop
) -> None:
    shop.attributes["data-identity"] = sign(shop.secret, exp=int(time()) - 3600)
    async with visit(browser, shop) as page:
        await open_widget(page)
        await expect((await ask(page)).locator(".failure")).to_contain_text("登录已失效")
        shop.attributes["data-identity"] = sign(shop.secret)
        await page.reload()
        await ask_and_wait(page)


async def test_the_conversation_goes_on_on_the_next_page(
    browser: Browser, shop: Shop, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts["备份"] = ASKING_BACK
    async with visit(browser, shop, viewport=WIDE) as page:
        await open_widget(page)
        await ask_and_wait(page)
        await page.get_by_role("link", name="Next page").click()
        await page.wait_for_url("**/next")
        await expect(page.locator(".panel")).to_be_visible()
        await expect(page.locator(".message.customer p")).to_have_text([QUESTION])
        answer = await ask_and_wait(page, "备份")
        assert [turn.question for turn in answerer.asked[1][2]] == [QUESTION]
        await answer.locator(".choices button").first.click()
        await expect(page.locator(".message.customer")).to_have_count(3)
        await page.get_by_role("button", name="新对话").click()
        await expect(page.locator(".message")).to_have_count(0)
        await expect(page.locator(".greeting")).to_be_visible()


async def test_a_thumb_down_and_a_comment_are_stored(
    browser: Browser, shop: Shop, resources: Resources
) -> None:
    async with visit(browser, shop) as page:
        await open_widget(page)
        answer = await ask_and_wait(page)
        await answer.get_by_role("button", name="没有帮助").click()
        await answer.locator(".comment textarea").fill("银行卡呢？")
        await answer.locator(".comment button").click()
        await expect(answer.locator(".comment")).to_have_count(0)
        await expect(answer.locator(".thanks")).not_to_be_empty()
    async with resources.database.connection() as conn:
        cursor = await conn.execute("select rating, comment from feedback")
        assert await cursor.fetchall() == [(-1, "银行卡呢？")]


async def test_who_signs_in_takes_the_conversation_along_and_leaves_it_by_signing_out(
    browser: Browser, shop: Shop, resources: Resources
) -> None:
    async with visit(browser, shop) as page:
        await open_widget(page)
        await ask_and_wait(page)
        await page.evaluate("identity => Kefu.identify(identity)", sign(shop.secret))
        await expect(page.get_by_role("button", name="历史会话")).to_be_visible()
        await expect(page.locator(".message")).to_have_count(2)
        shop.attributes["data-identity"] = sign(shop.secret)
        await page.reload()
        await expect(page.locator(".message")).to_have_count(2)
        async with resources.database.connection() as conn:
            cursor = await conn.execute("select customer_id from conversations")
            assert await cursor.fetchall() == [("4711",)]
        held = await page.evaluate("JSON.stringify(localStorage)")
        assert "eyJ" not in held  # what proves who somebody is is not left in the browser
        del shop.attributes["data-identity"]
        await page.reload()
        await expect(page.locator(".greeting")).to_be_visible()
        await expect(page.locator(".message")).to_have_count(0)


async def test_without_storage_the_widget_works_until_the_page_is_left(
    browser: Browser, shop: Shop
) -> None:
    refuse = "{ get() { throw new DOMException('no', 'SecurityError'); } }"
    script = "".join(
        f"Object.defineProperty(window, '{area}', {refuse});"
        for area in ("localStorage", "sessionStorage")
    )
    async with visit(browser, shop) as page:
        await page.add_init_script(script)
        await open_widget(page)
        await ask_and_wait(page)
        await ask_and_wait(page, "然后呢？")
        await expect(page.locator(".message.customer")).to_have_count(2)


@pytest.mark.parametrize(
    ("language", "theme", "greeting"),
    [({"lang": "en", "dir": "ltr"}, "light", "Hello, how can we help?"),
     ({"lang": "ar", "dir": "rtl"}, "dark", "Hello, how can we help?")],
)  # fmt: skip
async def test_the_widget_fits_a_small_phone_in_both_directions(
    browser: Browser, shop: Shop, chunk_id: int, language: Any, theme: str, greeting: str
) -> None:
    shop.language.update(language)
    shop.attributes["data-theme"] = theme
    async with visit(browser, shop, viewport=PHONE, reduced_motion="reduce") as page:
        await page.goto("/")
        box = await page.locator(".launcher").bounding_box()
        assert box is not None
        assert (box["x"] < 160) is (language["dir"] == "rtl")
        await page.locator(".launcher").click()
        await expect(page.locator(".greeting")).to_have_text(greeting)
        assert await page.locator(".panel").bounding_box() == {"x": 0, "y": 0, **PHONE}
        await expect(page.locator(".panel")).to_have_attribute("aria-modal", "true")
        await ask_and_wait(page)
        log = page.locator(".log")
        assert await log.evaluate("each => each.scrollWidth <= each.clientWidth")
        assert await page.evaluate("document.documentElement.scrollWidth") == 320
        assert await find_serious_violations(page) == []


async def test_the_keyboard_goes_round_in_the_panel(browser: Browser, shop: Shop) -> None:
    async with visit(browser, shop, viewport=WIDE) as page:
        await page.goto("/")
        await page.locator(".launcher").focus()
        await page.keyboard.press("Enter")
        await expect(page.locator(".composer textarea")).to_be_focused()
        inside = "document.querySelector('kefu-widget').shadowRoot.activeElement?.closest('.panel')"
        for key in ["Tab"] * 6 + ["Shift+Tab"] * 6:
            await page.keyboard.press(key)
            assert await page.evaluate(f"Boolean({inside})")


async def test_a_message_by_itself_appears_where_it_is_meant_to(
    browser: Browser, shop: Shop
) -> None:
    async with visit(browser, shop, viewport=WIDE) as page:
        await page.goto("/prices")
        await expect(page.locator(".nudge")).to_contain_text("需要帮您选套餐吗？")
        assert await find_serious_violations(page) == []
        await page.get_by_role("button", name="不再提示").click()
        await page.reload()
        await expect(page.locator(".launcher")).to_be_visible()
        await expect(page.locator(".nudge")).to_be_hidden()


async def test_a_site_that_is_not_allowed_shows_nothing(
    browser: Browser, shop: Shop, resources: Resources
) -> None:
    shop.attributes["data-channel"] = "none"
    context = await browser.new_context(base_url=shop.address)
    page = await context.new_page()
    async with page.expect_console_message(
        lambda message: "cannot be shown here" in message.text, timeout=30_000
    ):
        await page.goto("/")
    await expect(page.locator("kefu-widget")).to_have_count(0)
    await context.close()
