"""Steps of a sign-in at the provider."""

from typing import Any

from httpx import AsyncClient, Response

from kefu.audit import AuditFilter, list_entries
from kefu.db import Database


async def go(client: AsyncClient, page: str = "/profile") -> str:
    """Visit the provider as the browser would and return the address it sends back to."""
    there = await client.get("/sign-in/oidc", params={"next": page})
    assert there.status_code == 303, there.text
    async with AsyncClient() as browser:
        back = await browser.get(there.headers["location"])
    return str(back.headers["location"])


async def sign_in(client: AsyncClient) -> Response:
    return await client.get(await go(client))


async def is_signed_in(client: AsyncClient) -> bool:
    response = await client.get("/profile", headers={"accept": "application/json"})
    return response.status_code == 200


async def find_last(database: Database, area: str = "session") -> tuple[str, str, dict[str, Any]]:
    async with database.connection() as conn:
        entry, *_ = await list_entries(conn, AuditFilter(action=area), limit=1)
    return entry.actor, entry.action, entry.facts
