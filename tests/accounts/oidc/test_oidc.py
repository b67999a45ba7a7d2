"""Signing in at a provider that runs, with everything that can be wrong on the way."""

from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from oidc_site import CLIENT_ID, SITE, Provider, make_key
from signing_in_there import find_last, go, is_signed_in, sign_in

from kefu.accounts import add_staff, disable_staff, find_staff
from kefu.db import Database

EMAIL = "ann@example.com"


async def test_somebody_new_of_an_allowed_domain_becomes_staff(
    client: AsyncClient, database: Database, provider: Provider
) -> None:
    response = await sign_in(client)
    assert (response.status_code, response.headers["location"]) == (303, "/profile")
    assert await is_signed_in(client)
    async with database.connection() as conn:
        staff = await find_staff(conn, EMAIL)
    assert staff is not None
    assert (staff.name, staff.role, staff.has_password) == ("Ann Li", "staff", False)
    assert await find_last(database) == (EMAIL, "session.started", {"by": "single sign-on"})
    assert await find_last(database, "staff") == (
        provider.issuer,
        "staff.added",
        {"role": "staff", "audiences": []},
    )


async def test_the_request_carries_state_nonce_and_challenge_of_its_own(
    client: AsyncClient, provider: Provider
) -> None:
    await go(client)
    await go(client)
    first, second = provider.asked
    for name in ("state", "nonce", "code_challenge"):
        assert len(first[name]) >= 43
        assert first[name] != second[name]
    assert first["scope"] == "openid email profile"


async def test_the_page_asked_for_is_opened_afterwards_and_no_other_site(
    client: AsyncClient,
) -> None:
    response = await client.get(await go(client, "/admin/audit?actor=x"))
    assert response.headers["location"] == "/admin/audit?actor=x"
    response = await client.get(await go(client, "//evil.example"))
    assert response.headers["location"].startswith("/")
    assert "evil" not in response.headers["location"]


async def test_somebody_known_signs_in_to_the_account_that_is_there(
    client: AsyncClient, database: Database, provider: Provider
) -> None:
    async with database.transaction() as conn:
        staff = await add_staff(conn, actor="test", email=EMAIL, name="Ann", role="manager")
    for _ in range(2):
        assert (await sign_in(client)).status_code == 303
    provider.person["email"] = "ann.li@example.com"  # married
    assert (await sign_in(client)).status_code == 303
    async with database.connection() as conn:
        found = await find_staff(conn, EMAIL)
        assert await find_staff(conn, "ann.li@example.com") is None
    assert found is not None
    assert (found.id, found.role) == (staff.id, "manager")


async def test_whoever_gets_the_address_of_somebody_else_does_not_get_the_account(
    client: AsyncClient, provider: Provider
) -> None:
    assert (await sign_in(client)).status_code == 303
    client.cookies.clear()
    provider.person["sub"] = "another person"
    response = await sign_in(client)
    assert response.status_code == 403
    assert "Somebody else" in response.text
    assert not await is_signed_in(client)


async def test_a_disabled_person_stays_outside(client: AsyncClient, database: Database) -> None:
    async with database.transaction() as conn:
        staff = await add_staff(conn, actor="test", email=EMAIL, name="Ann", role="staff")
        await disable_staff(conn, staff.id, actor="test")
    assert (await sign_in(client)).status_code == 403
    assert not await is_signed_in(client)


WRONG_TOKENS = {
    "another nonce": {"claims": {"nonce": "another"}},
    "no nonce": {"claims": {"nonce": None}},
    "another audience": {"claims": {"aud": "another client"}},
    "several audiences without azp": {"claims": {"aud": [CLIENT_ID, "another client"]}},
    "another authorised party": {"claims": {"azp": "another client"}},
    "no audience": {"claims": {"aud": None}},
    "another issuer": {"claims": {"iss": "https://evil.example"}},
    "no issuer": {"claims": {"iss": None}},
    "expired": {"claims": {"exp": 1_700_000_000}},
    "never expires": {"claims": {"exp": None}},
    "not yet valid": {"claims": {"nbf": 4_000_000_000}},
    "from the future": {"claims": {"iat": 4_000_000_000}},
    "no subject": {"claims": {"sub": None}},
    "of another access token": {"claims": {"at_hash": "AAAAAAAAAAAAAAAAAAAAAA"}},
    "not signed": {"algorithm": "none"},
    "signed with the published key as a password": {"algorithm": "HS256"},
    "signed by somebody else": {"stranger": True},
}


@pytest.mark.parametrize("name", WRONG_TOKENS)
async def test_a_wrong_id_token_signs_nobody_in(
    client: AsyncClient, database: Database, provider: Provider, name: str
) -> None:
    for what, value in WRONG_TOKENS[name].items():
        setattr(provider.faults, what, value)
    response = await sign_in(client)
    assert response.status_code == 403, response.text
    assert "not valid" in response.text
    assert not await is_signed_in(client)
    actor, action, facts = await find_last(database)
    assert (actor, action) == ("nobody", "session.refused")
    assert "not valid" in facts["reason"]


async def test_an_answer_works_once(client: AsyncClient) -> None:
    back = await go(client)
    cookies = dict(client.cookies)
    assert (await client.get(back)).status_code == 303
    client.cookies.clear()
    client.cookies.update(cookies)
    response = await client.get(back)
    assert response.status_code == 403
    assert "was used or took too long" in response.text
    assert not await is_signed_in(client)


