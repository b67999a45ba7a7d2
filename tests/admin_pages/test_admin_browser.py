"""Every page for people who work here, in a real Chromium."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from typing import Any

import pytest
from browsing import collect_failures, find_serious_violations
from filled_site import PASSWORD, Site
from playwright.async_api import Browser, Page, Response, expect

from kefu.accounts import StaffRole

pytestmark = [pytest.mark.browser, pytest.mark.xdist_group("admin_pages")]

TRACE = "/admin/traces/{trace}"
PAGES = (
    "/admin",
    "/profile",
    "/desk?list=all",
    "/desk/canned-responses",
    "/desk/metrics",
    "/admin/queues",
    "/admin/queues/1",
    "/admin/prompts",
    "/admin/prompts/answer.en?version=1",
    "/admin/prompts/answer.en/diff?left=0&right=2",
    "/admin/prompts/answer.en/edit",
    "/admin/evaluation",
    "/admin/evaluation/experiments/1",
    "/admin/evaluation/experiments/1/cases/a",
    "/admin/evaluation/experiments/1/calibration",
    "/admin/evaluation/comparison?left=1&right=2",
    "/admin/evaluation/coverage",
    "/admin/evaluation/preferences",
    "/admin/evaluation/proposals",
    "/admin/evaluation/proposals/1",
    "/admin/traces",
    TRACE,
    "/admin/costs",
    "/admin/endpoints",
    "/admin/endpoints/house",
    "/admin/endpoints/_add",
    "/admin/channels",
    "/admin/channels/shop",
    "/admin/webhooks",
    "/admin/webhooks/_add",
    "/admin/webhooks/crm",
    "/admin/staff",
    "/admin/staff/1",
    "/admin/audit",
)
FILLED = {
    "/admin": ".matters li",
    "/profile": ".table-scroll tbody tr",
    "/desk?list=all": ".row .preview",
    "/desk/canned-responses": ".canned-responses tbody tr",
    "/desk/metrics": "svg.chart circle",
    "/admin/queues": ".queues tbody tr",
    "/admin/prompts": "tbody tr",
    "/admin/prompts/answer.en?version=1": ".prompt-text",
    "/admin/prompts/answer.en/diff?left=0&right=2": "tr.added",
    "/admin/evaluation": "tbody tr",
    "/admin/evaluation/experiments/1": "svg.score",
    "/admin/evaluation/experiments/1/cases/a": ".answer-text",
    "/admin/evaluation/experiments/1/calibration": "main p",
    "/admin/evaluation/comparison?left=1&right=2": "details.compared",
    "/admin/evaluation/coverage": "details.compared",
    "/admin/evaluation/preferences": ".choice .sides .said",
    "/admin/evaluation/proposals": "tbody tr",
    "/admin/evaluation/proposals/1": ".answer-text",
    "/admin/traces": "tbody tr",
    TRACE: ".step-bar",
    "/admin/costs": "svg.chart .bar",
    "/admin/endpoints": ".endpoint",
    "/admin/channels": "tbody tr",
    "/admin/channels/shop": ".notice code",
    "/admin/webhooks": "tbody tr",
    "/admin/webhooks/crm": ".deliveries tbody tr",
    "/admin/staff": "tbody tr",
    "/admin/audit": "tbody tr",
}
"""What stands on a page when it shows something."""

LOOKS = (("zh-CN", "dark"), ("en", "light"))


@asynccontextmanager
async def visit(browser: Browser, site: Site, **options: Any) -> AsyncIterator[Page]:
    """A page for the administrator on which nothing may fail."""
    given = {"storage_state": site.admin, "viewport": {"width": 375, "height": 667}} | options
    context = await browser.new_context(base_url=site.address, **given)
    page = await context.new_page()
    page.set_default_timeout(10_000)
    failures = collect_failures(page)

    def note(response: Response) -> None:
        if response.status >= 500 or ("/static/" in response.url and response.status >= 400):
            failures.append(f"{response.status} {response.url}")

    page.on("response", note)
    yield page
    await context.close()
    assert failures == []


@pytest.mark.parametrize(("language", "theme"), LOOKS)
async def test_every_page_is_sound_on_a_phone(
    browser: Browser, site: Site, language: str, theme: Any
) -> None:
    async with visit(
        browser, site, locale=language, color_scheme=theme, reduced_motion="reduce"
    ) as page:
        for path in PAGES:
            await page.goto(path.format(trace=site.trace))
            await expect(page.locator("h1")).to_be_visible()
            await expect(page.locator(FILLED.get(path, "main form")).first).to_be_visible()
            await expect(page.locator(".side [aria-current]")).to_have_count(1)
            assert await page.evaluate("document.documentElement.scrollWidth") == 375, path
            assert await find_serious_violations(page) == [], path


@pytest.mark.parametrize("language", ["zh-CN", "en"])
async def test_every_page_works_without_scripts(
    browser: Browser, site: Site, language: str
) -> None:
    async with visit(browser, site, locale=language, java_script_enabled=False) as page:
        for path in PAGES:
            await page.goto(path.format(trace=site.trace))
            await expect(page.locator("html")).to_have_attribute("lang", language)
            await expect(page.locator(FILLED.get(path, "main form")).first).to_be_visible()


async def test_forms_work_without_scripts(browser: Browser, site: Site) -> None:
    async with visit(browser, site, locale="zh-CN", java_script_enabled=False) as page:
        await page.goto("/admin/staff")
        form = page.locator("form[action='/admin/staff']")
        await form.locator("[name=name]").fill("另一个人")
        await form.locator("[name=email]").fill("lin@lanhe.example")
        await form.locator("button").click()
        await expect(page.get_by_role("alert")).to_have_text("邮箱 lin@lanhe.example 已被使用。")
        await expect(form.locator("[name=name]")).to_have_value("另一个人")
        await form.locator("[name=email]").fill("other@lanhe.example")
        await form.locator("button").click()
        await expect(page.locator(".notice code")).to_contain_text("/welcome/")
        await page.goto("/admin/prompts/answer.en?version=2")
        await page.click("button[value=live]")
        await expect(page.locator("h2 .badge.good")).to_be_visible()
        await page.goto("/admin/traces")
        await page.select_option("[name=outcome]", "abstained")
        await page.click(".filters button")
        await expect(page.locator(".traces tbody tr")).to_have_count(1)
        await page.click("form.theme button")
        await expect(page.locator("html")).to_have_attribute("data-theme", "dark")
        await expect(page.locator(".traces")).to_be_visible()


async def test_a_bad_answer_becomes_a_case_without_scripts(browser: Browser, site: Site) -> None:
    async with visit(browser, site, locale="zh-CN", java_script_enabled=False) as page:
        await page.goto("/admin/traces?rating=down")
        await page.click(".question-cell a")
        await page.get_by_role("button", name="把这个回答做成用例").click()
        await page.wait_for_url("**/admin/evaluation/proposals/1")  # it was pressed before
        await page.fill("[name=question]", " ")
        await page.click("button[value=accept]")
        await expect(page.get_by_role("alert")).to_contain_text("这还不是用例")
        await expect(page.locator("[name=note]")).to_have_value("Of today.\nIt rains.")


async def test_a_blind_choice_ranks_the_candidates_without_scripts(
    browser: Browser, site: Site
) -> None:
    async with visit(browser, site, locale="zh-CN", java_script_enabled=False) as page:
        await page.goto("/admin/evaluation")
        await page.get_by_role("link", name="哪个回答更好？").click()
        await page.get_by_role("button", name="两个都好").click()
        await expect(page.locator("svg.score")).to_have_count(2)


async def test_a_step_of_a_trace_and_its_feedback_can_be_read(browser: Browser, site: Site) -> None:
    async with visit(browser, site, locale="en", viewport={"width": 1280, "height": 800}) as page:
        await page.goto("/admin/traces?rating=down")
        await page.click(".question-cell a")
        await expect(page.locator(".card")).to_contain_text("It rains.")
        await page.goto(TRACE.format(trace=site.trace))
        await page.locator(".step summary", has_text="chat scripted").click()
        await expect(page.locator(".step[open]")).to_contain_text("gen_ai.usage.input_tokens")


async def test_an_audit_entry_is_read_whole_on_a_phone(browser: Browser, site: Site) -> None:
    async with visit(browser, site, locale="en") as page:
        await page.goto("/admin/audit")
        for cell in await page.locator("tbody tr").first.locator("td:not(:empty)").all():
            await cell.scroll_into_view_if_needed()
            await expect(cell).to_be_in_viewport(ratio=1)
        assert await page.locator(".table-scroll").evaluate("it => it.scrollWidth") < 375


@pytest.mark.parametrize(
    ("zone", "name"), [("Asia/Shanghai", "UTC+8"), ("Asia/Kolkata", "UTC+5:30"), ("UTC", "UTC")]
)
async def test_times_are_those_of_the_browser_and_say_so(
    browser: Browser, site: Site, zone: str, name: str
) -> None:
    async with visit(browser, site, locale="en", timezone_id=zone) as page:
        await page.goto("/admin/audit")
        time = page.locator("tbody time").first
        hour = "new Date(document.querySelector('tbody time').dateTime).getHours()"
        assert int((await time.inner_text())[11:13]) == await page.evaluate(hour)
        await expect(page.locator("[data-zone]")).to_have_text(name)
        await page.goto("/profile")
        assert (await page.locator("time").first.inner_text()).endswith(f" {name}")


@pytest.mark.parametrize(
    ("role", "places"),
    [
        ("staff", ["/", "/desk"]),
        ("editor", ["/admin", "/", "/desk", "/admin/prompts", "/admin/releases",
                    "/admin/evaluation", "/admin/traces"]),
        (
            "manager",
            [
                "/admin",
                "/",
                "/desk",
                "/desk/metrics",
                "/admin/prompts",
                "/admin/releases",
                "/admin/evaluation",
                "/admin/traces",
                "/admin/costs",
                "/admin/endpoints",
                "/admin/queues",
                "/admin/channels",
                "/admin/webhooks",
            ],
        ),
    ],
)  # fmt: skip
async def test_each_role_finds_what_it_may_open_and_nothing_else(
    browser: Browser, site: Site, role: StaffRole, places: list[str]
) -> None:
    async with visit(browser, site, locale="en", storage_state=None) as page:
        await site.sign_in(page.context, role)
        await page.goto("/profile")
        links = page.locator("nav a")
        found = [await links.nth(number).get_attribute("href") for number in range(len(places))]
        await expect(links).to_have_count(len(places))
        assert found == places
        for place in places:
            opened = await page.goto(place)
            assert opened is not None
            assert opened.status == 200
        refused = await page.goto("/admin/audit")
        assert refused is not None
        assert refused.status == 403
        told = "This needs the permission audit.read, which you do not have. These roles have it:"
        await expect(page.locator("main")).to_contain_text(told)
        await page.get_by_role("link", name="Back to your work").click()
        await page.wait_for_url("**/admin" if places[0] == "/admin" else "**/desk")


@pytest.mark.parametrize(("language", "theme"), LOOKS)
async def test_the_entrance_is_sound_and_lets_in(
    browser: Browser, site: Site, language: str, theme: Any
) -> None:
    async with visit(
        browser, site, locale=language, color_scheme=theme, storage_state=None
    ) as page:
        await page.goto("/admin/audit")
        assert await page.evaluate("document.documentElement.scrollWidth") == 375
        assert await find_serious_violations(page) == []
        await page.fill("[name=email]", "lin@lanhe.example")
        await page.fill("[name=password]", "not it")
        await page.click("button.primary")
        await expect(page.get_by_role("alert")).to_be_visible()
        assert await find_serious_violations(page) == []
        await page.fill("[name=password]", PASSWORD)
        await page.click("button.primary")
        await page.wait_for_url("**/admin/audit")
