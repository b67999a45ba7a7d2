"""How much visitors may do whom nobody knows, counted in the database for all processes.

What was done is paid off evenly (GCRA, ITU-T I.371): of 20 messages a minute all may come at once,
and then one every three seconds.
"""

import hashlib
import ipaddress
from collections.abc import Iterator, Sequence
from enum import StrEnum
from math import ceil

from kefu.db import Database
from kefu.errors import TooManyRequests
from kefu.safety.store import delete_paid, find_wait, pay
from kefu.sections import VisitorSettings

MINUTE, HOUR = 60.0, 3600.0
IPV6_NETWORK_BITS = 64  # the smallest network that a provider hands out
SENTENCE = "You have sent a lot in a short time. Please wait a moment, then try again."


class Act(StrEnum):
    """What is counted."""

    MESSAGE = "message"
    CONVERSATION = "conversation"
    UPLOAD = "upload"


async def count_acts(
    database: Database, acts: Sequence[Act], *, visitor: str, host: str, settings: VisitorSettings
) -> None:
    """Count what a visitor is about to do, for the visitor and for the network.

    `visitor` is empty where nothing tells one from another behind an address. What is refused does
    not count.

    Raises:
        TooManyRequests: it is too much by now; says when to come again.
    """
    limits = sorted(_list_limits(acts, visitor=visitor, host=host, settings=settings))
    if not limits:
        return
    async with database.transaction() as conn:
        for key, most, window in limits:
            if not await pay(conn, key, step=window / most, window=window):
                wait = await find_wait(conn, key, step=window / most, window=window)
                raise TooManyRequests(SENTENCE, retry_after_seconds=max(1, ceil(wait)))
        if Act.CONVERSATION in acts:
            await delete_paid(conn)


def find_network(host: str) -> str:
    """What one customer of a provider has of its addresses."""
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False))


def _list_limits(
    acts: Sequence[Act], *, visitor: str, host: str, settings: VisitorSettings
) -> Iterator[tuple[str, int, float]]:
    """Key, how many, and in how many seconds, of each that there is."""
    for act in acts:
        most, window = {
            Act.MESSAGE: (settings.messages_per_minute, MINUTE),
            Act.CONVERSATION: (settings.conversations_per_hour, HOUR),
            Act.UPLOAD: (settings.uploads_per_hour, HOUR),
        }[act]
        if most and visitor:
            yield _key(act, "visitor", visitor), most, window
        if most and host and settings.per_address:
            network = find_network(host)
            yield _key(act, "network", network), most * settings.per_address, window


def _key(act: Act, kind: str, value: str) -> str:
    """Hashed, so that no address of anybody is kept."""
    return f"{act}:{kind}:{hashlib.sha256(value.encode()).hexdigest()}"
