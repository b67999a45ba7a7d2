"""Where people land, and what the overview tells them."""

from collections.abc import AsyncIterator
from datetime import timedelta

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from psycopg import AsyncConnection
from selectolax.lexbor import LexborHTMLParser
from signing_in import sign_in

from kefu.accounts import StaffRole
from kefu.chatbot.webhooks.records import NewWebhook
from kefu.chatbot.webhooks.registering import add_webhook, disable_webhook
from kefu.conversations import HandOver, hand_over, record_question, start_conversation
from kefu.db import Database
from kefu.knowledge import ensure_base
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings


@pytest.fixture
def resources(settings: Settings, database: Database) -> Resources:
    """Without knowledge, in the transaction that is rolled back."""
    return Resources(settings=settings, database=database, embedder=FakeEmbedder())


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    transport = ASGITransport(app)
    headers = {"accept": "text/html", "accept-language": "en"}
    async with AsyncClient(transport=transport, base_url="http://kefu", headers=headers) as client:
        yield client


async def read_matters(client: AsyncClient, language: str = "en") -> list[tuple[str, str | None]]:
    """Each with the page to which it leads; the urgent ones say so."""
    response = await client.get("/admin", headers={"accept-language": language})
    assert response.status_code == 200
    found = []
    for item in LexborHTMLParser(response.text).css(".matters li"):
        link = item.css_first("a")
        found.append((" ".join(item.text().split()), link and link.attributes["href"]))
    return found


@pytest.mark.parametrize(
    ("role", "home"),
    [("staff", "/desk"), ("editor", "/admin"), ("manager", "/admin"), ("admin", "/admin")],
)
async def test_people_land_where_they_work(
    client: AsyncClient, database: Database, role: StaffRole, home: str
) -> None:
    await sign_in(client, database, role)
    landed = await client.get("/home")
    assert (landed.status_code, landed.headers["location"]) == (303, home)
    assert (await client.get(home)).status_code == 200


async def test_a_stranger_comes_back_to_the_very_list(client: AsyncClient) -> None:
    asked = await client.get("/desk?list=all&text=a%26b")
    assert asked.headers["location"] == "/sign-in?next=%2Fdesk%3Flist%3Dall%26text%3Da%2526b"
    form = LexborHTMLParser((await client.get(asked.headers["location"])).text)
    back = form.css_first("[name=back]")
    assert back is not None
    assert back.attributes["value"] == "/desk?list=all&text=a%26b"
    sent = await client.post("/desk?list=all")
    assert sent.headers["location"] == "/sign-in?next=%2Fhome&unsent=1"


async def test_what_needs_attention_is_told_and_leads_to_its_page(
    client: AsyncClient, conn: AsyncConnection, database: Database, resources: Resources
) -> None:
    await ensure_base(resources, "main")
    for minutes in (0, 60):
        conversation = await start_conversation(conn, "Where is it?", base="main")
        await record_question(conn, "Where is it?", conversation_id=conversation.id)
        await hand_over(conn, conversation.id, HandOver(reason="asked"))
        await conn.execute(
            "update conversations set waiting_since = waiting_since - %s where id = %s",
            [timedelta(minutes=minutes), conversation.id],
        )
    hook = NewWebhook(name="crm", url="https://crm.example.com/hooks")
    await add_webhook(conn, hook, settings=resources.settings, actor="test")
    await disable_webhook(conn, "crm", reason="gone", actor="test")
    await sign_in(client, database, "manager")
    assert await read_matters(client) == [
        (
            "urgent: Conversations that wait for somebody: 2, overdue: 1",
            "/desk?list=unassigned",
        ),
        ("urgent: There are no documents yet. Take them in with kefu ingest FOLDER.", None),
        (
            "No language model is known: answers are quoted from the documents.",
            "/admin/endpoints",
        ),
        ("Webhooks that are off: crm", "/admin/webhooks"),
    ]
    told = await read_matters(client, "zh-CN")
    assert told[0][0] == "紧急: 等待人工接待的会话：2，其中超时：1"


async def test_each_sees_what_is_theirs_to_see_to(client: AsyncClient, database: Database) -> None:
    await sign_in(client, database, "editor")
    assert await read_matters(client) == [
        ("urgent: There are no documents yet. Take them in with kefu ingest FOLDER.", None),
    ]
    page = LexborHTMLParser((await client.get("/admin")).text)
    places = [link.attributes["href"] for link in page.css(".places a")]
    assert places[:3] == ["/desk", "/desk/canned-responses", "/admin/prompts"]
    assert "/admin/audit" not in places
    await sign_in(client, database, "staff")
    assert (await client.get("/admin")).status_code == 403
