"""The widget and a person at the desk, live: two sides of one conversation."""

from uuid import UUID

import pytest
from browsing import find_serious_violations
from desk import says, seat
from documents import ABSTENTION
from playwright.async_api import Browser, Page, Route, expect
from scripted import ScriptedAnswerer
from shop_site import Shop, sign, visit
from test_widget_browser import PHONE, WIDE, ask_and_wait, open_widget

from kefu.conversations import (
    list_messages,
    resolve,
    send_as_staff,
    tell_typing,
)
from kefu.resources import Resources
from kefu.viewer import Viewer

pytestmark = pytest.mark.browser

ORDER = {
    "type": "form",
    "title": "订单",
    "fields": [
        {"name": "order", "label": "订单号", "pattern": "LH-[0-9]{4}", "hint": "形如 LH-1234"}
    ],
}
CARD = {"type": "card", "title": "云主机 S2", "facts": [["价格", "¥99"]]}
REPLIES = {"type": "quick_replies", "choices": ["好的", "不用了"]}


class Desk:
    """A person at the desk who serves the only conversation there is."""

    def __init__(self, resources: Resources, person: Viewer, id: UUID) -> None:
        self.database = resources.database
        self.person = person
        self.id = id

    async def say(self, text: str, **given: object) -> None:
        async with self.database.transaction() as conn:
            await send_as_staff(conn, self.id, says(text, **given), viewer=self.person)

    async def type(self) -> None:
        async with self.database.transaction() as conn:
            await tell_typing(conn, self.id, role="staff", is_typing=True, viewer=self.person)

    async def resolve(self) -> None:
        async with self.database.transaction() as conn:
            await resolve(conn, self.id, viewer=self.person)

    async def read(self) -> list[str]:
        async with self.database.connection() as conn:
            messages = await list_messages(conn, self.id, limit=50)
        return [each.text for each in messages if each.role == "customer"]


async def sit_down(resources: Resources) -> Desk:
    async with resources.database.transaction() as conn:
        person = await seat(conn, "林薇")
        cursor = await conn.execute("select id from conversations")
        row = await cursor.fetchone()
    assert row is not None
    return Desk(resources, person, row[0])


async def hand_over(page: Page, answerer: ScriptedAnswerer) -> None:
    """Ask what the documents do not hold, then for a person."""
    answerer.scripts["天气？"] = ABSTENTION
    await open_widget(page)
    answer = await ask_and_wait(page, "天气？")
    await answer.get_by_role("button", name="转人工").click()
    await expect(page.locator(".standing")).to_contain_text("第 1 位")


async def test_a_person_takes_over_answers_live_and_is_rated(
    browser: Browser, shop: Shop, resources: Resources, answerer: ScriptedAnswerer
) -> None:
    async with visit(browser, shop, viewport=WIDE) as page:
        await hand_over(page, answerer)
        await expect(page.locator(".line")).to_have_text(["已为您转接人工客服。"])
        desk = await sit_down(resources)
        await desk.say("您好，我是林薇。")
        message = page.locator(".message.staff")
        await expect(message).to_contain_text("您好，我是林薇。")
        await expect(message.locator(".tag")).to_have_text(["林薇"])  # and no AI label
        await expect(page.locator(".standing")).to_contain_text("林薇 正在为您服务")
        await desk.type()
        await expect(page.locator(".typing")).to_be_visible()
        await page.locator(".composer textarea").fill("谢谢")
        await page.keyboard.press("Enter")
        await expect(page.locator(".message.customer[data-id]")).to_have_text(["您: 谢谢"])
        assert await desk.read() == ["天气？", "谢谢"]
        assert len(answerer.asked) == 1
        await page.reload()
        await expect(page.locator(".message.staff")).to_have_count(1)
        await expect(page.locator(".message.customer p")).to_have_text(["天气？", "谢谢"])
        await desk.resolve()
        await expect(page.locator(".stars")).to_be_visible()
        assert await find_serious_violations(page) == []
        await page.get_by_role("button", name="4 星").click()
        await page.locator(".stars textarea").fill("很快")
        await page.locator(".stars form button").click()
        await expect(page.locator(".stars form")).to_be_hidden()
    async with resources.database.connection() as conn:
        cursor = await conn.execute("select rating, comment from ratings")
        assert await cursor.fetchall() == [(4, "很快")]


