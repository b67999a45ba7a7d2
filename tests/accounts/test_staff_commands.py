"""kefu staff: from the command line to a password that works."""

import asyncio
import json
from typing import Any

import pytest
from httpx import ASGITransport, AsyncClient
from people import PASSWORD, enter
from typer.testing import CliRunner

from kefu.cli import app as cli
from kefu.db import Database
from kefu.errors import BadInput, Conflict, NotFound
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.server import attach, create_app
from kefu.settings import Settings


@pytest.fixture
def database_url(committed_database: Database, monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv("KEFU_DATABASE_URL", committed_database.url)
    return committed_database.url


async def run(*arguments: str) -> str:
    """Standard output of `kefu staff`; what goes wrong is raised."""

    def call() -> str:
        result = CliRunner().invoke(cli, ["staff", *arguments], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    return await asyncio.to_thread(call)


async def run_json(*arguments: str) -> Any:
    return json.loads(await run(*arguments, "--json"))


@pytest.mark.usefixtures("database_url")
async def test_a_person_who_was_added_chooses_a_password_and_signs_in(
    committed_database: Database,
) -> None:
    added = await run_json("add", "Chen@Example.com", "--role", "editor", "--audience", "finance")
    assert added["email"] == "chen@example.com"
    assert added["link"].startswith("http://127.0.0.1:8210/welcome/")
    (person,) = await run_json("list")
    assert (person["role"], person["audiences"]) == ("editor", ["finance"])
    assert not person["has_password"]

    resources = Resources(settings=Settings(), database=committed_database, embedder=FakeEmbedder())
    app = create_app(resources.settings)
    attach(app, resources)
    async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
        path = added["link"].removeprefix("http://127.0.0.1:8210")
        assert (await client.post(path, data={"password": PASSWORD})).status_code == 303
        client.cookies.clear()
        assert (await enter(client, "chen@example.com")).status_code == 303
        await run("disable", "chen@example.com")
        assert (await client.get("/profile")).status_code == 401
    assert "disabled" in await run("list")


@pytest.mark.usefixtures("database_url")
async def test_a_reset_link_takes_the_place_of_the_one_before() -> None:
    first = (await run_json("add", "a@example.com"))["link"]
    second = (await run_json("reset-link", "A@example.com"))["link"]
    assert first != second
    assert "works once" in await run("reset-link", "a@example.com")


@pytest.mark.usefixtures("database_url")
async def test_what_cannot_be_done_is_one_sentence() -> None:
    await run("add", "a@example.com", "--role", "admin")
    with pytest.raises(Conflict, match="already"):
        await run("add", "a@example.com")
    with pytest.raises(Conflict, match="only administrator"):
        await run("disable", "a@example.com")
    with pytest.raises(BadInput, match="no role"):
        await run("add", "b@example.com", "--role", "boss")
    with pytest.raises(NotFound, match="nobody"):
        await run("reset-link", "b@example.com")


@pytest.mark.usefixtures("database_url")
async def test_an_empty_company_says_how_to_begin() -> None:
    assert "kefu staff add" in await run("list")
