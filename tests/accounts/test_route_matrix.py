"""Every route with every kind of caller, through HTTP: let in or refused as the matrix says."""

import re
from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import time
from typing import Any
from uuid import uuid4

import pytest
from fastapi import FastAPI
from filling import fill
from httpx import ASGITransport, AsyncClient, Response
from joserfc import jwt
from joserfc.jwk import OctKey
from people import IDENTITY_KEY, PASSWORD, add_person
from psycopg import AsyncConnection
from rolling_back import RolledBackDatabase, roll_back
from routes import Address, list_routes
from signing_in import sign_in, sign_in_as

from kefu.accounts import NewKey, create_key, create_link
from kefu.chatbot.webhooks.records import NewWebhook
from kefu.chatbot.webhooks.registering import add_webhook
from kefu.chatbot.widget import ChannelLook, add_channel
from kefu.conversations import record_answer, record_question, start_conversation
from kefu.db import Database
from kefu.llm import FakeEmbedder, replace_endpoint
from kefu.resources import Resources
from kefu.rollout import Changes, begin, propose
from kefu.settings import Settings

LINES = [
    line.split()
    for line in (Path(__file__).parent / "route_matrix.txt").read_text().splitlines()
    if line and not line.startswith("#")
]
CALLERS = LINES[0][1:]
MATRIX = {
    Address(path, method): dict(zip(CALLERS, cells, strict=True))
    for method, path, *cells in LINES[1:]
}
OTHER_CUSTOMER = "another"

# What a route is sent beside its path; without a line here it is sent nothing.
REQUESTS: Mapping[str, Mapping[str, Any]] = {
    "GET /api/search": {"params": {"q": "refunds"}},
    "GET /api/conversations/{conversation_id}/events": {"params": {"seconds": "0.05"}},
    "GET /api/desk/events": {"params": {"seconds": "0.05"}},
    "POST /admin/evaluation/proposals": {"data": {"message": "{message_id}"}},
    "POST /admin/staff": {"data": {"email": "b@example.com", "name": "B", "role": "staff"}},
    "POST /admin/staff/{staff_id}": {"data": {"name": "B", "role": "editor"}},
    "POST /api/chat": {"json": {"question": "Are there refunds?"}},
    "POST /api/widget/{channel}/conversations/{conversation_id}/contact": {"json": {}},
    "POST /api/widget/{channel}/conversations/{conversation_id}/handoff": {"json": {}},
    "POST /api/widget/{channel}/conversations/{conversation_id}/rating": {"json": {}},
    "POST /api/widget/{channel}/conversations/{conversation_id}/replies": {"json": {}},
    "POST /api/widget/{channel}/conversations/{conversation_id}/typing": {"json": {}},
    "POST /api/widget/{channel}/visits": {"json": {}},
    "POST /api/widget/{channel}/messages": {"json": {"question": "Are there refunds?"}},
    "POST /api/widget/{channel}/messages/{message_id}/feedback": {
        "json": {"conversation_id": "{conversation_id}", "rating": "up"}
    },
    "POST /api/conversations/{conversation_id}/handoff": {"json": {}},
    "POST /api/conversations/{conversation_id}/messages": {"json": {"text": "Hello?"}},
    "POST /api/conversations/{conversation_id}/typing": {"json": {}},
    "PUT /api/conversations/{conversation_id}/contact": {"json": {"contact": "a@b.example"}},
    "PUT /api/conversations/{conversation_id}/rating": {"json": {"rating": 5}},
    "POST /api/messages/{message_id}/feedback": {
        "json": {"conversation_id": "{conversation_id}", "rating": "up"}
    },
    "POST /mcp": {"json": {"jsonrpc": "2.0", "id": 1, "method": "tools/list"}},
    "POST /messages": {"data": {"question": "Are there refunds?"}},
    "POST /messages/{message_id}/feedback": {
        "data": {"rating": "up"}, "cookies": {"kefu_conversation": "{conversation_id}"}
    },
    "POST /profile/keys": {"data": {"name": "Export", "days": "30", "scope.search": "yes"}},
    "POST /profile/password": {"data": {"present": PASSWORD, "password": "violet kettle lamp"}},
    "POST /sign-in": {"data": {"email": "other@example.com", "password": PASSWORD}},
    "POST /v1/chat/completions": {
        "json": {"model": "kefu", "messages": [{"role": "user", "content": "Refunds?"}]}
    },
    "POST /welcome/{token}": {"data": {"password": "violet kettle lamp"}},
}  # fmt: skip


