"""The vocabulary of accounts: people who work here, their sessions and keys, one-time links."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from kefu.accounts.permissions import AUDIENCES, PERMISSIONS, StaffRole
from kefu.viewer import Viewer


@dataclass(frozen=True, slots=True, kw_only=True)
class Staff:
    """A person who works here.

    Attributes:
        email: in lower case; what the person signs in with.
        audiences: what this person may read beyond what the role may.
        has_password: False until the first one was chosen, or with single sign-on only.
        seen_at: when the person was last here in a browser.
    """

    id: int
    email: str
    name: str
    role: StaffRole
    audiences: Sequence[str]
    has_password: bool
    created_at: datetime
    seen_at: datetime | None
    disabled_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Session:
    """One browser in which a person is signed in.

    Attributes:
        browser: what it says of itself.
        expires_at: the end, however often it is used.
    """

    id: int
    staff_id: int
    browser: str
    created_at: datetime
    seen_at: datetime
    expires_at: datetime


@dataclass(frozen=True, slots=True, kw_only=True)
class ApiKey:
    """A key by which a program acts for a person.

    Attributes:
        prefix: its beginning, to know it again; the rest is kept as a hash only.
        scopes: the permissions it has, as far as the person has them.
    """

    id: int
    staff_id: int
    name: str
    prefix: str
    scopes: Sequence[str]
    created_at: datetime
    expires_at: datetime
    used_at: datetime | None


@dataclass(frozen=True, slots=True, kw_only=True)
class NewKey:
    """An API key that a person asks for."""

    name: str
    scopes: Sequence[str]
    days: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """A link that works once.

    Attributes:
        staff_id: whose password is chosen with it; None: the first administrator is made with it.
    """

    staff_id: int | None
    expires_at: datetime


def view_as(staff: Staff) -> Viewer:
    """What this person may see and do."""
    return Viewer(
        name=staff.email,
        audiences=AUDIENCES[staff.role] | frozenset(staff.audiences),
        permissions=frozenset(PERMISSIONS[staff.role]),
        staff_id=staff.id,
    )
