"""kefu conversations list, show, metrics."""

import json
from collections.abc import Sequence
from dataclasses import asdict, fields
from datetime import UTC, datetime, timedelta
from typing import Annotated
from uuid import UUID

import typer
from rich.console import Console
from rich.markup import escape
from rich.table import Table

from kefu.conversations.inbox_records import InboxEntry, InboxFilter
from kefu.conversations.metric_records import Dimension, Metrics, MetricsReport
from kefu.conversations.metrics import read_metrics
from kefu.conversations.records import Conversation, Message, Status
from kefu.conversations.store.conversations import get_conversation
from kefu.conversations.store.inbox import list_entries
from kefu.conversations.store.messages import list_messages
from kefu.db import open_database
from kefu.settings import load_settings

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


async def list_command(
    *,
    status: Annotated[Status | None, typer.Option(help="Only those that stand so.")] = None,
    text: Annotated[str, typer.Option(help="Somebody wrote it, or the customer's id.")] = "",
    limit: Annotated[int, typer.Option(min=1, max=1000, help="How many.")] = 50,
    as_json: JsonOption = False,
) -> None:
    """List conversations, the latest message first."""
    wanted = InboxFilter(status=status, text=text.strip())
    async with open_database(load_settings()) as database, database.connection() as conn:
        entries = await list_entries(conn, wanted, staff_id=None, limit=limit)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in entries], ensure_ascii=False, default=str))
    elif entries:
        Console().print(_tabulate_entries(entries))
    else:
        typer.echo("No conversations.")


async def show_command(
    conversation_id: Annotated[UUID, typer.Argument(help="Its id.", show_default=False)],
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="Of the last messages.")] = 200,
    as_json: JsonOption = False,
) -> None:
    """Show one conversation: how it stands, what was written, and the notes."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        conversation = await get_conversation(conn, conversation_id)
        messages = await list_messages(conn, conversation_id, limit=limit, with_notes=True)
    if as_json:
        shown = asdict(conversation) | {"messages": [asdict(each) for each in messages]}
        typer.echo(json.dumps(shown, ensure_ascii=False, default=str))
    else:
        _print_conversation(Console(), conversation, messages)


async def metrics_command(
    *,
    since: Annotated[float, typer.Option(min=0.01, max=3650, help="Of the last days.")] = 30.0,
    by: Annotated[Dimension | None, typer.Option(help="Tell the figures apart.")] = None,
    repeat_days: Annotated[
        int, typer.Option(min=1, max=90, help="Coming again within so many days is a repeat.")
    ] = 7,
    as_json: JsonOption = False,
) -> None:
    """First response, handling, resolution, containment, backlog, service level, satisfaction."""
    now = datetime.now(UTC)
    async with open_database(load_settings()) as database, database.connection() as conn:
        report = await read_metrics(
            conn, since=now - timedelta(days=since), by=by, repeat_days=repeat_days, now=now
        )
    if as_json:
        typer.echo(json.dumps(asdict(report), ensure_ascii=False, default=str))
    else:
        Console().print(_tabulate_metrics(report))


def _tabulate_entries(entries: Sequence[InboxEntry]) -> Table:
    table = Table(box=None, pad_edge=False)
    for heading in ("Id", "Last message", "Status", "With", "Queue", "Customer", "Text"):
        table.add_column(heading, no_wrap=heading in {"Id", "Text"})
    for each in entries:
        conversation = each.conversation
        table.add_row(
            str(conversation.id),
            f"{conversation.last_message_at:%Y-%m-%d %H:%M}",
            conversation.status,
            escape(each.assignee_name or conversation.served_by),
            escape(each.queue_name or "-"),
            escape(each.customer_name or conversation.customer_id or "-"),
            escape(" ".join(each.preview.split())),
        )
    return table


def _print_conversation(
    console: Console, conversation: Conversation, messages: Sequence[Message]
) -> None:
    console.print(
        f"[bold]{conversation.id}[/]  {conversation.status}, {conversation.served_by},"
        f" {conversation.priority}, {escape(conversation.channel)}"
    )
    if conversation.hand_over_reason:
        reason, summary = conversation.hand_over_reason, conversation.hand_over_summary
        console.print(escape(f"Handed over ({reason}): {summary}"))
    if conversation.disposition or conversation.labels:
        console.print(escape(f"{conversation.disposition or '-'}  {list(conversation.labels)}"))
    for each in messages:
        who = f"{each.staff_name or each.role}{' (note)' if each.is_internal else ''}"
        console.print(f"\n[dim]{each.created_at:%Y-%m-%d %H:%M:%S}[/]  [bold]{escape(who)}[/]")
        console.print(escape(each.text), soft_wrap=True)


def _tabulate_metrics(report: MetricsReport) -> Table:
    """One row a figure, one column a group."""
    shown = [report.total, *report.groups]
    table = Table(box=None, pad_edge=False)
    table.add_column(f"Since {report.since:%Y-%m-%d %H:%M} UTC")
    for each in shown:
        heading = "all" if each is report.total else escape(each.group or "-")
        table.add_column(heading, justify="right")
    for name in (each.name for each in fields(Metrics) if each.name != "group"):
        if name == "hand_over_rates":
            for reason in report.total.hand_over_rates:
                cells = [_show("rate", each.hand_over_rates.get(reason, 0.0)) for each in shown]
                table.add_row(escape(f"  {reason}"), *cells)
        else:
            label = name.removesuffix("_seconds").replace("_", " ")
            table.add_row(label, *(_show(name, getattr(each, name)) for each in shown))
    return table


def _show(name: str, value: float | None) -> str:
    if value is None:
        return "-"
    if name.endswith("_count"):
        return str(value)
    if name.endswith("_seconds"):
        return f"{value:.0f} s"
    return f"{value:.2f}" if name == "rating_mean" else f"{value:.1%}"
