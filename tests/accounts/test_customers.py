"""Customers whom the host site identifies: what they read, and that what is theirs stays theirs."""

from time import time
from typing import Any

import pytest
from httpx import AsyncClient
from joserfc import jwt
from joserfc.jwk import OctKey
from people import IDENTITY_KEY
from signing_in import sign_in

from kefu.accounts.customers import view_as_customer
from kefu.db import Database
from kefu.errors import BadSettings, NotSignedIn
from kefu.settings import CustomerSettings, load_settings

SETTINGS = CustomerSettings(identity_key=IDENTITY_KEY)


def sign(key: str = IDENTITY_KEY, algorithm: str = "HS256", **changes: Any) -> str:
    claims = {"sub": "4711", "aud": "kefu", "exp": int(time()) + 600} | changes
    given = {name: value for name, value in claims.items() if value is not None}
    return jwt.encode({"alg": algorithm}, given, OctKey.import_key(key), algorithms=[algorithm])


def identified(customer: str) -> dict[str, str]:
    return {"authorization": f"Bearer {sign(sub=customer)}"}


async def test_a_signed_identity_is_a_customer_with_an_id_and_audiences() -> None:
    viewer = view_as_customer(sign(audiences=["vip"]), settings=SETTINGS)
    assert viewer.customer_id == "4711"
    assert viewer.audiences == {"public", "vip"}
    assert viewer.permissions == {"chat", "search"}
    assert not viewer.sees_everything


def test_the_host_site_cannot_make_staff_of_a_customer() -> None:
    viewer = view_as_customer(sign(audiences=["staff", "vip"], role="admin"), settings=SETTINGS)
    assert viewer.audiences == {"public", "vip"}
    assert viewer.staff_id is None


@pytest.mark.parametrize(
    "token",
    [
        sign(key="another key, also 32 characters or more"),
        sign(exp=int(time()) - 60),
        sign(exp=None),
        sign(exp=int(time()) + 2 * 24 * 3600),
        sign(aud="another-system"),
        sign(aud=None),
        sign(sub=None),
        sign(sub=""),
        sign(sub="x" * 201),
        sign(sub="a\x00b"),
        sign(sub=4711),
        sign(audiences="vip"),
        sign(audiences=["a\x00b"]),
        sign(algorithm="HS512"),
        sign()[:-4],
        "eyJhbGciOiJub25lIn0.eyJzdWIiOiI0NzExIiwiYXVkIjoia2VmdSIsImV4cCI6OTk5OTk5OTk5OX0.",
        "nonsense",
        "",
    ],
    ids=lambda _: "token",  # what it says differs from second to second
)
async def test_an_identity_that_is_not_valid_is_refused(client: AsyncClient, token: str) -> None:
    with pytest.raises(NotSignedIn):
        view_as_customer(token, settings=SETTINGS)
    headers = {"authorization": f"Bearer {token}"}
    assert (await client.get("/api/me", headers=headers)).status_code == 401
    assert (await client.get("/api/search?q=a", headers=headers)).status_code == 401


def test_without_a_key_nobody_is_believed() -> None:
    with pytest.raises(NotSignedIn, match="not set up"):
        view_as_customer(sign(), settings=CustomerSettings())


def test_a_short_key_is_refused_and_not_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("KEFU_CUSTOMERS__IDENTITY_KEY", "too-short-a-key")
    with pytest.raises(BadSettings, match=r"customers\.identity_key") as caught:
        load_settings()
    assert "too-short" not in str(caught.value)


async def begin(client: AsyncClient, **headers: str) -> dict[str, Any]:
    body = {"question": "退款多久到账？"}
    response = await client.post("/api/chat", json=body, headers=headers)
    assert response.status_code == 200
    answer: dict[str, Any] = response.json()
    return answer


@pytest.fixture
async def conversation(client: AsyncClient, main_base: None) -> dict[str, Any]:
    """Of the customer 4711."""
    return await begin(client, **identified("4711"))


@pytest.mark.parametrize("headers", [identified("4712"), {}])
async def test_a_conversation_of_another_customer_is_not_there(
    client: AsyncClient, conversation: dict[str, Any], headers: dict[str, str]
) -> None:
    id = conversation["conversation_id"]
    rating = {"conversation_id": id, "rating": "up"}
    further = {"question": "And now?", "conversation_id": id}
    path = f"/api/messages/{conversation['message_id']}/feedback"
    for response in (
        await client.get(f"/api/conversations/{id}", headers=headers),
        await client.post("/api/chat", json=further, headers=headers),
        await client.post(path, json=rating, headers=headers),
    ):
        assert response.status_code == 404


async def test_a_customer_reads_and_continues_the_own_conversation(
    client: AsyncClient, conversation: dict[str, Any]
) -> None:
    id = conversation["conversation_id"]
    own = identified("4711")
    assert (await client.get(f"/api/conversations/{id}", headers=own)).status_code == 200
    further = {"question": "And now?", "conversation_id": id}
    assert (await client.post("/api/chat", json=further, headers=own)).status_code == 200


async def test_people_who_work_here_read_it_but_do_not_write_in_it(
    client: AsyncClient, conversation: dict[str, Any], database: Database
) -> None:
    await sign_in(client, database, "staff")
    id = conversation["conversation_id"]
    assert (await client.get(f"/api/conversations/{id}")).status_code == 200
    further = {"question": "And now?", "conversation_id": id}
    assert (await client.post("/api/chat", json=further)).status_code == 404


async def test_a_conversation_of_nobody_known_is_for_whoever_knows_its_id(
    client: AsyncClient, main_base: None
) -> None:
    id = (await begin(client))["conversation_id"]
    headers = identified("4711")
    assert (await client.get(f"/api/conversations/{id}")).status_code == 200
    assert (await client.get(f"/api/conversations/{id}", headers=headers)).status_code == 200
