"""Who asks, and whether they may: the one place where permissions are checked."""

from collections.abc import Awaitable, Callable
from typing import Annotated
from urllib.parse import parse_qsl

from fastapi import Depends, Request, Response

from kefu.accounts.customers import view_as_customer
from kefu.accounts.keys import MARK, find_key_viewer
from kefu.accounts.people import name_people
from kefu.accounts.permissions import PERMISSIONS, Permission, lack
from kefu.accounts.records import view_as
from kefu.accounts.secrets import derive_csrf_token, is_same
from kefu.accounts.sessions import SignedIn, find_signed_in
from kefu.errors import NotAllowed, NotSignedIn
from kefu.resources import Resources
from kefu.viewer import ANONYMOUS, Viewer
from kefu.web import SAFE_METHODS, OpenResources, note_viewer

COOKIE = "kefu_session"
SECURE_COOKIE = f"__Host-{COOKIE}"  # browsers take it from this very host over HTTPS only
CSRF_HEADER = "X-CSRF-Token"
CSRF_FIELD = "csrf"
BEARER = "bearer "
API = "/api/"
CUSTOMER = Viewer(name=ANONYMOUS.name, permissions=frozenset(PERMISSIONS["customer"]))


async def identify(request: Request, resources: OpenResources) -> Viewer:
    """Who asks: by API key or signed identity, else by the cookie of a session, else anybody.

    Raises:
        NotSignedIn: the key or identity that was given is not valid.
        NotAllowed: a form came without the token of its session.
    """
    credentials = request.headers.get("authorization", "")
    if credentials[: len(BEARER)].lower() == BEARER:
        return await _identify_bearer(credentials[len(BEARER) :].strip(), resources)
    secret = read_session_cookie(request)
    if secret is None:
        return CUSTOMER
    async with resources.database.connection() as conn:
        signed_in = await find_signed_in(conn, secret, settings=resources.settings.accounts)
        if signed_in is None:
            return CUSTOMER
        shows_people = not request.url.path.startswith(API)
        people = await name_people(conn) if shows_people else {}
    csrf_token = derive_csrf_token(secret)
    if request.method not in SAFE_METHODS:
        await _require_csrf_token(request, csrf_token)
    request.state.signed_in = signed_in
    viewer = view_as(signed_in.staff)
    note_viewer(request, viewer, csrf_token=csrf_token, people=people)
    return viewer


CurrentViewer = Annotated[Viewer, Depends(identify)]


def require(permission: Permission) -> Callable[..., Awaitable[Viewer]]:
    """A dependency that lets in who has the permission, and gives the viewer."""

    async def check(viewer: CurrentViewer) -> Viewer:
        if permission in viewer.permissions:
            return viewer
        if viewer.staff_id is None and viewer.customer_id is None:
            raise NotSignedIn("Sign in, or send an API key, to do this.")
        raise lack(permission)

    return check


async def require_session(request: Request, _: CurrentViewer) -> SignedIn:
    """A dependency that lets in people with a browser; a key may not change its owner's account."""
    signed_in: SignedIn | None = getattr(request.state, "signed_in", None)
    if signed_in is None:
        raise NotSignedIn("Sign in with a browser to do this.")
    return signed_in


CurrentSession = Annotated[SignedIn, Depends(require_session)]


def read_session_cookie(request: Request) -> str | None:
    """The secret of the session that this browser says it has."""
    return request.cookies.get(_cookie_name(request))


def read_csrf_token(request: Request) -> str:
    """What the forms of the session of this browser must carry; empty without one."""
    secret = read_session_cookie(request)
    return "" if secret is None else derive_csrf_token(secret)


def set_session_cookie(request: Request, response: Response, secret: str) -> None:
    """Give the browser the secret of its session, for as long as it runs."""
    response.set_cookie(
        _cookie_name(request),
        secret,
        path="/",
        secure=_is_secure(request),
        httponly=True,
        samesite="lax",
    )


def delete_session_cookie(request: Request, response: Response) -> None:
    """Take the secret away from the browser again."""
    response.delete_cookie(
        _cookie_name(request), path="/", secure=_is_secure(request), httponly=True, samesite="lax"
    )


async def _identify_bearer(token: str, resources: Resources) -> Viewer:
    if not token.startswith(MARK):
        return view_as_customer(token, settings=resources.settings.customers)
    async with resources.database.connection() as conn:
        viewer = await find_key_viewer(conn, token)
    if viewer is None:
        raise NotSignedIn("The API key is not valid or has expired.")
    return viewer


async def _require_csrf_token(request: Request, expected: str) -> None:
    given = request.headers.get(CSRF_HEADER)
    if given is None:
        body = (await request.body()).decode(errors="replace")
        given = dict(parse_qsl(body)).get(CSRF_FIELD, "")
    if not is_same(given, expected):
        raise NotAllowed("The form is from an earlier session. Open the page again and resend it.")


def _cookie_name(request: Request) -> str:
    return SECURE_COOKIE if _is_secure(request) else COOKIE


def _is_secure(request: Request) -> bool:
    return request.url.scheme == "https"
