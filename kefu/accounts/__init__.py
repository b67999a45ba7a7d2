"""Accounts: who works here and who asks, what they may do, and how they prove who they are.

What needs the web framework is loaded when it is first asked for, because the command line does
without.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from kefu.accounts.customers import Claims, read_claims, read_identity, view_claims
from kefu.accounts.keys import IssuedKey, create_key, find_key_viewer
from kefu.accounts.links import create_link, offer_setup
from kefu.accounts.oidc_provider import OidcProvider, open_provider
from kefu.accounts.people import add_staff, change_staff, disable_staff, enable_staff
from kefu.accounts.permissions import AUDIENCES, PERMISSIONS, Permission, Role, StaffRole, lack
from kefu.accounts.records import ApiKey, NewKey, Session, Staff, view_as
from kefu.accounts.secrets import derive_csrf_token
from kefu.accounts.sessions import SignedIn, end_session, start_session
from kefu.accounts.store.staff import find_staff, get_staff, list_staff

if TYPE_CHECKING:
    from kefu.accounts.access import (
        CurrentSession,
        CurrentViewer,
        delete_session_cookie,
        identify,
        read_session_cookie,
        require,
        require_session,
        set_session_cookie,
    )

__all__ = [
    "AUDIENCES",
    "PERMISSIONS",
    "ApiKey",
    "Claims",
    "CurrentSession",
    "CurrentViewer",
    "IssuedKey",
    "NewKey",
    "OidcProvider",
    "Permission",
    "Role",
    "Session",
    "SignedIn",
    "Staff",
    "StaffRole",
    "add_staff",
    "change_staff",
    "create_key",
    "create_link",
    "delete_session_cookie",
    "derive_csrf_token",
    "disable_staff",
    "enable_staff",
    "end_session",
    "find_key_viewer",
    "find_staff",
    "get_staff",
    "identify",
    "lack",
    "list_staff",
    "offer_setup",
    "open_provider",
    "read_claims",
    "read_identity",
    "read_session_cookie",
    "require",
    "require_session",
    "set_session_cookie",
    "start_session",
    "view_as",
    "view_claims",
]


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"kefu.accounts has no {name}.")
    return getattr(import_module("kefu.accounts.access"), name)
