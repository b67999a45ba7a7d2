"""A running site with something on every page, in a database of its own."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path

import psycopg
from browsing import serve_app
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from playwright.async_api import Browser, BrowserContext
from psycopg.conninfo import conninfo_to_dict, make_conninfo
from selectolax.lexbor import LexborHTMLParser
from signing_in import COOKIE, sign_in
from traced_answers import QUESTION, REFUNDS, SENTENCE, CalledEndpoint

from kefu.accounts import StaffRole, add_staff, offer_setup, start_session
from kefu.db import open_database
from kefu.evaluation import Candidate, Plan, read_lines, run_experiment, save_version
from kefu.knowledge import ingest
from kefu.llm import FakeEmbedder, open_endpoints
from kefu.resources import Resources
from kefu.server import attach, create_app
from kefu.settings import IngestSettings, Settings
from kefu.tracing import list_rated, record_traces

CASES = (
    f'{{"id": "a", "question": "{QUESTION}", "citations": ["refunds.md"], "split": "train"}}\n'
    '{"id": "n", "question": "今天天气怎么样？", "behaviour": "abstain", "split": "train"}'
)
PASSWORD = "plum quartz onion"
OWN_ENDPOINT = {
    "name": "house",
    "url": "http://127.0.0.1:9/v1",
    "model": "qwen",
    "currency": "CNY",
    "input_price": "0.8",
    "output_price": "2.4",
    "budget_per_day": "50",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Site:
    """A running application.

    Attributes:
        admin: state of a browser in which an administrator is signed in.
        trace: id of one with a model call.
    """

    address: str
    resources: Resources
    admin: Path
    trace: str

    async def sign_in(self, context: BrowserContext, role: StaffRole) -> None:
        """Let the browser be that of somebody of this role."""
        async with self.resources.database.transaction() as conn:
            staff = await add_staff(
                conn, actor="test", email=f"{role}@lanhe.example", name=role.title(), role=role
            )
            secret = await start_session(conn, staff, settings=self.resources.settings.accounts)
        await context.add_cookies([{"name": COOKIE, "value": secret, "url": self.address}])


@asynccontextmanager
async def open_site(server_url: str, browser: Browser, folder: Path) -> AsyncIterator[Site]:
    """The site, filled by those who use it; the first administrator is made in the browser."""
    settings = Settings(
        data_dir=folder / "data",
        database_url=_make_database(server_url),
        ingest=IngestSettings(workers=1),
    )
    (folder / "refunds.md").write_text(REFUNDS, encoding="utf-8")
    async with (
        open_database(settings) as database,
        open_endpoints(settings, connect=database.connection) as endpoints,
    ):
        resources = Resources(
            settings=settings,
            database=database,
            embedder=FakeEmbedder(),
            endpoint=CalledEndpoint([SENTENCE]),
            endpoints=endpoints,
        )
        app = create_app(settings)
        async with record_traces(resources) as recorder:
            attach(app, resources)
            await ingest(resources, [folder / "refunds.md"])
            async with serve_app(app) as address:
                admin = await _set_up(browser, address, resources, folder / "admin.json")
                await _fill(app, resources)
                await _evaluate(resources)
                await _make_case(app, resources)
                assert recorder.flush()
                trace = await _find_trace(app, resources)
                yield Site(address=address, resources=resources, admin=admin, trace=trace)


def _make_database(server_url: str) -> str:
    """The tests beside these empty theirs."""
    own = conninfo_to_dict(server_url)
    name = f"{own['dbname']}_pages"
    with psycopg.connect(server_url, autocommit=True) as conn:
        conn.execute(f"drop database if exists {name} with (force)")
        conn.execute(f"create database {name}")
    return make_conninfo(server_url, dbname=name)


async def _set_up(browser: Browser, address: str, resources: Resources, state: Path) -> Path:
    """Make the first administrator by the link, as whoever starts Kefu does."""
    async with resources.database.transaction() as conn:
        link = await offer_setup(conn, resources.settings)
    assert link is not None
    context = await browser.new_context(base_url=address, locale="en")
    page = await context.new_page()
    await page.goto(f"/welcome/{link.rpartition('/')[2]}")
    await page.fill("[name=name]", "Lin Wei")
    await page.fill("[name=email]", "lin@lanhe.example")
    await page.fill("[name=password]", PASSWORD)
    await page.click("button.primary")
    await page.wait_for_url("**/admin")
    await context.storage_state(path=state)
    await context.close()
    return state


async def _fill(app: FastAPI, resources: Resources) -> None:
    """Something on every page: answers, feedback, an endpoint, versions, keys, failures."""
    async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
        for question in (QUESTION, "今天天气怎么样？"):
            asked = await client.post("/api/chat", json={"question": question})
            answer = asked.raise_for_status().json()
        feedback = {"rating": "down", "comment": "Of today.", "correction": "It rains."}
        path = f"/api/messages/{answer['message_id']}/feedback"
        feedback |= {"conversation_id": answer["conversation_id"]}
        (await client.post(path, json=feedback)).raise_for_status()
        await client.post("/sign-in", data={"email": "eve@lanhe.example", "password": "guess"})
        await sign_in(client, resources.database, "admin")
        form = LexborHTMLParser((await client.get("/admin/prompts/answer.en/edit")).text)
        shipped = form.css_first("textarea").text()
        versions = "/admin/prompts/answer.en/versions"
        for path, given in (
            ("/admin/endpoints", OWN_ENDPOINT),
            (versions, {"text": f"{shipped}Be brief.\n", "note": "Brief."}),
            (versions, {"text": f"{shipped}Be kind.\n", "note": "Kind."}),
            ("/admin/prompts/answer.en/labels", {"number": "1", "label": "candidate"}),
        ):
            response = await client.post(path, data=given)
            assert response.status_code == 303, response.text
        channel = {"name": "shop", "base": "main", "title": "Shop", "accent": "#0b6e4f"}
        assert (await client.post("/admin/channels", data=channel)).status_code == 200
        hook = {"name": "crm", "url": "https://crm.invalid/hooks", "kind.rated": "yes"}
        assert (await client.post("/admin/webhooks", data=hook)).status_code == 200
        assert (await client.post("/admin/webhooks/crm/tests")).status_code == 200
        canned = {"shortcut": "hello", "language": "en", "text": "Hello!", "for_all": "yes"}
        assert (await client.post("/desk/canned-responses", data=canned)).status_code == 303
        key = {"name": "CRM", "days": "30", "scope.chat": "yes", "scope.search": "yes"}
        assert (await client.post("/profile/keys", data=key)).status_code == 200


async def _evaluate(resources: Resources) -> None:
    """Two experiments, of which the second one answers less."""
    async with resources.database.transaction() as conn:
        version = await save_version(conn, "refunds", read_lines(CASES), author="test")
    strict = Candidate(endpoint="none", settings={"answering.min_confidence": "1.0"})
    for candidate in (Candidate(endpoint="none"), strict):
        plan = Plan(version=version, author="test", candidate=candidate, concurrency=1)
        await run_experiment(resources, plan)


async def _make_case(app: FastAPI, resources: Resources) -> None:
    """A case that waits, of the answer that a customer found wrong."""
    async with resources.database.connection() as conn:
        since = datetime.now(UTC) - timedelta(days=1)
        (rated,) = await list_rated(conn, since=since, limit=5, base="main")
    async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
        await sign_in(client, resources.database, "editor")
        path = "/admin/evaluation/proposals"
        made = await client.post(path, data={"message": str(rated.message_id)})
        assert made.headers["location"] == f"{path}/1", made.text


async def _find_trace(app: FastAPI, resources: Resources) -> str:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
        await sign_in(client, resources.database, "admin")
        page = (await client.get("/admin/traces?endpoint=house")).text
    return page.partition('href="/admin/traces/')[2][:32]
