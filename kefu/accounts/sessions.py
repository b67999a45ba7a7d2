"""A person signed in with a browser: the session begins, is found again, and ends."""

from dataclasses import dataclass

from kefu.accounts.records import Session, Staff
from kefu.accounts.secrets import hash_secret, make_secret
from kefu.accounts.store.sessions import (
    delete_session_by_hash,
    find_session,
    insert_session,
    touch_session,
)
from kefu.accounts.store.staff import get_staff
from kefu.db import Connection
from kefu.settings import AccountSettings

TOUCHED_AFTER_SECONDS = 60
LONGEST_BROWSER = 200


@dataclass(frozen=True, slots=True, kw_only=True)
class SignedIn:
    """Who is signed in with a session."""

    staff: Staff
    session: Session


async def start_session(
    conn: Connection,
    staff: Staff,
    *,
    settings: AccountSettings,
    browser: str = "",
    old_secret: str | None = None,
) -> str:
    """Sign a person in and return the secret for the cookie.

    It is always another secret; the session of the cookie that came with the request ends.
    """
    if old_secret is not None:
        await delete_session_by_hash(conn, hash_secret(old_secret))
    secret = make_secret()
    await insert_session(
        conn,
        hash_secret(secret),
        staff_id=staff.id,
        browser=browser[:LONGEST_BROWSER],
        hours=settings.session_hours,
    )
    return secret


async def find_signed_in(
    conn: Connection, secret: str, *, settings: AccountSettings
) -> SignedIn | None:
    """Who the cookie stands for; None when the session is over or the person disabled."""
    session = await find_session(conn, hash_secret(secret), idle_minutes=settings.idle_minutes)
    if session is None:
        return None
    staff = await get_staff(conn, session.staff_id)
    if staff.disabled_at is not None:
        return None
    await touch_session(conn, session.id, after_seconds=TOUCHED_AFTER_SECONDS)
    return SignedIn(staff=staff, session=session)


async def end_session(conn: Connection, secret: str) -> None:
    """Sign out of one browser."""
    await delete_session_by_hash(conn, hash_secret(secret))
