"""kefu channels: web sites on which the chatbot stands."""

import json
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import replace
from typing import Annotated

import typer
from rich.console import Console
from rich.table import Table

from kefu.audit import this_operator
from kefu.chatbot.widget.channels import (
    add_channel,
    build_snippet,
    change_channel,
    remove_channel,
    rotate_secret,
)
from kefu.chatbot.widget.records import ACCENT, ChannelLook
from kefu.chatbot.widget.store import get_channel, list_channels
from kefu.db import Connection, open_database
from kefu.knowledge import DEFAULT_BASE
from kefu.settings import Settings, load_settings

NameArgument = Annotated[str, typer.Argument(help="Name of the channel.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
OriginOption = Annotated[
    list[str] | None,
    typer.Option(
        help="Web site that may embed it, as https://shop.example.com; repeatable.",
        show_default=False,
    ),
]


async def add_command(  # noqa: PLR0913 - one parameter an option
    name: NameArgument,
    *,
    base: Annotated[str, typer.Option(help="Knowledge base that answers there.")] = DEFAULT_BASE,
    title: Annotated[
        str | None, typer.Option(help="Stands at the top of the widget; by default the name.")
    ] = None,
    origin: OriginOption = None,
    accent: Annotated[str, typer.Option(help="Colour of buttons.")] = ACCENT,
    greeting_zh: Annotated[str, typer.Option(help="First words on Chinese pages.")] = "",
    greeting_en: Annotated[str, typer.Option(help="First words on English pages.")] = "",
    starter: Annotated[
        list[str] | None,
        typer.Option(help="Question offered at the beginning; repeatable.", show_default=False),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Add a channel and print its script tag and its secret."""
    settings = load_settings()
    look = ChannelLook(
        base=base,
        title=title or name,
        allowed_origins=origin or (),
        accent=accent,
        greetings={"zh": greeting_zh, "en": greeting_en},
        starters=starter or (),
    )
    async with _open(settings) as conn:
        added = await add_channel(conn, name, look, settings=settings, actor=this_operator())
    snippet = build_snippet(name, settings=settings)
    if as_json:
        told = {"name": name, "snippet": snippet, "secret": added.secret}
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    typer.echo(snippet)
    typer.echo(f"Secret, with which your server signs identities: {added.secret}")
    if not added.channel.look.allowed_origins:
        typer.echo("No web site may embed it yet: kefu channels allow NAME --origin ...")


async def allow_command(name: NameArgument, *, origin: OriginOption = None) -> None:
    """Set which web sites may embed a channel, in place of those before; none: no web site."""
    async with _open(load_settings()) as conn:
        look = (await get_channel(conn, name)).look
        changed = replace(look, allowed_origins=origin or ())
        channel = await change_channel(conn, name, changed, actor=this_operator())
    typer.echo(", ".join(channel.look.allowed_origins) or "No web site may embed it.")


async def list_command(*, as_json: JsonOption = False) -> None:
    """Show all channels with the web sites that may embed them."""
    async with _open(load_settings()) as conn:
        channels = await list_channels(conn)
    if as_json:
        told = [
            {
                "name": each.name,
                "base": each.look.base,
                "title": each.look.title,
                "allowed_origins": each.look.allowed_origins,
            }
            for each in channels
        ]
        typer.echo(json.dumps(told, ensure_ascii=False))
        return
    if not channels:
        typer.echo("None yet. Begin with: kefu channels add NAME --origin https://...")
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("Name", "Base", "Title", "Web sites"):
        table.add_column(heading)
    for each in channels:
        look = each.look
        table.add_row(each.name, look.base, look.title, ", ".join(look.allowed_origins))
    Console().print(table)


async def show_snippet_command(name: NameArgument) -> None:
    """Print the script tag that the host site puts on its pages."""
    settings = load_settings()
    async with _open(settings) as conn:
        channel = await get_channel(conn, name)
    typer.echo(build_snippet(channel.name, settings=settings))


async def rotate_secret_command(name: NameArgument) -> None:
    """Print another secret; what was signed with the one before is refused at once."""
    settings = load_settings()
    async with _open(settings) as conn:
        secret = await rotate_secret(conn, name, settings=settings, actor=this_operator())
    typer.echo(secret)


async def remove_command(name: NameArgument) -> None:
    """Take a channel away; its conversations stay."""
    async with _open(load_settings()) as conn:
        await remove_channel(conn, name, actor=this_operator())
    typer.echo(f"{name} is removed.")


@asynccontextmanager
async def _open(settings: Settings) -> AsyncIterator[Connection]:
    async with open_database(settings) as database, database.transaction() as conn:
        yield conn
