"""Signing in with a password, without telling strangers who has an account."""

import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass

from kefu.accounts.passwords import (
    hash_password,
    needs_hashing_again,
    require_good_password,
    verify_password,
)
from kefu.accounts.records import Staff
from kefu.accounts.sessions import start_session
from kefu.accounts.store.attempts import count_attempt, delete_attempts, take_back_attempt
from kefu.accounts.store.sessions import delete_sessions
from kefu.accounts.store.staff import find_password_hash, find_staff, update_password
from kefu.audit import record_audit
from kefu.db import Connection, Database
from kefu.errors import NotSignedIn, TooManyRequests
from kefu.safety import find_network
from kefu.settings import AccountSettings
from kefu.text import clean_text

ATTEMPTS_OF_A_NETWORK = 10  # as many people behind one address may mistype at the same time
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Caller:
    """Where a password comes from.

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

    Raises:
        TooManyRequests: too many failures with this address or from this network.
        NotSignedIn: wrong.
    """
    staff = await prove(database, email, password, settings=settings, host=caller.host)
    async with database.transaction() as conn:
        return await start_session(
            conn, staff, settings=settings, browser=caller.browser, old_secret=caller.old_secret
        )


async def prove(
    database: Database, email: str, password: str, *, settings: AccountSettings, host: str
) -> Staff:
    """Who has this address and this password.

    An attempt counts as a failure, in a transaction of its own, before the password is looked
    at: guesses made at the same time in several processes cannot slip past the limit.

    Raises:
        TooManyRequests: too many failures with this address or from this network.
        NotSignedIn: wrong; the same for an address that nobody has and for a disabled person.
    """
    email = fold_email(email)
    keys = (_key("email", email), _key("network", find_network(host)))
    async with database.transaction() as conn:
        await _count(conn, keys, settings=settings)
    async with database.connection() as conn:
        staff = await find_staff(conn, email)
        kept = await find_password_hash(conn, staff.id) if staff else None
    is_right = await verify_password(password, kept)
    if staff is None or not is_right or staff.disabled_at is not None:
        await _record_failure(database, email, host=host)
        raise NotSignedIn("The address or the password is not right.")
    renewed = await hash_password(password) if kept and needs_hashing_again(kept) else None
    async with database.transaction() as conn:
        await delete_attempts(conn, keys[0], minutes=settings.lock_minutes)
        await take_back_attempt(conn, keys[1])
        if renewed is not None:
            await update_password(conn, staff.id, renewed)
    return staff


async def change_password(
    conn: Connection, staff: Staff, password: str, *, settings: AccountSettings, browser: str
) -> str:
    """Set a person's own password, end all sessions, and return the secret of another one.

    Raises:
        BadInput: the password is weak.
    """
    require_good_password(password, about=(staff.name, staff.email))
    await update_password(conn, staff.id, await hash_password(password))
    await delete_sessions(conn, staff.id)
    await record_audit(
        conn, actor=staff.email, action="staff.password_changed", subject=staff.email
    )
    return await start_session(
        conn, staff, settings=settings, browser=browser, by="change of password"
    )


def fold_email(given: str) -> str:
    """The one spelling under which an address is kept."""
    return clean_text(given).strip().lower()


async def _count(conn: Connection, keys: Sequence[str], *, settings: AccountSettings) -> None:
    """Raise the counts, unless one of them is full."""
    limits = (settings.attempts, settings.attempts * ATTEMPTS_OF_A_NETWORK)
    for key, limit in zip(keys, limits, strict=True):
        attempts = await count_attempt(conn, key, minutes=settings.lock_minutes)
        if attempts.failure_count > limit:
            raise TooManyRequests(
                "Too many failed sign-ins. Wait, or ask an administrator for a link.",
                retry_after_seconds=attempts.wait_seconds,
            )


async def _record_failure(database: Database, email: str, *, host: str) -> None:
    """Who tried; what does not look like an address may be a password in the wrong field."""
    actor = email if EMAIL.fullmatch(email) else "nobody"
    async with database.transaction() as conn:
        await record_audit(
            conn, actor=actor, action="session.refused", subject=actor, details={"from": host}
        )


def _key(kind: str, value: str) -> str:
    """Hashed, because people type passwords into the wrong field."""
    return f"{kind}:{hashlib.sha256(value.encode()).hexdigest()}"
