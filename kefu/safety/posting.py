"""Sending to addresses that somebody entered: none of the own network, none behind a redirect.

A name is looked up once; the request goes to the very address that was looked at.
"""

import asyncio
import socket
from collections.abc import Mapping
from dataclasses import dataclass
from ipaddress import ip_address
from urllib.parse import urlsplit, urlunsplit

import httpx2

from kefu.llm import is_refused, unwrap

LONGEST_SECONDS = 10.0


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
    """

    status: int | None = None
    problem: str = ""


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
    except (httpx2.HTTPError, TimeoutError) as error:
        return Posted(problem=f"{type(error).__name__}: {error}"[:300])
    return Posted(status=status, problem="" if is_taken else f"It answers with status {status}.")


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
