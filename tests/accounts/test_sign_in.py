"""Signing in with a password: sessions, lock-out, and what strangers learn."""

import asyncio
from collections.abc import AsyncIterator

import pytest
from httpx import ASGITransport, AsyncClient
from people import PASSWORD, add_person, enter, read_csrf

from kefu.accounts import disable_staff
from kefu.accounts.sign_in import Caller, sign_in
from kefu.accounts.store.staff import find_password_hash, update_password
from kefu.db import Database, open_database
from kefu.errors import NotSignedIn, TooManyRequests
from kefu.resources import Resources
from kefu.server import attach, create_app
from kefu.settings import AccountSettings, Settings

SETTINGS = AccountSettings()
COOKIE = "kefu_session"


async def who(client: AsyncClient) -> str:
    return str((await client.get("/api/me")).json()["name"])


async def test_the_right_password_begins_a_session(client: AsyncClient, database: Database) -> None:
    await add_person(database)
    response = await enter(client, " LIN@example.com ")
    assert response.status_code == 303
    assert response.headers["location"] == "/profile"
    assert await who(client) == "lin@example.com"


async def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(
    client: AsyncClient, database: Database
) -> None:
    await add_person(database)
    cookie = (await enter(client, "lin@example.com")).headers["set-cookie"]
    assert cookie.startswith(f"{COOKIE}=")
    for part in ("HttpOnly", "SameSite=lax", "Path=/"):
        assert part in cookie
    assert "Secure" not in cookie
    assert "Domain" not in cookie


async def test_over_https_the_cookie_is_bound_to_this_host(
    client: AsyncClient, database: Database
) -> None:
    await add_person(database)
    client.base_url = "https://kefu"  # type: ignore[assignment]
    cookie = (await enter(client, "lin@example.com")).headers["set-cookie"]
    assert cookie.startswith("__Host-kefu_session=")
    assert "Secure" in cookie
    assert "Path=/" in cookie
    assert "Domain" not in cookie
    assert await who(client) == "lin@example.com"


async def test_over_https_a_cookie_without_the_prefix_is_worth_nothing(
    client: AsyncClient, database: Database
) -> None:
    await add_person(database)
    await enter(client, "lin@example.com")
    client.base_url = "https://kefu"  # type: ignore[assignment]
    assert await who(client) == "anonymous"


async def test_every_sign_in_gets_another_secret_and_ends_the_session_before(
    client: AsyncClient, database: Database
) -> None:
    await add_person(database)
    await enter(client, "lin@example.com")
    first = client.cookies[COOKIE]
    await enter(client, "lin@example.com")
    assert client.cookies[COOKIE] != first
    client.cookies.set(COOKIE, first)
    assert await who(client) == "anonymous"


async def test_a_secret_that_a_stranger_chose_is_never_taken_over(
    client: AsyncClient, database: Database
) -> None:
    await add_person(database)
    client.cookies.set(COOKIE, "chosen-by-a-stranger")
    response = await enter(client, "lin@example.com")
    assert "chosen-by-a-stranger" not in response.headers["set-cookie"]


async def test_only_a_hash_of_the_secret_is_kept(client: AsyncClient, database: Database) -> None:
    await add_person(database)
    await enter(client, "lin@example.com")
    secret = client.cookies[COOKIE]
    async with database.connection() as conn:
        cursor = await conn.execute("select token_hash::text, sessions::text from sessions")
        assert all(secret not in str(row) for row in await cursor.fetchall())


async def test_strangers_cannot_tell_who_has_an_account(
    client: AsyncClient, database: Database
) -> None:
    disabled = await add_person(database, "gone@example.com")
    await add_person(database)
    async with database.transaction() as conn:
        await disable_staff(conn, disabled.id, actor="test")
    answers = {
        (response.status_code, response.text.replace(email, ""))
        for email, response in [
            ("lin@example.com", await enter(client, "lin@example.com", "wrong")),
            ("nobody@example.com", await enter(client, "nobody@example.com", "wrong")),
            ("gone@example.com", await enter(client, "gone@example.com", PASSWORD)),
        ]
    }
    assert len(answers) == 1
    assert answers.pop()[0] == 401


@pytest.mark.parametrize("email", ["lin@example.com", "nobody@example.com"])
async def test_an_address_is_locked_after_too_many_failures_whether_it_exists_or_not(
    client: AsyncClient, database: Database, email: str
) -> None:
    await add_person(database)
    for _ in range(SETTINGS.attempts):
        assert (await enter(client, email, "wrong")).status_code == 401
    response = await enter(client, email, PASSWORD)
    assert response.status_code == 429
    assert 0 < int(response.headers["retry-after"]) <= SETTINGS.lock_minutes * 60


async def test_a_lock_ends_with_its_window_and_success_clears_the_count(
    client: AsyncClient, database: Database
) -> None:
    await add_person(database)
    for _ in range(SETTINGS.attempts):
        await enter(client, "lin@example.com", "wrong")
    async with database.connection() as conn:
        await conn.execute("update attempts set began_at = began_at - interval '16 minutes'")
    assert (await enter(client, "lin@example.com")).status_code == 303
    for _ in range(SETTINGS.attempts):
        assert (await enter(client, "lin@example.com", "wrong")).status_code == 401


