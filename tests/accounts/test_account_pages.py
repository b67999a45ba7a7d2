"""One's own account and the people who work here, through the pages."""

import re

import pytest
from httpx import AsyncClient, Response
from people import PASSWORD, add_person, enter, read_csrf, read_link
from selectolax.lexbor import LexborHTMLParser
from signing_in import sign_in, sign_in_as

from kefu.accounts import Staff, StaffRole, find_staff, get_staff
from kefu.accounts.pages.callers import name_browser
from kefu.db import Database
from kefu.settings import Settings

OTHER = "violet kettle harbour"
HTML = {"accept": "text/html"}


async def change_password(client: AsyncClient, present: str, password: str) -> Response:
    form = {"present": present, "password": password}
    return await client.post("/profile/password", data=form)


async def test_another_password_ends_all_sessions_but_this_one_which_gets_another_secret(
    client: AsyncClient, database: Database
) -> None:
    staff = await add_person(database)
    await sign_in_as(client, database, staff)
    elsewhere = client.cookies["kefu_session"]
    await sign_in_as(client, database, staff)
    here = client.cookies["kefu_session"]
    response = await change_password(client, PASSWORD, OTHER)
    assert response.status_code == 303
    client.cookies.clear()
    client.cookies.set("kefu_session", response.cookies["kefu_session"])
    assert (await client.get("/profile?changed")).status_code == 200
    for secret in (here, elsewhere):
        client.cookies.set("kefu_session", secret)
        assert (await client.get("/profile")).status_code == 401
    client.cookies.clear()
    assert (await enter(client, "lin@example.com", OTHER)).status_code == 303


@pytest.mark.parametrize(
    ("present", "password", "sentence"),
    [
        ("wrong", OTHER, "not your present password"),
        (PASSWORD, "short", "at least 12 characters"),
        (PASSWORD, "password12345", "easily guessed"),
    ],
)
async def test_a_password_that_cannot_be_changed_says_why(
    client: AsyncClient, database: Database, present: str, password: str, sentence: str
) -> None:
    await sign_in_as(client, database, await add_person(database))
    response = await change_password(client, present, password)
    assert response.status_code == 400
    assert sentence in response.text


async def test_a_stolen_session_cannot_guess_the_password_for_ever(
    client: AsyncClient, database: Database
) -> None:
    await sign_in_as(client, database, await add_person(database))
    for _ in range(Settings().accounts.attempts):
        assert (await change_password(client, "wrong", OTHER)).status_code == 400
    assert (await change_password(client, PASSWORD, OTHER)).status_code == 429


async def test_signing_out_everywhere_ends_every_session(
    client: AsyncClient, database: Database
) -> None:
    staff = await add_person(database)
    secrets = []
    for _ in range(3):
        await sign_in_as(client, database, staff)
        secrets.append(client.cookies["kefu_session"])
    assert (await client.post("/profile/sessions/end")).status_code == 303
    for secret in secrets:
        client.cookies.set("kefu_session", secret)
        assert (await client.get("/profile")).status_code == 401


async def test_one_other_browser_can_be_signed_out(client: AsyncClient, database: Database) -> None:
    staff = await add_person(database)
    await sign_in_as(client, database, staff)
    elsewhere = client.cookies["kefu_session"]
    await sign_in_as(client, database, staff)
    page = await client.get("/profile")
    path = re.search(r"/profile/sessions/\d+/end", page.text)
    assert path is not None
    assert (await client.post(path[0])).status_code == 303
    assert (await client.get("/profile")).status_code == 200
    client.cookies.set("kefu_session", elsewhere)
    assert (await client.get("/profile")).status_code == 401


async def make_key(client: AsyncClient, **fields: str) -> Response:
    form = {"name": "Export", "days": "30", "scope.search": "yes"} | fields
    return await client.post("/profile/keys", data=form)


def read_key(page: Response) -> str:
    found = re.search(r"<code>(kefu_[0-9a-f]{12}_[\w-]{43})</code>", page.text)
    assert found is not None
    return found[1]


async def test_an_api_key_is_shown_once_works_and_can_be_revoked(
    client: AsyncClient, database: Database
) -> None:
    await sign_in(client, database, "manager")
    key = read_key(await make_key(client))
    page = await client.get("/profile")
    assert key not in page.text
    assert key[:17] in page.text
    header = {"authorization": f"Bearer {key}"}
    assert (await client.get("/api/me", headers=header)).json()["permissions"] == ["search"]
    assert ">never<" not in (await client.get("/profile")).text
    path = re.search(r"/profile/keys/\d+/revoke", page.text)
    assert path is not None
    assert (await client.post(path[0])).status_code == 303
    assert (await client.get("/api/me", headers=header)).status_code == 401


async def test_an_api_key_expires(client: AsyncClient, database: Database) -> None:
    await sign_in(client, database, "manager")
    header = {"authorization": f"Bearer {read_key(await make_key(client))}"}
    async with database.connection() as conn:
        await conn.execute("update api_keys set expires_at = expires_at - interval '30 days'")
    assert (await client.get("/api/me", headers=header)).status_code == 401


