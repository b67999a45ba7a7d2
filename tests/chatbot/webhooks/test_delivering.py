"""Events go out to webhooks: signed, at least once, in bounded numbers, to allowed addresses."""

import asyncio
import signal
import sys
from pathlib import Path

import pytest
from documents import ASKING_BACK, refund_answer
from hooked import QUESTION, Hooked
from standardwebhooks import Webhook as Verifier
from standardwebhooks.webhooks import WebhookVerificationError

from kefu.chatbot.webhooks.delivering import (
    WAITS_SECONDS,
    claim_due,
    keep_delivering,
    spread,
)
from kefu.chatbot.webhooks.registering import enable_webhook, rotate_secret
from kefu.chatbot.webhooks.store.deliveries import restart
from kefu.chatbot.webhooks.store.webhooks import get_webhook
from kefu.errors import BadInput, NotFound
from tests.llm.misbehaving import Request, hang, respond, serve


async def test_what_happens_is_sent_once_and_signed(hooked: Hooked) -> None:
    async with serve(respond("{}")) as server:
        await hooked.add(server)
        conversation_id = await hooked.talk()
        await hooked.send()
        await hooked.send()
    bodies = [hooked.read(request) for request in server.requests]
    assert sorted(body["type"] for body in bodies) == [
        "conversation.message",
        "conversation.started",
    ]
    assert {body["data"]["conversation_id"] for body in bodies} == {str(conversation_id)}
    (said,) = [body["data"]["message"] for body in bodies if "message" in body["data"]]
    assert said.keys() == {"id", "role"}
    ids = {request.headers["webhook-id"] for request in server.requests}
    assert ids == {delivery.message_id for delivery in await hooked.deliveries()}


async def test_a_full_webhook_hears_what_was_said(hooked: Hooked) -> None:
    async with serve(respond("{}")) as server:
        await hooked.add(server, is_full=True, kinds=["message"])
        await hooked.talk(refund_answer(1)[-1])
        await hooked.talk(ASKING_BACK[-1])
        await hooked.send()
    said = [hooked.read(request)["data"]["message"] for request in server.requests]
    chatbot = [each for each in said if each["role"] == "chatbot"]
    asked_back, answered = sorted(chatbot, key=lambda each: len(each["citations"]))
    assert [each["text"] for each in said if each["role"] == "customer"] == [QUESTION, QUESTION]
    assert answered["citations"][0]["title"] == "退款政策"
    assert answered["citations"][0]["url"].startswith("http://127.0.0.1:8210/sources/1?")
    assert "\n- " in asked_back["text"]


async def test_only_the_wanted_kinds_are_sent_and_nothing_of_before(hooked: Hooked) -> None:
    await hooked.talk()
    async with serve(respond("{}")) as server:
        await hooked.add(server, kinds=["started"])
        await hooked.talk()
        await hooked.send()
    assert [hooked.read(request)["type"] for request in server.requests] == ["conversation.started"]


async def test_what_is_not_taken_is_sent_again_under_the_same_id(hooked: Hooked) -> None:
    statuses = [500, 200]

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        await respond("{}", status=statuses.pop(0))(request, writer)

    async with serve(answer) as server:
        await hooked.add(server, kinds=["started"])
        await hooked.talk()
        await hooked.send()
        (failed,) = await hooked.deliveries()
        await hooked.send()  # nothing is due yet
        await hooked.hurry()
        await hooked.send()
    assert (failed.state, failed.last_status, failed.attempt_count) == ("waiting", 500, 1)
    wait = (failed.next_attempt_at - failed.created_at).total_seconds()
    assert WAITS_SECONDS[0] <= wait < WAITS_SECONDS[1]
    first, second = server.requests
    assert first.headers["webhook-id"] == second.headers["webhook-id"]
    (delivered,) = await hooked.deliveries()
    assert delivered.state == "delivered"


async def test_it_is_given_up_in_the_end_and_can_be_sent_again(hooked: Hooked) -> None:
    status = 503

    async def answer(request: Request, writer: asyncio.StreamWriter) -> None:
        await respond("{}", status=status)(request, writer)

    async with serve(answer) as server:
        await hooked.add(server, kinds=["started"])
        await hooked.talk()
        for _ in range(len(WAITS_SECONDS) + 3):
            await hooked.send()
            await hooked.hurry()
        (given_up,) = await hooked.deliveries()
        attempts = len(server.requests)
        status = 200
        async with hooked.resources.database.transaction() as conn:
            await restart(conn, given_up.id)
        await hooked.send()
    assert given_up.state == "given_up"
    assert attempts == len(WAITS_SECONDS) + 1
    assert [each.state for each in await hooked.deliveries()] == ["delivered"]
    assert len({request.headers["webhook-id"] for request in server.requests}) == 1


async def test_who_says_gone_is_left_alone_until_it_is_used_again(hooked: Hooked) -> None:
    async with serve(respond("{}", status=410)) as server:
        await hooked.add(server, kinds=["started"])
        await hooked.talk()
        await hooked.send()
        await hooked.talk()
        await hooked.hurry()
        await hooked.send()
        assert len(server.requests) == 1
        async with hooked.resources.database.transaction() as conn:
            assert "410" in (await get_webhook(conn, "crm")).disabled_reason
            await enable_webhook(conn, "crm", actor="test")
        await hooked.send()
        assert len(server.requests) > 1


