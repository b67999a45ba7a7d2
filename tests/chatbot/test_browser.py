"""The live chat in a real Chromium, against a real server and database."""

import asyncio
import re

import pytest
from browsing import find_serious_violations
from documents import (
    ABSTENTION,
    ASKING_BACK,
    QUOTE,
    REFUNDS,
    TABLE_QUOTE,
    answer_with,
    cite,
    refund_answer,
)
from fastapi import FastAPI
from filling import fill
from playwright.async_api import Locator, Page, expect
from scripted import ScriptedAnswerer

from kefu.answering import Sentence
from kefu.errors import ModelUnavailable
from kefu.resources import Resources
from kefu.web import Gate

pytestmark = pytest.mark.browser

QUESTION = "退款多久到账？"


async def ask(page: Page, question: str = QUESTION) -> Locator:
    """Type a question, press Enter, and return the turn it makes."""
    turns = page.locator(".turn")
    count = await turns.count()
    await page.fill("#question", question)
    await page.press("#question", "Enter")
    turn = turns.nth(count)
    await turn.wait_for()
    return turn


async def ask_and_wait(page: Page, question: str = QUESTION) -> Locator:
    turn = await ask(page, question)
    await expect(turn.locator(".answer:not(.pending)")).to_be_visible()
    return turn


async def test_an_answer_appears_sentence_by_sentence(
    page: Page, answerer: ScriptedAnswerer, chunk_id: int
) -> None:
    events = refund_answer(chunk_id)
    is_released = answerer.hold(QUESTION, events[:3], events[3:])
    turn = await ask(page)
    await expect(turn.locator(".pending .prose")).to_contain_text("3 个工作日")
    await expect(turn.locator(".progress")).to_contain_text("正在撰写回答")
    await expect(page.locator("#stop")).to_be_visible()
    is_released.set()
    await expect(turn.locator(".answer:not(.pending) table")).to_be_visible()
    await expect(turn.locator(".sources li")).to_have_count(1)
    await expect(page.locator("#stop")).to_be_hidden()
    await expect(page.locator("#announcer")).to_contain_text("原路退回")


async def test_an_example_is_asked_with_a_click(page: Page) -> None:
    example = page.locator(".examples button").first
    text = await example.inner_text()
    await example.click()
    await expect(page.locator(".question")).to_have_text(text)
    await expect(page.locator("#welcome")).to_be_hidden()


async def test_a_chip_opens_its_source_with_the_quote_marked(page: Page, chunk_id: int) -> None:
    turn = await ask_and_wait(page)
    chip = turn.locator(".chip").first
    await chip.click()
    panel = page.locator("#panel")
    await expect(panel.locator("h2")).to_have_text("退款政策")
    assert "".join(await panel.locator("mark").all_inner_texts()) == QUOTE
    await expect(panel.locator(".close")).to_be_focused()
    await page.keyboard.press("Escape")
    await expect(panel).to_be_hidden()
    await expect(chip).to_be_focused()


async def test_a_quoted_table_row_is_marked_in_the_table(page: Page, chunk_id: int) -> None:
    turn = await ask_and_wait(page)
    await turn.locator(".chip").nth(1).click()
    marks = page.locator("#panel td mark")
    await expect(marks).to_have_text([cell.strip() for cell in TABLE_QUOTE.strip("|").split("|")])


async def test_a_source_that_is_gone_is_said_to_be(page: Page) -> None:
    turn = await ask_and_wait(page)
    await turn.locator(".chip").first.click()
    await expect(page.locator("#panel")).to_contain_text("无法打开该出处")


async def test_a_follow_up_knows_the_conversation_and_a_reload_keeps_it(
    page: Page, answerer: ScriptedAnswerer
) -> None:
    await ask_and_wait(page)
    await ask_and_wait(page, "节假日呢？")
    assert [turn.question for turn in answerer.asked[1][2]] == [QUESTION]
    await page.reload()
    await expect(page.locator(".question")).to_have_text([QUESTION, "节假日呢？"])
    await page.locator(".start-over button").click()
    await expect(page.locator(".turn")).to_have_count(0)
    await expect(page.locator("#welcome")).to_be_visible()


@pytest.mark.parametrize(
    ("comment", "correction"),
    [("银行卡呢？", "退回银行卡。"), ("银行卡呢？", ""), ("", "退回银行卡。")],
)
async def test_thumbs_down_with_a_comment_or_a_correction_is_stored(
    page: Page, resources: Resources, comment: str, correction: str
) -> None:
    turn = await ask_and_wait(page)
    await turn.locator(".feedback [value=down]").click()
    await expect(turn.locator(".comment textarea[name=comment]")).to_be_focused()
    await turn.locator(".comment textarea[name=comment]").fill(comment)
    await turn.locator(".comment textarea[name=correction]").fill(correction)
    await turn.locator(".comment button").click()
    shown = [text for text in (comment, correction) if text]
    await expect(turn.locator(".given")).to_have_text(shown)
    await expect(turn.locator(".thanks")).to_be_visible()
    await page.reload()
    await expect(page.locator(".given")).to_have_text(shown)
    async with resources.database.connection() as conn:
        cursor = await conn.execute("select rating, comment, correction from feedback")
        assert await cursor.fetchall() == [(-1, comment or None, correction or None)]