async def test_one_network_that_tries_many_addresses_is_locked(database: Database) -> None:
    few = AccountSettings(attempts=1)
    hosts = [f"2001:db8:0:1::{number:x}" for number in range(1, 12)]
    for number, host in enumerate(hosts[:10]):
        with pytest.raises(NotSignedIn):
            await sign_in(database, f"{number}@x", "wrong", settings=few, caller=Caller(host=host))
    with pytest.raises(TooManyRequests):
        await sign_in(database, "new@x", "wrong", settings=few, caller=Caller(host=hosts[10]))
    with pytest.raises(NotSignedIn):
        await sign_in(database, "new@x", "wrong", settings=few, caller=Caller(host="192.0.2.1"))


async def test_what_is_typed_as_an_address_is_not_kept(
    client: AsyncClient, database: Database
) -> None:
    await enter(client, "my secret password", "oops")
    async with database.connection() as conn:
        cursor = await conn.execute("select attempts::text from attempts")
        assert all("secret" not in str(row) for row in await cursor.fetchall())


@pytest.fixture
async def two_processes(committed_database: Database) -> AsyncIterator[list[Database]]:
    """Pools of their own on one database."""
    settings = Settings(database_url=committed_database.url)
    async with open_database(settings) as first, open_database(settings) as second:
        yield [first, second]


async def test_guesses_at_the_same_time_in_several_processes_share_one_limit(
    two_processes: list[Database],
) -> None:
    await add_person(two_processes[0])

    async def guess(number: int) -> str:
        try:
            await sign_in(
                two_processes[number % 2],
                "lin@example.com",
                f"wrong {number}",
                settings=SETTINGS,
                caller=Caller(host="192.0.2.1"),
            )
        except (NotSignedIn, TooManyRequests) as error:
            return type(error).__name__
        return "in"

    outcomes = await asyncio.gather(*(guess(number) for number in range(40)))
    assert outcomes.count("NotSignedIn") == SETTINGS.attempts
    assert outcomes.count("TooManyRequests") == 40 - SETTINGS.attempts


async def test_a_session_is_known_to_every_process(two_processes: list[Database]) -> None:
    await add_person(two_processes[0])
    clients = []
    for database in two_processes:
        resources = Resources(settings=Settings(), database=database, embedder=None)  # type: ignore[arg-type]
        app = create_app(resources.settings)
        attach(app, resources)
        clients.append(AsyncClient(transport=ASGITransport(app), base_url="http://kefu"))
    async with clients[0] as first, clients[1] as second:
        await enter(first, "lin@example.com")
        second.cookies.set(COOKIE, first.cookies[COOKIE])
        assert await who(second) == "lin@example.com"
        await first.post("/sign-out", data={"csrf": read_csrf(await first.get("/profile"))})
        assert await who(second) == "anonymous"


async def test_a_hash_of_lower_costs_is_replaced_at_the_next_sign_in(
    client: AsyncClient, database: Database
) -> None:
    from argon2 import PasswordHasher  # noqa: PLC0415 - to make what today's costs never make

    staff = await add_person(database)
    weak = PasswordHasher(time_cost=1, memory_cost=8, parallelism=1).hash(PASSWORD)
    async with database.transaction() as conn:
        await update_password(conn, staff.id, weak)
    await enter(client, "lin@example.com")
    async with database.connection() as conn:
        assert await find_password_hash(conn, staff.id) != weak
    assert (await enter(client, "lin@example.com")).status_code == 303


@pytest.mark.parametrize(
    ("change", "name"),
    [
        ("seen_at = seen_at - interval '61 minutes'", "anonymous"),
        ("seen_at = seen_at - interval '59 minutes'", "lin@example.com"),
        ("expires_at = expires_at - interval '12 hours'", "anonymous"),
    ],
)
async def test_a_session_ends_when_idle_and_in_any_case_after_its_time(
    client: AsyncClient, database: Database, change: str, name: str
) -> None:
    await add_person(database)
    await enter(client, "lin@example.com")
    async with database.connection() as conn:
        await conn.execute(f"update sessions set {change}".encode())
    assert await who(client) == name


async def test_use_keeps_a_session_from_becoming_idle(
    client: AsyncClient, database: Database
) -> None:
    await add_person(database)
    await enter(client, "lin@example.com")
    for _ in range(3):
        async with database.connection() as conn:
            await conn.execute("update sessions set seen_at = seen_at - interval '40 minutes'")
        assert await who(client) == "lin@example.com"


async def test_signing_out_ends_the_session_and_takes_the_cookie_away(
    client: AsyncClient, database: Database
) -> None:
    await add_person(database)
    await enter(client, "lin@example.com")
    secret = client.cookies[COOKIE]
    page = await client.get("/profile")
    await client.post("/sign-out", data={"csrf": read_csrf(page)})
    assert COOKIE not in client.cookies
    client.cookies.set(COOKIE, secret)
    assert await who(client) == "anonymous"


@pytest.mark.parametrize(
    "back",
    ["https://evil.example/", "//evil.example", "/\\evil.example", "javascript:alert(1)", ""],
)
async def test_signing_in_never_leads_to_another_site(
    client: AsyncClient, database: Database, back: str
) -> None:
    await add_person(database)
    form = {"email": "lin@example.com", "password": PASSWORD, "back": back}
    assert (await client.post("/sign-in", data=form)).headers["location"] == "/"


async def test_hostile_input_is_a_wrong_password_and_no_failure(client: AsyncClient) -> None:
    for email in ("\x00", "'; drop table staff", "x" * 5000, "\udcff".encode("utf-8", "replace")):
        response = await client.post("/sign-in", data={"email": email, "password": "\x00" * 20})
        assert response.status_code == 401
