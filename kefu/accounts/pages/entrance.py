"""Signing in and out, and the page behind a one-time link."""

from dataclasses import dataclass
from typing import Annotated, Literal

from fastapi import APIRouter, Depends, Query, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts.access import (
    CurrentViewer,
    delete_session_cookie,
    read_session_cookie,
    require,
    set_session_cookie,
)
from kefu.accounts.links import choose_password, get_invitation, make_first_admin
from kefu.accounts.pages.callers import describe_caller
from kefu.accounts.passwords import LEAST_CHARACTERS
from kefu.accounts.records import Staff
from kefu.accounts.sessions import end_session, start_session
from kefu.accounts.sign_in import sign_in
from kefu.db import Connection
from kefu.errors import BadInput, Conflict, KefuError, NotSignedIn, TooManyRequests
from kefu.resources import Resources
from kefu.settings import AccountSettings
from kefu.viewer import Viewer
from kefu.web import OpenResources, local_path, read_form, render_page

HOME = "/home"
OVERVIEW, DESK = "/admin", "/desk"
LONGEST_TOKEN = 100

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class SignInPage:
    """The form in which people sign in.

    Attributes:
        back: the page they came for.
        is_unsent: something that they sent was not taken, because nobody was signed in.
        problem: why it did not work a moment ago.
        wait_minutes: until a locked address can be used again.
        provider: where else people can sign in; empty: nowhere.
    """

    back: str
    provider: str
    is_unsent: bool = False
    email: str = ""
    problem: Literal["wrong", "locked"] | None = None
    wait_minutes: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class WelcomePage:
    """The form behind a one-time link.

    Attributes:
        staff: whose password is chosen; None: the first administrator is made.
        problem: why what was given was refused.
    """

    staff: Staff | None
    email: str = ""
    name: str = ""
    problem: KefuError | None = None
    least_characters: int = LEAST_CHARACTERS


@router.get(HOME)
async def go_home(
    viewer: Annotated[Viewer, Depends(require("conversations.read"))],
) -> Response:
    """Lead people to where they work: who has no pages to look after, to the desk."""
    home = OVERVIEW if "traces.read" in viewer.permissions else DESK
    return RedirectResponse(home, status_code=303)


@router.get("/sign-in")
async def show_sign_in(
    request: Request,
    resources: OpenResources,
    next: Annotated[str, Query(max_length=2000)] = HOME,
    unsent: Annotated[str, Query(max_length=10)] = "",
) -> Response:
    """The form; `next` is the page to open afterwards, `unsent` says that a form was not taken."""
    provider = _name_provider(resources)
    page = SignInPage(back=local_path(next), provider=provider, is_unsent=bool(unsent))
    return render_page(request, "accounts/sign_in.html", page)


@router.post("/sign-in")
async def take_sign_in(request: Request, resources: OpenResources) -> Response:
    """Begin a session, or show the form again with the reason."""
    form = await read_form(request)
    back, email = local_path(form.get("back")), form.get("email", "")
    provider = _name_provider(resources)
    try:
        secret = await sign_in(
            resources.database,
            email,
            form.get("password", ""),
            settings=resources.settings.accounts,
            caller=describe_caller(request),
        )
    except NotSignedIn:
        page = SignInPage(back=back, provider=provider, email=email, problem="wrong")
        return render_page(request, "accounts/sign_in.html", page, status=401)
    except TooManyRequests as error:
        seconds = error.retry_after_seconds or 0
        page = SignInPage(
            back=back,
            provider=provider,
            email=email,
            problem="locked",
            wait_minutes=seconds // 60 + 1,
        )
        response: Response = render_page(request, "accounts/sign_in.html", page, status=429)
        response.headers["Retry-After"] = str(seconds)
        return response
    response = RedirectResponse(back, status_code=303)
    set_session_cookie(request, response, secret)
    return response


@router.post("/sign-out")
async def sign_out(request: Request, _: CurrentViewer, resources: OpenResources) -> Response:
    """End the session of this browser."""
    secret = read_session_cookie(request)
    if secret is not None:
        async with resources.database.transaction() as conn:
            await end_session(conn, secret)
    response = RedirectResponse("/sign-in", status_code=303)
    delete_session_cookie(request, response)
    return response


@router.get("/welcome/{token}")
async def show_welcome(request: Request, token: str, resources: OpenResources) -> Response:
    """The form behind a one-time link; looking at it does not use the link up."""
    async with resources.database.connection() as conn:
        invitation = await get_invitation(conn, token[:LONGEST_TOKEN])
    page = WelcomePage(staff=invitation.staff)
    return render_page(request, "accounts/welcome.html", page)


@router.post("/welcome/{token}")
async def take_welcome(request: Request, token: str, resources: OpenResources) -> Response:
    """Choose a password, or make the first administrator, and be signed in."""
    form = await read_form(request)
    async with resources.database.transaction() as conn:
        staff = (await get_invitation(conn, token[:LONGEST_TOKEN])).staff
        email, name = form.get("email", ""), form.get("name", "")
        password = form.get("password", "")
        try:
            async with conn.transaction():
                if staff is None:
                    admitted = await make_first_admin(
                        conn, token, email=email, name=name, password=password
                    )
                else:
                    admitted = await choose_password(conn, token, password)
        except (BadInput, Conflict) as error:
            page = WelcomePage(staff=staff, email=email, name=name, problem=error)
            return render_page(request, "accounts/welcome.html", page, status=error.status)
        return await _enter(request, conn, admitted, resources.settings.accounts)


async def _enter(
    request: Request, conn: Connection, staff: Staff, settings: AccountSettings
) -> Response:
    caller = describe_caller(request)
    secret = await start_session(
        conn,
        staff,
        settings=settings,
        browser=caller.browser,
        old_secret=caller.old_secret,
        by="one-time link",
    )
    response = RedirectResponse(HOME, status_code=303)
    set_session_cookie(request, response, secret)
    return response


def _name_provider(resources: Resources) -> str:
    oidc = resources.settings.oidc
    return "" if oidc.issuer is None else oidc.name
