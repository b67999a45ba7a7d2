"""Connections to an endpoint, kept open between calls."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from httpx2 import AsyncClient, Limits, Timeout

LONGEST_CONNECT_SECONDS = 5.0

LIMITS = Limits(max_connections=None, max_keepalive_connections=100, keepalive_expiry=30.0)
"""How many calls run at once is for the endpoint's slots to say. A customer reads an answer before
the next question: a connection that waits spares it the handshake."""


def open_connections(url: str, *, timeout_seconds: float) -> AsyncClient:
    """Through the machine's proxy, unless the endpoint is on the machine."""
    return AsyncClient(
        timeout=Timeout(timeout_seconds, connect=min(LONGEST_CONNECT_SECONDS, timeout_seconds)),
        limits=LIMITS,
        trust_env=not _is_loopback(url),
        follow_redirects=False,  # what is sent was allowed for this place, not for another
    )


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
