"""The widget while people serve the conversation: what is sent, kept, and told to whom."""

from typing import Any
from uuid import UUID

import pytest
from desk import says, seat
from httpx import AsyncClient
from scripted import ScriptedAnswerer
from shop_site import sign
from visiting import PLACE, ask, enter

from kefu.chatbot.widget import ChannelLook, add_channel
from kefu.conversations import get_customer, list_messages, resolve, send_as_staff
from kefu.resources import Resources

PNG = b"\x89PNG\r\n\x1a\n" + bytes(100)
FORM = {"type": "form", "fields": [{"name": "order", "label": "Order", "pattern": "LH-[0-9]+"}]}


@pytest.fixture
async def visitor(client: AsyncClient, secret: str) -> dict[str, str]:
    return await enter(client, identity=sign(secret, email="mei@example.com"))


@pytest.fixture
async def own(client: AsyncClient, visitor: dict[str, str]) -> str:
    """Path of a conversation of the visitor."""
    id = (await ask(client, visitor))[0][1]["conversation_id"]
    return f"{PLACE}/conversations/{id}"


def id_of(own: str) -> UUID:
    return UUID(own.rpartition("/")[2])


async def test_a_conversation_of_the_widget_says_where_it_comes_from(
    client: AsyncClient, own: str, resources: Resources
) -> None:
    async with resources.database.connection() as conn:
        customer = await get_customer(conn, "4711")
        cursor = await conn.execute("select channel from conversations")
        assert await cursor.fetchall() == [("shop",)]
    assert (customer.name, customer.email) == ("Mei", "mei@example.com")


async def test_people_go_on_and_the_chatbot_is_silent(
    client: AsyncClient,
    visitor: dict[str, str],
    own: str,
    resources: Resources,
    answerer: ScriptedAnswerer,
) -> None:
    handed = await client.post(f"{own}/handoff", json={}, headers=visitor)
    assert (handed.json()["served_by"], handed.json()["place"]["position"]) == ("staff", 1)
    events = await ask(client, visitor, "Hello?", conversation_id=own.rpartition("/")[2])
    assert [name for name, _ in events] == ["turn", "kept"]
    assert len(answerer.asked) == 1
    async with resources.database.transaction() as conn:
        person = await seat(conn, "Lin")
        card = {"type": "card", "title": "LH-1", "facts": [["Price", "9"]]}
        await send_as_staff(conn, id_of(own), says("Hi.", content=[card, FORM]), viewer=person)
    read = (await client.get(own, headers=visitor)).json()
    assert read["state"]["staff_name"] == "Lin"
    last = read["messages"][-1]
    assert (last["role"], last["staff_name"], last["content"]) == ("staff", "Lin", ["Hi."])
    assert [each["type"] for each in last["blocks"]] == ["card", "form"]
    assert not last["is_generated"]


async def test_the_same_reply_twice_is_one_message(
    client: AsyncClient, visitor: dict[str, str], own: str, resources: Resources
) -> None:
    values = {"type": "form_reply", "values": {"order": "LH-1"}}
    reply: dict[str, Any] = {"client_key": "k", "content": [values]}
    first, second = [
        (await client.post(f"{own}/replies", json=reply, headers=visitor)).json() for _ in range(2)
    ]
    assert first == second
    async with resources.database.connection() as conn:
        assert len(await list_messages(conn, id_of(own), limit=10)) == 3


async def test_a_file_is_known_by_its_content(
    client: AsyncClient, visitor: dict[str, str], own: str
) -> None:
    place = f"{own}/attachments"
    sent = await client.post(f"{place}?name=a.txt", content=PNG, headers=visitor)
    assert sent.json()["media_type"] == "image/png"
    reply = {"client_key": "k", "attachment_ids": [sent.json()["id"]]}
    assert (await client.post(f"{own}/replies", json=reply, headers=visitor)).status_code == 200
    read = await client.get(f"{place}/{sent.json()['id']}", headers=visitor)
    assert (read.content, read.headers["content-type"]) == (PNG, "image/png")
    program = await client.post(f"{place}?name=a.png", content=b"MZ\x00\x01", headers=visitor)
    assert program.status_code == 400
    large = await client.post(f"{place}?name=a", content=bytes(11 << 20), headers=visitor)
    assert large.status_code == 413


async def test_what_is_resolved_is_rated_and_opened_by_writing_again(
    client: AsyncClient, visitor: dict[str, str], own: str, resources: Resources
) -> None:
    stars = {"rating": 5, "comment": "Fast."}
    early = await client.post(f"{own}/rating", json=stars, headers=visitor)
    assert early.status_code == 409
    async with resources.database.transaction() as conn:
        person = await seat(conn, "Lin")
        await send_as_staff(conn, id_of(own), says("Done."), viewer=person)
        await resolve(conn, id_of(own), viewer=person)
    rated = await client.post(f"{own}/rating", json=stars, headers=visitor)
    assert (rated.json()["status"], rated.json()["rating"]) == ("resolved", 5)
    events = await ask(client, visitor, "Again.", conversation_id=own.rpartition("/")[2])
    assert events[-1][0] == "answer"
    assert (events[-1][1]["state"]["status"], events[-1][1]["state"]["served_by"]) == (
        "open",
        "chatbot",
    )


async def test_only_an_identified_customer_has_earlier_conversations(
    client: AsyncClient, visitor: dict[str, str], own: str
) -> None:
    (earlier,) = (await client.get(f"{PLACE}/conversations", headers=visitor)).json()
    assert (earlier["id"], earlier["text"]) == (own.rpartition("/")[2], "退款？")
    anonymous = await enter(client)
    assert (await client.get(f"{PLACE}/conversations", headers=anonymous)).json() == []


PATHS = [
    ("GET", ""),
    ("GET", "/events"),
    ("POST", "/replies"),
    ("POST", "/handoff"),
    ("POST", "/contact"),
    ("POST", "/rating"),
    ("POST", "/typing"),
    ("POST", "/attachments"),
]
BODY = {"client_key": "k", "text": "Hi."}
BODIES = {
    "/replies": BODY,
    "/handoff": {},
    "/contact": {"contact": "a@b.example"},
    "/rating": {"rating": 1},
    "/typing": {"is_typing": True},
}


@pytest.mark.parametrize(("method", "path"), PATHS)
async def test_nobody_else_reads_or_writes_a_conversation(
    client: AsyncClient, secret: str, own: str, method: str, path: str
) -> None:
    stranger = await enter(client) | {"last-event-id": "0"}
    response = await client.request(method, own + path, json=BODIES.get(path, {}), headers=stranger)
    assert response.status_code == 404


async def test_a_customer_of_two_channels_has_a_conversation_in_one(
    client: AsyncClient, own: str, resources: Resources
) -> None:
    look = ChannelLook(base="main", title="Other")
    async with resources.database.transaction() as conn:
        other = await add_channel(conn, "other", look, settings=resources.settings, actor="test")
    place = "/api/widget/other"
    visit = await client.post(f"{place}/visits", json={"identity": sign(other.secret)})
    headers = {"authorization": f"Bearer {visit.json()['token']}"}
    path = f"{place}/conversations/{own.rpartition('/')[2]}"
    assert (await client.get(path, headers=headers)).status_code == 404
    assert (await client.get(f"{place}/conversations", headers=headers)).json() == []