def test_every_route_stands_in_the_matrix_and_nothing_else_does(app: FastAPI) -> None:
    routes = list_routes(app)
    assert sorted(map(str, routes - MATRIX.keys())) == [], "add a line to route_matrix.txt"
    assert sorted(map(str, MATRIX.keys() - routes)) == [], "there is no such route"


async def make_things(resources: Resources, conn: AsyncConnection) -> dict[str, str]:
    """What paths name, all of it somebody else's."""
    await fill(resources, {"Refunds": "Staff pays refunds at once."}, audience="staff")
    other = await add_person(resources.database, "other@example.com")
    link = await create_link(conn, other, actor="test", settings=resources.settings)
    async with AsyncClient() as client:
        await sign_in_as(client, resources.database, other)
    await create_key(conn, other, NewKey(name="theirs", scopes=["search"], days=30))
    conversation = await start_conversation(
        conn, "Are there refunds?", base="main", customer_id=OTHER_CUSTOMER
    )
    await record_question(conn, "Are there refunds?", conversation_id=conversation.id)
    await replace_endpoint(
        conn, "theirs", settings=ENDPOINT, encrypted_key=None, changed_by="other@example.com"
    )
    look = ChannelLook(base="main", title="Theirs")
    await add_channel(conn, "theirs", look, settings=resources.settings, actor=other.email)
    webhook = NewWebhook(name="theirs", url="https://crm.invalid/hooks")
    await add_webhook(conn, webhook, settings=resources.settings, actor=other.email)
    release = await release_something(conn, resources)
    answer = await record_answer(conn, "Yes.", conversation_id=conversation.id, answer=ANSWER)
    return {
        "channel": "theirs",
        "webhook_name": "theirs",
        "dataset": "theirs",
        "delivery_id": str(uuid4()),
        "channel_name": "theirs",
        "endpoint_name": "theirs",
        "staff_id": str(other.id),
        "token": link.rpartition("/")[2],
        "session_id": await read_id(conn, "sessions"),
        "key_id": await read_id(conn, "api_keys"),
        "chunk_id": await read_id(conn, "chunks"),
        "conversation_id": str(conversation.id),
        "message_id": str(answer.id),
        "attachment_id": str(uuid4()),
        "queue_id": await read_id(conn, "queues"),
        "response_id": "1",
        "prompt": "answer.en",
        "release_id": str(release),
    }


@dataclass(frozen=True, slots=True, kw_only=True)
class Filled:
    """A database with these things, which nobody else sees."""

    conn: AsyncConnection
    settings: Settings
    things: Mapping[str, str]


@pytest.fixture(scope="module")
async def filled(
    migrated_url: str, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Filled]:
    """Made once: every test takes back what it did to it."""
    data_dir = tmp_path_factory.mktemp("matrix")
    settings = Settings(data_dir=data_dir, customers={"identity_key": IDENTITY_KEY})
    async with roll_back(migrated_url, settings) as conn:
        database = RolledBackDatabase(conn, url=migrated_url)
        resources = Resources(settings=settings, database=database, embedder=FakeEmbedder())
        things = await make_things(resources, conn)
        yield Filled(conn=conn, settings=settings, things=things)


