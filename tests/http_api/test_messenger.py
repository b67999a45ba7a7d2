"""A messenger beside a running server: a signed message in, a signed answer out."""

import asyncio
import json
from datetime import UTC, datetime

import httpx
import pytest
from running_site import Site
from standardwebhooks import Webhook

from kefu.chatbot.webhooks.records import NewWebhook
from kefu.chatbot.webhooks.registering import add_webhook
from kefu.db import open_database
from kefu.settings import Settings
from tests.llm.misbehaving import respond, serve

pytestmark = pytest.mark.xdist_group("http_api")


async def test_a_message_goes_in_and_its_answer_comes_out(site: Site) -> None:
    settings = Settings(data_dir=site.data_dir)
    async with serve(respond("{}")) as adapter:
        wanted = NewWebhook(
            name="wecom",
            url=adapter.url,
            kinds=["message"],
            is_full=True,
            channel_base="main",
            allows_private=True,
        )
        async with open_database(settings) as database, database.transaction() as conn:
            secret = (await add_webhook(conn, wanted, settings=settings, actor="test")).secret
        said = {"thread": "t1", "text": "When are refunds paid?"}
        body, moment = json.dumps({"type": "message", "data": said}), datetime.now(UTC)
        headers = {
            "webhook-id": "wx_1",
            "webhook-timestamp": str(int(moment.timestamp())),
            "webhook-signature": Webhook(secret).sign("wx_1", moment, body),
        }
        url = f"{site.url}/api/channels/wecom/messages"
        async with httpx.AsyncClient() as client:
            taken = await client.post(url, content=body, headers=headers)
        async with asyncio.timeout(60), adapter.changed:
            await adapter.changed.wait_for(lambda: adapter.requests)
    assert taken.status_code == 202
    (request,) = adapter.requests
    told = Webhook(secret).verify(request.sent, request.headers)["data"]
    assert told["thread"] == "t1"
    assert told["conversation_id"] == taken.json()["conversation_id"]
    assert told["message"]["role"] == "chatbot"
    assert "within seven days" in told["message"]["text"]
