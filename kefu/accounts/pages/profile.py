"""One's own account: password, sessions, API keys; and who asks, for programs."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from fastapi import APIRouter, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts.access import (
    CurrentSession,
    delete_session_cookie,
    set_session_cookie,
)
from kefu.accounts.keys import IssuedKey, create_key, list_scopes, revoke_key
from kefu.accounts.pages.callers import describe_caller
from kefu.accounts.passwords import LEAST_CHARACTERS, require_good_password
from kefu.accounts.permissions import AUDIENCES, Permission
from kefu.accounts.records import ApiKey, NewKey, Session
from kefu.accounts.sessions import SignedIn, end_all_sessions, end_other_session
from kefu.accounts.sign_in import change_password, prove
from kefu.accounts.store.keys import list_keys
from kefu.accounts.store.sessions import list_sessions
from kefu.errors import BadInput, KefuError, NotSignedIn
from kefu.resources import Resources
from kefu.web import OpenResources, RowId, read_form, render_page

LIVES_DAYS = (30, 90, 365)
SCOPE_FIELD = "scope."

router = APIRouter()


@dataclass(frozen=True, slots=True, kw_only=True)
class ProfilePage:
    """Everything about one's own account.

    Attributes:
        audiences: what the person may read.
        scopes: what an API key of this person can be given.
        issued: the key that was just made, to be copied here and nowhere else.
        problem: why the password was not changed.
        key_problem: why no key was made.
        wanted: the key that was asked for then.
    """

    signed_in: SignedIn
    audiences: Sequence[str]
    sessions: Sequence[Session]
    keys: Sequence[ApiKey]
    scopes: Sequence[Permission]
    lives_days: Sequence[int] = LIVES_DAYS
    issued: IssuedKey | None = None
    problem: KefuError | None = None
    key_problem: KefuError | None = None
    wanted: NewKey | None = None
    was_changed: bool = False
    least_characters: int = LEAST_CHARACTERS


@router.get("/profile")
async def show_profile(
    request: Request, signed_in: CurrentSession, resources: OpenResources
) -> Response:
    """The page; `?changed` after another password was set."""
    was_changed = "changed" in request.query_params
    return await _render(request, signed_in, resources, was_changed=was_changed)


@router.post("/profile/password")
async def take_password(
    request: Request, signed_in: CurrentSession, resources: OpenResources
) -> Response:
    """Choose another password; every other browser has to sign in again."""
    form = await read_form(request)
    staff, settings = signed_in.staff, resources.settings.accounts
    caller = describe_caller(request)
    try:
        require_good_password(form.get("password", ""), about=(staff.name, staff.email))
        await prove(
            resources.database,
            staff.email,
            form.get("present", ""),
            settings=settings,
            host=caller.host,
        )
    except NotSignedIn:
        problem = BadInput("That is not your present password.")
        return await _render(request, signed_in, resources, status=400, problem=problem)
    except BadInput as error:
        return await _render(request, signed_in, resources, status=error.status, problem=error)
    async with resources.database.transaction() as conn:
        secret = await change_password(
            conn, staff, form.get("password", ""), settings=settings, browser=caller.browser
        )
    response = RedirectResponse("/profile?changed", status_code=303)
    set_session_cookie(request, response, secret)
    return response


@router.post("/profile/sessions/{session_id}/end")
async def end_one(
    session_id: RowId, signed_in: CurrentSession, resources: OpenResources
) -> Response:
    """Sign out of another browser."""
    async with resources.database.transaction() as conn:
        await end_other_session(conn, signed_in.staff, session_id)
    return _back()


@router.post("/profile/sessions/end")
async def end_all(
    request: Request, signed_in: CurrentSession, resources: OpenResources
) -> Response:
    """Sign out everywhere, here too."""
    async with resources.database.transaction() as conn:
        await end_all_sessions(conn, signed_in.staff)
    response = RedirectResponse("/sign-in", status_code=303)
    delete_session_cookie(request, response)
    return response


@router.post("/profile/keys")
async def take_key(
    request: Request, signed_in: CurrentSession, resources: OpenResources
) -> Response:
    """Make an API key and show it this once, or show the form again with the reason."""
    form = await read_form(request)
    wanted = NewKey(
        name=form.get("name", ""),
        scopes=[name[len(SCOPE_FIELD) :] for name in form if name.startswith(SCOPE_FIELD)],
        days=_read_days(form.get("days", "")),
    )
    try:
        async with resources.database.transaction() as conn:
            issued = await create_key(conn, signed_in.staff, wanted)
    except BadInput as error:
        return await _render(
            request, signed_in, resources, status=400, key_problem=error, wanted=wanted
        )
    return await _render(request, signed_in, resources, issued=issued)


@router.post("/profile/keys/{key_id}/revoke")
async def revoke(key_id: RowId, signed_in: CurrentSession, resources: OpenResources) -> Response:
    """Make an API key useless at once."""
    async with resources.database.transaction() as conn:
        await revoke_key(conn, signed_in.staff, key_id)
    return _back()


async def _render(
    request: Request,
    signed_in: SignedIn,
    resources: Resources,
    *,
    status: int = 200,
    **more: Any,
) -> Response:
    staff, idle_minutes = signed_in.staff, resources.settings.accounts.idle_minutes
    async with resources.database.connection() as conn:
        page = ProfilePage(
            signed_in=signed_in,
            audiences=sorted(AUDIENCES[staff.role] | set(staff.audiences)),
            sessions=await list_sessions(conn, staff.id, idle_minutes=idle_minutes),
            keys=await list_keys(conn, staff.id),
            scopes=list_scopes(staff),
            **more,
        )
    return render_page(request, "accounts/profile.html", page, status=status)


def _read_days(given: str) -> int:
    if given not in map(str, LIVES_DAYS):
        raise BadInput(
            "An API key works for one of these numbers of days: %(days)s.",
            days=", ".join(map(str, LIVES_DAYS)),
        )
    return int(given)


def _back() -> RedirectResponse:
    return RedirectResponse("/profile", status_code=303)
