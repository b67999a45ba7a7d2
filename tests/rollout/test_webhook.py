"""Alerts go out signed, once, to public addresses only."""

import base64
import hashlib
import hmac
from dataclasses import replace

from live_answers import add_answers, soon
from pydantic import SecretStr

from kefu.db import Connection
from kefu.releases import Release
from kefu.resources import Resources
from kefu.rollout import watch
from kefu.rollout.monitoring import deliver
from kefu.rollout.store import list_alerts
from kefu.rollout.webhook import WAITS_SECONDS, next_wait
from kefu.sections import AlertSettings
from tests.llm.misbehaving import Request, Server, respond, serve

SECRET = "whsec_" + base64.b64encode(b"0123456789abcdef0123456789abcdef").decode()


def test_attempts_are_bounded() -> None:
    waits = [next_wait(count) for count in range(1, len(WAITS_SECONDS) + 2)]
    assert waits == [*WAITS_SECONDS, None]


def with_webhook(resources: Resources, server: Server, *, allow_private: bool) -> Resources:
    alerts = AlertSettings(
        url=f"{server.url}/hook", secret=SecretStr(SECRET), allow_private=allow_private
    )
    return replace(resources, settings=resources.settings.model_copy(update={"alerts": alerts}))


async def test_an_alert_is_delivered_once_and_signed(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await add_answers(conn, live.id, 40, outcome="abstained")
    async with serve(respond("{}")) as server:
        hooked = with_webhook(resources, server, allow_private=True)
        await watch(hooked, now=soon())
        await deliver(hooked)
        await deliver(hooked)
    (request,) = server.requests
    assert request.body["type"] == "monitor.breached"
    assert request.body["data"]["monitor"] == "abstained_share"  # type: ignore[index]
    assert is_signed(request)
    (alert,) = await list_alerts(conn)
    assert alert.delivered_at is not None


def is_signed(request: Request) -> bool:
    head = f"{request.headers['webhook-id']}.{request.headers['webhook-timestamp']}."
    key = base64.b64decode(SECRET.removeprefix("whsec_"))
    digest = hmac.new(key, head.encode() + request.sent, hashlib.sha256).digest()
    return request.headers["webhook-signature"] == "v1," + base64.b64encode(digest).decode()


async def test_a_private_address_is_refused_unless_it_is_allowed(
    conn: Connection, resources: Resources, live: Release
) -> None:
    await add_answers(conn, live.id, 40, outcome="abstained")
    async with serve(respond("{}")) as server:
        hooked = with_webhook(resources, server, allow_private=False)
        await watch(hooked, now=soon())
        await deliver(hooked)
    assert server.requests == []
    (alert,) = await list_alerts(conn)
    assert "not a public address" in alert.problem
    assert alert.attempt_count == 1