async def test_an_answer_that_failed_cannot_be_tried_again(
    client: AsyncClient, provider: Provider
) -> None:
    back = await go(client)
    provider.faults.stranger = True
    assert (await client.get(back)).status_code == 403
    provider.faults.stranger = False
    assert "was used or took too long" in (await client.get(back)).text


async def test_an_answer_that_comes_too_late_is_refused(
    client: AsyncClient, database: Database
) -> None:
    back = await go(client)
    async with database.transaction() as conn:
        await conn.execute("update sign_in_requests set created_at = now() - interval '11 minutes'")
    assert "took too long" in (await client.get(back)).text


async def test_an_answer_in_another_browser_is_refused(client: AsyncClient) -> None:
    """Else somebody could sign others in to their own account."""
    back = await go(client)
    client.cookies.clear()
    response = await client.get(back)
    assert response.status_code == 403
    assert "not begun in this browser" in response.text


@pytest.mark.parametrize(
    "change",
    [
        {"state": "another"},
        {"state": ""},
        {"code": "another"},
        {"code": ""},
        {"iss": "https://evil.example"},
        {"error": "access_denied"},
        {"state": "\ud800\0".encode("utf-8", "replace").decode()},
    ],
)
async def test_an_answer_that_was_changed_is_refused(
    client: AsyncClient, change: dict[str, str]
) -> None:
    address = urlsplit(await go(client))
    query = {name: value[0] for name, value in parse_qs(address.query).items()}
    response = await client.get(address.path, params=query | change)
    assert response.status_code == 403, response.text
    assert not await is_signed_in(client)


async def test_a_stolen_code_is_worth_nothing_in_another_sign_in(
    app: FastAPI, client: AsyncClient
) -> None:
    """The thief's verifier does not fit the code."""
    stolen = parse_qs(urlsplit(await go(client)).query)["code"][0]
    async with AsyncClient(transport=ASGITransport(app), base_url=SITE) as thief:
        address = urlsplit(await go(thief))
        query = {name: value[0] for name, value in parse_qs(address.query).items()}
        response = await thief.get(address.path, params=query | {"code": stolen})
        assert response.status_code == 403
        assert "invalid_grant" in response.text
        assert not await is_signed_in(thief)


async def test_keys_that_the_provider_has_changed_are_fetched(
    client: AsyncClient, provider: Provider
) -> None:
    assert (await sign_in(client)).status_code == 303
    provider.key = make_key("second")
    assert (await sign_in(client)).status_code == 303


@pytest.mark.parametrize(
    ("change", "status"),
    [
        ({"email_verified": False}, 403),
        ({"email_verified": None}, 403),
        ({"email": None}, 403),
        ({"email": "no address"}, 403),
        ({"email": "ann@evil.example"}, 403),
        ({"email": "ann@example.com@evil.example"}, 403),
        ({"email": ["ann@example.com"]}, 403),
        ({"sub": 7}, 403),
        ({"name": None}, 303),
        ({"name": "\0" * 3 + "A" * 900}, 303),
        ({"email": "ANN@EXAMPLE.COM", "email_verified": "true"}, 303),
    ],
)
async def test_what_is_said_of_a_person_decides(
    client: AsyncClient, provider: Provider, change: dict[str, Any], status: int
) -> None:
    provider.person |= change
    assert (await sign_in(client)).status_code == status
    assert await is_signed_in(client) == (status == 303)


async def test_an_address_that_stands_in_the_user_information_alone_is_read_there(
    client: AsyncClient, provider: Provider
) -> None:
    provider.userinfo = dict(provider.person)
    provider.person = {"sub": provider.person["sub"]}
    assert (await sign_in(client)).status_code == 303
    client.cookies.clear()
    provider.userinfo["sub"] = "somebody else"
    assert (await sign_in(client)).status_code == 403


@pytest.mark.parametrize("oidc", [{}])
async def test_without_domains_and_roles_only_people_who_are_known_come_in(
    client: AsyncClient, database: Database
) -> None:
    response = await sign_in(client)
    assert response.status_code == 403
    assert "invitation" in response.text
    async with database.transaction() as conn:
        await add_staff(conn, actor="test", email=EMAIL, name="Ann", role="staff")
    assert (await sign_in(client)).status_code == 303


ROLES = {"role_claim": "realm_access.roles", "roles": ("boss=admin", "kb=editor", "desk=staff")}


@pytest.mark.parametrize("oidc", [ROLES])
async def test_groups_at_the_provider_decide_the_role_at_every_sign_in(
    client: AsyncClient, database: Database, provider: Provider
) -> None:
    async def role_with(groups: object) -> str | None:
        provider.person["realm_access"] = {"roles": groups}
        client.cookies.clear()
        if (await sign_in(client)).status_code != 303:
            return None
        async with database.connection() as conn:
            staff = await find_staff(conn, EMAIL)
        return staff.role if staff else None

    assert await role_with(["others"]) is None
    assert await role_with([]) is None
    assert await role_with(["desk", "kb"]) == "editor"
    assert await role_with("desk") == "staff"
    actor, action, facts = await find_last(database, "staff")
    assert (actor, action) == (provider.issuer, "staff.changed")
    assert (facts["role_before"], facts["role"]) == ("editor", "staff")
    assert await role_with([{"boss": 1}, 7, None]) is None
