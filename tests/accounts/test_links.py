"""One-time links: the first administrator, invitations, and other passwords."""

import asyncio

import pytest
from httpx import ASGITransport, AsyncClient
from people import PASSWORD, add_person, enter, read_link
from signing_in import sign_in

from kefu.accounts import add_staff, create_link, disable_staff, list_staff, offer_setup
from kefu.db import Database
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.server import attach, create_app
from kefu.settings import Settings

FORM = {"name": "Lin Wei", "email": "Lin@Example.com", "password": PASSWORD}


async def setup_path(database: Database) -> str:
    async with database.transaction() as conn:
        link = await offer_setup(conn, Settings())
    assert link is not None
    return link.removeprefix("http://127.0.0.1:8210")


async def test_the_first_administrator_is_made_once_and_is_signed_in(
    client: AsyncClient, database: Database
) -> None:
    path = await setup_path(database)
    assert (await client.get(path)).status_code == 200
    response = await client.post(path, data=FORM)
    assert response.status_code == 303
    me = (await client.get("/api/me")).json()
    assert me["name"] == "lin@example.com"
    assert "staff.manage" in me["permissions"]
    assert (await client.get(path)).status_code == 404
    assert (await client.post(path, data=FORM | {"email": "b@example.com"})).status_code == 404


async def test_no_link_is_offered_once_there_is_an_administrator(database: Database) -> None:
    await add_person(database, role="admin")
    async with database.transaction() as conn:
        assert await offer_setup(conn, Settings()) is None


async def test_a_link_offered_earlier_is_worth_nothing_once_there_is_an_administrator(
    client: AsyncClient, database: Database
) -> None:
    path = await setup_path(database)
    await add_person(database, role="admin")
    assert (await client.post(path, data=FORM)).status_code == 404


async def test_links_of_several_processes_make_one_administrator(
    committed_database: Database,
) -> None:
    resources = Resources(settings=Settings(), database=committed_database, embedder=FakeEmbedder())
    app = create_app(resources.settings)
    attach(app, resources)
    paths = [await setup_path(committed_database) for _ in range(4)]

    async def use(number: int, path: str) -> int:
        async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
            form = FORM | {"email": f"{number}@example.com"}
            return (await client.post(path, data=form)).status_code

    statuses = await asyncio.gather(*(use(number, path) for number, path in enumerate(paths)))
    assert sorted(statuses) == [303, 404, 404, 404]
    async with committed_database.connection() as conn:
        assert len(await list_staff(conn)) == 1


@pytest.mark.parametrize(
    ("field", "value"),
    [("password", "short"), ("password", "password12345"), ("email", "none"), ("name", " ")],
)
async def test_a_form_that_cannot_be_used_leaves_the_link_as_it_was(
    client: AsyncClient, database: Database, field: str, value: str
) -> None:
    path = await setup_path(database)
    assert (await client.post(path, data=FORM | {field: value})).status_code == 400
    assert (await client.post(path, data=FORM)).status_code == 303


async def test_a_link_runs_out(client: AsyncClient, database: Database) -> None:
    path = await setup_path(database)
    async with database.connection() as conn:
        await conn.execute("update links set expires_at = expires_at - interval '24 hours'")
    assert (await client.get(path)).status_code == 404
    assert (await client.post(path, data=FORM)).status_code == 404


async def test_only_a_hash_of_a_link_is_kept(database: Database) -> None:
    token = (await setup_path(database)).rpartition("/")[2]
    async with database.connection() as conn:
        cursor = await conn.execute("select links::text from links")
        assert all(token not in str(row) for row in await cursor.fetchall())


async def test_an_invited_person_chooses_a_password_and_is_signed_in(
    client: AsyncClient, database: Database
) -> None:
    await sign_in(client, database, "admin")
    form = {"email": "chen@example.com", "name": "Chen Jie", "role": "editor", "audiences": "vip"}
    path = read_link(await client.post("/admin/staff", data=form))
    client.cookies.clear()
    assert (await enter(client, "chen@example.com")).status_code == 401
    assert (await client.post(path, data={"password": PASSWORD})).status_code == 303
    me = (await client.get("/api/me")).json()
    assert (me["name"], me["audiences"]) == ("chen@example.com", ["public", "staff", "vip"])
    assert (await client.post(path, data={"password": PASSWORD})).status_code == 404
    client.cookies.clear()
    assert (await enter(client, "chen@example.com")).status_code == 303


async def test_another_password_ends_every_session_and_the_password_before(
    client: AsyncClient, database: Database
) -> None:
    staff = await add_person(database)
    await enter(client, "lin@example.com")
    async with database.transaction() as conn:
        link = await create_link(conn, staff, actor="test", settings=Settings())
    path = link.removeprefix("http://127.0.0.1:8210")
    old = client.cookies["kefu_session"]
    client.cookies.clear()
    await client.post(path, data={"password": "violet kettle harbour"})
    client.cookies.set("kefu_session", old)
    assert (await client.get("/api/me")).json()["name"] == "anonymous"
    assert (await enter(client, "lin@example.com", PASSWORD)).status_code == 401
    assert (await enter(client, "lin@example.com", "violet kettle harbour")).status_code == 303


async def test_a_second_link_makes_the_first_one_useless(
    client: AsyncClient, database: Database
) -> None:
    async with database.transaction() as conn:
        staff = await add_staff(conn, actor="test", email="a@example.com", name="A", role="staff")
        first = await create_link(conn, staff, actor="test", settings=Settings())
        await create_link(conn, staff, actor="test", settings=Settings())
    path = first.removeprefix("http://127.0.0.1:8210")
    assert (await client.get(path)).status_code == 404


async def test_a_disabled_person_cannot_come_back_by_a_link(
    client: AsyncClient, database: Database
) -> None:
    staff = await add_person(database)
    async with database.transaction() as conn:
        link = await create_link(conn, staff, actor="test", settings=Settings())
        await disable_staff(conn, staff.id, actor="test")
    assert (await client.get(link.removeprefix("http://127.0.0.1:8210"))).status_code == 404


async def test_links_begin_with_the_address_that_people_use(database: Database) -> None:
    settings = Settings(server={"public_url": "https://help.example.com"})
    async with database.transaction() as conn:
        link = await offer_setup(conn, settings)
    assert link is not None
    assert link.startswith("https://help.example.com/welcome/")
