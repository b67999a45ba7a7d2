"""Sign in at an OpenID Connect provider, and who that is here."""

from collections.abc import Mapping, Sequence
from typing import Any, get_args

from kefu.accounts.oidc_provider import OidcProvider
from kefu.accounts.oidc_records import Identity, SignInRequest
from kefu.accounts.people import add_staff, change_staff, clean_email
from kefu.accounts.permissions import StaffRole
from kefu.accounts.records import Staff
from kefu.accounts.secrets import hash_secret, make_secret
from kefu.accounts.store.oidc import (
    find_staff_id,
    insert_identity,
    insert_request,
    take_request,
)
from kefu.accounts.store.staff import find_staff, get_staff
from kefu.db import Connection, Database
from kefu.errors import BadInput, NotAllowed
from kefu.sections import OidcSettings

REQUEST_MINUTES = 10
LONGEST_NAME = 100
LONGEST_SUBJECT = 255  # OpenID Connect Core 1.0, section 2


async def begin_sign_in(
    database: Database, provider: OidcProvider, *, back: str
) -> tuple[str, str]:
    """Remember a sign-in; return the provider's address and the state that must come back."""
    request = SignInRequest(nonce=make_secret(), verifier=make_secret(), back=back)
    state = make_secret()
    address = await provider.address(request, state=state)
    async with database.transaction() as conn:
        await insert_request(conn, hash_secret(state), request, minutes=REQUEST_MINUTES)
    return address, state


async def finish_sign_in(
    database: Database, provider: OidcProvider, *, state: str, code: str, settings: OidcSettings
) -> tuple[Identity, str]:
    """Who came back from the provider, and the page to open.

    Raises:
        NotAllowed: the sign-in took too long, came back before, or is not valid.
        Unavailable: the provider does not answer.
    """
    async with database.transaction() as conn:
        request = await take_request(conn, hash_secret(state), minutes=REQUEST_MINUTES)
    if request is None:
        raise NotAllowed("This sign-in was used or took too long. Begin again.")
    claims = await provider.redeem(code, request)
    return read_identity(claims, settings=settings), request.back


def read_identity(claims: Mapping[str, Any], *, settings: OidcSettings) -> Identity:
    """What verified claims say of a person.

    Raises:
        NotAllowed: no address that is theirs, one of another domain, or no role.
    """
    subject, given = claims.get("sub"), claims.get("email")
    if not isinstance(subject, str) or not 0 < len(subject) <= LONGEST_SUBJECT:
        raise NotAllowed("The provider does not say who signed in.")
    if not isinstance(given, str):
        raise NotAllowed("The provider gives no e-mail address. Let it give the scope `email`.")
    is_verified = claims.get("email_verified") in (True, "true")
    if not is_verified and not settings.trusts_unverified:
        raise NotAllowed("The provider has not verified this e-mail address.")
    try:
        email = clean_email(given)
    except BadInput as error:
        raise NotAllowed(error.sentence, **error.values) from error
    if settings.domains and email.rpartition("@")[2] not in {
        domain.lower() for domain in settings.domains
    }:
        raise NotAllowed("Addresses of this domain may not sign in here.")
    name = claims.get("name")
    return Identity(
        issuer=str(settings.issuer),
        subject=subject,
        email=email,
        name=(name if isinstance(name, str) and name.strip() else email)[:LONGEST_NAME],
        role=_find_role(claims, settings=settings),
    )


async def admit(conn: Connection, identity: Identity, *, settings: OidcSettings) -> Staff:
    """The person with this identity, who is added or gets another role if need be.

    An identity is tied to a person at the first sign-in and then found by its subject: whoever
    is given the address of somebody who has left does not get their account.

    Raises:
        NotAllowed: the person is disabled, unknown and not to be added, or known under another
            identity.
        Conflict: the only administrator would no longer be one.
    """
    staff = await _find(conn, identity)
    if staff is None:
        staff = await _add(conn, identity, settings=settings)
    elif staff.disabled_at is not None:
        raise NotAllowed("This person may no longer sign in. Ask an administrator.")
    elif identity.role not in {None, staff.role}:
        staff = await change_staff(
            conn,
            staff.id,
            actor=identity.issuer,
            name=staff.name,
            role=str(identity.role),
            audiences=staff.audiences,
        )
    return staff


async def _find(conn: Connection, identity: Identity) -> Staff | None:
    known = await find_staff_id(conn, issuer=identity.issuer, subject=identity.subject)
    if known is not None:
        return await get_staff(conn, known)
    staff = await find_staff(conn, identity.email)
    if staff is not None:
        await insert_identity(
            conn, issuer=identity.issuer, subject=identity.subject, staff_id=staff.id
        )
    return staff


async def _add(conn: Connection, identity: Identity, *, settings: OidcSettings) -> Staff:
    """Without roles from the provider, the domains decide who may come in, as staff."""
    role = identity.role or ("staff" if settings.domains else None)
    if role is None:
        raise NotAllowed("Nobody here has this address. Ask an administrator for an invitation.")
    staff = await add_staff(
        conn, actor=identity.issuer, email=identity.email, name=identity.name, role=role
    )
    await insert_identity(conn, issuer=identity.issuer, subject=identity.subject, staff_id=staff.id)
    return staff


def _find_role(claims: Mapping[str, Any], *, settings: OidcSettings) -> StaffRole | None:
    """The first role in the settings that one of the person's values stands for."""
    if not settings.role_claim:
        return None
    values = set(_list_values(claims, settings.role_claim))
    for entry in settings.roles:
        value, _, role = entry.rpartition("=")
        if value in values:
            return next(each for each in get_args(StaffRole) if each == role)
    raise NotAllowed("None of your groups at the provider has a role here. Ask an administrator.")


def _list_values(claims: Mapping[str, Any], path: str) -> Sequence[str]:
    """What stands at "groups" or, by the names on the way, at "realm_access.roles"."""
    found: Any = claims.get(path)
    if found is None:
        found = claims
        for name in path.split("."):
            found = found.get(name) if isinstance(found, dict) else None
    return [
        each for each in (found if isinstance(found, list) else [found]) if isinstance(each, str)
    ]