@pytest.fixture
async def conn(filled: Filled) -> AsyncIterator[AsyncConnection]:
    async with filled.conn.transaction(force_rollback=True):
        yield filled.conn


@pytest.fixture
def settings(filled: Filled) -> Settings:
    return filled.settings


@pytest.fixture
def things(filled: Filled) -> Mapping[str, str]:
    return filled.things


async def release_something(conn: AsyncConnection, resources: Resources) -> int:
    """A release that waits beside the one that is live."""
    await begin(conn, resources)
    changes = Changes(settings={"retrieval.top_k": 7})
    return (await propose(conn, resources, changes, author="other@example.com")).id


ENDPOINT = {"name": "theirs", "url": "http://10.0.0.7/v1", "model": "m"}
ANSWER: Mapping[str, object] = {
    "answer": "Yes.", "outcome": "answered", "language": "en", "citations": [], "confidence": 1.0,
    "mode": "extractive", "timings": {"search": 0, "first_sentence": 0, "total": 0}, "notice": None,
}  # fmt: skip


async def read_id(conn: AsyncConnection, table: str) -> str:
    cursor = await conn.execute(f"select max(id) from {table}".encode())
    row = await cursor.fetchone()
    assert row is not None
    return str(row[0])


async def become(client: AsyncClient, caller: str, database: Database) -> None:
    match caller:
        case "anonymous":
            pass
        case "customer":
            claims = {"sub": "4711", "aud": "kefu", "exp": int(time()) + 600}
            token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(IDENTITY_KEY))
            client.headers["authorization"] = f"Bearer {token}"
        case "key":
            async with database.transaction() as conn:
                admin = await add_person(database, "admin@example.com", role="admin")
                wanted = NewKey(name="search only", scopes=["search"], days=30)
                issued = await create_key(conn, admin, wanted)
            client.headers["authorization"] = f"Bearer {issued.secret}"
        case "staff" | "editor" | "manager" | "admin":
            await sign_in(client, database, caller)


async def send(client: AsyncClient, route: Address, things: Mapping[str, str]) -> Response:
    path = re.sub(r"\{(\w+)(:\w+)?\}", lambda name: things.get(name[1], "1"), route.path)
    request = {
        part: {
            key: things[value[1:-1]] if str(value).startswith("{") else value
            for key, value in content.items()
        }
        for part, content in REQUESTS.get(str(route), {}).items()
    }
    for name, value in request.pop("cookies", {}).items():
        client.cookies.set(name, value)
    return await client.request(route.method, path, **request)


def judge(response: Response) -> str:
    """The word of the matrix for what became of a request."""
    assert response.status_code < 500, response.text
    refused = response.status_code in {401, 403, 404}
    return str(response.status_code) if refused else "ok"


@pytest.mark.parametrize("route", sorted(MATRIX), ids=str)
async def test_every_caller_is_let_in_or_refused_as_the_matrix_says(
    app: FastAPI,
    resources: Resources,
    conn: AsyncConnection,
    things: Mapping[str, str],
    route: Address,
) -> None:
    outcomes = {}
    for caller in CALLERS:
        async with conn.transaction(force_rollback=True):
            transport = ASGITransport(app, raise_app_exceptions=False)
            async with AsyncClient(transport=transport, base_url="http://kefu") as client:
                await become(client, caller, resources.database)
                outcomes[caller] = judge(await send(client, route, things))
    assert outcomes == MATRIX[route]


WRITING = sorted(
    route
    for route, cells in MATRIX.items()
    if route.method != "GET" and cells["anonymous"] == "401" and cells["admin"] != "401"
)


@pytest.mark.parametrize("route", WRITING, ids=str)
async def test_a_signed_in_form_without_its_token_is_refused(
    client: AsyncClient, resources: Resources, things: Mapping[str, str], route: Address
) -> None:
    await sign_in(client, resources.database, "admin")
    del client.headers["x-csrf-token"]
    assert judge(await send(client, route, things)) == "403"
