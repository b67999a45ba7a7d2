"""Visitors whom nobody knows are held to limits, each by itself and all behind one address."""

from uuid import uuid4

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient, Response
from shop_site import sign
from visiting import PLACE, ask, enter

from kefu.db import Database
from kefu.errors import TooManyRequests
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.safety import Act, count_acts
from kefu.sections import VisitorSettings
from kefu.server import configure_server
from kefu.settings import ServerSettings, Settings

LIMITS = VisitorSettings(
    messages_per_minute=2, conversations_per_hour=3, uploads_per_hour=1, per_address=2
)
SENTENCE = "You have sent a lot in a short time. Please wait a moment, then try again."
PAGE = {"origin": "http://kefu", "accept": "text/html"}


@pytest.fixture
def resources(database: Database) -> Resources:
    return Resources(settings=Settings(visitors=LIMITS), database=database, embedder=FakeEmbedder())


async def send(
    database: Database,
    *acts: Act,
    visitor: str = "",
    host: str = "",
    settings: VisitorSettings = LIMITS,
) -> int:
    """Seconds to wait; 0: it may be done."""
    try:
        await count_acts(database, acts, visitor=visitor, host=host, settings=settings)
    except TooManyRequests as error:
        return error.retry_after_seconds or 0
    return 0


async def let_pass(database: Database, seconds: int) -> None:
    async with database.connection() as conn:
        await conn.execute(
            "update visitor_limits set paid_until = paid_until - %s * interval '1 second'",
            [seconds],
        )


async def test_what_is_too_much_is_refused_until_time_has_passed(database: Database) -> None:
    assert [await send(database, Act.MESSAGE, visitor="a") for _ in range(2)] == [0, 0]
    for _ in range(3):  # what is refused is not counted, too
        assert 25 <= await send(database, Act.MESSAGE, visitor="a") <= 30
    assert await send(database, Act.MESSAGE, visitor="b") == 0
    await let_pass(database, 31)
    assert await send(database, Act.MESSAGE, visitor="a") == 0
    assert await send(database, Act.MESSAGE, visitor="a") > 0
    await let_pass(database, 3600)
    assert [await send(database, Act.MESSAGE, visitor="a") for _ in range(2)] == [0, 0]


async def test_all_behind_an_address_share_a_larger_limit(database: Database) -> None:
    for host in ("192.0.2.1", "2001:db8:1:2::1"):
        for number in range(4):
            assert await send(database, Act.MESSAGE, visitor=f"{number}", host=host) == 0
            await let_pass(database, 0)
        assert await send(database, Act.MESSAGE, visitor="another", host=host) > 0
        await let_pass(database, 3600)
    for number in range(4):
        host = f"2001:db8:1:2::{number}"
        assert await send(database, Act.MESSAGE, visitor=f"{number}", host=host) == 0
    assert await send(database, Act.MESSAGE, visitor="5", host="2001:db8:1:2:ffff::") > 0
    assert await send(database, Act.MESSAGE, visitor="5", host="2001:db8:1:3::1") == 0


async def test_acts_count_apart_and_zero_is_no_limit(database: Database) -> None:
    assert await send(database, Act.UPLOAD, visitor="a") == 0
    assert await send(database, Act.UPLOAD, visitor="a") > 3000
    assert await send(database, Act.MESSAGE, Act.CONVERSATION, visitor="a") == 0
    off = VisitorSettings(messages_per_minute=0, per_address=0)
    for _ in range(20):
        assert await send(database, Act.MESSAGE, visitor="c", host="h", settings=off) == 0


async def test_no_address_is_kept_and_old_counts_are_deleted(database: Database) -> None:
    await send(database, Act.MESSAGE, visitor="visitor:1", host="192.0.2.1")
    async with database.connection() as conn:
        rows = await (await conn.execute("select key from visitor_limits")).fetchall()
    assert len(rows) == 2
    assert "192.0.2.1" not in str(rows)
    await let_pass(database, 3600)
    await send(database, Act.CONVERSATION, visitor="visitor:2")
    async with database.connection() as conn:
        rows = await (await conn.execute("select key from visitor_limits")).fetchall()
    assert [key.split(":")[0] for (key,) in rows] == ["conversation"]


