"""The pages of channels: what is entered is kept, what is wrong is said beside what was entered."""

import re

import pytest
from httpx import AsyncClient
from signing_in import sign_in

from kefu.chatbot.widget import ProactiveRule, get_channel, read_secret
from kefu.db import Database
from kefu.knowledge import ensure_base
from kefu.resources import Resources

GIVEN = {
    "name": "shop",
    "base": "main",
    "title": "Shop",
    "accent": "#0b6e4f",
    "origins": "https://shop.example.com\nhttps://www.example.com",
    "greeting_zh": "您好！",
    "starters": "When do I get my refund?\n\n退款多久到账？",
    "rules": "/prices* 8 Can I help you?",
}


@pytest.fixture
async def manager(client: AsyncClient, database: Database, resources: Resources) -> AsyncClient:
    await ensure_base(resources, "main")
    await sign_in(client, database, "manager")
    return client


async def test_a_channel_is_added_changed_and_deleted(
    manager: AsyncClient, resources: Resources, database: Database
) -> None:
    page = await manager.post("/admin/channels", data=GIVEN)
    async with database.connection() as conn:
        channel = await get_channel(conn, "shop")
    secret = read_secret(channel, settings=resources.settings)
    assert page.status_code == 200
    assert secret in page.text
    assert page.headers["cache-control"] == "no-store"
    assert channel.look.allowed_origins == ["https://shop.example.com", "https://www.example.com"]
    assert channel.look.greetings == {"zh": "您好！"}
    assert len(channel.look.starters) == 2
    rule = ProactiveRule(pattern="/prices*", seconds=8, text="Can I help you?")
    assert channel.look.proactive_rules == [rule]
    shown = (await manager.get("/admin/channels/shop")).text
    assert secret not in shown
    assert "data-channel=&#34;shop&#34;" in shown
    changed = await manager.post("/admin/channels/shop", data=GIVEN | {"title": "Store"})
    assert changed.status_code == 303
    assert "Store" in (await manager.get("/admin/channels")).text
    rotated = (await manager.post("/admin/channels/shop/secret")).text
    assert secret not in rotated
    assert re.search(r"<code>[\w-]{43}</code>", rotated)
    assert (await manager.post("/admin/channels/shop/delete")).status_code == 303
    assert (await manager.get("/admin/channels/shop")).status_code == 404


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        ({"origins": "shop.example.com"}, "no address of a web site"),
        ({"rules": "/prices Can I help you?"}, "write a page, seconds and a text"),
        ({"name": "Shop"}, "no name for a channel"),
    ],
)
async def test_what_cannot_be_used_is_said_and_stays_entered(
    manager: AsyncClient, changes: dict[str, str], told: str
) -> None:
    page = await manager.post("/admin/channels", data=GIVEN | changes)
    assert page.status_code == 400
    assert told in page.text
    assert "When do I get my refund?" in page.text


async def test_a_name_that_is_taken_is_refused(manager: AsyncClient) -> None:
    await manager.post("/admin/channels", data=GIVEN)
    assert (await manager.post("/admin/channels", data=GIVEN)).status_code == 400