async def test_a_choice_is_asked_below_what_it_answers(
    page: Page, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts |= {"备份": ASKING_BACK, "云数据库 MySQL": ABSTENTION}
    turn = await ask_and_wait(page, "备份")
    await turn.locator(".choices button").first.click()
    await expect(page.locator(".turn .question")).to_have_text(["备份", "云数据库 MySQL"])
    await expect(page.locator(".abstained")).to_be_visible()
    assert answerer.asked[-1][0] == "云数据库 MySQL"


async def test_an_abstention_is_calm(page: Page, answerer: ScriptedAnswerer) -> None:
    answerer.scripts["天气？"] = ABSTENTION
    turn = await ask_and_wait(page, "天气？")
    await expect(turn.locator(".abstained")).to_contain_text("文档中未找到依据")
    await expect(turn.locator(".failure")).to_have_count(0)


@pytest.mark.parametrize(
    ("error", "kind"),
    [
        (RuntimeError("secret"), "internal"),
        (ModelUnavailable("It does not answer."), "unavailable"),
    ],
)
async def test_a_failure_is_told_and_a_retry_answers(
    page: Page, answerer: ScriptedAnswerer, error: Exception, kind: str
) -> None:
    answerer.scripts[QUESTION] = [error]
    turn = await ask(page)
    await expect(turn.locator(f".failure.{kind}")).to_be_visible()
    assert "secret" not in await page.content()
    del answerer.scripts[QUESTION]
    await turn.locator(".failure button").click()
    await expect(page.locator(".answer:not(.pending)")).to_have_count(1)
    await expect(page.locator(".failure")).to_have_count(0)
    await expect(page.locator(".question")).to_have_count(1)


async def test_a_busy_server_is_told_apart(page: Page, app: FastAPI) -> None:
    app.state.gate = Gate(1, wait_seconds=0.01)
    async with app.state.gate.enter():
        turn = await ask(page)
        await expect(turn.locator(".failure.unavailable")).to_be_visible()


async def test_no_connection_is_told_apart(page: Page) -> None:
    await page.context.set_offline(True)
    await expect(page.locator("#offline")).to_be_visible()
    turn = await ask(page)
    await expect(turn.locator(".failure.offline")).to_be_visible()
    await page.context.set_offline(False)
    await expect(page.locator("#offline")).to_be_hidden()
    await turn.locator(".failure button").click()
    await expect(page.locator(".answer:not(.pending)")).to_be_visible()


async def test_stop_ends_the_answer_here_and_on_the_server(
    page: Page, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts[QUESTION] = [*refund_answer(1)[:3], asyncio.Event()]
    turn = await ask(page)
    await expect(turn.locator(".prose")).to_contain_text("3 个工作日")
    await page.locator("#stop").click()
    await expect(turn.locator(".failure.stopped")).to_be_visible()
    await expect(turn.locator(".prose")).to_contain_text("3 个工作日")
    async with asyncio.timeout(30):
        await answerer.was_cancelled.wait()


async def test_a_double_click_on_send_does_not_stop_the_answer(
    page: Page, answerer: ScriptedAnswerer
) -> None:
    events = refund_answer(1)
    is_released = answerer.hold(QUESTION, events[:3], events[3:])
    await page.fill("#question", QUESTION)
    await page.locator(".send:not(.stop)").dblclick()
    await expect(page.locator(".pending .prose")).to_contain_text("3 个工作日")
    is_released.set()
    await expect(page.locator(".answer:not(.pending)")).to_be_visible()


async def test_the_language_switch_keeps_conversation_and_draft(page: Page) -> None:
    await ask_and_wait(page)
    await page.fill("#question", "还有一个")
    await page.locator("[name=language]").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page.locator(".start-over")).to_have_text("New conversation")
    await expect(page.locator(".question")).to_have_text([QUESTION])
    await expect(page.locator("#question")).to_have_value("还有一个")


async def test_a_page_of_another_base_keeps_what_is_asked_on_it(
    page: Page, resources: Resources, answerer: ScriptedAnswerer
) -> None:
    for base in ("main", "handbook"):
        await fill(resources, {"退款政策": REFUNDS}, base=base)
    await ask_and_wait(page)
    await page.goto("/?base=handbook")
    await expect(page.locator(".turn")).to_have_count(0)
    await ask_and_wait(page, "还有一个")
    assert [base for _, base, _ in answerer.asked] == ["main", "handbook"]
    await page.locator("[name=language]").click()
    await expect(page.locator("html")).to_have_attribute("lang", "en")
    await expect(page).to_have_url(re.compile(r"/\?base=handbook$"))
    await expect(page.locator(".question")).to_have_text(["还有一个"])
    await page.locator(".start-over button").click()
    await expect(page.locator(".turn")).to_have_count(0)
    await expect(page).to_have_url(re.compile(r"/\?base=handbook$"))
    await expect(page.locator(".brand .tag")).to_have_text("handbook")


async def test_dark_is_at_once_and_stays(page: Page) -> None:
    async with page.expect_response("**/preferences"):
        await page.locator("form.theme button").click()
    scheme = "getComputedStyle(document.documentElement).colorScheme"
    assert await page.evaluate(scheme) == "dark"
    await page.reload()
    assert await page.evaluate(scheme) == "dark"


async def test_the_device_decides_on_dark_until_somebody_chooses(page: Page) -> None:
    await page.emulate_media(color_scheme="dark")
    background = "getComputedStyle(document.body).backgroundColor"
    assert await page.evaluate(background) == "rgb(20, 21, 25)"


async def test_enter_sends_but_not_with_shift_and_not_while_composing(page: Page) -> None:
    field = page.locator("#question")
    await field.focus()
    await page.keyboard.type("one")
    await page.keyboard.press("Shift+Enter")
    await page.keyboard.type("two")
    await expect(field).to_have_value("one\ntwo")
    session = await page.context.new_cdp_session(page)
    await session.send(
        "Input.imeSetComposition", {"text": "tuikuan", "selectionStart": 7, "selectionEnd": 7}
    )
    for key in ({"isComposing": True}, {"keyCode": 229}):
        await field.evaluate(
            "(field, key) => field.dispatchEvent(new KeyboardEvent('keydown',"
            " {key: 'Enter', bubbles: true, cancelable: true, ...key}))",
            key,
        )
    await expect(page.locator(".turn")).to_have_count(0)
    await session.send("Input.insertText", {"text": "退款"})
    await page.keyboard.press("Enter")
    await expect(page.locator(".question p")).to_have_text("one\ntwo退款")


async def test_an_empty_question_is_not_sent(page: Page) -> None:
    await page.fill("#question", "  \n ")
    await page.press("#question", "Enter")
    await expect(page.locator(".turn")).to_have_count(0)


async def test_hostile_text_stays_text_everywhere(
    page: Page, answerer: ScriptedAnswerer, chunk_id: int
) -> None:
    attack = "<img src=x onerror='window.hacked=true'><script>window.hacked=true</script>"
    answerer.scripts[attack] = answer_with(
        Sentence(
            text=f"{attack} [x](javascript:window.hacked=true) [1]", citations=(cite(chunk_id),)
        ),
        notice=attack,
        mode=attack,
    )
    turn = await ask_and_wait(page, attack)
    await expect(turn.locator(".question")).to_have_text(attack)
    await turn.locator(".feedback [value=down]").click()
    await turn.locator(".comment textarea[name=comment]").fill(attack)
    await turn.locator(".comment button").click()
    await expect(turn.locator(".given")).to_have_text(attack)
    await turn.locator(".chip").click()
    await expect(page.locator("#panel mark").first).to_be_visible()
    await page.reload()
    await expect(page.locator(".given")).to_have_text(attack)
    assert await page.evaluate("window.hacked") is None
    assert await page.locator(".turn img, .turn script, [href^=javascript]").count() == 0


async def test_a_phone_shows_everything_without_scrolling_sideways(
    page: Page, chunk_id: int
) -> None:
    await page.set_viewport_size({"width": 375, "height": 667})
    turn = await ask_and_wait(page)
    await turn.locator(".source").first.click()
    await expect(page.locator("#panel mark").first).to_be_visible()
    assert await page.evaluate("document.documentElement.scrollWidth") == 375
    box = await page.locator("#panel").bounding_box()
    assert box is not None
    assert box["width"] == 375
    await page.mouse.click(180, 20)
    await expect(page.locator("#panel")).to_be_hidden()


@pytest.mark.parametrize("theme", ["light", "dark"])
async def test_axe_finds_nothing_serious(
    page: Page, answerer: ScriptedAnswerer, chunk_id: int, theme: str
) -> None:
    await page.emulate_media(color_scheme=theme, reduced_motion="reduce")  # type: ignore[arg-type]
    assert await find_serious_violations(page) == []
    answerer.scripts["天气？"] = ABSTENTION
    answerer.scripts["fail"] = [RuntimeError("secret")]
    turn = await ask_and_wait(page)
    await turn.locator(".feedback [value=down]").click()
    await expect(turn.locator(".comment")).to_be_visible()
    await ask_and_wait(page, "天气？")
    await expect((await ask(page, "fail")).locator(".failure")).to_be_visible()
    assert await find_serious_violations(page) == []
    await page.locator(".source").first.click()
    await expect(page.locator("#panel mark").first).to_be_visible()
    assert await find_serious_violations(page) == []
