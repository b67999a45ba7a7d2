"""The pages of prompts, by people who may and people who may not."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from selectolax.lexbor import LexborHTMLParser
from signing_in import sign_in
from specifications import GOOD

from kefu.db import Database
from kefu.prompts import Label, PromptKey, label_version, list_shipped, load_live, save_prompt

ANSWER = PromptKey(name="answer", language="en")
SHIPPED = next(each for each in list_shipped() if each.key == ANSWER).text
OWN = SHIPPED.replace("One to five short", "One to <three> short")
BROKEN = OWN.replace("$question\n", "{{question}}\n")
PAGE = "/admin/prompts/answer.en"


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    headers = {"accept": "text/html", "accept-language": "en"}
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://kefu", headers=headers) as client:
        yield client


@pytest.fixture
async def editor(client: AsyncClient, database: Database) -> AsyncClient:
    await sign_in(client, database, "editor")
    return client


@pytest.fixture
async def own(database: Database) -> int:
    async with database.transaction() as conn:
        return (await save_prompt(conn, OWN, author="li", note="Shorter.")).number


async def load(client: AsyncClient, path: str, **query: str | int) -> LexborHTMLParser:
    response = await client.get(path, params=query)
    assert response.status_code == 200, response.text
    return LexborHTMLParser(response.text)


def text_of(page: LexborHTMLParser, selector: str) -> str:
    node = page.css_first(selector)
    assert node is not None, selector
    return " ".join(node.text().split())


READING = (PAGE, f"{PAGE}/diff", "/admin/prompts")
WRITING = ("versions", "labels", "restorations")


@pytest.mark.parametrize("path", [*READING, f"{PAGE}/edit"])
async def test_strangers_and_staff_see_no_prompt(
    client: AsyncClient, database: Database, path: str
) -> None:
    assert (await client.get(path)).status_code in {303, 401}
    await sign_in(client, database, "staff")
    assert (await client.get(path)).status_code == 403


async def test_managers_read_but_do_not_write(client: AsyncClient, database: Database) -> None:
    await sign_in(client, database, "manager")
    for path in READING:
        assert (await client.get(path)).status_code == 200
    assert (await client.get(f"{PAGE}/edit")).status_code == 403
    for name in WRITING:
        assert (await client.post(f"{PAGE}/{name}", data={"number": "0"})).status_code == 403
    assert (await load(client, PAGE)).css("form button[name=label]") == []


async def test_a_form_without_its_token_is_refused(editor: AsyncClient) -> None:
    del editor.headers["X-CSRF-Token"]
    assert (await editor.post(f"{PAGE}/versions", data={"text": OWN})).status_code == 403


async def test_every_prompt_is_listed_with_its_labels(editor: AsyncClient, own: int) -> None:
    page = await load(editor, "/admin/prompts")
    assert len(page.css("tbody tr")) == len(list_shipped())
    assert "answer.enWrite a short answer" in text_of(page, "tbody tr")
    assert "Shipped – @1 1" in text_of(page, "tbody tr")


async def test_a_prompt_shows_its_live_text_and_all_versions(editor: AsyncClient, own: int) -> None:
    page = await load(editor, PAGE)
    assert "One to five short" in text_of(page, ".prompt-text")
    assert text_of(page, ".sound") == "No check finds anything."
    assert len(page.css(".table-scroll tbody tr")) == 2
    assert "Shorter." in text_of(page, ".table-scroll tbody")
    draft = await load(editor, PAGE, version=own)
    assert "One to <three> short" in text_of(draft, ".prompt-text")


async def test_a_difference_is_shown_line_by_line(editor: AsyncClient, own: int) -> None:
    page = await load(editor, f"{PAGE}/diff")
    assert "One to five" in text_of(page, "tr.removed .line")
    assert "One to <three>" in text_of(page, "tr.added .line")
    assert text_of(await load(editor, f"{PAGE}/diff", left=own), ".empty")


@pytest.mark.parametrize(
    ("referer", "back"),
    [
        (f"http://kefu{PAGE}/edit?version=0", f"{PAGE}/edit?version=0"),
        (f"http://kefu{PAGE}/versions", PAGE),
        ("http://evil.example/", PAGE),
    ],
)
async def test_switching_the_language_of_a_checked_text_leads_to_a_page(
    editor: AsyncClient, referer: str, back: str
) -> None:
    response = await editor.post(
        f"{PAGE}/versions",
        data={"text": BROKEN, "action": "check"},
        headers={"referer": referer},
    )
    field = LexborHTMLParser(response.text).css_first("[name=back]")
    assert field is not None
    assert field.attributes["value"] == back
    switched = await editor.post("/preferences", data={"language": "zh", "back": back})
    assert switched.headers["location"] == back
    assert (await editor.get(back)).status_code == 200


async def test_a_text_is_checked_before_it_is_saved(editor: AsyncClient) -> None:
    response = await editor.post(
        f"{PAGE}/versions", data={"text": BROKEN, "note": "n", "action": "check"}
    )
    page = LexborHTMLParser(response.text)
    assert "{{question}}" in text_of(page, ".findings")
    assert "Write the variable with a dollar sign." in text_of(page, ".findings")
    assert page.css_first("textarea").text().strip() == BROKEN.strip()  # type: ignore[union-attr]
    assert len((await load(editor, PAGE)).css(".table-scroll tbody tr")) == 1


async def test_findings_are_told_in_chinese_too(editor: AsyncClient) -> None:
    editor.headers["accept-language"] = "zh"
    response = await editor.post(f"{PAGE}/versions", data={"text": BROKEN, "action": "check"})
    assert "用 $ 号书写变量。" in response.text


async def test_what_is_saved_by_whom_is_the_draft(editor: AsyncClient) -> None:
    response = await editor.post(
        f"{PAGE}/versions", data={"text": OWN.replace("\n", "\r\n"), "note": "Kürzer. 更短。"}
    )
    assert (response.status_code, response.headers["location"]) == (303, f"{PAGE}?version=1")
    page = await load(editor, PAGE, version=1)
    (row, _) = page.css(".table-scroll tbody tr")
    assert "Kürzer. 更短。" in row.text()
    assert row.css_first("[title^='editor.']").text() == "Editor"
    assert "Draft" in text_of(page, "h2")


async def test_who_saves_over_another_is_told_first(
    editor: AsyncClient, database: Database, own: int
) -> None:
    form = await load(editor, f"{PAGE}/edit")
    latest = form.css_first("input[name=latest]").attributes["value"]  # type: ignore[union-attr]
    assert latest == str(own)
    async with database.transaction() as conn:
        await save_prompt(conn, OWN.replace("<three>", "four"), author="Wang")
    mine = OWN.replace("<three>", "two")
    data = {"text": mine, "note": "Mine.", "latest": str(latest)}
    refused = await editor.post(f"{PAGE}/versions", data=data)
    page = LexborHTMLParser(refused.text)
    assert refused.status_code == 409
    assert "Wang saved answer.en@2 while you were writing." in text_of(page, ".notice.bad")
    assert page.css_first(f'a[href="{PAGE}/diff?left={own}&right=2"]') is not None
    assert page.css_first("textarea").text().strip() == mine.strip()  # type: ignore[union-attr]
    latest = page.css_first("input[name=latest]").attributes["value"]  # type: ignore[union-attr]
    saved = await editor.post(f"{PAGE}/versions", data=data | {"latest": str(latest)})
    assert saved.headers["location"] == f"{PAGE}?version=3"


async def test_a_long_chinese_prompt_fits_into_the_form(editor: AsyncClient) -> None:
    text = OWN.replace("## Business rules", "## Business rules\n\n" + "规则。" * 10_000)
    assert (await editor.post(f"{PAGE}/versions", data={"text": text})).status_code == 303


@pytest.mark.parametrize("number", ["", "x", "-1", "9" * 5000, str(2**31)])
async def test_a_number_that_is_none_is_refused(editor: AsyncClient, number: str) -> None:
    for path, data in (
        ("versions", {"text": OWN, "latest": number}),
        ("labels", {"label": "draft", "number": number}),
        ("restorations", {"number": number}),
    ):
        assert (await editor.post(f"{PAGE}/{path}", data=data)).status_code == 400


@pytest.mark.parametrize(
    ("text", "said"),
    [("Answer!", "no front matter"), (GOOD, "sort.en, not answer.en"), ("", "no front matter")],
)
async def test_what_is_no_such_prompt_stays_in_the_form(
    editor: AsyncClient, text: str, said: str
) -> None:
    response = await editor.post(f"{PAGE}/versions", data={"text": text})
    page = LexborHTMLParser(response.text)
    assert response.status_code == 400
    assert said in text_of(page, ".notice.bad")
    assert page.css_first("textarea").text().strip() == text.strip()  # type: ignore[union-attr]


async def test_a_version_goes_live_and_back(
    editor: AsyncClient, database: Database, own: int
) -> None:
    for number in (own, 0):
        data = {"number": str(number), "label": "live"}
        response = await editor.post(f"{PAGE}/labels", data=data)
        assert response.headers["location"] == f"{PAGE}?version={number}"
        async with database.connection() as conn:
            assert (await load_live(conn, "answer", language="en")).version.number == number
    assert len((await load(editor, PAGE)).css(".labellings li")) == 3


async def test_an_error_keeps_a_version_from_going_live(
    editor: AsyncClient, database: Database
) -> None:
    async with database.transaction() as conn:
        await save_prompt(conn, BROKEN, author="li")
    response = await editor.post(f"{PAGE}/labels", data={"number": "1", "label": "live"})
    assert response.status_code == 400
    assert "placeholder-foreign" in response.text


async def test_an_earlier_text_is_restored(
    editor: AsyncClient, database: Database, own: int
) -> None:
    async with database.transaction() as conn:
        await label_version(conn, ANSWER, own, Label.LIVE, author="li")
    response = await editor.post(f"{PAGE}/restorations", data={"number": "0"})
    assert response.headers["location"] == f"{PAGE}?version=2"
    page = await load(editor, PAGE, version=2)
    assert "One to five short" in text_of(page, ".prompt-text")


@pytest.mark.parametrize(
    ("path", "status"),
    [
        ("/admin/prompts/nothing.en", 404),
        (f"{PAGE}?version=7", 404),
        (f"{PAGE}?version=-1", 400),
        (f"{PAGE}?version=99999999999", 400),
        (f"{PAGE}/diff?left=1", 404),
        ("/admin/prompts/answer", 400),
        ("/admin/prompts/Answer!.en", 400),
        (f"/admin/prompts/{'a' * 200}.en", 400),
    ],
)
async def test_what_is_not_there_is_said(editor: AsyncClient, path: str, status: int) -> None:
    assert (await editor.get(path)).status_code == status


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("labels", {"number": "0", "label": "best"}),
        ("labels", {"label": "live"}),
        ("labels", {"number": "٣", "label": "live"}),
        ("restorations", {"number": "x"}),
        ("restorations", {"number": "9" * 30}),
    ],
)
async def test_a_form_that_says_nothing_is_refused(
    editor: AsyncClient, name: str, data: dict[str, str]
) -> None:
    assert (await editor.post(f"{PAGE}/{name}", data=data)).status_code == 400