async def test_an_api_key_loses_what_its_owner_loses(
    client: AsyncClient, database: Database
) -> None:
    manager = await sign_in(client, database, "manager")
    page = await make_key(client, **{"scope.costs.read": "yes"})
    header = {"authorization": f"Bearer {read_key(page)}"}
    await sign_in(client, database, "admin")
    await change(client, manager, role="staff")
    assert (await client.get("/api/me", headers=header)).json()["permissions"] == ["search"]


@pytest.mark.parametrize(
    "fields",
    [
        {"name": " "},
        {"days": "36500"},
        {"days": "soon"},
        {"scope.staff.manage": "yes"},
        {"scope.nonsense": "yes"},
    ],
)
async def test_an_api_key_with_more_than_its_owner_or_without_an_end_is_not_made(
    client: AsyncClient, database: Database, fields: dict[str, str]
) -> None:
    await sign_in(client, database, "manager")
    assert (await make_key(client, **fields)).status_code == 400


async def test_an_api_key_cannot_change_accounts(client: AsyncClient, database: Database) -> None:
    await sign_in(client, database, "admin")
    page = await make_key(client, **{"scope.staff.manage": "yes"})
    client.cookies.clear()
    client.headers["authorization"] = f"Bearer {read_key(page)}"
    assert (await client.get("/profile")).status_code == 401
    assert (await client.get("/admin/staff")).status_code == 401
    assert (await make_key(client)).status_code == 401


async def change(
    client: AsyncClient, staff: Staff, *, role: str, audiences: str = "", name: str = "Lin"
) -> Response:
    form = {"name": name, "role": role, "audiences": audiences}
    return await client.post(f"/admin/staff/{staff.id}", data=form)


async def test_other_rights_end_the_sessions_of_the_person(
    client: AsyncClient, database: Database
) -> None:
    staff = await sign_in(client, database, "staff")
    secret = client.cookies["kefu_session"]
    await sign_in(client, database, "admin")
    admin = client.cookies["kefu_session"]
    for role, audiences in (("editor", ""), ("editor", "finance, 法务，vip")):
        assert (await change(client, staff, role=role, audiences=audiences)).status_code == 303
        client.cookies.set("kefu_session", secret)
        assert (await client.get("/profile")).status_code == 401
        client.cookies.set("kefu_session", admin)
    async with database.connection() as conn:
        changed = await get_staff(conn, staff.id)
    assert (changed.role, changed.audiences) == ("editor", ["finance", "vip", "法务"])


async def test_another_name_does_not_sign_anybody_out(
    client: AsyncClient, database: Database
) -> None:
    staff = await sign_in(client, database, "staff")
    secret = client.cookies["kefu_session"]
    await sign_in(client, database, "admin")
    await change(client, staff, role="staff", name="Lin Wei")
    client.cookies.set("kefu_session", secret)
    assert (await client.get("/profile")).status_code == 200


async def test_nobody_changes_their_own_role_or_shuts_themselves_out(
    client: AsyncClient, database: Database
) -> None:
    admin = await sign_in(client, database, "admin")
    await change(client, admin, role="staff", audiences="finance")
    async with database.connection() as conn:
        same = await get_staff(conn, admin.id)
    assert (same.role, same.audiences) == ("admin", [])
    assert (await client.post(f"/admin/staff/{admin.id}/disable")).status_code == 409


async def test_the_last_administrator_stays(client: AsyncClient, database: Database) -> None:
    first = await sign_in(client, database, "admin")
    await sign_in(client, database, "admin")
    assert (await client.post(f"/admin/staff/{first.id}/disable")).status_code == 303
    assert (await client.post(f"/admin/staff/{first.id}/enable")).status_code == 303
    assert (await change(client, first, role="staff")).status_code == 303


async def test_who_is_disabled_cannot_sign_in_until_let_in_again(
    client: AsyncClient, database: Database
) -> None:
    staff = await add_person(database)
    await sign_in(client, database, "admin")
    await client.post(f"/admin/staff/{staff.id}/disable")
    assert "Disabled" in (await client.get("/admin/staff")).text
    assert (await client.post(f"/admin/staff/{staff.id}/link")).status_code == 409
    assert (await enter(client, "lin@example.com")).status_code == 401
    await client.post(f"/admin/staff/{staff.id}/enable")
    assert (await enter(client, "lin@example.com")).status_code == 303


async def test_a_link_for_another_password_works(client: AsyncClient, database: Database) -> None:
    staff = await add_person(database)
    await sign_in(client, database, "admin")
    path = read_link(await client.post(f"/admin/staff/{staff.id}/link"))
    assert "lin@example.com" in (await client.get(path)).text