def require_refused(response: Response) -> None:
    assert response.status_code == 429
    assert 0 < int(response.headers["retry-after"]) <= 3600
    error = response.json()["error"]
    assert (error["type"], error["message"]) == ("too_many_requests", SENTENCE)


async def test_the_widget_is_told_and_who_signed_in_goes_on(
    client: AsyncClient, secret: str
) -> None:
    visitor = await enter(client)
    id = (await ask(client, visitor))[0][1]["conversation_id"]
    own = f"{PLACE}/conversations/{id}"
    reply = {"client_key": "k", "text": "Hello?"}
    assert (await client.post(f"{own}/replies", json=reply, headers=visitor)).status_code == 200
    body = {"question": "And?", "conversation_id": id}
    require_refused(await client.post(f"{PLACE}/messages", json=body, headers=visitor))
    require_refused(await client.post(f"{own}/replies", json=reply, headers=visitor))
    place = f"{own}/attachments?name=a.txt"
    assert (await client.post(place, content=b"a", headers=visitor)).status_code == 200
    require_refused(await client.post(place, content=b"b", headers=visitor))
    customer = await enter(client, identity=sign(secret))
    for _ in range(6):
        await ask(client, customer)


async def test_the_routes_for_customers_are_limited(
    client: AsyncClient, secret: str, resources: Resources
) -> None:
    first = await client.post("/api/chat", json={"question": "退款？"})
    id = first.json()["conversation_id"]
    place = f"/api/conversations/{id}"
    assert (await client.post(f"{place}/messages", json={"text": "a"})).status_code == 200
    assert (await client.post(f"{place}/messages", json={"text": "b"})).status_code == 200
    require_refused(await client.post(f"{place}/messages", json={"text": "c"}))
    further = {"question": "And?", "conversation_id": id}
    require_refused(await client.post("/api/chat", json=further))
    assert (await client.post(f"{place}/attachments", content=b"a")).status_code == 200
    require_refused(await client.post(f"{place}/attachments", content=b"b"))


async def test_the_chat_page_tells_it_in_the_language_of_the_page(
    client: AsyncClient, secret: str
) -> None:
    for _ in range(4):  # the first one has no conversation yet
        response = await client.post("/messages", data={"question": "退款？"}, headers=PAGE)
    assert response.status_code == 429
    assert int(response.headers["retry-after"]) > 0
    chinese = PAGE | {"accept-language": "zh"}
    response = await client.post("/messages", data={"question": "退款？"}, headers=chinese)
    assert "您发送得太频繁了，请稍等片刻再试。" in response.text
    assert "failure-too_many" in (await client.get("/", headers=PAGE)).text


async def test_a_made_up_conversation_is_no_way_round(
    client: AsyncClient, secret: str, database: Database
) -> None:
    statuses = []
    for _ in range(8):
        client.cookies.clear()
        client.cookies.set("kefu_conversation", str(uuid4()))
        response = await client.post("/messages", data={"question": "退款？"}, headers=PAGE)
        statuses.append(response.status_code)
        await let_pass(database, 20)
    assert statuses == [303] * 6 + [429] * 2


@pytest.mark.parametrize(("peer", "count"), [("203.0.113.9", 4), ("10.1.2.3", 8)])
async def test_only_a_trusted_proxy_says_where_requests_come_from(
    app: FastAPI, secret: str, peer: str, count: int
) -> None:
    """Who is none writes what it likes there; behind a trusted one the last stranger counts."""
    proxies = ServerSettings(trusted_proxies=("10.0.0.0/8", "192.0.2.9"))
    config = configure_server(app, proxies, "warning")
    config.load()
    transport = ASGITransport(config.loaded_app, client=(peer, 4711))
    taken = 0
    async with AsyncClient(transport=transport, base_url="http://kefu") as client:
        for number in range(20):
            chain = f"198.51.100.{number}, 203.0.113.{number % 2}, 192.0.2.9"
            response = await client.post(
                "/api/chat", json={"question": "退款？"}, headers={"x-forwarded-for": chain}
            )
            taken += response.status_code == 200
    assert taken == count
