"""The chat page without JavaScript: forms, cookies, redirects."""

import asyncio

import pytest
from documents import ABSTENTION, ASKING_BACK, GREETING, QUOTE, REFUNDS, answer_with, cite
from fastapi import FastAPI
from filling import fill
from httpx import ASGITransport, AsyncClient, Response
from scripted import ScriptedAnswerer
from selectolax.lexbor import LexborHTMLParser

from kefu.answering import Outcome, Sentence
from kefu.db import Database
from kefu.errors import ModelUnavailable
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.server import attach, create_app
from kefu.settings import Settings

CHINESE = {"accept-language": "zh-CN", "accept": "text/html"}


async def load(client: AsyncClient, path: str = "/") -> LexborHTMLParser:
    response = await client.get(path, headers=CHINESE)
    assert response.status_code == 200, response.text
    return LexborHTMLParser(response.text)


async def send(client: AsyncClient, path: str, **fields: str) -> Response:
    return await client.post(path, data=fields, headers=CHINESE)


def text_of(page: LexborHTMLParser, selector: str) -> str:
    node = page.css_first(selector)
    assert node is not None, selector
    return " ".join(node.text().split())


async def test_an_empty_page_greets_and_offers_questions(client: AsyncClient) -> None:
    page = await load(client)
    assert text_of(page, "h2") == "您好，有什么可以帮您？"
    assert len(page.css(".examples button")) == 4
    assert page.css_first("html").attributes["lang"] == "zh-CN"  # type: ignore[union-attr]


async def test_name_and_examples_come_from_the_settings(resources: Resources) -> None:
    chatbot = {"name": "云舟客服", "examples": ["备案要多久？", "<b>?"]}
    settings = Settings.model_validate({"chatbot": chatbot})
    app = create_app(settings)
    own = Resources(settings=settings, database=resources.database, embedder=FakeEmbedder())
    attach(app, own)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
        page = await load(client)
    assert text_of(page, "h1") == "云舟客服"
    examples = [button.attributes["value"] for button in page.css(".examples button")]
    assert examples == ["备案要多久？", "<b>?"]


async def test_a_question_is_answered_on_the_page_and_stays_there(
    client: AsyncClient, chunk_id: int
) -> None:
    response = await send(client, "/messages", question="退款多久到账？")
    assert (response.status_code, response.headers["location"]) == (303, "/")
    page = await load(client)
    assert text_of(page, ".question") == "退款多久到账？"
    assert "3 个工作日" in text_of(page, ".answer .prose")
    assert text_of(page, ".sources li .number") == "1–2"
    assert page.css_first("#welcome").attributes.keys() >= {"hidden"}  # type: ignore[union-attr]


async def test_the_conversation_cookie_is_out_of_reach_of_scripts(client: AsyncClient) -> None:
    cookie = (await send(client, "/messages", question="x")).headers["set-cookie"]
    assert "HttpOnly" in cookie
    assert "SameSite=lax" in cookie


async def test_questions_of_one_browser_make_one_conversation_until_it_starts_over(
    client: AsyncClient, answerer: ScriptedAnswerer
) -> None:
    await send(client, "/messages", question="eins")
    await send(client, "/messages", question="zwei")
    assert len(answerer.asked[1][2]) == 1
    assert len((await load(client)).css(".turn")) == 2
    await send(client, "/conversations")
    assert (await load(client)).css(".turn") == []
    await send(client, "/messages", question="drei")
    assert answerer.asked[2][2] == ()


@pytest.mark.parametrize("value", ["0b8a9b1e-6c1d-4f0e-9d2a-3f5b7c1e2a40", "nonsense"])
async def test_a_conversation_that_is_gone_is_begun_anew(client: AsyncClient, value: str) -> None:
    client.cookies.set("kefu_conversation", value, domain="kefu")
    assert (await load(client)).css(".turn") == []
    assert (await send(client, "/messages", question="x")).status_code == 303


