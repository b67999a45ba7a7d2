"""What is typed in a form when the session ends, in a real Chromium."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from browsing import collect_failures, find_serious_violations
from filled_site import PASSWORD, Site
from playwright.async_api import Browser, Page, expect

from kefu.accounts import add_staff, start_session

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("admin_pages")]

EDIT = "/admin/prompts/classify.en/edit"
ENDED = "#session [data-state=ended]"
BACK = "#session [data-state=back]"
TYPED = "Why it is short.\nIn two lines."


@asynccontextmanager
async def come_in(browser: Browser, site: Site, **options: Any) -> AsyncIterator[Page]:
    """The administrator with a session of this test."""
    given = {"locale": "en", "viewport": {"width": 1280, "height": 800}} | options
    context = await browser.new_context(base_url=site.address, **given)
    page = await context.new_page()
    page.set_default_timeout(10_000)
    failures = collect_failures(page)
    await page.goto("/sign-in")
    await sign_in(page)
    yield page
    await context.close()
    assert failures == []


async def sign_in(page: Page) -> None:
    await page.fill("[name=email]", "lin@lanhe.example")
    await page.fill("[name=password]", PASSWORD)
    await page.click("button.primary")
    await page.wait_for_selector(".self")


async def sign_out_elsewhere(page: Page) -> Page:
    other = await page.context.new_page()
    await other.goto("/profile")
    await other.click("form[action='/sign-out'] button")
    await other.wait_for_url("**/sign-in")
    return other


async def type_response(page: Page, shortcut: str) -> None:
    await page.goto("/desk/canned-responses")
    await page.fill("[name=shortcut]", shortcut)
    await page.fill("[name=text]", TYPED)


async def look_again(page: Page) -> None:
    """Tabs of a browser without a window have the focus all at once."""
    await page.bring_to_front()
    await page.evaluate("window.dispatchEvent(new Event('focus'))")


async def test_a_form_waits_for_who_signs_in_in_another_tab(browser: Browser, site: Site) -> None:
    async with come_in(browser, site) as page:
        await page.goto(EDIT)
        whole = await page.input_value("[name=text]")
        await page.fill("[name=text]", f"{whole}\nBe short.\n")
        await page.fill("[name=note]", "Shorter")
        other = await sign_out_elsewhere(page)
        await page.click("button[value=save]")
        await expect(page.locator(ENDED)).to_be_visible()
        assert page.url.endswith(EDIT)
        assert await find_serious_violations(page) == []
        async with page.context.expect_page() as opened:
            await page.click(f"{ENDED} a")
        tab = await opened.value
        await sign_in(tab)
        await look_again(page)
        await expect(page.locator(BACK)).to_be_visible()
        await expect(page.locator(ENDED)).to_be_hidden()
        assert await find_serious_violations(page) == []
        await page.click("button[value=save]")
        await page.wait_for_url("**/admin/prompts/classify.en?version=1")
        await expect(page.locator("main")).to_contain_text("Be short.")
        await page.goto(EDIT)
        await expect(page.locator(".restored")).to_have_count(0)
        await other.close()


async def test_a_form_of_an_earlier_session_is_sent_with_the_one_that_goes_on(
    browser: Browser, site: Site
) -> None:
    async with come_in(browser, site) as page:
        await type_response(page, "again")
        other = await sign_out_elsewhere(page)
        await sign_in(other)
        await page.click("button[value=keep]")
        await expect(page.locator(".canned-responses")).to_contain_text("/again")
        await expect(page.locator(".restored")).to_have_count(0)
        await expect(page.locator("textarea")).to_have_value("")


async def test_what_was_typed_is_there_again_after_signing_in_on_the_same_page(
    browser: Browser, site: Site
) -> None:
    async with come_in(browser, site) as page:
        await type_response(page, "later")
        await page.check("[name=for_all]")
        await sign_out_elsewhere(page)
        await page.get_by_role("link", name="Prompts").click()
        await page.wait_for_url("**/sign-in?next=%2Fadmin%2Fprompts")
        await sign_in(page)
        await expect(page.locator("h1")).to_have_text("Prompts")
        await page.goto("/desk/canned-responses")
        await expect(page.locator(".restored")).to_be_visible()
        await expect(page.locator("[name=shortcut]")).to_have_value("later")
        await expect(page.locator("textarea")).to_have_value(TYPED)
        await expect(page.locator("[name=for_all]")).to_be_checked()
        assert await find_serious_violations(page) == []
        await page.click(".restored button")
        await expect(page.locator(".restored")).to_have_count(0)
        await expect(page.locator("textarea")).to_have_value("")


async def test_what_is_left_behind_on_purpose_and_passwords_are_not_kept(
    browser: Browser, site: Site
) -> None:
    async with come_in(browser, site) as page:
        await page.goto("/admin/endpoints/_add")
        await page.fill("[name=model]", "qwen")
        await page.fill("[name=key]", "sk-secret")
        await page.reload()
        await expect(page.locator("[name=model]")).to_have_value("qwen")
        await expect(page.locator("[name=key]")).to_have_value("")
        await page.get_by_role("link", name="Prompts").click()
        await page.wait_for_url("**/admin/prompts")
        await page.goto("/admin/endpoints/_add")
        await expect(page.locator("[name=model]")).to_have_value("")
        await page.fill("[name=model]", "qwen")
        await page.click("form[action='/sign-out'] button")
        await page.wait_for_url("**/sign-in")
        kept = await page.evaluate("JSON.stringify({...sessionStorage})")
        assert "qwen" not in kept
        assert "sk-secret" not in kept


async def test_nothing_is_sent_in_the_name_of_somebody_else(browser: Browser, site: Site) -> None:
    async with site.resources.database.transaction() as conn:
        eve = await add_staff(
            conn, actor="test", email="eva@lanhe.example", name="Eva", role="admin"
        )
        secret = await start_session(conn, eve, settings=site.resources.settings.accounts)
    async with come_in(browser, site) as page:
        await type_response(page, "mine")
        cookies = [{"name": "kefu_session", "value": secret, "url": site.address}]
        await page.context.add_cookies(cookies)  # type: ignore[arg-type]
        await page.click("button[value=keep]")
        await expect(page.locator("#session [data-state=other]")).to_be_visible()
        await expect(page.locator("textarea")).to_have_value(TYPED)
        await page.reload()
        await expect(page.locator(".restored")).to_have_count(0)
        assert TYPED[:10] not in await page.evaluate("JSON.stringify({...sessionStorage})")


async def test_what_was_typed_is_there_again_after_a_page_that_says_what_went_wrong(
    browser: Browser, site: Site
) -> None:
    async with come_in(browser, site) as page:
        await page.goto("/desk/canned-responses")
        await page.fill("[name=shortcut]", "long")
        await page.eval_on_selector("textarea", "field => { field.value = '长'.repeat(8000) }")
        await page.click("button[value=keep]")
        await expect(page.locator(".problem-status")).to_have_text("413")
        await page.goto("/desk/canned-responses")
        await expect(page.locator(".restored")).to_be_visible()
        await expect(page.locator("[name=shortcut]")).to_have_value("long")


async def test_without_a_network_a_form_stays_as_it_is(browser: Browser, site: Site) -> None:
    async with come_in(browser, site) as page:
        await type_response(page, "cut")
        await page.context.set_offline(True)
        await page.click("button[value=keep]")
        await expect(page.locator("#session [data-state=unreachable]")).to_be_visible()
        await page.context.set_offline(False)
        await page.click("button[value=preview]")
        await expect(page.locator(".notice .lines")).to_have_text(TYPED)


async def test_without_scripts_it_is_said_that_a_form_was_not_taken(
    browser: Browser, site: Site
) -> None:
    async with come_in(browser, site, java_script_enabled=False) as page:
        await page.goto(EDIT)
        await page.fill("[name=note]", "Shorter")
        await page.context.clear_cookies()
        await page.click("button[value=save]")
        await expect(page.get_by_role("status")).to_contain_text("what you sent was not taken")
        await sign_in(page)
        await page.wait_for_url(f"**{EDIT}")
