"""Who works here: people are added, changed, shut out and let in again."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from typing import get_args

from kefu.accounts.permissions import AUDIENCES, StaffRole
from kefu.accounts.records import Staff
from kefu.accounts.sign_in import EMAIL, fold_email
from kefu.accounts.store.sessions import delete_sessions
from kefu.accounts.store.staff import (
    count_admins,
    delete_links,
    get_staff,
    insert_staff,
    list_names,
    lock_staff,
    update_disabled,
    update_staff,
)
from kefu.audit import record_audit
from kefu.db import Connection
from kefu.errors import BadInput, Conflict
from kefu.text import clean_text

LONGEST_NAME = 100
LONGEST_EMAIL = 254  # RFC 5321
MOST_AUDIENCES = 50


async def add_staff(
    conn: Connection,
    *,
    actor: str,
    email: str,
    name: str,
    role: str,
    audiences: Iterable[str] = (),
) -> Staff:
    """Add a person, who then chooses a password by a one-time link.

    Raises:
        BadInput: no address, no name, or no such role.
        Conflict: the address is taken.
    """
    staff = await insert_staff(
        conn,
        email=clean_email(email),
        name=clean_name(name),
        role=require_role(role),
        audiences=clean_audiences(audiences, role=require_role(role)),
    )
    await record_audit(
        conn,
        actor=actor,
        action="staff.added",
        subject=staff.email,
        details={"role": staff.role, "audiences": staff.audiences},
    )
    return staff


async def change_staff(
    conn: Connection, id: int, *, actor: str, name: str, role: str, audiences: Iterable[str]
) -> Staff:
    """Change a person's name and rights; with other rights the person has to sign in again.

    Raises:
        NotFound: there is nobody with this number.
        BadInput: no name or no such role.
        Conflict: nobody would be left who can administer.
    """
    await lock_staff(conn)
    staff = await get_staff(conn, id)
    wanted = replace(
        staff,
        name=clean_name(name),
        role=require_role(role),
        audiences=clean_audiences(audiences, role=require_role(role)),
    )
    if wanted.role != "admin":
        await _require_other_admin(conn, staff)
    await update_staff(conn, id, name=wanted.name, role=wanted.role, audiences=wanted.audiences)
    if (wanted.role, set(wanted.audiences)) != (staff.role, set(staff.audiences)):
        await delete_sessions(conn, id)
    await record_audit(
        conn,
        actor=actor,
        action="staff.changed",
        subject=staff.email,
        details={
            "name": wanted.name,
            "role": wanted.role,
            "role_before": staff.role,
            "audiences": wanted.audiences,
            "audiences_before": staff.audiences,
        },
    )
    return wanted


async def name_people(conn: Connection) -> Mapping[str, str]:
    """What people are called, by address; who shares a name is told apart by the address."""
    found = await list_names(conn)
    count = Counter(name for _, name in found)
    return {
        email: name if count[name] == 1 else f"{name} ({email})" for email, name in found if name
    }


async def disable_staff(conn: Connection, id: int, *, actor: str) -> Staff:
    """Shut a person out at once: sessions end, links and keys no longer work.

    Raises:
        NotFound: there is nobody with this number.
        Conflict: nobody would be left who can administer.
    """
    await lock_staff(conn)
    staff = await get_staff(conn, id)
    await _require_other_admin(conn, staff)
    await update_disabled(conn, id, is_disabled=True)
    await delete_sessions(conn, id)
    await delete_links(conn, staff_id=id)
    await record_audit(conn, actor=actor, action="staff.disabled", subject=staff.email)
    return await get_staff(conn, id)


async def enable_staff(conn: Connection, id: int, *, actor: str) -> Staff:
    """Let a person in again, with the password there was.

    Raises:
        NotFound: there is nobody with this number.
    """
    await update_disabled(conn, id, is_disabled=False)
    staff = await get_staff(conn, id)
    await record_audit(conn, actor=actor, action="staff.enabled", subject=staff.email)
    return staff


def clean_email(given: str) -> str:
    """An address as it is kept.

    Raises:
        BadInput: it is none.
    """
    email = fold_email(given)
    if len(email) > LONGEST_EMAIL or not EMAIL.fullmatch(email):
        raise BadInput("That is not an e-mail address.")
    return email


def clean_name(given: str) -> str:
    """A person's name as it is kept.

    Raises:
        BadInput: it is empty or too long.
    """
    name = " ".join(clean_text(given).split())
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadInput("A name has 1 to %(most)s characters.", most=LONGEST_NAME)
    return name


def clean_audiences(given: Iterable[str], *, role: StaffRole) -> Sequence[str]:
    """What a person may read beyond what the role may, sorted.

    Raises:
        BadInput: there are too many.
    """
    words = {clean_text(word).strip() for word in given} - {""} - AUDIENCES[role]
    if len(words) > MOST_AUDIENCES or any(len(word) > LONGEST_NAME for word in words):
        raise BadInput(
            "A person has at most %(most)s audiences, each a short word.", most=MOST_AUDIENCES
        )
    return sorted(words)


def require_role(given: str) -> StaffRole:
    """The role of that name.

    Raises:
        BadInput: there is none.
    """
    for role in get_args(StaffRole):
        if role == given:
            return role  # type: ignore[no-any-return]
    raise BadInput(
        "There is no role %(given)r; there are: %(roles)s.",
        given=given,
        roles=", ".join(get_args(StaffRole)),
    )


async def _require_other_admin(conn: Connection, staff: Staff) -> None:
    is_admin = staff.role == "admin" and staff.disabled_at is None
    if is_admin and await count_admins(conn) == 1:
        raise Conflict("This is the only administrator; make another one first.")
