"""Webhooks by the forms of their pages: added, tried, sent again, answered again."""

import json
from collections.abc import AsyncIterator

import pytest
from fastapi import FastAPI
from hooked import Hooked
from httpx import ASGITransport, AsyncClient, Response
from selectolax.lexbor import LexborHTMLParser
from signing_in import sign_in
from standardwebhooks import Webhook as Verifier

from kefu.audit import AuditFilter, list_entries
from kefu.chatbot.webhooks.records import TakenIn
from kefu.chatbot.webhooks.store.deliveries import list_deliveries
from kefu.chatbot.webhooks.store.messages import (
    claim_taken_in,
    insert_taken_in,
    list_given_up,
    update_unanswered,
)
from kefu.conversations import list_messages
from kefu.resources import Resources
from kefu.server import attach
from tests.llm.misbehaving import respond, serve

HOME = "/admin/webhooks"


@pytest.fixture
async def client(built_app: FastAPI, resources: Resources) -> AsyncIterator[AsyncClient]:
    attach(built_app, resources)
    async with AsyncClient(transport=ASGITransport(built_app), base_url="http://kefu") as client:
        yield client


def find_text(response: Response, selector: str) -> str:
    found = LexborHTMLParser(response.text).css_first(selector)
    assert found is not None, response.text
    return found.text().strip()


async def test_a_webhook_is_added_tried_and_given_another_secret(
    client: AsyncClient, resources: Resources
) -> None:
    await sign_in(client, resources.database, "admin")
    async with serve(respond("{}")) as server:
        given = {"name": "crm", "url": server.url, "kind.rated": "yes", "private": "yes"}
        added = await client.post(HOME, data=given)
        secret = find_text(added, ".notice code")
        assert secret not in (await client.get(f"{HOME}/crm")).text
        assert "status 200" in find_text(await client.post(f"{HOME}/crm/tests"), "[role=status]")
        (request,) = server.requests
        assert Verifier(secret).verify(request.sent, request.headers)["type"] == "test"
        rotated = find_text(await client.post(f"{HOME}/crm/secret"), ".notice code")
        assert rotated not in {"", secret}
        assert "already" in find_text(await client.post(HOME, data=given), "[role=alert]")
    assert "not taken" in find_text(await client.post(f"{HOME}/crm/tests"), "[role=alert]")
    await client.post(f"{HOME}/crm/state", data={"state": "off"})
    assert "Switched off" in find_text(await client.get(f"{HOME}/crm"), ".notice.bad")
    await client.post(f"{HOME}/crm/state", data={"state": "on"})
    await client.post(f"{HOME}/crm/delete")
    assert (await client.get(f"{HOME}/crm")).status_code == 404


async def test_only_administrators_let_a_webhook_into_the_own_network(
    client: AsyncClient, resources: Resources
) -> None:
    await sign_in(client, resources.database, "manager")
    assert 'name="private"' not in (await client.get(f"{HOME}/_add")).text
    given = {"name": "crm", "url": "http://10.0.0.7/hook", "private": "yes"}
    refused = await client.post(HOME, data=given)
    assert refused.status_code == 403
    assert "own network" in find_text(refused, "[role=alert]")
    bad = await client.post(HOME, data={"name": "crm", "url": "crm"})
    assert bad.status_code == 400
    assert "a whole one" in find_text(bad, "[role=alert]")


async def test_what_was_given_up_is_sent_again(
    client: AsyncClient, resources: Resources, hooked: Hooked
) -> None:
    await sign_in(client, resources.database, "manager")
    async with serve(respond("{}")) as server:
        await hooked.add(server)
        await hooked.add(server, "other")
        await hooked.talk()
        await hooked.send()
    async with resources.database.connection() as conn:
        await conn.execute(
            "update webhook_deliveries set delivered_at = null, given_up_at = now(),"
            " last_problem = 'It answered with 500.' where webhook = 'crm'"
        )
        first, *_ = await list_deliveries(conn, "crm", state="given_up", limit=9)
    shown = await client.get(f"{HOME}/crm?state=given_up")
    assert "It answered with 500." in find_text(shown, ".deliveries")
    elsewhere = await client.post(f"{HOME}/other/deliveries/{first.id}/retry")
    assert elsewhere.status_code == 404
    assert (await client.post(f"{HOME}/crm/deliveries/{first.id}/retry")).status_code == 303
    async with resources.database.connection() as conn:
        (waiting,) = await list_deliveries(conn, "crm", state="waiting", limit=9)
    assert (waiting.id, waiting.attempt_count) == (first.id, 0)


async def test_a_webhook_is_moved_and_what_waits_goes_there(
    client: AsyncClient, resources: Resources, hooked: Hooked
) -> None:
    await sign_in(client, resources.database, "admin")
    async with serve(respond("", status=500)) as old, serve(respond("{}")) as new:
        await hooked.add(old)
        await hooked.talk()
        await hooked.send()
        assert {each.state for each in await hooked.deliveries()} == {"waiting"}
        wanted = {"url": f"{new.url}/other"}
        assert (await client.post(f"{HOME}/crm/address", data=wanted)).status_code == 303
        await hooked.send()
        assert {each.state for each in await hooked.deliveries()} == {"delivered"}
        taken = {hooked.read(each)["type"] for each in new.requests}
        assert taken == {"conversation.started", "conversation.message"}
        nonsense = await client.post(f"{HOME}/crm/address", data={"url": "crm"})
        assert nonsense.status_code == 400
        assert "a whole one" in find_text(nonsense, "[role=alert]")
        await sign_in(client, resources.database, "manager")
        refused = await client.post(f"{HOME}/crm/address", data={"url": old.url})
        assert refused.status_code == 403
        assert "Only administrators" in find_text(refused, "[role=alert]")
        await hooked.add(old, "public", allows_private=False)
        private = await client.post(f"{HOME}/public/address", data={"url": old.url})
        assert private.status_code == 400
        assert "not a public address" in find_text(private, "[role=alert]")
    async with resources.database.connection() as conn:
        (moved,) = await list_entries(conn, AuditFilter(action="webhook.moved"), limit=9)
    assert json.loads(moved.details)["url"] == wanted["url"]


async def test_what_was_not_answered_is_answered_again(
    client: AsyncClient, resources: Resources, hooked: Hooked
) -> None:
    await sign_in(client, resources.database, "manager")
    async with serve(respond("{}")) as server:
        await hooked.add(server, "wecom")
    conversation_id = await hooked.talk()
    async with resources.database.transaction() as conn:
        (message,) = await list_messages(conn, conversation_id, limit=1)
        taken = TakenIn(
            webhook="wecom",
            id="m1",
            conversation_id=conversation_id,
            message_id=message.id,
            attempt_count=5,
        )
        await insert_taken_in(
            conn, "wecom", "m1", conversation_id=conversation_id, message_id=message.id
        )
        await update_unanswered(
            conn, taken, problem="The model sleeps.", is_last=True, wait_seconds=0
        )
    assert "The model sleeps." in (await client.get(f"{HOME}/wecom")).text
    path = f"{HOME}/wecom/messages/{message.id}/retry"
    assert (await client.post(path)).status_code == 303
    assert (await client.post(path)).status_code == 404
    async with resources.database.transaction() as conn:
        assert await list_given_up(conn, "wecom", limit=9) == []
        (claimed,) = await claim_taken_in(conn, limit=9, lease_seconds=1)
    assert (claimed.message_id, claimed.attempt_count) == (message.id, 1)
