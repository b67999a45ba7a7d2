"""Where a page leads back to, on an application of a few lines."""

from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI, Request
from httpx import ASGITransport, AsyncClient

from kefu.web.addresses import LONGEST_PAGE, find_way_back


@pytest.fixture
async def client() -> AsyncIterator[AsyncClient]:
    app = FastAPI()

    @app.get("/")
    @app.get("/admin/bases")
    @app.get("/admin/bases/{name}")
    @app.post("/admin/bases/{name}")
    @app.post("/admin/bases/{name}/checks/again")
    async def show(request: Request) -> str:
        return find_way_back(request)

    async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
        yield client


@pytest.mark.parametrize(
    ("asked", "way_back"),
    [
        ("/admin/bases", "/admin/bases"),
        ("/admin/bases?left=1&right=2", "/admin/bases?left=1&right=2"),
        ("/admin/bases?q=%E9%80%80+%26", "/admin/bases?q=%E9%80%80+%26"),
        ("/admin/bases?q=a\\b", "/admin/bases?q=a%5Cb"),
        ("/admin/bases/%E9%80%80%3F?q=1", "/admin/bases/%E9%80%80%3F?q=1"),
        (f"/admin/bases?q={'x' * LONGEST_PAGE}", "/admin/bases"),
    ],
)
async def test_a_page_leads_back_to_itself_with_its_query(
    client: AsyncClient, asked: str, way_back: str
) -> None:
    assert (await client.get(asked)).json() == way_back


@pytest.mark.parametrize(
    ("referer", "way_back"),
    [
        ("http://kefu/admin/bases?q=1", "/admin/bases?q=1"),
        ("http://kefu/admin/bases/demo/checks/again", "/admin/bases/demo"),
        ("http://evil.example/admin/bases", "/admin/bases/demo"),
        ("http://kefu//evil.example", "/admin/bases/demo"),
        ("http://[", "/admin/bases/demo"),
        ("", "/admin/bases/demo"),
    ],
)
async def test_what_answers_a_form_leads_back_to_the_page_of_the_form_or_the_nearest_above(
    client: AsyncClient, referer: str, way_back: str
) -> None:
    path = "/admin/bases/demo/checks/again"
    assert (await client.post(path, headers={"referer": referer})).json() == way_back


async def test_what_answers_a_form_at_the_address_of_a_page_leads_to_that_page(
    client: AsyncClient,
) -> None:
    assert (await client.post("/admin/bases/demo?saved=1")).json() == "/admin/bases/demo"
