"""Adding and changing webhooks; each change stands in the audit log."""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import get_args
from urllib.parse import urlsplit

from kefu.audit import record_audit
from kefu.chatbot.webhooks.records import NewWebhook, Webhook
from kefu.chatbot.webhooks.store import webhooks as store
from kefu.chatbot.webhooks.store.deliveries import hurry
from kefu.conversations import EventKind, find_last_number
from kefu.db import Connection
from kefu.errors import BadInput, Conflict, NotFound
from kefu.knowledge import find_base
from kefu.llm import Vault
from kefu.safety import find_place, make_secret
from kefu.settings import Settings
from kefu.text import translatable as _

NAME = re.compile(r"[a-z0-9][a-z0-9-]{0,39}")
OWN_PAGE = "chat"  # the channel of conversations on Kefu's own chat page
KINDS = get_args(EventKind)
MOST_PARALLEL = 32
LONGEST_URL = 2000
LONGEST_KEEP_HOURS = 24 * 30
NO_ADDRESS = _("The address is a whole one, as https://crm.example.com/hooks/kefu.")


@dataclass(frozen=True, slots=True, kw_only=True)
class AddedWebhook:
    """A webhook with its secret, which is told here and nowhere else."""

    webhook: Webhook
    secret: str


async def add_webhook(
    conn: Connection, wanted: NewWebhook, *, settings: Settings, actor: str
) -> AddedWebhook:
    """Add a webhook, which hears of what happens from now on.

    Raises:
        BadInput: a name or value cannot be used.
        NotFound: there is no such base.
        Conflict: there is a webhook of this name.
    """
    await _check(conn, wanted)
    last_number = await find_last_number(conn)
    webhook = await store.insert_webhook(conn, wanted, last_number=last_number, changed_by=actor)
    if webhook is None:
        raise Conflict("There is a webhook %(name)r already.", name=wanted.name)
    secret = await _add_secret(conn, wanted.name, settings)
    await record_audit(
        conn,
        actor=actor,
        action="webhook.added",
        subject=wanted.name,
        details={
            "url": wanted.url,
            "kinds": list(wanted.kinds),
            "is_full": wanted.is_full,
            "channel_base": wanted.channel_base,
            "allows_private": wanted.allows_private,
        },
    )
    return AddedWebhook(webhook=webhook, secret=secret)


async def move_webhook(conn: Connection, name: str, url: str, *, actor: str) -> Webhook:
    """Have a webhook lead elsewhere; its secret stays, and what waits is sent there at once.

    Raises:
        NotFound: there is none of this name.
        BadInput: nothing may be sent to that address.
    """
    webhook = await store.get_webhook(conn, name)
    if not _is_web_address(url):
        raise BadInput(NO_ADDRESS)
    place = await find_place(url, allows_private=webhook.allows_private)
    if isinstance(place, str):
        raise BadInput("That address cannot be used: %(problem)s", problem=place)
    await store.update_url(conn, name, url, changed_by=actor)
    await hurry(conn, name)
    await record_audit(
        conn,
        actor=actor,
        action="webhook.moved",
        subject=name,
        details={"url": url, "replaced": webhook.url},
    )
    return await store.get_webhook(conn, name)


async def rotate_secret(
    conn: Connection, name: str, *, keep_hours: int, settings: Settings, actor: str
) -> str:
    """Give a webhook another secret; those before hold on beside it for so long.

    Raises:
        NotFound: there is none of this name.
        BadInput: they would hold on for too long.
    """
    if not 0 <= keep_hours <= LONGEST_KEEP_HOURS:
        raise BadInput("Secrets hold on for 0 to %(most)s hours.", most=LONGEST_KEEP_HOURS)
    await store.get_webhook(conn, name)
    end_at = datetime.now(UTC) + timedelta(hours=keep_hours)
    await store.expire_secrets(conn, name, at=end_at)
    secret = await _add_secret(conn, name, settings)
    await record_audit(
        conn,
        actor=actor,
        action="webhook.secret_rotated",
        subject=name,
        details={"keep_hours": keep_hours},
    )
    return secret


async def enable_webhook(conn: Connection, name: str, *, actor: str) -> None:
    """Send to a webhook again; what waits goes out, and what happened meanwhile too.

    Raises:
        NotFound: there is none of this name.
    """
    await store.get_webhook(conn, name)
    await store.update_disabled(conn, name, reason=None, changed_by=actor)
    await record_audit(conn, actor=actor, action="webhook.enabled", subject=name)


async def disable_webhook(conn: Connection, name: str, *, reason: str, actor: str) -> None:
    """Send nothing to a webhook and take nothing from it.

    Raises:
        NotFound: there is none of this name.
    """
    await store.get_webhook(conn, name)
    await store.update_disabled(conn, name, reason=reason, changed_by=actor)
    await record_audit(
        conn, actor=actor, action="webhook.disabled", subject=name, details={"reason": reason}
    )


async def remove_webhook(conn: Connection, name: str, *, actor: str) -> None:
    """Take a webhook away with its deliveries; conversations stay.

    Raises:
        NotFound: there is none of this name.
    """
    await store.get_webhook(conn, name)
    await store.delete_webhook(conn, name)
    await record_audit(conn, actor=actor, action="webhook.removed", subject=name)


async def read_secrets(conn: Connection, name: str, *, settings: Settings) -> list[str]:
    """The secrets that messages to and from a webhook are signed with, the newest first.

    Raises:
        BadSettings: the key of the data folder is gone or another one.
    """
    vault = Vault(settings.data_dir)
    opened = [vault.open(each) for each in await store.list_secrets(conn, name)]
    return [each.get_secret_value() for each in opened if each is not None]


async def _add_secret(conn: Connection, name: str, settings: Settings) -> str:
    secret = make_secret()
    await store.insert_secret(conn, name, Vault(settings.data_dir).close(secret))
    return secret


async def _check(conn: Connection, wanted: NewWebhook) -> None:
    if not NAME.fullmatch(wanted.name) or wanted.name == OWN_PAGE:
        raise BadInput(
            "%(name)r is no name for a webhook: up to 40 small letters, digits and hyphens.",
            name=wanted.name[:60],
        )
    if not _is_web_address(wanted.url):
        raise BadInput(NO_ADDRESS)
    for kind in wanted.kinds:
        if kind not in KINDS:
            raise BadInput(
                "There are no events %(kind)r, only: %(kinds)s.",
                kind=kind,
                kinds=", ".join(KINDS),
            )
    if not 1 <= wanted.parallel <= MOST_PARALLEL:
        raise BadInput("1 to %(most)s messages are sent at the same time.", most=MOST_PARALLEL)
    base = wanted.channel_base
    if base is not None and await find_base(conn, base) is None:
        raise NotFound("There is no knowledge base %(name)r.", name=base)


def _is_web_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        is_whole = parts.scheme in {"http", "https"} and bool(parts.hostname) and parts.port != 0
    except ValueError:
        return False
    return (
        is_whole
        and url.isascii()
        and url.isprintable()
        and " " not in url
        and len(url) <= LONGEST_URL
    )
