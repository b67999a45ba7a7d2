"""Who is let in: by cookie, key or signed identity, and by permission."""

from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any, get_args

import pytest
from fastapi import Depends, FastAPI, Request
from httpx import AsyncClient
from signing_in import CSRF_HEADER, sign_in

from kefu.accounts import (
    PERMISSIONS,
    CurrentViewer,
    NewKey,
    Permission,
    StaffRole,
    create_key,
    disable_staff,
    require,
)
from kefu.db import Database
from kefu.resources import Resources
from kefu.server import attach, create_app
from kefu.viewer import Viewer
from kefu.web import read_form


@pytest.fixture
def app(resources: Resources) -> FastAPI:
    """With a route that tells who asks, and one that only administrators may post to."""
    app = create_app(resources.settings)
    attach(app, resources)

    @app.get("/who")
    async def tell(viewer: CurrentViewer) -> dict[str, Any]:
        return {
            key: sorted(value) if isinstance(value, frozenset) else value
            for key, value in asdict(viewer).items()
        }

    @app.post("/change", dependencies=[Depends(require("staff.manage"))])
    async def change(request: Request) -> dict[str, str]:
        return await read_form(request)

    @app.get("/costs-of-all")
    async def show(viewer: Annotated[Viewer, Depends(require("costs.read"))]) -> str:
        return viewer.name

    return app


async def test_without_anything_one_is_a_customer_who_sees_what_is_public(
    client: AsyncClient,
) -> None:
    who = (await client.get("/who")).json()
    assert who["audiences"] == ["public"]
    assert set(who["permissions"]) == PERMISSIONS["customer"]
    assert (who["staff_id"], who["customer_id"]) == (None, None)


@pytest.mark.parametrize("role", get_args(StaffRole))
async def test_a_session_has_the_permissions_and_audiences_of_the_role(
    client: AsyncClient, database: Database, role: StaffRole
) -> None:
    staff = await sign_in(client, database, role)
    who = (await client.get("/who")).json()
    assert who["staff_id"] == staff.id
    assert set(who["permissions"]) == PERMISSIONS[role]
    assert who["audiences"] == ["public", "staff"]
    allowed = "costs.read" in PERMISSIONS[role]
    assert (await client.get("/costs-of-all")).status_code == (200 if allowed else 403)


async def test_a_stranger_is_asked_to_sign_in(client: AsyncClient) -> None:
    response = await client.get("/costs-of-all")
    assert response.status_code == 401
    assert response.json()["error"]["type"] == "not_signed_in"


async def test_a_browser_is_led_to_the_sign_in_page_and_back(client: AsyncClient) -> None:
    response = await client.get("/costs-of-all", headers={"accept": "text/html"})
    assert response.status_code == 303
    assert response.headers["location"] == "/sign-in?next=%2Fcosts-of-all"


@pytest.mark.parametrize(
    ("before", "next_page"),
    [
        ("http://kefu/who?list=mine", "%2Fwho%3Flist%3Dmine"),
        ("http://kefu/change", "%2Fhome"),  # nothing can be looked at there
        ("http://elsewhere/who", "%2Fhome"),
        ("", "%2Fhome"),
    ],
)
async def test_who_sends_a_form_without_a_session_is_led_back_to_the_page_of_it(
    client: AsyncClient, before: str, next_page: str
) -> None:
    headers = {"accept": "text/html", "referer": before}
    response = await client.post("/change", data={"a": "1"}, headers=headers)
    assert response.status_code == 303
    assert response.headers["location"] == f"/sign-in?next={next_page}&unsent=1"
    page = await client.get(response.headers["location"], headers={"accept-language": "en"})
    assert "so what you sent was not taken" in page.text


async def test_a_page_is_told_which_session_goes_on(
    client: AsyncClient, database: Database
) -> None:
    staff = await sign_in(client, database, "staff")
    session = {"staff_id": staff.id, "name": "Staff", "csrf_token": client.headers[CSRF_HEADER]}
    assert (await client.get("/api/session")).json() == session
    client.cookies.clear()
    assert (await client.get("/api/session")).status_code == 401


async def test_a_form_without_the_token_of_its_session_is_refused(
    client: AsyncClient, database: Database
) -> None:
    await sign_in(client, database, "admin")
    token = client.headers.pop(CSRF_HEADER)
    assert (await client.post("/change", data={"a": "1"})).status_code == 403
    assert (await client.post("/change", data={"csrf": token[::-1]})).status_code == 403
    response = await client.post("/change", data={"a": "1", "csrf": token})
    assert response.json() == {"a": "1", "csrf": token}
    header = {CSRF_HEADER: token}
    assert (await client.post("/change", data={"a": "1"}, headers=header)).status_code == 200


async def test_a_token_of_another_session_is_refused(
    client: AsyncClient, database: Database
) -> None:
    await sign_in(client, database, "admin")
    token = client.headers[CSRF_HEADER]
    await sign_in(client, database, "admin")
    response = await client.post("/change", headers={CSRF_HEADER: token})
    assert response.status_code == 403


async def make_key(
    client: AsyncClient, database: Database, role: StaffRole, scopes: Sequence[Permission]
) -> tuple[int, str]:
    staff = await sign_in(client, database, role)
    client.cookies.clear()
    async with database.transaction() as conn:
        issued = await create_key(conn, staff, NewKey(name="program", scopes=scopes, days=30))
    client.headers["authorization"] = f"Bearer {issued.secret}"
    return staff.id, issued.secret


async def test_an_api_key_may_do_what_its_scopes_say_and_no_more(
    client: AsyncClient, database: Database
) -> None:
    staff_id, _ = await make_key(client, database, "manager", ["search"])
    who = (await client.get("/who")).json()
    assert who["staff_id"] == staff_id
    assert who["permissions"] == ["search"]
    assert who["audiences"] == ["public", "staff"]
    assert (await client.get("/costs-of-all")).status_code == 403


async def test_an_api_key_needs_no_form_token(client: AsyncClient, database: Database) -> None:
    await make_key(client, database, "admin", ["staff.manage"])
    del client.headers[CSRF_HEADER]
    assert (await client.post("/change")).status_code == 200


@pytest.mark.parametrize(
    "damage", [str.upper, lambda key: key[:-1], lambda key: "kefu_", str.title]
)
async def test_a_wrong_api_key_is_refused_and_not_taken_for_a_stranger(
    client: AsyncClient, database: Database, damage: Any
) -> None:
    _, secret = await make_key(client, database, "admin", ["search"])
    response = await client.get("/who", headers={"authorization": f"Bearer {damage(secret)}"})
    assert response.status_code == 401


async def test_who_is_disabled_is_out_at_once_with_session_and_key(
    client: AsyncClient, database: Database
) -> None:
    await sign_in(client, database, "admin")
    staff_id, _ = await make_key(client, database, "staff", ["search"])
    async with database.transaction() as conn:
        await disable_staff(conn, staff_id, actor="test")
    assert (await client.get("/who")).status_code == 401
