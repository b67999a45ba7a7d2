"""Visitors of a channel, who speak to it as the widget does."""

import json
from typing import Any

from httpx import AsyncClient, Response
from shop_site import SHOP

PLACE = "/api/widget/shop"
ORIGIN = {"origin": SHOP, "sec-fetch-site": "cross-site"}


async def enter(client: AsyncClient, **body: str) -> dict[str, str]:
    """The headers of a visitor."""
    response = await client.post(f"{PLACE}/visits", json=body, headers=ORIGIN)
    assert response.status_code == 200, response.text
    return ORIGIN | {"authorization": f"Bearer {response.json()['token']}"}


def read_events(response: Response) -> list[tuple[str, Any]]:
    events = []
    for block in response.text.split("\n\n"):
        lines = dict(line.split(": ", 1) for line in block.splitlines() if ": " in line)
        if "event" in lines:
            events.append((lines["event"], json.loads(lines["data"])))
    return events


async def ask(
    client: AsyncClient, headers: dict[str, str], question: str = "退款？", **body: str
) -> list[tuple[str, Any]]:
    given = {"question": question} | body
    response = await client.post(f"{PLACE}/messages", json=given, headers=headers)
    assert response.status_code == 200, response.text
    return read_events(response)


def read_token(headers: dict[str, str]) -> str:
    return headers["authorization"].removeprefix("Bearer ")
