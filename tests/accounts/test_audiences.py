"""What people find is what their role and their own audiences let them read."""

from collections.abc import Sequence
from time import time

import pytest
from filling import fill
from httpx import AsyncClient
from joserfc import jwt
from joserfc.jwk import OctKey
from people import IDENTITY_KEY
from signing_in import sign_in, sign_in_as

from kefu.accounts import NewKey, StaffRole, add_staff, create_key
from kefu.db import Database
from kefu.resources import Resources

DOCUMENTS = {
    "public": {"Refunds": "Refunds are paid within seven days."},
    "staff": {"Goodwill": "Refunds of goodwill up to 50 yuan need no approval."},
    "finance": {"Ledger": "Refunds are booked to account 4711."},
}


@pytest.fixture(autouse=True)
async def filled(resources: Resources) -> None:
    for audience, texts in DOCUMENTS.items():
        await fill(resources, texts, audience=audience)


async def find(client: AsyncClient) -> Sequence[str]:
    response = await client.get("/api/search", params={"q": "refunds", "top_k": 10})
    assert response.status_code == 200
    return sorted(hit["title"] for hit in response.json())


async def test_strangers_find_what_is_public(client: AsyncClient) -> None:
    assert await find(client) == ["Refunds"]


@pytest.mark.parametrize("role", ["staff", "editor", "manager", "admin"])
async def test_people_who_work_here_find_what_is_for_staff_too(
    client: AsyncClient, database: Database, role: StaffRole
) -> None:
    await sign_in(client, database, role)
    assert await find(client) == ["Goodwill", "Refunds"]


async def test_a_person_finds_what_was_opened_to_that_person(
    client: AsyncClient, database: Database
) -> None:
    async with database.transaction() as conn:
        staff = await add_staff(
            conn, actor="test", email="a@x", name="A", role="staff", audiences=["finance"]
        )
    await sign_in_as(client, database, staff)
    assert await find(client) == ["Goodwill", "Ledger", "Refunds"]


async def test_an_api_key_finds_what_its_owner_finds(
    client: AsyncClient, database: Database
) -> None:
    staff = await sign_in(client, database, "staff")
    client.cookies.clear()
    async with database.transaction() as conn:
        issued = await create_key(conn, staff, NewKey(name="k", scopes=["search"], days=1))
    client.headers["authorization"] = f"Bearer {issued.secret}"
    assert await find(client) == ["Goodwill", "Refunds"]


async def test_a_customer_finds_what_the_host_site_opens_to_the_customer(
    client: AsyncClient,
) -> None:
    soon = int(time()) + 600
    claims = {"sub": "4711", "aud": "kefu", "exp": soon, "audiences": ["finance", "staff"]}
    token = jwt.encode({"alg": "HS256"}, claims, OctKey.import_key(IDENTITY_KEY))
    client.headers["authorization"] = f"Bearer {token}"
    assert await find(client) == ["Ledger", "Refunds"]


async def test_the_chat_page_shows_what_is_public_whoever_looks_at_it(
    client: AsyncClient, database: Database
) -> None:
    await sign_in(client, database, "admin")
    async with database.connection() as conn:
        cursor = await conn.execute("select id, audience from chunks")
        for id, audience in await cursor.fetchall():
            status = (await client.get(f"/sources/{id}")).status_code
            assert status == (200 if audience == "public" else 404)


async def test_a_staff_answer_is_written_from_what_staff_may_read(
    client: AsyncClient, database: Database
) -> None:
    question = {"question": "Which refunds of goodwill need no approval?"}
    assert "50 yuan" not in (await client.post("/api/chat", json=question)).text
    await sign_in(client, database, "staff")
    assert "50 yuan" in (await client.post("/api/chat", json=question)).text
