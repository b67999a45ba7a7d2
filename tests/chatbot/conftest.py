"""The application on a real database, with an answerer that says what a test tells it to."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from browsing import collect_failures, serve_app
from documents import REFUNDS, refund_answer
from fastapi import FastAPI
from filling import fill
from playwright.async_api import Browser, Page
from scripted import ScriptedAnswerer

from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.server import attach
from kefu.settings import Settings


@pytest.fixture
def resources(request: pytest.FixtureRequest) -> Resources:
    has_page = "page" in request.fixturenames  # a browser uses several connections at once
    database = request.getfixturevalue("committed_database" if has_page else "database")
    return Resources(settings=Settings(), database=database, embedder=FakeEmbedder(), endpoint=None)


@pytest.fixture
def answerer() -> ScriptedAnswerer:
    scripted = ScriptedAnswerer()
    scripted.scripts[""] = refund_answer(1)
    return scripted


@pytest.fixture
def app(built_app: FastAPI, resources: Resources, answerer: ScriptedAnswerer) -> FastAPI:
    attach(built_app, resources, answerer=answerer)
    return built_app


@pytest.fixture
async def chunk_id(resources: Resources, answerer: ScriptedAnswerer) -> int:
    """Of the chunk that holds the quotes; the answers of the test cite it."""
    await fill(resources, {"退款政策": REFUNDS})
    async with resources.database.connection() as conn:
        cursor = await conn.execute("select id from chunks where text like '%原路退回。%'")
        row = await cursor.fetchone()
    assert row is not None
    answerer.scripts[""] = refund_answer(row[0])
    return int(row[0])


@pytest.fixture
async def feed(app: FastAPI) -> AsyncIterator[None]:
    """What happens in conversations is heard at once."""
    running = asyncio.create_task(app.state.feed.run())
    yield
    app.state.feed.close()
    running.cancel()
    with suppress(asyncio.CancelledError):
        await running


@pytest.fixture
async def site(app: FastAPI) -> AsyncIterator[str]:
    """Address of the application on a real server."""
    async with serve_app(app) as address:
        yield address


@pytest.fixture
async def page(browser: Browser, site: str) -> AsyncIterator[Page]:
    """The chat page in Chinese, in a browser profile of its own; no script may fail on it."""
    context = await browser.new_context(
        base_url=site, locale="zh-CN", viewport={"width": 1280, "height": 800}
    )
    page = await context.new_page()
    failures = collect_failures(page)
    await page.goto("/")
    yield page
    await context.close()
    assert failures == []