@pytest.mark.parametrize(
    ("fields", "status"),
    [
        ({"email": "lin@example.com"}, 409),
        ({"email": "LIN@EXAMPLE.COM"}, 409),
        ({"email": "none"}, 400),
        ({"email": "a@b" + "c" * 300}, 400),
        ({"name": ""}, 400),
        ({"name": "\x00"}, 400),
        ({"role": "customer"}, 400),
        ({"role": "root"}, 400),
        ({"audiences": ",".join(map(str, range(60)))}, 400),
    ],
)
async def test_an_invitation_that_cannot_be_used_adds_nobody(
    client: AsyncClient, database: Database, fields: dict[str, str], status: int
) -> None:
    await add_person(database)
    await sign_in(client, database, "admin")
    form = {"email": "b@example.com", "name": "B", "role": "staff"} | fields
    assert (await client.post("/admin/staff", data=form)).status_code == status
    async with database.connection() as conn:
        assert await find_staff(conn, "b@example.com") is None


@pytest.mark.parametrize(("role", "count"), [("admin", 1), ("manager", 0)])
async def test_the_navigation_shows_what_the_viewer_may_open(
    client: AsyncClient, database: Database, role: StaffRole, count: int
) -> None:
    await sign_in(client, database, role)
    page = (await client.get("/profile")).text
    assert page.count('href="/admin/staff"') == count


@pytest.mark.parametrize(
    ("language", "words"),
    [
        ("zh", ("我的账号", "退出所有登录", "管理员")),
        ("en", ("Your account", "Sign out everywhere")),
    ],
)
async def test_pages_speak_the_language_of_the_browser(
    client: AsyncClient, database: Database, language: str, words: tuple[str, ...]
) -> None:
    await sign_in(client, database, "admin")
    page = (await client.get("/profile", headers={"accept-language": language})).text
    assert all(word in page for word in words)


async def test_people_are_shown_by_their_names_and_told_apart_by_their_addresses(
    client: AsyncClient, database: Database
) -> None:
    lin = await add_person(database, role="admin")
    await sign_in_as(client, database, lin)
    editor = LexborHTMLParser((await client.get("/admin/prompts/answer.en/edit")).text)
    text = f"{editor.css_first('textarea').text()}Be brief.\n"
    saved = await client.post("/admin/prompts/answer.en/versions", data={"text": text})
    assert saved.status_code == 303
    page = (await client.get("/admin/prompts/answer.en", headers=HTML)).text
    assert 'title="lin@example.com"' in page
    assert '<span class="self-name">Lin Wei</span>' in page
    assert '<span title="lin@example.com">Lin Wei</span>' in page
    await add_person(database, "other@example.com")
    page = (await client.get("/admin/prompts/answer.en", headers=HTML)).text
    assert '<span title="lin@example.com">Lin Wei (lin@example.com)</span>' in page


async def test_what_people_call_themselves_is_escaped(
    client: AsyncClient, database: Database
) -> None:
    staff = await sign_in(client, database, "staff")
    await sign_in(client, database, "admin")
    await change(client, staff, role="staff", name="<script>alert(1)</script>")
    for path in ("/admin/staff", f"/admin/staff/{staff.id}"):
        assert "<script>alert" not in (await client.get(path)).text


async def test_pages_about_people_are_not_kept_by_browsers_and_proxies(
    client: AsyncClient, database: Database
) -> None:
    await sign_in(client, database, "admin")
    headers = (await client.get("/admin/staff", headers=HTML)).headers
    assert headers["cache-control"] == "no-store"
    assert "access-control-allow-origin" not in headers


async def test_a_form_of_a_page_carries_the_token_of_its_session(
    client: AsyncClient, database: Database
) -> None:
    await sign_in(client, database, "admin")
    token = client.headers.pop("X-CSRF-Token")
    assert read_csrf(await client.get("/profile")) == token
    assert (await client.post("/profile/sessions/end")).status_code == 403
    response = await client.post("/profile/sessions/end", data={"csrf": token})
    assert response.status_code == 303


@pytest.mark.parametrize(
    ("user_agent", "name"),
    [
        (
            "Mozilla/5.0 (X11; Linux x86_64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/156.0.0.0 Safari/537.36",
            "Chrome 156, Linux",
        ),
        (
            "Mozilla/5.0 (Windows NT 10.0; Win64; x64) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Chrome/156.0.0.0 Safari/537.36 Edg/156.0.0.0",
            "Edge 156, Windows",
        ),
        (
            "Mozilla/5.0 (Macintosh; Intel Mac OS X 15_0) AppleWebKit/605.1.15 (KHTML, like Gecko)"
            " Version/26.0 Safari/605.1.15",
            "Safari 26, macOS",
        ),
        (
            "Mozilla/5.0 (Linux; Android 16) AppleWebKit/537.36 (KHTML, like Gecko)"
            " Version/4.0 Chrome/150.0 Mobile Safari/537.36 MicroMessenger/8.0",
            "WeChat 8, Android",
        ),
        ("curl/8.5.0", "curl/8.5.0"),
        ("", ""),
    ],
)
def test_a_browser_is_called_by_its_name(user_agent: str, name: str) -> None:
    assert name_browser(user_agent) == name
