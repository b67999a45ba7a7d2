"""The application on a real database, with an answerer that says what a test tells it to."""

from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from browsing import collect_failures, serve_app
from documents import REFUNDS, refund_answer
from fastapi import FastAPI
from playwright.async_api import Browser, Page
from scripted import ScriptedAnswerer

from kefu.knowledge import ingest
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.server import attach, create_app
from kefu.settings import Settings

NEEDS_CONNECTIONS = {"chunk_id", "page"}  # ingestion and a browser use several at once


@pytest.fixture
def resources(request: pytest.FixtureRequest) -> Resources:
    is_busy = not NEEDS_CONNECTIONS.isdisjoint(request.fixturenames)
    database = request.getfixturevalue("committed_database" if is_busy else "database")
    return Resources(settings=Settings(), database=database, embedder=FakeEmbedder(), endpoint=None)


@pytest.fixture
def answerer() -> ScriptedAnswerer:
    scripted = ScriptedAnswerer()
    scripted.scripts[""] = refund_answer(1)
    return scripted


@pytest.fixture
def app(resources: Resources, answerer: ScriptedAnswerer) -> FastAPI:
    app = create_app(resources.settings, answerer=answerer)
    attach(app, resources, answerer=answerer)
    return app


@pytest.fixture
async def chunk_id(resources: Resources, answerer: ScriptedAnswerer, tmp_path: Path) -> int:
    """Of the chunk that holds the quotes; the answers of the test cite it."""
    (tmp_path / "refunds.md").write_text(REFUNDS)
    await ingest(resources, [tmp_path])
    async with resources.database.connection() as conn:
        cursor = await conn.execute("select id from chunks where text like '%原路退回。%'")
        row = await cursor.fetchone()
    assert row is not None
    answerer.scripts[""] = refund_answer(row[0])
    return int(row[0])


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
