"""A customer and a person here in two browsers, and a server that is killed between them."""

import asyncio
import signal
import subprocess
import sys
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest
from browsing import find_serious_violations
from playwright.async_api import Browser, Page, expect
from server_processes import build_environment, free_port, start_server, wait_until_up
from signing_in import COOKIE

from kefu.accounts import add_staff, start_session
from kefu.conversations import InboxFilter, list_entries, list_messages
from kefu.db import Database
from kefu.settings import AccountSettings

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("journey")]

PATIENCE = 45_000
REFUNDS = """# Refunds

You can return a gift within 30 days. A refund is paid within 7 working days after the parcel
arrived. The fee for a lost invoice is 12 EUR.
"""


@asynccontextmanager
async def open_page(
    browser: Browser, url: str, *, cookie: str | None = None
) -> AsyncIterator[Page]:
    context = await browser.new_context(
        base_url=url, locale="en", viewport={"width": 1360, "height": 860}
    )
    if cookie is not None:
        await context.add_cookies([{"name": COOKIE, "value": cookie, "url": url}])
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    yield page
    await context.close()


async def sign_in_mia(database: Database) -> str:
    async with database.transaction() as conn:
        staff = await add_staff(
            conn, actor="test", email="mia@example.com", name="Mia", role="staff"
        )
        return await start_session(conn, staff, settings=AccountSettings())


async def say(page: Page, text: str) -> None:
    await page.fill("#question", text)
    await page.press("#question", "Enter")


async def test_from_a_question_to_a_rating_with_a_server_killed_in_the_middle(
    committed_database: Database, migrated_url: str, browser: Browser, tmp_path: Path
) -> None:
    (tmp_path / "refunds.md").write_text(REFUNDS, encoding="utf-8")
    environment = build_environment(migrated_url, tmp_path / "data", KEFU_HAND_OVER__TO_DESK="true")
    kefu = [sys.executable, "-m", "kefu"]
    await asyncio.to_thread(
        subprocess.run, [*kefu, "ingest", tmp_path / "refunds.md"], env=environment, check=True
    )
    port = free_port()
    url = f"http://127.0.0.1:{port}"
    server = start_server(environment, port)
    try:
        await wait_until_up(url)
        cookie = await sign_in_mia(committed_database)
        async with (
            open_page(browser, url) as customer,
            open_page(browser, url, cookie=cookie) as mia,
        ):
            await _ask_and_ask_on(customer)
            await _want_a_person(customer)
            await _take(mia)
            server.send_signal(signal.SIGKILL)
            server.wait()
            server = start_server(environment, port)
            await wait_until_up(url)
            await _answer_with_a_suggestion(mia, customer)
            await _resolve_and_rate(mia, customer)
        await _require_each_message_once(committed_database)
    finally:
        server.kill()
        server.wait()


async def _ask_and_ask_on(customer: Page) -> None:
    await customer.goto("/")
    await say(customer, "When is a refund paid?")
    await expect(customer.locator(".answer .prose").first).to_contain_text("within 7 working days")
    await expect(customer.locator(".answer .prose a, .answer .prose button").first).to_be_visible()
    await say(customer, "And the fee for a lost invoice?")
    await expect(customer.locator(".answer .prose").nth(1)).to_contain_text("12 EUR")


async def _want_a_person(customer: Page) -> None:
    await say(customer, "This does not help me at all. I want to speak to a person!")
    await expect(customer.locator(".standing")).to_contain_text("number 1 in line")
    assert await find_serious_violations(customer) == []


async def _take(mia: Page) -> None:
    await mia.goto("/desk?list=open")
    await expect(mia.locator(".row")).to_have_count(1)
    await mia.keyboard.press("j")
    await expect(mia.locator(".message.customer")).to_have_count(3)
    await mia.keyboard.press("t")
    await expect(mia.locator(".served")).to_have_text("Mia")
    assert await find_serious_violations(mia) == []


async def _answer_with_a_suggestion(mia: Page, customer: Page) -> None:
    """What the customer writes after the server came back reaches the desk without a reload."""
    await expect(customer.locator(".standing")).to_contain_text("Mia")
    await say(customer, "How many days do I have to return a gift?")
    await expect(mia.locator(".message.customer")).to_have_count(4)
    await mia.keyboard.press("s")
    await expect(mia.locator("#aid .aid-text")).to_contain_text("30 days")
    await mia.keyboard.press("r")
    await mia.keyboard.press("Tab")
    await mia.keyboard.press("Control+Enter")
    await expect(customer.locator(".reply")).to_have_count(1)
    await expect(customer.locator(".reply")).to_contain_text("30 days")


async def _resolve_and_rate(mia: Page, customer: Page) -> None:
    await mia.locator("#answer").blur()
    await mia.locator("#resolve summary").click()
    await mia.locator("#resolve button[value=resolve]").click()
    await customer.get_by_role("button", name="5 of 5").click()
    await expect(customer.locator(".standing")).to_contain_text("Thank you for your rating")
    assert await find_serious_violations(customer) == []


async def _require_each_message_once(database: Database) -> None:
    async with database.connection() as conn:
        entries = await list_entries(conn, InboxFilter(), staff_id=None, limit=2)
        assert len(entries) == 1
        kept = await list_messages(conn, entries[0].conversation.id, limit=50)
    assert [message.role for message in kept] == [
        *("customer", "chatbot") * 3,
        "customer",
        "staff",
    ]
    assert [message.position for message in kept] == list(range(8))
