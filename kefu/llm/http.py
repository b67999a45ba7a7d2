"""The client of an OpenAI-compatible endpoint."""

from ipaddress import ip_address
from urllib.parse import urlsplit

from openai import AsyncOpenAI, DefaultAsyncHttpx2Client, Timeout
from pydantic import SecretStr

LONGEST_CONNECT_SECONDS = 5.0
NO_KEY = "none"
"""Sent where no key is set: local servers want none, and the client insists on one."""


def open_client(
    url: str, key: SecretStr | None, *, timeout_seconds: float, tries: int
) -> AsyncOpenAI:
    """A client that goes through the machine's proxy, unless the endpoint is on the machine."""
    timeout = Timeout(timeout_seconds, connect=min(LONGEST_CONNECT_SECONDS, timeout_seconds))
    return AsyncOpenAI(
        base_url=url,
        api_key=key.get_secret_value() if key else NO_KEY,
        timeout=timeout,
        max_retries=tries - 1,
        http_client=DefaultAsyncHttpx2Client(
            timeout=timeout,
            trust_env=not _is_loopback(url),
            follow_redirects=False,  # what is sent was allowed for this place, not for another
        ),
    )


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return ip_address(host).is_loopback
    except ValueError:
        return host == "localhost"
