"""kefu staff: the people who work here, for whoever runs the server."""

import json
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kefu.accounts.links import create_link
from kefu.accounts.people import add_staff, clean_email, disable_staff
from kefu.accounts.records import Staff
from kefu.accounts.store.staff import find_staff, list_staff
from kefu.audit import this_operator
from kefu.db import Connection, open_database
from kefu.errors import NotFound
from kefu.settings import Settings, load_settings

EmailArgument = Annotated[str, typer.Argument(help="E-mail address.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


async def add_staff_command(
    email: EmailArgument,
    *,
    name: Annotated[str | None, typer.Option(help="By default the address.")] = None,
    role: Annotated[str, typer.Option(help="staff, editor, manager or admin.")] = "staff",
    audience: Annotated[
        list[str] | None,
        typer.Option(help="What the person reads beyond the role; repeatable.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Add a person and print the one-time link by which the person chooses a password."""
    settings = load_settings()
    async with _open(settings) as conn:
        staff = await add_staff(
            conn,
            actor=this_operator(),
            email=email,
            name=name or email,
            role=role,
            audiences=audience or (),
        )
        link = await create_link(conn, staff, actor=this_operator(), settings=settings)
    _print_link(staff, link, settings, as_json=as_json)


async def list_staff_command(*, as_json: JsonOption = False) -> None:
    """Show who works here, with role, audiences and state."""
    async with _open(load_settings()) as conn:
        people = await list_staff(conn)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in people], ensure_ascii=False, default=str))
    elif not people:
        typer.echo("Nobody yet. Begin with: kefu staff add EMAIL --role admin")
    else:
        Console().print(_table(people))


async def disable_staff_command(email: EmailArgument) -> None:
    """Shut a person out at once: sessions end, links and API keys no longer work."""
    async with _open(load_settings()) as conn:
        staff = await disable_staff(conn, (await _get(conn, email)).id, actor=this_operator())
    typer.echo(f"{staff.email} is disabled.")


async def reset_link_command(email: EmailArgument, *, as_json: JsonOption = False) -> None:
    """Print a one-time link by which a person chooses another password."""
    settings = load_settings()
    async with _open(settings) as conn:
        staff = await _get(conn, email)
        link = await create_link(conn, staff, actor=this_operator(), settings=settings)
    _print_link(staff, link, settings, as_json=as_json)


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[Connection]:
    async with open_database(settings) as database, database.transaction() as conn:
        yield conn


async def _get(conn: Connection, email: str) -> Staff:
    staff = await find_staff(conn, clean_email(email))
    if staff is None:
        raise NotFound(f"There is nobody with the address {email}.")
    return staff


def _print_link(staff: Staff, link: str, settings: Settings, *, as_json: bool) -> None:
    hours = settings.accounts.link_hours
    if as_json:
        typer.echo(json.dumps({"email": staff.email, "link": link, "hours": hours}))
    else:
        typer.echo(f"For {staff.name}: {link}  (works once, for {hours} hours)")


def _table(people: Sequence[Staff]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("E-mail address", "Name", "Role", "Also reads", "State"):
        table.add_column(heading)
    for each in people:
        state = "disabled" if each.disabled_at else "active" if each.has_password else "invited"
        table.add_row(each.email, each.name, each.role, ", ".join(each.audiences), state)
    return table
