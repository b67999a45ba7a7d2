"""Signing in with a password, without telling strangers who has an account."""

import hashlib
import ipaddress
from collections.abc import Sequence
from dataclasses import dataclass

from kefu.accounts.passwords import hash_password, needs_hashing_again, verify_password
from kefu.accounts.sessions import start_session
from kefu.accounts.store.attempts import count_attempt, delete_attempts, take_back_attempt
from kefu.accounts.store.staff import find_password_hash, find_staff, update_password
from kefu.db import Connection, Database
from kefu.errors import NotSignedIn, TooManyRequests
from kefu.settings import AccountSettings
from kefu.text import clean_text

ATTEMPTS_OF_A_NETWORK = 10  # as many people behind one address may mistype at the same time
IPV6_NETWORK_BITS = 64  # the smallest network that a provider hands out


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Where a sign-in comes from.

    Attributes:
        host: address of the client; empty when there is none.
        old_secret: of the session that the browser had until now.
    """

    host: str = ""
    browser: str = ""
    old_secret: str | None = None


async def sign_in(
    database: Database, email: str, password: str, *, settings: AccountSettings, caller: Caller
) -> str:
    """Check a password and return the secret of a session that begins.

    An attempt counts as a failure, in a transaction of its own, before the password is looked
    at: guesses made at the same time in several processes cannot slip past the limit.

    Raises:
        TooManyRequests: too many failures with this address or from this network.
        NotSignedIn: wrong; the same for an address that nobody has and for a disabled person.
    """
    email = fold_email(email)
    keys = (_key("email", email), _key("network", _network(caller.host)))
    async with database.transaction() as conn:
        await _count(conn, keys, settings=settings)
    async with database.connection() as conn:
        staff = await find_staff(conn, email)
        kept = await find_password_hash(conn, staff.id) if staff else None
    is_right = await verify_password(password, kept)
    if staff is None or not is_right or staff.disabled_at is not None:
        raise NotSignedIn("The address or the password is not right.")
    renewed = await hash_password(password) if kept and needs_hashing_again(kept) else None
    async with database.transaction() as conn:
        await delete_attempts(conn, keys[0], minutes=settings.lock_minutes)
        await take_back_attempt(conn, keys[1])
        if renewed is not None:
            await update_password(conn, staff.id, renewed)
        return await start_session(
            conn, staff, settings=settings, browser=caller.browser, old_secret=caller.old_secret
        )


def fold_email(given: str) -> str:
    """The one spelling under which an address is kept."""
    return clean_text(given).strip().lower()


async def _count(conn: Connection, keys: Sequence[str], *, settings: AccountSettings) -> None:
    limits = (settings.attempts, settings.attempts * ATTEMPTS_OF_A_NETWORK)
    waits = [0]
    for key, limit in zip(keys, limits, strict=True):
        attempts = await count_attempt(conn, key, minutes=settings.lock_minutes)
        if attempts.failure_count > limit:
            waits.append(attempts.wait_seconds)
    if max(waits):
        raise TooManyRequests(
            "Too many failed sign-ins. Wait, or ask an administrator for a link.",
            retry_after_seconds=max(waits),
        )


def _key(kind: str, value: str) -> str:
    """Hashed, because people type passwords into the wrong field."""
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()}"


def _network(host: str) -> str:
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    if address.version == 4:
        return host
    return str(ipaddress.ip_network((address, IPV6_NETWORK_BITS), strict=False))
