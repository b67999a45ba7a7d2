"""Conversations over HTTP: the customer on one side, the desk on the other."""

import json
from time import time
from typing import Any
from uuid import UUID

import pytest
from desk_people import CUSTOMER, ask, says, seat
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from joserfc import jwt
from joserfc.jwk import OctKey
from psycopg import AsyncConnection
from signing_in import sign_in

from kefu.conversations import send_as_customer
from kefu.db import Database
from kefu.settings import Settings

KEY = "a key of the host site, 32 or more"
PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20


@pytest.fixture
def settings() -> Settings:
    return Settings(
        customers={"identity_key": KEY}, conversations={"max_file_mb": 1, "reopen_days": 3}
    )


@pytest.fixture
async def customer(app: FastAPI) -> Any:
    claims = {"sub": "4711", "aud": "kefu", "exp": int(time()) + 600}
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(KEY))
    async with AsyncClient(
        transport=ASGITransport(app),
        base_url="http://kefu",
        headers={"Authorization": f"Bearer {token}"},
    ) as client:
        yield client


def read_events(body: str) -> list[dict[str, str]]:
    blocks = [block for block in body.split("\n\n") if block and not block.startswith(":")]
    return [dict(line.split(": ", 1) for line in block.splitlines()) for block in blocks]


async def test_a_customer_and_the_desk_talk(
    customer: AsyncClient, client: AsyncClient, database: Database, conn: AsyncConnection
) -> None:
    id = (await ask(conn)).id
    own, desk = f"/api/conversations/{id}", f"/api/desk/conversations/{id}"
    staff = await sign_in(client, database, "staff")
    state = (await customer.post(f"{own}/handoff", json={})).json()
    assert (state["served_by"], state["place"]["position"]) == ("staff", 1)
    reply = await client.post(f"{desk}/messages", json={"text": "Hello!", "client_key": "a"})
    assert reply.status_code == 200
    note = {"text": "Knows us.", "is_internal": True}
    assert (await client.post(f"{desk}/messages", json=note)).status_code == 200
    shown = (await customer.get(f"{own}/messages")).json()
    assert [(each["role"], each["text"]) for each in shown] == [
        ("customer", "Where is my order?"), ("staff", "Hello!"),
    ]  # fmt: skip
    assert (shown[1]["staff_name"], shown[1]["staff_id"]) == ("Staff", None)
    sent = await customer.post(f"{own}/messages", json={"text": "Thanks"})
    opened = (await client.get(desk)).json()
    assert [each["text"] for each in opened["messages"]][-2:] == ["Knows us.", "Thanks"]
    assert opened["customer"]["id"] == "4711"
    inbox = (await client.get("/api/desk/conversations", params={"text": "thanks"})).json()
    entry = inbox["entries"][0]
    assert (inbox["total"], entry["unread_count"], entry["preview"]) == (1, 2, "Thanks")
    position = sent.json()["position"]
    assert (await client.put(f"{desk}/read", json={"position": position})).status_code == 204
    mine = {"assignee": staff.id, "status": "open"}
    entry = (await client.get("/api/desk/conversations", params=mine)).json()["entries"][0]
    assert entry["unread_count"] == 0
    assert (await client.post(f"{desk}/resolve", json={"disposition": "x"})).status_code == 200
    assert (await customer.put(f"{own}/rating", json={"rating": 5})).json()["rating"] == 5
    assert (await client.post(f"{desk}/resolve", json={})).status_code == 409


async def test_events_carry_their_numbers_and_go_on_after_them(
    customer: AsyncClient, conn: AsyncConnection
) -> None:
    id = (await ask(conn)).id
    await conn.execute("set constraints all immediate")
    path = f"/api/conversations/{id}/events"
    heard = await customer.get(path, params={"after": 0, "seconds": 0.2})
    assert heard.headers["content-type"].startswith("text/event-stream")
    events = read_events(heard.text)
    assert [each["event"] for each in events] == ["started", "message"]
    assert json.loads(events[1]["data"])["message"]["text"] == "Where is my order?"
    again = await customer.get(
        path, params={"seconds": 0.2}, headers={"Last-Event-ID": events[0]["id"]}
    )
    assert [each["id"] for each in read_events(again.text)] == [events[1]["id"]]
    assert (await customer.get(path, headers={"Last-Event-ID": "x"})).status_code == 400


async def test_streams_over_the_limit_are_refused(
    app: FastAPI, client: AsyncClient, database: Database
) -> None:
    await sign_in(client, database, "staff")
    app.state.feed.close()
    refused = await client.get("/api/desk/events")
    assert (refused.status_code, refused.headers["retry-after"]) == (503, "10")


