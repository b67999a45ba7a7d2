"""Alerts go out as Standard Webhooks: signed, to public addresses only, a bounded number of times.

The signature is that of https://github.com/standard-webhooks/standard-webhooks: HMAC-SHA256 of
id, moment and body, so that a receiver can refuse what is forged or sent again.
"""

import asyncio
import base64
import binascii
import hashlib
import hmac
import json
import socket
from dataclasses import dataclass
from datetime import UTC, datetime
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

import httpx2

from kefu.errors import BadSettings
from kefu.llm import is_refused
from kefu.rollout.records import Alert
from kefu.sections import AlertSettings

PREFIX = "whsec_"
LONGEST_SECONDS = 10.0
WAITS_SECONDS = (5.0, 60.0, 600.0, 3600.0)
"""Before the second, third, ... attempt; after the last nothing is sent any more."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a request goes.

    Attributes:
        url: with the address that the host stands for, so that it is the one that was looked at.
        host: by which the server knows itself.
    """

    url: str
    host: str


def sign(secret: str, id: str, at: int, body: bytes) -> str:
    """The value of the header webhook-signature.

    Raises:
        BadSettings: the secret is not base64.
    """
    try:
        key = base64.b64decode(secret.removeprefix(PREFIX), validate=True)
    except (binascii.Error, ValueError):
        raise BadSettings(
            "alerts.secret is whsec_ and base64, as openssl rand -base64 32 prints it."
        ) from None
    digest = hmac.new(key, f"{id}.{at}.".encode() + body, hashlib.sha256).digest()
    return "v1," + base64.b64encode(digest).decode()


async def send_alert(settings: AlertSettings, alert: Alert) -> str:
    """Send an alert once; returns why it was not taken, empty when it was."""
    assert settings.url is not None
    body = json.dumps(_describe(alert), ensure_ascii=False).encode()
    id, at = f"alert_{alert.id}", int(datetime.now(UTC).timestamp())
    headers = {"content-type": "application/json", "webhook-id": id, "webhook-timestamp": str(at)}
    if settings.secret is not None:
        headers["webhook-signature"] = sign(settings.secret.get_secret_value(), id, at, body)
    place = await find_place(settings.url, allows_private=settings.allow_private)
    if isinstance(place, str):
        return place
    try:
        async with httpx2.AsyncClient(
            timeout=LONGEST_SECONDS, follow_redirects=False, trust_env=False
        ) as client:
            response = await client.post(
                place.url,
                content=body,
                headers=headers | {"host": place.host},
                extensions={"sni_hostname": (urlsplit(settings.url).hostname or "")},
            )
    except httpx2.HTTPError as error:
        return f"{type(error).__name__}: {error}"
    return "" if response.is_success else f"It answers with status {response.status_code}."


def next_wait(attempt_count: int) -> float | None:
    """Seconds until it is sent again after so many attempts; None: never."""
    return WAITS_SECONDS[attempt_count - 1] if attempt_count <= len(WAITS_SECONDS) else None


async def find_place(url: str, *, allows_private: bool) -> Place | str:
    """Where the URL leads, or why nothing is sent there."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port or (443 if parts.scheme == "https" else 80)
    try:
        async with asyncio.timeout(LONGEST_SECONDS):
            found = await asyncio.get_running_loop().getaddrinfo(
                host, port, type=socket.SOCK_STREAM
            )
    except (OSError, UnicodeError, TimeoutError):
        return f"Nobody knows the host {host}."
    addresses = [str(address[0]) for *_, address in found]
    for address in addresses:
        is_public = ip_address(address.partition("%")[0]).is_global
        if await is_refused(address) or not (is_public or allows_private):
            return f"{host} is not a public address, and alerts.allow_private is not set."
    shown = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    return Place(
        url=urlunsplit(parts._replace(netloc=f"{shown}:{port}")),
        host=parts.netloc.rpartition("@")[2],
    )


def _describe(alert: Alert) -> dict[str, object]:
    return {
        "type": "monitor.breached",
        "timestamp": alert.raised_at.isoformat(),
        "data": {
            "alert": alert.id,
            "monitor": alert.monitor,
            "release": alert.release_id,
            "value": alert.value,
            "limit": alert.threshold,
            "sample_count": alert.sample_count,
            "detail": alert.detail,
            "reaction": alert.reaction,
        },
    }
