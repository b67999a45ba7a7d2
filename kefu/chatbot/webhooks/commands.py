"""kefu webhooks: other systems that hear of conversations, and messengers."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.table import Table

from kefu.audit import this_operator
from kefu.chatbot.webhooks.delivering import send_test
from kefu.chatbot.webhooks.records import Delivery, NewWebhook, State
from kefu.chatbot.webhooks.registering import (
    add_webhook,
    disable_webhook,
    enable_webhook,
    move_webhook,
    remove_webhook,
    rotate_secret,
)
from kefu.chatbot.webhooks.store import deliveries as store
from kefu.chatbot.webhooks.store.webhooks import get_webhook, list_webhooks
from kefu.db import open_database
from kefu.resources import open_resources
from kefu.settings import load_settings

MOST_SHOWN = 500
Name = Annotated[str, typer.Argument(help="Name of the webhook.", show_default=False)]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


async def add_command(  # noqa: PLR0913 - one parameter an option
    name: Name,
    url: Annotated[str, typer.Argument(help="Where messages are sent.", show_default=False)],
    *,
    kind: Annotated[
        list[str] | None,
        typer.Option(help="Event that is sent; repeatable; by default all.", show_default=False),
    ] = None,
    full: Annotated[bool, typer.Option("--full", help="Send what messages say.")] = False,
    channel_base: Annotated[
        str | None,
        typer.Option(help="It is a messenger, whose customers are answered from this base."),
    ] = None,
    allow_private: Annotated[
        bool, typer.Option("--allow-private", help="It may lead into the own network.")
    ] = False,
    parallel: Annotated[
        int, typer.Option(min=1, max=32, help="Most messages sent at the same time.")
    ] = 4,
    as_json: JsonOption = False,
) -> None:
    """Add a webhook and print the secret that messages are signed with."""
    settings = load_settings()
    wanted = NewWebhook(
        name=name,
        url=url,
        kinds=kind or (),
        is_full=full,
        channel_base=channel_base,
        allows_private=allow_private,
        parallel=parallel,
    )
    async with open_database(settings) as database, database.transaction() as conn:
        added = await add_webhook(conn, wanted, settings=settings, actor=this_operator())
    if as_json:
        typer.echo(json.dumps({"name": name, "secret": added.secret}))
    else:
        typer.echo(f"Secret, to verify what Kefu sends: {added.secret}")


async def list_command(*, as_json: JsonOption = False) -> None:
    """Show all webhooks."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        webhooks = await list_webhooks(conn)
    if as_json:
        told = [asdict(each) for each in webhooks]
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
        return
    table = Table("Name", "Address", "Events", "State", box=None, pad_edge=False)
    for each in webhooks:
        kinds = ", ".join(each.kinds) or "all"
        state = f"off: {each.disabled_reason}" if each.disabled_at else "on"
        table.add_row(each.name, each.url, kinds, state)
    Console().print(table)


async def test_command(name: Name) -> None:
    """Send a test to a webhook and say what it answers."""
    async with open_resources(load_settings()) as resources:
        status = await send_test(resources, name)
    typer.echo(f"Taken, with status {status}.")


async def list_deliveries_command(
    name: Name,
    *,
    state: Annotated[
        str | None, typer.Option(help="Only those: waiting, delivered or given_up.")
    ] = None,
    limit: Annotated[int, typer.Option(min=1, max=MOST_SHOWN, help="How many.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show the last deliveries to a webhook, the newest first."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        webhook = await get_webhook(conn, name)
        wanted = _read_state(state)
        found = await store.list_deliveries(conn, webhook.name, state=wanted, limit=limit)
    if as_json:
        told = [asdict(each) | {"state": each.state} for each in found]
        typer.echo(json.dumps(told, ensure_ascii=False, default=str))
    else:
        _print(found)


async def redeliver_command(
    id: Annotated[UUID, typer.Argument(help="Of the delivery.", show_default=False)],
) -> None:
    """Have a delivery sent again by the running server, from the first attempt on."""
    async with open_database(load_settings()) as database, database.transaction() as conn:
        delivery = await store.restart(conn, id)
    typer.echo(f"{delivery.message_id} is sent to {delivery.webhook} again.")


async def move_command(
    name: Name,
    url: Annotated[str, typer.Argument(help="Where it leads from now on.", show_default=False)],
) -> None:
    """Have a webhook lead elsewhere; its secret stays, and what waits is sent there at once."""
    async with open_database(load_settings()) as database, database.transaction() as conn:
        webhook = await move_webhook(conn, name, url, actor=this_operator())
    typer.echo(f"{name} leads to {webhook.url}.")


async def rotate_command(
    name: Name,
    *,
    keep_hours: Annotated[
        int, typer.Option(min=0, max=720, help="So long the secret before holds too.")
    ] = 24,
) -> None:
    """Print another secret; for a while messages are signed with both."""
    settings = load_settings()
    async with open_database(settings) as database, database.transaction() as conn:
        secret = await rotate_secret(
            conn, name, keep_hours=keep_hours, settings=settings, actor=this_operator()
        )
    typer.echo(secret)


async def switch_command(
    name: Name,
    *,
    on: Annotated[bool, typer.Option("--on/--off", help="Whether it is used.")],
) -> None:
    """Use a webhook, or leave it out; what happens meanwhile is sent when it is used again."""
    actor = this_operator()
    async with open_database(load_settings()) as database, database.transaction() as conn:
        if on:
            await enable_webhook(conn, name, actor=actor)
        else:
            await disable_webhook(conn, name, reason=f"Switched off by {actor}.", actor=actor)
    typer.echo(f"{name} is {'on' if on else 'off'}.")


async def remove_command(name: Name) -> None:
    """Take a webhook away with its deliveries; conversations stay."""
    async with open_database(load_settings()) as database, database.transaction() as conn:
        await remove_webhook(conn, name, actor=this_operator())
    typer.echo(f"{name} is removed.")


def _read_state(given: str | None) -> State | None:
    match given:
        case None | "waiting" | "delivered" | "given_up":
            return given
        case _:
            raise typer.BadParameter("It is waiting, delivered or given_up.")


def _print(found: Sequence[Delivery]) -> None:
    table = Table("Delivery", "Event", "State", "Attempts", "Answer", box=None, pad_edge=False)
    for each in found:
        event = "test" if each.event_number is None else str(each.event_number)
        answer = each.last_problem or str(each.last_status or "")
        table.add_row(str(each.id), event, each.state, str(each.attempt_count), answer)
    Console().print(table)