async def test_what_is_sent_again_because_no_reply_came_is_one_message(
    browser: Browser, shop: Shop, resources: Resources, answerer: ScriptedAnswerer
) -> None:
    async with visit(browser, shop, viewport=WIDE) as page:
        await hand_over(page, answerer)
        desk = await sit_down(resources)

        async def lose(route: Route) -> None:
            await route.fetch()
            await route.abort()

        await page.route("**/replies", lose, times=1)
        await page.locator(".composer textarea").fill("还在吗？")
        await page.keyboard.press("Enter")
        await page.get_by_role("button", name="重试").click()
        await expect(page.locator(".failure")).to_have_count(0)
        await page.reload()
        await expect(page.locator(".message.customer p")).to_have_text(["天气？", "还在吗？"])
        assert await desk.read() == ["天气？", "还在吗？"]


async def test_cards_quick_replies_forms_and_files(
    browser: Browser, shop: Shop, resources: Resources, answerer: ScriptedAnswerer
) -> None:
    async with visit(browser, shop, viewport=PHONE) as page:
        await hand_over(page, answerer)
        desk = await sit_down(resources)
        await desk.say("请看：", content=[CARD, REPLIES, ORDER])
        await expect(page.locator(".card")).to_contain_text("¥99")
        assert await find_serious_violations(page) == []
        await page.get_by_role("button", name="好的").click()
        await expect(page.locator(".message.customer p")).to_have_text(["天气？", "好的"])
        field = page.get_by_label("订单号")
        await field.fill("1234")
        await page.locator(".form button").click()
        await expect(page.locator(".form .problem")).to_have_text("形如 LH-1234")
        await field.fill("LH-1234")
        await page.locator(".form button").click()
        await expect(page.locator(".form-status")).to_have_text("已发送")
        await expect(page.locator(".message.customer").last).to_contain_text("LH-1234")
        for name, content, told in (
            ("说明.txt", b"Hello.", ".message.customer .file"),
            ("a.png", b"MZ\x00\x01", ".line >> text=只能发送图片"),
            ("b.txt", b"", ".line >> text=b.txt: 文件是空的"),
        ):
            given = {"name": name, "mimeType": "text/plain", "buffer": content}
            await page.locator("input[type=file]").set_input_files(given)
            await expect(page.locator(told)).to_have_count(1)


async def test_what_comes_while_the_panel_is_closed_is_counted(
    browser: Browser, shop: Shop, resources: Resources, answerer: ScriptedAnswerer
) -> None:
    async with visit(browser, shop, viewport=WIDE) as page:
        await hand_over(page, answerer)
        desk = await sit_down(resources)
        await desk.say("一")
        await expect(page.locator(".message.staff")).to_have_count(1)
        await page.keyboard.press("Escape")
        await desk.say("二")
        await expect(page.locator(".badge")).to_have_text("1")
        await page.goto("/next")
        await expect(page.locator(".badge")).to_have_text("1")
        await desk.say("三")
        await expect(page.locator(".badge")).to_have_text("2")
        await page.locator(".launcher").click()
        await expect(page.locator(".message.staff")).to_have_count(3)
        await expect(page.locator(".badge")).to_be_hidden()


async def test_an_identified_customer_opens_an_earlier_conversation(
    browser: Browser, shop: Shop
) -> None:
    shop.attributes["data-identity"] = sign(shop.secret)
    async with visit(browser, shop, viewport=WIDE) as page:
        await open_widget(page)
        await ask_and_wait(page, "第一个问题")
        await page.get_by_role("button", name="新对话").click()
        await ask_and_wait(page, "第二个问题")
        await page.get_by_role("button", name="历史会话").click()
        await expect(page.locator(".earlier button")).to_have_count(2)
        await page.locator(".earlier button", has_text="第一个问题").click()
        await expect(page.locator(".message.customer p")).to_have_text(["第一个问题"])
