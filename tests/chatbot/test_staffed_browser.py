"""A customer on the chat page and a person at the desk, live in a real Chromium."""

from datetime import UTC, datetime, timedelta
from uuid import UUID

import pytest
from browsing import find_serious_violations
from playwright.async_api import Browser, Page, expect

from kefu.accounts import add_staff, view_as
from kefu.conversations import (
    HandOver,
    NewMessage,
    NewQueue,
    Opening,
    change_queue,
    hand_over,
    list_queues,
    resolve,
    send_as_staff,
    tell_typing,
)
from kefu.resources import Resources
from kefu.viewer import Viewer

pytestmark = pytest.mark.browser

SECONDS = 30_000
TYPING_IS_OVER_MS = 9000


async def test_a_customer_sees_live_what_people_write_and_rates_it(
    feed: None, page: Page, resources: Resources
) -> None:
    async with page.expect_request("**/api/conversations/*/events*", timeout=SECONDS):
        await page.fill("#question", "退款多久到账？")
        await page.press("#question", "Enter")
    cookies = await page.context.cookies()
    id = UUID(next(each["value"] for each in cookies if each["name"] == "kefu_conversation"))
    async with resources.database.transaction() as conn:
        staff = await add_staff(
            conn, actor="test", email="lin@example.com", name="林薇", role="staff"
        )
        await hand_over(conn, id, HandOver(reason="asked"))
    standing = page.locator(".standing")
    await expect(standing).to_contain_text("排在第 1 位", timeout=SECONDS)
    lin = view_as(staff)
    async with resources.database.transaction() as conn:
        await send_as_staff(conn, id, NewMessage(text="您好，我来处理。"), viewer=lin)
    await expect(page.locator(".reply")).to_contain_text("我来处理", timeout=SECONDS)
    await expect(standing).to_contain_text("林薇 正在为您服务")
    await _see_who_types(page, resources, id, lin)
    async with page.expect_response("**/api/conversations/*/typing", timeout=SECONDS) as told:
        await page.fill("#question", "谢谢")
    assert (await told.value).status == 204
    await page.press("#question", "Enter")
    await expect(page.locator(".question")).to_have_text(["退款多久到账？", "谢谢"])
    await page.reload()
    async with resources.database.transaction() as conn:
        await resolve(conn, id, viewer=lin)
    await page.get_by_role("button", name="5 星（满分").click(timeout=SECONDS)
    await expect(standing).to_contain_text("感谢您的评价", timeout=SECONDS)
    await expect(page.locator(".reply")).to_have_count(1)
    assert await find_serious_violations(page) == []


async def _see_who_types(page: Page, resources: Resources, id: UUID, staff: Viewer) -> None:
    """Who begins to type and says nothing more is not shown for long."""
    await page.clock.install()
    async with resources.database.transaction() as conn:
        await tell_typing(conn, id, role="staff", is_typing=True, viewer=staff)
    await expect(page.locator("[data-typing]")).to_be_visible(timeout=SECONDS)
    await page.clock.run_for(TYPING_IS_OVER_MS)
    await expect(page.locator("[data-typing]")).to_be_hidden()


async def test_when_people_are_back_is_told_by_the_clock_of_the_customer(
    page: Page, browser: Browser, site: str, resources: Resources
) -> None:
    day = (datetime.now(UTC) + timedelta(days=2)).weekday()
    async with resources.database.transaction() as conn:
        (queue,) = await list_queues(conn)
        hours = (Opening(weekday=day, opens="09:00", closes="10:00"),)
        await change_queue(conn, queue.id, NewQueue(name="General", hours=hours), actor="test")
    for locale, zone, told in (("zh-CN", "Asia/Shanghai", "17:00"), ("en-US", "UTC", "09:00 AM")):
        context = await browser.new_context(
            base_url=site,
            locale=locale,
            timezone_id=zone,
            color_scheme="dark",
            viewport={"width": 375, "height": 700},
        )
        other = await context.new_page()
        await other.goto("/")
        await other.fill("#question", "退款多久到账？")
        await other.press("#question", "Enter")
        await expect(other.locator(".feedback")).to_be_visible(timeout=SECONDS)
        cookies = await context.cookies()
        id = UUID(next(each["value"] for each in cookies if each["name"] == "kefu_conversation"))
        async with resources.database.transaction() as conn:
            await hand_over(conn, id, HandOver(reason="asked"))
        await other.reload()
        shown = other.locator(".standing time")
        await expect(shown).to_contain_text(told, timeout=SECONDS)
        await expect(shown).to_contain_text("GMT+8" if zone != "UTC" else "UTC")
        assert await find_serious_violations(other) == []
        await context.close()
