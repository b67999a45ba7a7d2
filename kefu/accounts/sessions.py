"""A person signed in with a browser: the session begins, is found again, and ends."""

from dataclasses import dataclass

from kefu.accounts.records import Session, Staff
from kefu.accounts.secrets import hash_secret, make_secret
from kefu.accounts.store.sessions import (
    delete_session,
    delete_session_by_hash,
    delete_sessions,
    find_session,
    insert_session,
    touch_session,
)
from kefu.accounts.store.staff import get_staff
from kefu.audit import record_audit
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
    by: str = "password",
) -> str:
    """Sign a person in and return the secret for the cookie.

    It is always another secret; the session of the cookie that came with the request ends.
    `by` stands in the audit log: how the person has proved who they are.
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
    await record_audit(
        conn, actor=staff.email, action="session.started", subject=staff.email, details={"by": by}
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
    """Sign out of the browser that has this secret."""
    staff_id = await delete_session_by_hash(conn, hash_secret(secret))
    if staff_id is not None:
        email = (await get_staff(conn, staff_id)).email
        await record_audit(conn, actor=email, action="session.ended", subject=email)


async def end_other_session(conn: Connection, staff: Staff, id: int) -> None:
    """Sign a person out of one browser.

    Raises:
        NotFound: the person has no such session.
    """
    await delete_session(conn, id, staff_id=staff.id)
    await record_audit(conn, actor=staff.email, action="session.ended", subject=staff.email)


async def end_all_sessions(conn: Connection, staff: Staff) -> None:
    """Sign a person out everywhere."""
    await delete_sessions(conn, staff.id)
    await record_audit(conn, actor=staff.email, action="session.all_ended", subject=staff.email)
