"""A channel on the application of the chatbot's tests, and a shop on another origin around it."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress

import pytest
from browsing import serve_app
from fastapi import FastAPI
from filling import fill
from shop_site import SHOP, Shop, build_shop

from kefu.chatbot.widget import ChannelLook, ProactiveRule, add_channel, change_channel
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings


@pytest.fixture
def resources(request: pytest.FixtureRequest) -> Resources:
    is_served = "shop" in request.fixturenames  # a browser uses several connections at once
    database = request.getfixturevalue("committed_database" if is_served else "database")
    return Resources(settings=Settings(), database=database, embedder=FakeEmbedder(), endpoint=None)


@pytest.fixture
async def secret(resources: Resources) -> str:
    """Of the channel `shop`, which the site SHOP may embed."""
    await fill(resources, {"Opening hours": "We are open from nine to five."})
    look = ChannelLook(base="main", title="Lanhe", allowed_origins=[SHOP], accent="#ffcc00")
    async with resources.database.transaction() as conn:
        added = await add_channel(conn, "shop", look, settings=resources.settings, actor="test")
    return added.secret


@pytest.fixture
async def shop(app: FastAPI, site: str, secret: str, resources: Resources) -> AsyncIterator[Shop]:
    """The shop, allowed to embed the widget; what happens in conversations is heard at once."""
    hearing = asyncio.create_task(app.state.feed.run())
    attributes = {"data-channel": "shop"}
    language = {"lang": "zh-CN", "dir": "ltr"}
    async with serve_app(build_shop(site, attributes, language)) as address:
        own = address.replace("127.0.0.1", "localhost")  # another site to browsers, not a port
        look = ChannelLook(
            base="main",
            title="蓝禾客服",
            allowed_origins=[own],
            accent="#0b6e4f",
            greetings={"zh": "您好，想了解什么？"},
            starters=["退款多久到账？", "When do I get my refund?"],
            proactive_rules=[ProactiveRule(pattern="/pri*", seconds=0, text="需要帮您选套餐吗？")],
        )
        async with resources.database.transaction() as conn:
            await change_channel(conn, "shop", look, actor="test")
        yield Shop(address=own, kefu=site, secret=secret, attributes=attributes, language=language)
    app.state.feed.close()
    hearing.cancel()
    with suppress(asyncio.CancelledError):
        await hearing
