"""A visitor who signs in takes the conversation along; nobody takes that of anybody else."""

from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from httpx import AsyncClient
from shop_site import sign
from visiting import ORIGIN, PLACE, ask, enter, read_token

from kefu.chatbot.widget import ChannelLook, add_channel
from kefu.conversations import (
    get_conversation,
    get_customer,
    give_to_customer,
    replace_customer,
)
from kefu.errors import KefuError
from kefu.resources import Resources

Anybody = dict[str, str]


async def sign_in(client: AsyncClient, identity: str, **body: str) -> Any:
    given = {"identity": identity} | body
    response = await client.post(f"{PLACE}/visits", json=given, headers=ORIGIN)
    assert response.status_code == 200, response.text
    return response.json()


@pytest.fixture
async def unknown(client: AsyncClient, secret: str) -> Anybody:
    """The headers of somebody whom nobody knows."""
    return await enter(client)


@pytest.fixture
async def id(client: AsyncClient, unknown: Anybody) -> str:
    """Of the conversation of the unknown visitor."""
    return str((await ask(client, unknown))[0][1]["conversation_id"])


async def read_told(resources: Resources, id: str) -> list[tuple[str, Any]]:
    """Kind and data of each event, in order."""
    async with resources.database.connection() as conn:
        cursor = await conn.execute(
            "select kind, data from conversation_events where conversation_id = %s order by id",
            [id],
        )
        return list(await cursor.fetchall())


async def find_owner(resources: Resources, id: str) -> str | None:
    async with resources.database.connection() as conn:
        return (await get_conversation(conn, UUID(id))).customer_id


async def test_the_conversation_becomes_the_customers(
    client: AsyncClient, secret: str, unknown: Anybody, id: str, resources: Resources
) -> None:
    async with resources.database.transaction() as conn:
        before = str((await get_conversation(conn, UUID(id))).customer_id)
        await replace_customer(
            conn, before, name="?", email="mei@example.com", language="zh", is_vip=True,
            attributes={"order": "LH-1"},
        )  # fmt: skip
    token = read_token(unknown)
    visit = await sign_in(client, sign(secret), token=token, conversation_id=id)
    assert (visit["is_identified"], visit["keeps_conversation"]) == (True, True)
    customer = ORIGIN | {"authorization": f"Bearer {visit['token']}"}
    read = await client.get(f"{PLACE}/conversations/{id}", headers=customer)
    assert [each["role"] for each in read.json()["messages"]] == ["customer", "chatbot"]
    earlier = (await client.get(f"{PLACE}/conversations", headers=customer)).json()
    assert [each["id"] for each in earlier] == [id]
    await ask(client, customer, "And now?", conversation_id=id)
    assert (await client.get(f"{PLACE}/conversations/{id}", headers=unknown)).status_code == 404
    async with resources.database.connection() as conn:
        known = await get_customer(conn, "4711")
    assert (known.name, known.email, known.is_vip) == ("Mei", "mei@example.com", False)
    assert known.attributes == {"order": "LH-1"}
    told = await read_told(resources, id)
    assert ("identified", {"customer_id": "4711", "replaced_id": before}) in told


async def test_signing_in_again_is_no_second_change(
    client: AsyncClient, secret: str, unknown: Anybody, id: str, resources: Resources
) -> None:
    for _ in range(2):  # the first response may have been lost
        visit = await sign_in(client, sign(secret), token=read_token(unknown), conversation_id=id)
        assert visit["keeps_conversation"]
    kinds = [kind for kind, _ in await read_told(resources, id)]
    assert kinds.count("identified") == 1


async def test_a_token_of_anybody_else_takes_nothing(
    client: AsyncClient, secret: str, unknown: Anybody, id: str, resources: Resources
) -> None:
    owner = await find_owner(resources, id)
    async with resources.database.transaction() as conn:
        look = ChannelLook(base="main", title="Other")
        await add_channel(conn, "other", look, settings=resources.settings, actor="test")
    elsewhere = await client.post("/api/widget/other/visits", json={})
    own = read_token(unknown)
    for token in (
        read_token(await enter(client)),  # another visitor
        read_token(await enter(client, identity=sign(secret, sub="4712"))),  # another customer
        elsewhere.json()["token"],  # another channel
        sign(secret, sub=str(owner), aud="kefu-widget:shop"),  # an identity is no token
        own[:-4],
        "",
    ):
        visit = await sign_in(client, sign(secret), token=token, conversation_id=id)
        assert not visit["keeps_conversation"]
    assert not (await sign_in(client, sign(secret), conversation_id=id))["keeps_conversation"]
    body = {"token": own, "conversation_id": str(uuid4())}
    assert not (await sign_in(client, sign(secret), **body))["keeps_conversation"]
    refused = {"identity": sign("a secret of somebody else, long enough"), "token": own}
    response = await client.post(
        f"{PLACE}/visits", json=refused | {"conversation_id": id}, headers=ORIGIN
    )
    assert response.status_code == 401
    assert await find_owner(resources, id) == owner


async def test_a_stolen_token_takes_no_conversation_of_a_customer(
    client: AsyncClient, secret: str, unknown: Anybody, id: str, resources: Resources
) -> None:
    """What the token opened is the customer's by now, and other customers' it never opened."""
    token = read_token(unknown)
    await sign_in(client, sign(secret), token=token, conversation_id=id)
    thief = sign(secret, sub="thief")
    assert not (await sign_in(client, thief, token=token, conversation_id=id))["keeps_conversation"]
    victim = await enter(client, identity=sign(secret, sub="4712"))
    other = (await ask(client, victim))[0][1]["conversation_id"]
    visit = await sign_in(client, thief, token=token, conversation_id=other)
    assert not visit["keeps_conversation"]
    owners = [await find_owner(resources, each) for each in (id, other)]
    assert owners == ["4711", "4712"]


async def test_what_was_left_for_a_day_stays_behind(id: str, resources: Resources) -> None:
    owner = str(await find_owner(resources, id))
    tomorrow = datetime.now(UTC) + timedelta(hours=25)
    async with resources.database.transaction() as conn:
        given = await give_to_customer(
            conn, UUID(id), unknown_id=owner, customer_id="4711", channel="shop", now=tomorrow
        )
    assert given is None
    assert await find_owner(resources, id) == owner


async def test_it_happens_whole_or_not_at_all(id: str, resources: Resources) -> None:
    owner = str(await find_owner(resources, id))
    with suppress(KefuError):
        async with resources.database.transaction() as conn:
            await give_to_customer(
                conn, UUID(id), unknown_id=owner, customer_id="4711", channel="shop"
            )
            raise KefuError("The process ends here.")
    assert await find_owner(resources, id) == owner
    kinds = [kind for kind, _ in await read_told(resources, id)]
    assert kinds == ["started", "message", "message"]
