"""The people who work here: invite, change, shut out, hand out a link."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, get_args

from fastapi import APIRouter, Depends, Request, Response
from fastapi.responses import RedirectResponse

from kefu.accounts.access import CurrentSession, require, require_session
from kefu.accounts.links import create_link
from kefu.accounts.people import add_staff, change_staff, disable_staff, enable_staff
from kefu.accounts.permissions import AUDIENCES, TABLE, Permission, Role, StaffRole
from kefu.accounts.records import Staff
from kefu.accounts.store.staff import get_staff, list_staff
from kefu.errors import BadInput, Conflict, KefuError
from kefu.resources import Resources
from kefu.web import OpenResources, RowId, read_form, render_page

ROLES: Sequence[StaffRole] = get_args(StaffRole)

# In a browser only: a key that could make people would be worth as much as an administrator.
router = APIRouter(
    prefix="/admin/staff",
    dependencies=[Depends(require("staff.manage")), Depends(require_session)],
)


@dataclass(frozen=True, slots=True, kw_only=True)
class PeoplePage:
    """Everybody, and the form to invite somebody.

    Attributes:
        invited: who was just invited by `link`, which can be read here and nowhere else.
        problem: why nobody was, with what was `given` in the form.
    """

    people: Sequence[Staff]
    table: Sequence[tuple[Permission, Sequence[str]]]
    roles: Sequence[StaffRole] = ROLES
    all_roles: Sequence[Role] = get_args(Role)
    invited: Staff | None = None
    link: str = ""
    hours: int = 0
    problem: KefuError | None = None
    given: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class PersonPage:
    """One person.

    Attributes:
        is_self: nobody changes their own role or shuts themselves out.
        link: the one-time link that was just made, which can be read here and nowhere else.
        problem: why the person was not changed.
    """

    person: Staff
    is_self: bool
    own_audiences: Sequence[str]
    roles: Sequence[StaffRole] = ROLES
    link: str = ""
    hours: int = 0
    problem: KefuError | None = None


@router.get("")
async def show_people(request: Request, resources: OpenResources) -> Response:
    """Everybody by name, with the table of roles."""
    return await _render_people(request, resources)


@router.post("")
async def invite(request: Request, signed_in: CurrentSession, resources: OpenResources) -> Response:
    """Add a person and show the link by which the person chooses a password."""
    form = await read_form(request)
    try:
        async with resources.database.transaction() as conn:
            staff = await add_staff(
                conn,
                actor=signed_in.staff.email,
                email=form.get("email", ""),
                name=form.get("name", ""),
                role=form.get("role", ""),
                audiences=_split(form.get("audiences", "")),
            )
            link = await create_link(
                conn, staff, actor=signed_in.staff.email, settings=resources.settings
            )
    except (BadInput, Conflict) as error:
        return await _render_people(
            request, resources, status=error.status, problem=error, given=form
        )
    return await _render_people(request, resources, invited=staff, link=link)


@router.get("/{staff_id}")
async def show_person(
    request: Request, staff_id: RowId, signed_in: CurrentSession, resources: OpenResources
) -> Response:
    """One person, to be changed."""
    async with resources.database.connection() as conn:
        person = await get_staff(conn, staff_id)
    return _render_person(request, person, is_self=person.id == signed_in.staff.id)


@router.post("/{staff_id}")
async def change(
    request: Request, staff_id: RowId, signed_in: CurrentSession, resources: OpenResources
) -> Response:
    """Change a person's name, role and audiences."""
    form = await read_form(request)
    async with resources.database.transaction() as conn:
        person = await get_staff(conn, staff_id)
        is_self = person.id == signed_in.staff.id
        try:
            async with conn.transaction():
                await change_staff(
                    conn,
                    staff_id,
                    actor=signed_in.staff.email,
                    name=form.get("name", ""),
                    role=person.role if is_self else form.get("role", ""),
                    audiences=person.audiences if is_self else _split(form.get("audiences", "")),
                )
        except (BadInput, Conflict) as error:
            return _render_person(request, person, is_self=is_self, problem=error)
    return _to(staff_id)


@router.post("/{staff_id}/link")
async def hand_out_link(
    request: Request, staff_id: RowId, signed_in: CurrentSession, resources: OpenResources
) -> Response:
    """Show a link by which the person chooses another password."""
    async with resources.database.transaction() as conn:
        person = await get_staff(conn, staff_id)
        link = await create_link(
            conn, person, actor=signed_in.staff.email, settings=resources.settings
        )
    hours = resources.settings.accounts.link_hours
    is_self = person.id == signed_in.staff.id
    return _render_person(request, person, is_self=is_self, link=link, hours=hours)


@router.post("/{staff_id}/disable")
async def disable(staff_id: RowId, signed_in: CurrentSession, resources: OpenResources) -> Response:
    """Shut a person out at once."""
    if staff_id == signed_in.staff.id:
        raise Conflict("You cannot shut yourself out; another administrator can.")
    async with resources.database.transaction() as conn:
        await disable_staff(conn, staff_id, actor=signed_in.staff.email)
    return _to(staff_id)


@router.post("/{staff_id}/enable")
async def enable(staff_id: RowId, signed_in: CurrentSession, resources: OpenResources) -> Response:
    """Let a person in again."""
    async with resources.database.transaction() as conn:
        await enable_staff(conn, staff_id, actor=signed_in.staff.email)
    return _to(staff_id)


async def _render_people(
    request: Request, resources: Resources, *, status: int = 200, **more: Any
) -> Response:
    async with resources.database.connection() as conn:
        page = PeoplePage(
            people=await list_staff(conn),
            table=[(permission, roles.split()) for permission, roles in TABLE.items()],
            hours=resources.settings.accounts.link_hours,
            **more,
        )
    return render_page(request, "accounts/people.html", page, status=status)


def _render_person(
    request: Request, person: Staff, *, problem: KefuError | None = None, **more: Any
) -> Response:
    page = PersonPage(
        person=person, own_audiences=sorted(AUDIENCES[person.role]), problem=problem, **more
    )
    status = 200 if problem is None else problem.status
    return render_page(request, "accounts/person.html", page, status=status)


def _split(given: str) -> Sequence[str]:
    return re.split(r"[,，、;；]", given)


def _to(staff_id: int) -> RedirectResponse:
    return RedirectResponse(f"/admin/staff/{staff_id}", status_code=303)