async def test_a_file_goes_with_its_message(
    customer: AsyncClient, client: AsyncClient, conn: AsyncConnection
) -> None:
    id = (await ask(conn)).id
    path = f"/api/conversations/{id}/attachments"
    file = (await customer.post(path, params={"name": "a/收据.png"}, content=PNG)).json()
    assert (file["name"], file["media_type"], file["size"]) == ("收据.png", "image/png", 28)
    body = {"attachment_ids": [file["id"]]}
    sent = await customer.post(f"/api/conversations/{id}/messages", json=body)
    assert sent.json()["attachments"][0]["id"] == file["id"]
    read = await customer.get(f"{path}/{file['id']}")
    assert (read.content, read.headers["content-type"]) == (PNG, "image/png")
    assert "%E6%94%B6%E6%8D%AE.png" in read.headers["content-disposition"]
    assert (await client.get(f"{path}/{file['id']}")).status_code == 404
    again = await customer.post(f"/api/conversations/{id}/messages", json=body)
    assert again.status_code == 404


@pytest.mark.parametrize(
    ("content", "status"),
    [(b"", 400), (b"MZ\x90\0program", 400), (b"<svg/>", 200), (b"x" * (1 << 20), 200)],
)
async def test_files_are_what_their_content_says(
    customer: AsyncClient, conn: AsyncConnection, content: bytes, status: int
) -> None:
    id = (await ask(conn)).id
    path = f"/api/conversations/{id}/attachments"
    response = await customer.post(path, content=content)
    assert response.status_code == status
    if status == 200:  # shown as text, saved to disk: no script of it ever runs
        read = await customer.get(f"{path}/{response.json()['id']}")
        assert read.headers["content-type"].startswith("text/plain")
        assert read.headers["content-disposition"].startswith("attachment")
    too_large = await customer.post(path, content=b"x" * ((1 << 20) + 1))
    assert too_large.status_code == 413


async def test_the_desk_is_set_up(
    client: AsyncClient, database: Database, conn: AsyncConnection
) -> None:
    await sign_in(client, database, "manager")
    body = {
        "name": "Billing", "timezone": "Asia/Shanghai", "holidays": ["2026-10-01"],
        "hours": [{"weekday": 0, "opens": "09:00", "closes": "18:00"}],
    }  # fmt: skip
    queue = (await client.post("/api/desk/queues", json=body)).json()
    assert (await client.post("/api/desk/queues", json=body)).status_code == 409
    changed = body | {"name": "Bills", "assignment": "least_busy"}
    put = await client.put(f"/api/desk/queues/{queue['id']}", json=changed)
    assert (put.json()["name"], put.json()["hours"]) == ("Bills", queue["hours"])
    names = [each["name"] for each in (await client.get("/api/desk/queues")).json()]
    assert names == ["General", "Bills"]
    assert (await client.delete(f"/api/desk/queues/{queue['id']}")).status_code == 204
    lin = await seat(conn)
    equipment = {"capacity": 2, "skills": ["billing"], "languages": ["zh"]}
    person = (await client.put(f"/api/desk/staff/{lin.staff_id}", json=equipment)).json()
    assert (person["capacity"], person["presence"]) == (2, "online")
    vip = {"name": "Wang", "is_vip": True, "attributes": {"tier": "gold"}}
    assert (await client.put("/api/desk/customers/4711", json=vip)).json()["is_vip"]


async def test_canned_responses_are_ones_own_or_everybodys(
    client: AsyncClient, database: Database
) -> None:
    await sign_in(client, database, "staff")
    body = {"shortcut": "hi", "text": "Hi {{customer_name}}!", "language": "en"}
    mine = (await client.post("/api/desk/canned-responses", json=body)).json()
    for_all = body | {"is_own": False}
    assert (await client.post("/api/desk/canned-responses", json=for_all)).status_code == 403
    wrong = body | {"text": "Hi {{nobody}}"}
    assert (await client.post("/api/desk/canned-responses", json=wrong)).status_code == 400
    changed = body | {"text": "Hello!"}
    again = (await client.post("/api/desk/canned-responses", json=changed)).json()
    assert (again["id"], again["text"]) == (mine["id"], "Hello!")
    assert [each["id"] for each in (await client.get("/api/desk/canned-responses")).json()] == [
        mine["id"]
    ]
    path = f"/api/desk/canned-responses/{mine['id']}"
    assert (await client.delete(path)).status_code == 204
    assert (await client.delete(path)).status_code == 404


async def test_the_inbox_is_read_page_by_page(
    client: AsyncClient, database: Database, conn: AsyncConnection
) -> None:
    await sign_in(client, database, "staff")
    for n in range(5):
        id = (await ask(conn, f"Question {n}?")).id
        await send_as_customer(conn, id, says("more"), viewer=CUSTOMER, reopen_days=1)
    seen: list[UUID] = []
    page: dict[str, Any] = {"limit": 2}
    while entries := (await client.get("/api/desk/conversations", params=page)).json()["entries"]:
        seen += [entry["conversation"]["id"] for entry in entries]
        last = entries[-1]["conversation"]
        page |= {"before": last["last_message_at"], "before_id": last["id"]}
    assert len(seen) == len(set(seen)) == 5
