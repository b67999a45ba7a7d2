"""A running desk, those who sit at it, and customers who wait for them."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from browsing import collect_failures, serve_app
from fastapi import FastAPI
from playwright.async_api import Browser, Page, expect
from signing_in import COOKIE

from kefu.accounts import Staff, add_staff, start_session
from kefu.conversations import HandOver, hand_over, record_question, start_conversation
from kefu.db import Database
from kefu.resources import Resources
from kefu.server import attach
from kefu.viewer import Viewer

PATIENCE = 30_000
QUESTION = "How many days does a refund take?"
CUSTOMER = Viewer(name="customer", customer_id="4711", permissions=frozenset({"chat"}))


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running desk and somebody who sits at it."""

    address: str
    resources: Resources
    staff: Staff
    secret: str

    @property
    def database(self) -> Database:
        return self.resources.database


@asynccontextmanager
async def open_site(app: FastAPI, resources: Resources) -> AsyncIterator[Site]:
    """The desk on a port, with Mia."""
    attach(app, resources)
    feeding = asyncio.create_task(app.state.feed.run())
    staff, secret = await hire(resources, "Mia")
    try:
        async with serve_app(app) as address:
            yield Site(address=address, resources=resources, staff=staff, secret=secret)
            app.state.feed.close()
    finally:
        feeding.cancel()
        with suppress(asyncio.CancelledError):
            await feeding


async def hire(resources: Resources, name: str) -> tuple[Staff, str]:
    """Somebody more, and the secret of a session."""
    async with resources.database.transaction() as conn:
        email = f"{name.lower()}@example.com"
        staff = await add_staff(conn, actor="test", email=email, name=name, role="staff")
        return staff, await start_session(conn, staff, settings=resources.settings.accounts)


@asynccontextmanager
async def sit_down(
    browser: Browser, site: Site, *, secret: str = "", **options: Any
) -> AsyncIterator[Page]:
    """The desk in a browser, on which nothing may fail."""
    context = await browser.new_context(base_url=site.address, locale="en", **options)
    cookie = {"name": COOKIE, "value": secret or site.secret, "url": site.address}
    await context.add_cookies([cookie])
    page = await context.new_page()
    page.set_default_timeout(PATIENCE)
    expect.set_options(timeout=PATIENCE)
    failures = collect_failures(page)
    yield page
    await context.close()
    assert failures == []


async def ask(site: Site, question: str = QUESTION, *, customer_id: str | None = "4711") -> UUID:
    """A conversation that waits for people."""
    async with site.database.transaction() as conn:
        conversation = await start_conversation(
            conn, question, base="main", customer_id=customer_id
        )
        await record_question(conn, question, conversation_id=conversation.id)
        await hand_over(conn, conversation.id, HandOver(reason="asked"))
    return conversation.id
