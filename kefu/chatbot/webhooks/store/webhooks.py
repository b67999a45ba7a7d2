"""SQL of webhooks and their secrets."""

from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime

from psycopg import AsyncConnection
from psycopg.rows import class_row, scalar_row

from kefu.chatbot.webhooks.records import NewWebhook, Webhook
from kefu.errors import NotFound

WEBHOOK = (
    "name, url, kinds, is_full, channel_base, allows_private, parallel, last_number,"
    " disabled_at, disabled_reason, changed_by, created_at"
)


async def insert_webhook(
    conn: AsyncConnection, wanted: NewWebhook, *, last_number: int, changed_by: str
) -> Webhook | None:
    """Add a webhook; None when there is one of this name."""
    cursor = conn.cursor(row_factory=class_row(Webhook))
    await cursor.execute(
        "insert into webhooks (name, url, kinds, is_full, channel_base, allows_private, parallel,"
        " last_number, changed_by) values (%(name)s, %(url)s, %(kinds)s, %(is_full)s,"
        " %(channel_base)s, %(allows_private)s, %(parallel)s, %(last_number)s, %(changed_by)s)"
        f" on conflict (name) do nothing returning {WEBHOOK}",
        asdict(wanted)
        | {"kinds": list(wanted.kinds), "last_number": last_number, "changed_by": changed_by},
    )
    return await cursor.fetchone()


async def get_webhook(conn: AsyncConnection, name: str) -> Webhook:
    """Read one webhook.

    Raises:
        NotFound: there is none of this name.
    """
    webhook = await find_webhook(conn, name)
    if webhook is None:
        raise NotFound("There is no webhook %(name)r.", name=name)
    return webhook


async def find_webhook(conn: AsyncConnection, name: str) -> Webhook | None:
    """Read one webhook, if there is one of this name."""
    cursor = conn.cursor(row_factory=class_row(Webhook))
    await cursor.execute(f"select {WEBHOOK} from webhooks where name = %s", [name])
    return await cursor.fetchone()


async def list_webhooks(conn: AsyncConnection) -> Sequence[Webhook]:
    """All webhooks, by name."""
    cursor = conn.cursor(row_factory=class_row(Webhook))
    await cursor.execute(f"select {WEBHOOK} from webhooks order by name")
    return await cursor.fetchall()


async def lock_behind(conn: AsyncConnection) -> Sequence[Webhook]:
    """The webhooks with events that nobody has looked at, but for those others are at."""
    cursor = conn.cursor(row_factory=class_row(Webhook))
    await cursor.execute(
        f"select {WEBHOOK} from webhooks where disabled_at is null and last_number <"
        " (select coalesce(max(number), 0) from conversation_events)"
        " order by name for update skip locked"
    )
    return await cursor.fetchall()


async def lock_due(conn: AsyncConnection) -> Sequence[Webhook]:
    """The webhooks to which something is to be sent now, but for those others are at."""
    cursor = conn.cursor(row_factory=class_row(Webhook))
    await cursor.execute(
        f"select {WEBHOOK} from webhooks w where disabled_at is null and exists ("
        " select from webhook_deliveries d where d.webhook = w.name and d.delivered_at is null"
        "  and d.given_up_at is null and d.next_attempt_at <= now()"
        "  and (d.leased_until is null or d.leased_until < now()))"
        " order by name for update skip locked"
    )
    return await cursor.fetchall()


async def move_on(conn: AsyncConnection, name: str, *, last_number: int) -> None:
    """Note up to which event a locked webhook has looked."""
    await conn.execute("update webhooks set last_number = %s where name = %s", [last_number, name])


async def update_url(conn: AsyncConnection, name: str, url: str, *, changed_by: str) -> None:
    """Send to another address from now on."""
    await conn.execute(
        "update webhooks set url = %s, changed_by = %s where name = %s", [url, changed_by, name]
    )


async def update_disabled(
    conn: AsyncConnection, name: str, *, reason: str | None, changed_by: str
) -> None:
    """Send nothing there any more, or, without a reason, again."""
    await conn.execute(
        "update webhooks set disabled_at = case when %(reason)s::text is null then null"
        " else clock_timestamp() end, disabled_reason = coalesce(%(reason)s, ''),"
        " changed_by = %(by)s where name = %(name)s",
        {"reason": reason, "name": name, "by": changed_by},
    )


async def delete_webhook(conn: AsyncConnection, name: str) -> None:
    """Delete a webhook with its deliveries; conversations stay."""
    await conn.execute("delete from webhooks where name = %s", [name])


async def insert_secret(conn: AsyncConnection, name: str, encrypted_secret: bytes) -> None:
    """Add a secret to those with which messages are signed."""
    await conn.execute(
        "insert into webhook_secrets (webhook, encrypted_secret) values (%s, %s)",
        [name, encrypted_secret],
    )


async def expire_secrets(conn: AsyncConnection, name: str, *, at: datetime) -> None:
    """Let the secrets there are end, unless they end earlier."""
    await conn.execute(
        "update webhook_secrets set expires_at = least(expires_at, %s) where webhook = %s",
        [at, name],
    )


async def list_secrets(conn: AsyncConnection, name: str) -> Sequence[bytes]:
    """The secrets of a webhook that hold, the newest first."""
    cursor = conn.cursor(row_factory=scalar_row)
    await cursor.execute(
        "select encrypted_secret from webhook_secrets where webhook = %s"
        " and (expires_at is null or expires_at > now()) order by id desc",
        [name],
    )
    return [bytes(each) for each in await cursor.fetchall()]