async def test_an_unanswered_question_can_be_tried_again(
    client: AsyncClient, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts["x"] = [ModelUnavailable("The model does not answer.")]
    answerer.scripts["y"] = [*ABSTENTION]
    await send(client, "/messages", question="y")
    response = await send(client, "/messages", question="x")
    assert response.status_code == 503
    assert "text/html" in response.headers["content-type"]
    page = await load(client)
    retry = page.css_first(".failure.unanswered [name=question]")
    assert retry is not None
    assert retry.attributes["value"] == "x"


async def test_a_stream_carries_html_that_grows(client: AsyncClient) -> None:
    response = await client.post(
        "/messages", data={"question": "x"}, headers={"accept": "text/event-stream"}
    )
    assert response.headers["set-cookie"].startswith("kefu_conversation=")
    names = [line for line in response.text.splitlines() if line.startswith("event:")]
    assert [name.removeprefix("event: ") for name in names] == [
        *("progress", "progress", "text", "text", "text", "answer")
    ]


async def test_problems_before_a_stream_are_told_as_json(client: AsyncClient) -> None:
    headers = {"accept": "text/event-stream"}
    response = await client.post("/messages", data={"question": " "}, headers=headers)
    assert response.status_code == 400
    assert response.json()["error"]["message"] == "The question is empty."


async def test_a_chip_leads_to_the_source_with_the_quote_marked(
    client: AsyncClient, chunk_id: int
) -> None:
    await send(client, "/messages", question="x")
    chip = (await load(client)).css_first(".chip")
    assert chip is not None
    source = await load(client, str(chip.attributes["href"]))
    assert text_of(source, "mark") == QUOTE
    assert text_of(source, "h2") == "退款政策"
    assert "自助申请退款" in text_of(source, ".context")


@pytest.mark.parametrize(
    ("uri", "link"),
    [
        ("https://help.example/refunds", "https://help.example/refunds"),
        ("javascript:alert(1)", None),
        ("docs/refunds.md", None),
    ],
)
async def test_only_web_addresses_of_documents_become_links(
    client: AsyncClient, resources: Resources, chunk_id: int, uri: str, link: str | None
) -> None:
    async with resources.database.connection() as conn:
        await conn.execute("update documents set uri = %s", [uri])
    page = await load(client, f"/sources/{chunk_id}")
    anchor = page.css_first(".origin a")
    assert (anchor and anchor.attributes["href"]) == link


async def test_a_source_says_when_it_holds(
    client: AsyncClient, resources: Resources, chunk_id: int
) -> None:
    async with resources.database.connection() as conn:
        await conn.execute(
            "update documents set valid_from = '2023-01-01', valid_until = '2024-12-31'"
        )
    page = await load(client, f"/sources/{chunk_id}")
    assert "有效期：2023-01-01 至 2024-12-31 已失效" in text_of(page, ".source-body")


async def test_a_source_that_is_gone_is_a_page_that_says_so(client: AsyncClient) -> None:
    response = await client.get("/sources/999999", headers=CHINESE)
    assert response.status_code == 404
    assert "这里没有内容。" in response.text


async def test_thumbs_and_comment_show_what_was_stored(client: AsyncClient) -> None:
    await send(client, "/messages", question="x")
    form = (await load(client)).css_first(".feedback")
    assert form is not None
    path = str(form.attributes["action"])
    assert (await send(client, path, rating="down")).headers["location"] == "/"
    assert (await load(client)).css_first(".comment textarea") is not None
    await send(client, path, rating="down", comment="没有<b>提到</b>银行卡")
    page = await load(client)
    assert text_of(page, ".given") == "没有<b>提到</b>银行卡"
    pressed = page.css_first('.thumbs [aria-pressed="true"]')
    assert pressed is not None
    assert pressed.attributes["value"] == "down"


async def test_feedback_from_another_browser_is_refused(app: FastAPI, client: AsyncClient) -> None:
    await send(client, "/messages", question="x")
    form = (await load(client)).css_first(".feedback")
    assert form is not None
    path = str(form.attributes["action"])
    async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as other:
        assert (await send(other, path, rating="up")).status_code == 404
    assert (await send(client, path, rating="sideways")).status_code == 400


async def test_abstention_notice_and_model_are_shown(
    client: AsyncClient, answerer: ScriptedAnswerer
) -> None:
    piece = Sentence(text="三天。[1]", citations=(cite(1),))
    answerer.scripts["model"] = answer_with(piece, mode="qwen-plus", notice="模型太慢。")
    answerer.scripts["weather"] = ABSTENTION
    await send(client, "/messages", question="model")
    await send(client, "/messages", question="weather")
    page = await load(client)
    assert "qwen-plus" in text_of(page, ".byline")
    assert text_of(page, ".notice") == "模型太慢。"
    assert "文档中未找到依据" in text_of(page, ".abstained")


async def test_a_kind_word_is_not_said_to_be_quoted(
    client: AsyncClient, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts["你好"] = GREETING
    await send(client, "/messages", question="你好")
    page = await load(client)
    assert text_of(page, ".byline") == "AI 回答"
    assert page.css_first(".answer .abstained") is None


async def test_a_choice_is_a_button_that_asks_on(
    client: AsyncClient, answerer: ScriptedAnswerer
) -> None:
    answerer.scripts["备份"] = ASKING_BACK
    await send(client, "/messages", question="备份")
    page = await load(client)
    buttons = page.css(".choices button[name=question]")
    assert [each.attributes["value"] for each in buttons] == ["云数据库 MySQL", "Site <Large>"]
    assert page.css_first("form.choices").attributes["action"] == "/messages"  # type: ignore[union-attr]
    assert "摘自文档" not in text_of(page, ".byline")
    await send(client, "/messages", question="Site <Large>")
    question, _, history = answerer.asked[-1]
    assert question == "Site <Large>"
    assert [turn.outcome for turn in history] == [Outcome.ASKED_BACK]


async def test_language_and_theme_are_remembered(client: AsyncClient) -> None:
    assert (await send(client, "/preferences", language="en")).status_code == 303
    await send(client, "/preferences", theme="dark")
    page = await load(client)
    html = page.css_first("html")
    assert html is not None
    assert (html.attributes["lang"], html.attributes["data-theme"]) == ("en", "dark")
    await send(client, "/preferences", theme="pink", language="xx")
    assert text_of(await load(client), "h2") == "Hello, how can we help?"


async def test_a_page_about_another_base_shows_no_conversation_of_this_one(
    client: AsyncClient,
) -> None:
    await send(client, "/messages", question="x")
    page = await load(client, "/?base=handbook")
    assert page.css(".turn") == []
    assert text_of(page, ".brand .tag") == "handbook"


async def test_what_is_asked_on_a_page_of_another_base_begins_a_conversation_about_it(
    client: AsyncClient, resources: Resources, answerer: ScriptedAnswerer
) -> None:
    for base in ("main", "handbook"):
        await fill(resources, {"退款政策": REFUNDS}, base=base)
    await send(client, "/messages", question="eins")
    response = await send(client, "/messages", question="zwei", base="handbook")
    assert response.headers["location"] == "/?base=handbook"
    assert text_of(await load(client, "/?base=handbook"), ".question") == "zwei"
    assert (await load(client, "/?base=main")).css(".turn") == []
    await send(client, "/messages", question="drei", base="handbook")
    await send(client, "/messages", question="vier", base="main")
    assert [(base, len(history)) for _, base, history in answerer.asked] == [
        *(("main", 0), ("handbook", 0), ("handbook", 1), ("main", 0))
    ]


@pytest.mark.parametrize(
    ("path", "base", "location"),
    [
        ("/?base=handbook", "handbook", "/?base=handbook"),
        ("/?base=%E6%89%8B%E5%86%8C%26", "手册&", "/?base=%E6%89%8B%E5%86%8C%26"),
        ("/?base=main", "main", "/"),
        ("/", None, "/"),
    ],
)
async def test_a_new_conversation_is_about_the_base_of_the_page(
    client: AsyncClient, path: str, base: str | None, location: str
) -> None:
    field = (await load(client, path)).css_first(".start-over [name=base]")
    assert (field and field.attributes["value"]) == base
    response = await send(client, "/conversations", **({"base": base} if base else {}))
    assert response.headers["location"] == location


@pytest.mark.parametrize("path", ["/", "/?base=handbook", "/?base=%E6%89%8B%E5%86%8C&a=%5C"])
async def test_the_switches_lead_back_to_the_page_with_its_query(
    client: AsyncClient, path: str
) -> None:
    fields = (await load(client, path)).css("[action='/preferences'] [name=back]")
    assert [each.attributes["value"] for each in fields] == [path, path]
    response = await send(client, "/preferences", language="en", back=path)
    assert response.headers["location"] == path


@pytest.mark.parametrize(
    "back", ["//evil.example/?base=x", "/\\evil.example", "https://evil.example", "?base=x", ""]
)
async def test_the_switches_never_lead_to_another_site(client: AsyncClient, back: str) -> None:
    response = await send(client, "/preferences", language="en", back=back)
    assert response.headers["location"] == "/"


async def test_other_sites_cannot_post_the_forms(client: AsyncClient) -> None:
    for path in ("/messages", "/conversations", "/preferences"):
        response = await client.post(path, headers={"origin": "http://evil.example"})
        assert response.status_code == 403


async def test_the_server_opens_its_resources_and_closes_them(
    committed_database: Database,
) -> None:
    app = create_app(Settings(database_url=committed_database.url))
    async with (
        app.router.lifespan_context(app),
        AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client,
    ):
        responses = await asyncio.gather(*(client.get("/healthz") for _ in range(3)))
    assert [response.status_code for response in responses] == [200, 200, 200]
