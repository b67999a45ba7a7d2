"""Sending to addresses that somebody entered: none of the own network, none behind a redirect.

A name is looked up once; the request goes to the very address that was looked at.
"""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

import httpx2

from kefu.llm import is_refused, unwrap

LONGEST_SECONDS = 10.0
MOST_DIGITS = 9  # of seconds; more is for ever


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Where a request goes.

    Attributes:
        url: with the address that the host stands for, so that it is the one that was looked at.
        host: by which the server knows itself.
    """

    url: str
    host: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Posted:
    """What became of a message.

    Attributes:
        status: None: nobody answered.
        problem: why it was not taken; empty: it was.
        retry_after_seconds: when it may come again, as the answer says; None: it does not.
    """

    status: int | None = None
    problem: str = ""
    retry_after_seconds: float | None = None


async def post(
    url: str, body: bytes, headers: Mapping[str, str], *, allows_private: bool
) -> Posted:
    """Send JSON once, in bounded time; redirects are not followed."""
    place = await find_place(url, allows_private=allows_private)
    if isinstance(place, str):
        return Posted(problem=place)
    sent = {"content-type": "application/json", **headers, "host": place.host}
    extensions = {"sni_hostname": urlsplit(url).hostname or ""}
    try:
        async with (
            asyncio.timeout(2 * LONGEST_SECONDS),  # also for who answers a byte at a time
            httpx2.AsyncClient(
                timeout=LONGEST_SECONDS, follow_redirects=False, trust_env=False
            ) as client,
            client.stream(
                "POST", place.url, content=body, headers=sent, extensions=extensions
            ) as response,
        ):
            status, is_taken = response.status_code, response.is_success
            retry_after = response.headers.get("retry-after", "")
    except (httpx2.HTTPError, TimeoutError) as error:
        return Posted(problem=f"{type(error).__name__}: {error}"[:300])
    if is_taken:
        return Posted(status=status)
    return Posted(
        status=status,
        problem=f"It answers with status {status}.",
        retry_after_seconds=read_retry_after(retry_after, now=datetime.now(UTC)),
    )


def read_retry_after(header: str, *, now: datetime) -> float | None:
    """Seconds or a date (RFC 9110, 10.2.3) as seconds from now; None for anything else."""
    text = header.strip()
    if text.isascii() and text.isdigit():
        return float(text[:MOST_DIGITS])
    try:
        wanted = parsedate_to_datetime(text)
    except ValueError:
        return None
    if wanted.tzinfo is None:  # "-0000", of an unknown zone
        wanted = wanted.replace(tzinfo=UTC)
    return max(0.0, (wanted - now).total_seconds())


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
        is_public = unwrap(ip_address(address.partition("%")[0])).is_global
        if await is_refused(address) or not (is_public or allows_private):
            return f"{host} is not a public address, and private ones are not allowed here."
    shown = f"[{addresses[0]}]" if ":" in addresses[0] else addresses[0]
    return Place(
        url=urlunsplit(parts._replace(netloc=f"{shown}:{port}")),
        host=parts.netloc.rpartition("@")[2],
    )
