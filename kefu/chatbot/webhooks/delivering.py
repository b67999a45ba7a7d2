"""Events go out: spread to the webhooks that want them, sent until they are taken."""

import asyncio
import logging
import random
from datetime import UTC, datetime
from http import HTTPStatus

from kefu.chatbot.webhooks.attempts import attempt
from kefu.chatbot.webhooks.payload import build_payload, build_test, wants
from kefu.chatbot.webhooks.records import Delivery, Webhook
from kefu.chatbot.webhooks.registering import disable_webhook, read_secrets
from kefu.chatbot.webhooks.store import deliveries as store
from kefu.chatbot.webhooks.store.messages import find_threads
from kefu.chatbot.webhooks.store.webhooks import get_webhook, lock_behind, lock_due, move_on
from kefu.conversations import find_message, list_events
from kefu.db import Connection, Database
from kefu.errors import KefuError, NotFound, Unavailable
from kefu.resources import Resources
from kefu.safety import Posted, post, sign_headers

WAITS_SECONDS = (5, 300, 1800, 7200, 18_000, 36_000, 50_400, 72_000, 86_400)
"""Before the second, third, ... attempt: three days in all, as Standard Webhooks advises."""

JITTER = 0.2
"""At most so much of a wait is added, so that what failed together does not come back together."""

LONGEST_ASKED_SECONDS = 86_400.0
"""The longest wait that is granted to whoever asks for one with `Retry-After`."""

LEASE_SECONDS = 60  # longer than sending can take; then another process takes it over
EVERY_SECONDS = 1.0
PAGE = 200
KEEP_DAYS = 30
TIDY_SECONDS = 3600.0
ACTOR = "kefu"

log = logging.getLogger(__name__)


async def spread(database: Database) -> None:
    """Make a delivery of each event for each webhook that wants it, once."""
    async with database.transaction() as conn:
        for webhook in await lock_behind(conn):
            await _look_on(conn, webhook)


async def _look_on(conn: Connection, webhook: Webhook) -> None:
    events = await list_events(conn, after=webhook.last_number, limit=PAGE)
    own = await find_threads(conn, webhook.name, [each.conversation_id for each in events])
    for event in events:
        if wants(webhook, event, is_own=event.conversation_id in own):
            await store.insert_delivery(conn, webhook.name, event_number=event.number)
    if events:
        await move_on(conn, webhook.name, last_number=events[-1].number)


async def claim_due(database: Database) -> list[Delivery]:
    """Take what is due, as much as each webhook may be sent at the same time."""
    claimed: list[Delivery] = []
    async with database.transaction() as conn:
        for webhook in await lock_due(conn):
            claimed += await store.claim(
                conn, webhook.name, parallel=webhook.parallel, lease_seconds=LEASE_SECONDS
            )
    return claimed


async def send_test(resources: Resources, name: str) -> int | None:
    """Send a test to a webhook; the status that it was taken with.

    Raises:
        NotFound: there is no such webhook.
        Unavailable: it was not taken, and why.
    """
    async with resources.database.transaction() as conn:
        webhook = await get_webhook(conn, name)
        id = await store.insert_delivery(conn, webhook.name, event_number=None)
        delivery = await store.claim_one(conn, id, lease_seconds=LEASE_SECONDS)
    posted = await deliver(resources, delivery)
    if posted.problem:
        raise Unavailable("The test was not taken: %(problem)s", problem=posted.problem)
    return posted.status


async def deliver(resources: Resources, delivery: Delivery) -> Posted:
    """Send what was claimed, and note what became of it."""
    database = resources.database
    async with database.connection() as conn:
        webhook = await get_webhook(conn, delivery.webhook)
        secrets = await read_secrets(conn, webhook.name, settings=resources.settings)
        body = await _build_body(conn, webhook, delivery, site=resources.settings.server.url)
    at = int(datetime.now(UTC).timestamp())
    headers = sign_headers(secrets, delivery.message_id, at=at, body=body)
    posted = await post(webhook.url, body, headers, allows_private=webhook.allows_private)
    await _note(database, delivery, posted)
    return posted


async def _build_body(
    conn: Connection, webhook: Webhook, delivery: Delivery, *, site: str
) -> bytes:
    number = delivery.event_number
    if number is None:
        return build_test()
    events = await list_events(conn, after=number - 1, limit=1)
    if not events or events[0].number != number:
        raise NotFound("The event %(number)s was deleted.", number=number)
    event = events[0]
    threads = await find_threads(conn, webhook.name, [event.conversation_id])
    message = event.message
    return build_payload(
        event,
        webhook=webhook,
        thread=threads.get(event.conversation_id),
        written=await find_message(conn, message.id) if message is not None else None,
        site=site,
    )


async def _note(database: Database, delivery: Delivery, posted: Posted) -> None:
    async with database.transaction() as conn:
        if not posted.problem:
            await store.update_delivered(conn, delivery.id, status=posted.status)
            return
        await store.update_failed(
            conn,
            delivery.id,
            status=posted.status,
            problem=posted.problem,
            wait_seconds=next_wait(
                delivery.attempt_count, asked_seconds=posted.retry_after_seconds
            ),
        )
        if posted.status == HTTPStatus.GONE:
            reason = "It answered 410 Gone."
            await disable_webhook(conn, delivery.webhook, reason=reason, actor=ACTOR)


def next_wait(attempt_count: int, *, asked_seconds: float | None = None) -> float | None:
    """Seconds until it is sent again after so many attempts; None: never.

    Not before the time that was asked for, but for more than a day.
    """
    if attempt_count > len(WAITS_SECONDS):
        return None
    asked = min(asked_seconds or 0.0, LONGEST_ASKED_SECONDS)
    planned = max(float(WAITS_SECONDS[attempt_count - 1]), asked)
    return planned * random.uniform(1, 1 + JITTER)  # noqa: S311 - nobody gains by guessing it


async def keep_delivering(resources: Resources, *, every_seconds: float = EVERY_SECONDS) -> None:
    """Deliver until cancelled; any number of processes may do it."""
    tidied_at = -TIDY_SECONDS
    clock = asyncio.get_running_loop().time
    async with asyncio.TaskGroup() as tasks:
        while True:
            try:
                await spread(resources.database)
                for delivery in await claim_due(resources.database):
                    tasks.create_task(_try(resources, delivery))
                if clock() - tidied_at >= TIDY_SECONDS:
                    tidied_at = clock()
                    async with resources.database.transaction() as conn:
                        await store.delete_old(conn, days=KEEP_DAYS)
            except KefuError as error:
                log.warning("Sending webhooks pauses: %s", error)
            await asyncio.sleep(every_seconds)


async def _try(resources: Resources, delivery: Delivery) -> None:
    """Send; what cannot even be noted is taken up again when the lease is over."""
    problem = await attempt(deliver(resources, delivery))
    if problem:
        await attempt(_note(resources.database, delivery, Posted(problem=problem)))