async def test_private_addresses_and_redirects_are_refused(hooked: Hooked) -> None:
    async with serve(respond("{}")) as inside:

        async def redirect(request: Request, writer: asyncio.StreamWriter) -> None:
            head = f"HTTP/1.1 307 Moved\r\nLocation: {inside.url}\r\nContent-Length: 0\r\n\r\n"
            writer.write(head.encode())

        async with serve(redirect) as outside:
            await hooked.add(inside, "private", kinds=["started"], allows_private=False)
            by_name = inside.url.replace("127.0.0.1", "localhost")
            await hooked.add(inside, "named", kinds=["started"], allows_private=False, url=by_name)
            await hooked.add(outside, "redirecting", kinds=["started"])
            await hooked.talk()
            await hooked.send()
    assert inside.requests == []
    for name in ("private", "named"):
        (delivery,) = await hooked.deliveries(name)
        assert "not a public address" in delivery.last_problem
    (delivery,) = await hooked.deliveries("redirecting")
    assert delivery.last_status == 307


async def test_a_secret_that_cannot_be_read_is_a_failure_like_others(hooked: Hooked) -> None:
    async with serve(respond("{}")) as server:
        await hooked.add(server, kinds=["started"])
        (hooked.resources.settings.data_dir / "secrets.key").unlink()
        await hooked.talk()
        delivering = asyncio.create_task(keep_delivering(hooked.resources, every_seconds=0.05))
        async with asyncio.timeout(30):
            while not any(each.last_problem for each in await hooked.deliveries()):  # noqa: ASYNC110
                await asyncio.sleep(0.05)
        assert not delivering.done()
        while not delivering.done():  # Python 3.11 may lose a cancellation
            delivering.cancel()
            await asyncio.wait({delivering}, timeout=1)
    (delivery,) = await hooked.deliveries()
    assert (delivery.state, delivery.attempt_count) == ("waiting", 1)
    assert server.requests == []


async def test_while_a_secret_is_changed_both_hold(hooked: Hooked) -> None:
    resources = hooked.resources
    async with serve(respond("{}")) as server:
        await hooked.add(server, kinds=["started"])
        first = hooked.secrets["crm"]
        rotated = []
        for keep_hours in (24, 0):
            async with resources.database.transaction() as conn:
                rotated.append(
                    await rotate_secret(
                        conn, "crm", keep_hours=keep_hours, settings=resources.settings, actor="t"
                    )
                )
            await hooked.talk()
            await hooked.send()
    during, after = server.requests
    for secret in (first, rotated[0]):
        Verifier(secret).verify(during.sent, during.headers)
        with pytest.raises(WebhookVerificationError):
            Verifier(secret).verify(after.sent, after.headers)
    Verifier(rotated[1]).verify(after.sent, after.headers)


async def test_only_so_many_are_sent_at_once_and_by_one_process_each(hooked: Hooked) -> None:
    database = hooked.resources.database
    async with serve(respond("{}")) as server:
        await hooked.add(server, kinds=["started"], parallel=3)
        for _ in range(5):
            await hooked.talk()
        await spread(database)
        rounds = await asyncio.gather(*(claim_due(database) for _ in range(4)))
        claimed = [delivery.id for each in rounds for delivery in each]
        assert len(claimed) == len(set(claimed)) == 3
        assert await claim_due(database) == []
        await hooked.expire()  # as after a process was killed
        again = await claim_due(database)
    assert sorted(each.id for each in again) == sorted(claimed)
    assert {each.attempt_count for each in again} == {2}


async def test_what_a_killed_process_was_sending_is_sent_by_another(hooked: Hooked) -> None:
    program = Path(__file__).with_name("delivering_process.py")
    async with serve(hang) as server:
        await hooked.add(server, kinds=["started"])
        await hooked.talk()
        process = await asyncio.create_subprocess_exec(
            sys.executable,
            str(program),
            hooked.resources.database.url,
            str(hooked.resources.settings.data_dir),
        )
        async with asyncio.timeout(60), server.changed:
            await server.changed.wait_for(lambda: server.requests)
        process.send_signal(signal.SIGKILL)
        await process.wait()
    (cut_off,) = server.requests
    await hooked.expire()
    async with serve(respond("{}")) as standing_in:
        async with hooked.resources.database.connection() as conn:
            await conn.execute("update webhooks set url = %s", [standing_in.url])
        await hooked.send()
    (request,) = standing_in.requests
    assert request.headers["webhook-id"] == cut_off.headers["webhook-id"]
    (delivery,) = await hooked.deliveries()
    assert delivery.state == "delivered"


@pytest.mark.parametrize(
    ("wrong", "error"),
    [
        ({"name": "No Name"}, BadInput),
        ({"name": "chat"}, BadInput),
        ({"url": "ftp://example.com"}, BadInput),
        ({"url": "https://"}, BadInput),
        ({"url": "https://münchen.de"}, BadInput),
        ({"url": "https://example.com:99999"}, BadInput),
        ({"kinds": ["exploded"]}, BadInput),
        ({"parallel": 0}, BadInput),
        ({"channel_base": "nothing"}, NotFound),
    ],
)
async def test_what_cannot_be_used_is_refused(
    hooked: Hooked, wrong: dict[str, object], error: type[Exception]
) -> None:
    async with serve(respond("{}")) as server:
        with pytest.raises(error):
            await hooked.add(server, **wrong)
