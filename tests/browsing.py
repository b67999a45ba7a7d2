"""What tests in a real Chromium share: the program, what failed on a page, and what axe finds."""

import asyncio
import shutil
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from pathlib import Path

import pytest
import uvicorn
from fastapi import FastAPI
from playwright.async_api import Browser, ConsoleMessage, Page, async_playwright

AXE = Path(__file__).parents[1] / "node_modules" / "axe-core" / "axe.min.js"
LONGEST_STOP_SECONDS = 60.0


@asynccontextmanager
async def launch_chromium() -> AsyncIterator[Browser]:
    """A browser; where none is installed the test is skipped."""
    program = shutil.which("chromium") or shutil.which("chromium-browser")
    if program is None:
        pytest.skip("chromium is not installed")
    playwright = await async_playwright().start()
    try:
        yield await playwright.chromium.launch(
            executable_path=program,
            args=["--no-sandbox", "--disable-background-networking", "--disable-gpu"],
        )
    finally:
        with suppress(TimeoutError):  # a browser that does not end is no failure of Kefu
            async with asyncio.timeout(LONGEST_STOP_SECONDS):
                await playwright.stop()


@asynccontextmanager
async def serve_app(app: FastAPI) -> AsyncIterator[str]:
    """Address of an application on a real server."""
    config = uvicorn.Config(app, port=0, lifespan="off", log_level="warning", ws="none")
    server = uvicorn.Server(config)
    serving = asyncio.create_task(server.serve())
    while not server.started:  # noqa: ASYNC110 - it sets no event
        await asyncio.sleep(0.01)
    port = server.servers[0].sockets[0].getsockname()[1]
    try:
        yield f"http://127.0.0.1:{port}"
    finally:
        server.should_exit = True
        server.force_exit = True
        await serving


def collect_failures(page: Page) -> list[str]:
    """Fills with scripts that fail and what the content security policy has to stop.

    What the server refused is no failure of the page.
    """
    failures: list[str] = []

    def note(message: ConsoleMessage) -> None:
        is_refusal = message.text.startswith("Failed to load resource")
        if (message.type == "error" and not is_refusal) or "Security Policy" in message.text:
            failures.append(message.text)

    page.on("pageerror", lambda error: failures.append(str(error)))
    page.on("console", note)
    return failures


async def find_serious_violations(page: Page) -> list[str]:
    """What axe finds serious or critical; it runs beside the page, not under its policy."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed: npm install axe-core")
    await page.evaluate(AXE.read_text())
    await page.evaluate("Promise.all(document.getAnimations().map(each => each.finished))")
    found: list[str] = await page.evaluate(
        "axe.run({resultTypes: ['violations']}).then(result => result.violations"
        ".filter(each => ['serious', 'critical'].includes(each.impact))"
        ".map(each => each.id + ' ' + each.nodes.map(node => node.html).join(' ')))"
    )
    return found
