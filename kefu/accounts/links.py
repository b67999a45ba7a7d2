"""One-time links: by them the first administrator is made and passwords are chosen."""

from dataclasses import dataclass

from kefu.accounts.passwords import hash_password, require_good_password
from kefu.accounts.people import clean_email, clean_name
from kefu.accounts.records import Link, Staff
from kefu.accounts.secrets import hash_secret, make_secret
from kefu.accounts.store.sessions import delete_sessions
from kefu.accounts.store.staff import (
    count_admins,
    delete_links,
    find_link,
    get_staff,
    insert_link,
    insert_staff,
    lock_staff,
    update_password,
)
from kefu.audit import record_audit
from kefu.db import Connection
from kefu.errors import Conflict, NotFound
from kefu.settings import Settings

PATH = "/welcome"
SETUP_HOURS = 24


@dataclass(frozen=True, slots=True, kw_only=True)
class Invitation:
    """What a link is for.

    Attributes:
        staff: whose password is chosen; None: the first administrator is made.
    """

    link: Link
    staff: Staff | None


async def offer_setup(conn: Connection, settings: Settings) -> str | None:
    """The link by which the first administrator is made; None when there is one.

    Each process that starts offers a link of its own; none of them works once one was used.
    """
    if await count_admins(conn):
        return None
    return await _create(conn, settings, staff_id=None, hours=SETUP_HOURS)


async def create_link(conn: Connection, staff: Staff, *, actor: str, settings: Settings) -> str:
    """The link by which a person chooses a password; earlier ones no longer work.

    Raises:
        Conflict: the person is disabled.
    """
    if staff.disabled_at is not None:
        raise Conflict("%(email)s is disabled.", email=staff.email)
    await delete_links(conn, staff_id=staff.id)
    link = await _create(conn, settings, staff_id=staff.id, hours=settings.accounts.link_hours)
    await record_audit(conn, actor=actor, action="staff.link_made", subject=staff.email)
    return link


async def get_invitation(conn: Connection, token: str) -> Invitation:
    """What a link is for.

    Raises:
        NotFound: it was used, has run out, or never was.
    """
    link = await find_link(conn, hash_secret(token))
    if link is None or (link.staff_id is None and await count_admins(conn)):
        raise NotFound("This link has been used or has run out. Ask for another one.")
    staff = None if link.staff_id is None else await get_staff(conn, link.staff_id)
    return Invitation(link=link, staff=staff)


async def choose_password(conn: Connection, token: str, password: str) -> Staff:
    """Use a person's link: the password is set and all sessions end.

    Raises:
        NotFound: the link does not work.
        BadInput: the password is weak.
    """
    staff = await _require_staff(conn, token)
    require_good_password(password, about=(staff.name, staff.email))
    password_hash = await hash_password(password)
    await lock_staff(conn)
    await _require_staff(conn, token)
    await delete_links(conn, staff_id=staff.id)
    await update_password(conn, staff.id, password_hash)
    await delete_sessions(conn, staff.id)
    await record_audit(conn, actor=staff.email, action="staff.password_chosen", subject=staff.email)
    return staff


async def make_first_admin(
    conn: Connection, token: str, *, email: str, name: str, password: str
) -> Staff:
    """Use the link that was shown at the first start; only one of several at once succeeds.

    Raises:
        NotFound: the link does not work, or there is an administrator.
        BadInput: no address, no name, or a weak password.
        Conflict: the address is taken.
    """
    await _require_setup(conn, token)
    email, name = clean_email(email), clean_name(name)
    require_good_password(password, about=(name, email))
    password_hash = await hash_password(password)
    await lock_staff(conn)
    await _require_setup(conn, token)
    await delete_links(conn, staff_id=None)
    staff = await insert_staff(
        conn, email=email, name=name, role="admin", password_hash=password_hash
    )
    await record_audit(
        conn, actor=email, action="staff.added", subject=email, details={"role": "admin"}
    )
    return staff


async def _require_staff(conn: Connection, token: str) -> Staff:
    staff = (await get_invitation(conn, token)).staff
    if staff is None:
        raise NotFound("This link makes the first administrator.")
    return staff


async def _require_setup(conn: Connection, token: str) -> None:
    if (await get_invitation(conn, token)).staff is not None:
        raise NotFound("This link is for somebody who works here already.")


async def _create(conn: Connection, settings: Settings, *, staff_id: int | None, hours: int) -> str:
    token = make_secret()
    await insert_link(conn, hash_secret(token), staff_id=staff_id, hours=hours)
    return f"{settings.server.url}{PATH}/{token}"
