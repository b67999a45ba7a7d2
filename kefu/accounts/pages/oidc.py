"""Signing in at an OpenID Connect provider: the way there and the way back."""

import hmac
from typing import Annotated

from fastapi import APIRouter, Query, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts.access import set_session_cookie
from kefu.accounts.oidc import REQUEST_MINUTES, admit, begin_sign_in, finish_sign_in
from kefu.accounts.oidc_provider import CALLBACK, OidcProvider
from kefu.accounts.pages.callers import describe_caller
from kefu.accounts.sessions import start_session
from kefu.audit import record_audit
from kefu.errors import KefuError, NotAllowed, NotFound
from kefu.resources import Resources
from kefu.web import OpenResources, local_path

HOME = "/home"
PATH = "/sign-in/oidc"
COOKIE = "kefu_sign_in"
LONGEST = 4000

router = APIRouter()

Text = Annotated[str, Query(max_length=LONGEST)]


@router.get(PATH)
async def go_to_provider(request: Request, resources: OpenResources, next: Text = HOME) -> Response:
    """Send the browser to the provider; only this browser can bring the answer back."""
    provider = _get_provider(request)
    address, state = await begin_sign_in(resources.database, provider, back=local_path(next))
    response = RedirectResponse(address, status_code=303)
    response.set_cookie(
        COOKIE,
        state,
        max_age=REQUEST_MINUTES * 60,
        path=PATH,
        secure=request.url.scheme == "https",
        httponly=True,
        samesite="lax",
    )
    return response


@router.get(CALLBACK)
async def come_back(
    request: Request,
    resources: OpenResources,
    state: Text = "",
    code: Text = "",
    error: Text = "",
    iss: Text = "",
) -> Response:
    """Sign in whoever the provider says it is."""
    provider = _get_provider(request)
    try:
        expected = request.cookies.get(COOKIE, "")
        if not state or not hmac.compare_digest(state.encode(), expected.encode()):
            raise NotAllowed("This sign-in was not begun in this browser. Begin again.")
        if iss not in {"", resources.settings.oidc.issuer}:
            raise NotAllowed("The answer comes from another provider.")
        if error or not code:
            raise NotAllowed(
                "The provider refused the sign-in: %(reason)s.", reason=f"{error!r:.60}"
            )
        response = await _enter(request, resources, provider, state=state, code=code)
    except KefuError as refusal:
        await _record_failure(request, resources, refusal)
        raise
    response.delete_cookie(COOKIE, path=PATH)
    return response


async def _enter(
    request: Request, resources: Resources, provider: OidcProvider, *, state: str, code: str
) -> Response:
    settings = resources.settings
    identity, back = await finish_sign_in(
        resources.database, provider, state=state, code=code, settings=settings.oidc
    )
    caller = describe_caller(request)
    async with resources.database.transaction() as conn:
        staff = await admit(conn, identity, settings=settings.oidc)
        secret = await start_session(
            conn,
            staff,
            settings=settings.accounts,
            browser=caller.browser,
            old_secret=caller.old_secret,
            by="single sign-on",
        )
    response = RedirectResponse(local_path(back), status_code=303)
    set_session_cookie(request, response, secret)
    return response


async def _record_failure(request: Request, resources: Resources, refusal: KefuError) -> None:
    async with resources.database.transaction() as conn:
        await record_audit(
            conn,
            actor="nobody",
            action="session.refused",
            subject=str(resources.settings.oidc.issuer),
            details={"reason": str(refusal), "host": describe_caller(request).host},
        )


def _get_provider(request: Request) -> OidcProvider:
    provider: OidcProvider | None = request.app.state.oidc
    if provider is None:
        raise NotFound("Signing in at a provider is not set up here.")
    return provider
