"""API keys: a program acts for a person, with no more than the person may do."""

import hmac
import secrets
from dataclasses import dataclass, replace
from typing import get_args

from kefu.accounts.permissions import PERMISSIONS, Permission
from kefu.accounts.records import ApiKey, NewKey, Staff, view_as
from kefu.accounts.secrets import hash_secret, make_secret
from kefu.accounts.store.keys import delete_key, find_key, insert_key, touch_key
from kefu.accounts.store.staff import get_staff
from kefu.audit import record_audit
from kefu.db import Connection
from kefu.errors import BadInput
from kefu.text import clean_text
from kefu.viewer import Viewer

MARK = "kefu_"
PREFIX_BYTES = 6
LONGEST_NAME = 80
LONGEST_DAYS = 365
TOUCHED_AFTER_SECONDS = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class IssuedKey:
    """A key that was just made.

    Attributes:
        secret: the whole key; it can be read here and nowhere else.
    """

    key: ApiKey
    secret: str


async def create_key(conn: Connection, staff: Staff, wanted: NewKey) -> IssuedKey:
    """Make a key with some of the person's permissions.

    Raises:
        BadInput: no name, no scope, a scope that the person lacks, or too long a life.
    """
    name = clean_text(wanted.name).strip()
    if not 0 < len(name) <= LONGEST_NAME:
        raise BadInput("An API key needs a name of at most %(most)s characters.", most=LONGEST_NAME)
    if not 0 < wanted.days <= LONGEST_DAYS:
        raise BadInput("An API key works for 1 to %(most)s days.", most=LONGEST_DAYS)
    if not wanted.scopes:
        raise BadInput("Choose at least one permission for the API key.")
    if not PERMISSIONS[staff.role].issuperset(wanted.scopes):
        raise BadInput("An API key cannot have permissions that its owner lacks.")
    prefix, rest = MARK + secrets.token_hex(PREFIX_BYTES), make_secret()
    key = await insert_key(
        conn,
        replace(wanted, name=name),
        staff_id=staff.id,
        prefix=prefix,
        secret_hash=hash_secret(rest),
    )
    await record_audit(
        conn,
        actor=staff.email,
        action="api_key.created",
        subject=prefix,
        details={"name": name, "scopes": key.scopes, "days": wanted.days},
    )
    return IssuedKey(key=key, secret=f"{prefix}_{rest}")


async def revoke_key(conn: Connection, staff: Staff, id: int) -> None:
    """Make one of a person's own keys useless at once.

    Raises:
        NotFound: the person has no such key.
    """
    key = await delete_key(conn, id, staff_id=staff.id)
    await record_audit(conn, actor=staff.email, action="api_key.revoked", subject=key.prefix)


async def find_key_viewer(conn: Connection, given: str) -> Viewer | None:
    """Whom a key acts for; None when it is wrong, expired, or the person is disabled."""
    prefix, _, rest = given.removeprefix(MARK).partition("_")
    key = await find_key(conn, MARK + prefix)
    if key is None or not hmac.compare_digest(key.secret_hash, hash_secret(rest)):
        return None
    staff = await get_staff(conn, key.staff_id)
    if staff.disabled_at is not None:
        return None
    await touch_key(conn, key.id, after_seconds=TOUCHED_AFTER_SECONDS)
    viewer = view_as(staff)
    return replace(viewer, permissions=viewer.permissions & frozenset(key.scopes))


def list_scopes(staff: Staff) -> list[Permission]:
    """What a key of this person can be given, in the order of the table."""
    return [each for each in get_args(Permission) if each in PERMISSIONS[staff.role]]
