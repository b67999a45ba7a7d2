"""The application on a real database, with an answerer that says what a test tells it to."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
import uvicorn
from documents import REFUNDS, refund_answer
from fastapi import FastAPI
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright
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
    config = uvicorn.Config(app, port=0, lifespan="off", log_level="warning", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it sets no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    yield f"http://127.0.0.1:{port}"
    server.should_exit = True
    server.force_exit = True
    await serving


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("chromium is not installed")
    async with async_playwright() as playwright:
        browser = await playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
        )
        yield browser
        await browser.close()


@pytest.fixture
async def page(browser: Browser, site: str) -> AsyncIterator[Page]:
    """The chat page in Chinese, in a browser profile of its own; no script may fail on it."""
    context = await browser.new_context(
        base_url=site, locale="zh-CN", viewport={"width": 1280, "height": 800}
    )
    page = await context.new_page()
    failures: list[str] = []
    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", lambda message: note_violation(failures, message))
    await page.goto("/")
    yield page
    await context.close()
    assert failures == []


def note_violation(failures: list[str], message: ConsoleMessage) -> None:
    """Collect what the content security policy had to stop."""
    if "Content Security Policy" in message.text:
        failures.append(message.text)
