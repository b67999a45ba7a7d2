"""The page of the audit log: who may see it, what it shows, and what finds what."""

from datetime import UTC, datetime, timedelta

import pytest
from httpx import AsyncClient
from signing_in import sign_in

from kefu.audit import record_audit
from kefu.db import Database


@pytest.fixture
async def filled(database: Database) -> Database:
    async with database.transaction() as conn:
        for number in range(60):
            await record_audit(
                conn,
                actor="ann@example.com" if number % 2 else "operator:root",
                action="api_key.made" if number % 3 else "sign_in.failed",
                subject=f"<b>subject {number}</b>",
                details={"scopes": ["chat", "search"], "days": number},
            )
    return database


def numbers(page: str) -> list[int]:
    parts = page.split('<td class="amount" data-label="No.">')[1:]
    return [int(part.partition("<")[0]) for part in parts]


@pytest.mark.parametrize("role", ["staff", "editor", "manager"])
async def test_only_administrators_see_it(
    client: AsyncClient, database: Database, role: str
) -> None:
    assert (await client.get("/admin/audit")).status_code == 401
    await sign_in(client, database, role)  # type: ignore[arg-type]
    assert (await client.get("/admin/audit")).status_code == 403


async def test_entries_are_shown_newest_first_and_older_ones_behind_a_link(
    client: AsyncClient, filled: Database
) -> None:
    await sign_in(client, filled, "admin")  # recorded too, as 61 and 62
    page = (await client.get("/admin/audit", params={"actor": "ann", "action": ""})).text
    assert numbers(page) == list(range(60, 0, -2))
    page = (await client.get("/admin/audit")).text
    assert numbers(page) == list(range(62, 12, -1))
    assert "&lt;b&gt;subject 59&lt;/b&gt;" in page
    assert "<code>days</code> 59; <code>scopes</code> chat, search</td>" in page
    link = page.split('class="more"><a class="button" href="')[1].partition('"')[0]
    assert numbers((await client.get(link)).text) == list(range(12, 0, -1))


async def test_filters_narrow_what_is_shown_and_stay_in_the_form(
    client: AsyncClient, filled: Database
) -> None:
    await sign_in(client, filled, "admin")
    today = f"{datetime.now(UTC):%Y-%m-%d}"
    tomorrow = f"{datetime.now(UTC) + timedelta(days=1):%Y-%m-%d}"

    async def found(**filters: str) -> list[int]:
        return numbers((await client.get("/admin/audit", params=filters)).text)

    assert await found(action="sign_in", actor="ROOT") == list(range(55, 0, -6))
    assert await found(subject="subject 7<") == [8]
    assert len(await found(since=today, until=today)) == 50
    assert await found(since=tomorrow) == []
    assert await found(until="1999-12-31") == []
    page = (await client.get("/admin/audit", params={"action": "sign_in", "actor": '"x'})).text
    assert '<option value="sign_in" selected>' in page
    assert 'value="&#34;x"' in page


@pytest.mark.parametrize(
    "query", ["since=yesterday", "until=0001-01-01", "before=0", "before=x", "actor=" + "a" * 201]
)
async def test_what_is_no_filter_is_refused(
    client: AsyncClient, database: Database, query: str
) -> None:
    await sign_in(client, database, "admin")
    assert (await client.get(f"/admin/audit?{query}")).status_code == 400
    assert (await client.get("/admin/audit?actor=%00%ff")).status_code == 200
