"""kefu traces list, show, prune."""

import json
from dataclasses import asdict
from datetime import UTC, datetime, timedelta
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from kefu.audit import record_audit, this_operator
from kefu.db import open_database
from kefu.settings import load_settings
from kefu.tracing.records import Span, Trace, TraceFilter, TraceSummary
from kefu.tracing.retention import prune_traces
from kefu.tracing.traces import get_trace, list_traces, parse_trace_id
from kefu.tracing.waterfall import list_steps

MICROS = 1_000_000
SHOWN_VALUE = 160
BAR_WIDTH = 30

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


async def list_traces_command(
    *,
    hours: Annotated[float, typer.Option(min=0.01, max=87_600, help="Of the last hours.")] = 24.0,
    product: Annotated[str | None, typer.Option(help="As chatbot, cli or knowledge.")] = None,
    endpoint: Annotated[str | None, typer.Option(help="A model call went there.")] = None,
    errors: Annotated[bool, typer.Option("--errors", help="Something failed on the way.")] = False,
    slow: Annotated[
        float | None, typer.Option(min=0, help="It took at least so many seconds.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """List what was answered and taken in, the latest first."""
    wanted = TraceFilter(
        since=datetime.now(UTC) - timedelta(hours=hours),
        product=product,
        endpoint=endpoint,
        has_error=errors,
        min_seconds=slow,
    )
    async with open_database(load_settings()) as database, database.connection() as conn:
        traces = await list_traces(conn, wanted)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in traces], ensure_ascii=False, default=str))
    elif traces:
        for each in traces:
            _print_summary(Console(), each)
    else:
        typer.echo("No traces.")


async def show_trace_command(
    trace_id: Annotated[str, typer.Argument(help="32 digits.", show_default=False)],
    *,
    as_json: JsonOption = False,
) -> None:
    """Show one trace: its steps one after another, with what went in and came out."""
    wanted = parse_trace_id(trace_id)
    async with open_database(load_settings()) as database, database.connection() as conn:
        trace = await get_trace(conn, wanted)
    if as_json:
        typer.echo(json.dumps(asdict(trace), ensure_ascii=False, default=str))
    else:
        _print_trace(Console(), trace)


async def prune_traces_command(
    *,
    days: Annotated[
        int | None,
        typer.Option(min=0, max=3650, help="Keep so many days, by default as the settings say."),
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Drop the traces that are older than they should become; a running server does it hourly."""
    settings = load_settings()
    keep_days = settings.tracing.retention_days if days is None else days
    async with open_database(settings) as database, database.connection() as conn:
        gone = await prune_traces(conn, keep_days=keep_days)
        if gone:
            await record_audit(
                conn,
                actor=this_operator(),
                action="traces.pruned",
                subject=f"until {max(gone)}",
                details={"days": [str(day) for day in gone]},
            )
    if as_json:
        typer.echo(json.dumps({"dropped_days": [str(day) for day in gone]}))
    else:
        typer.echo(f"Traces of {len(gone)} days dropped.")


def _print_summary(console: Console, each: TraceSummary) -> None:
    facts = (
        f"{each.started_at:%Y-%m-%d %H:%M:%S} UTC",
        f"{each.duration_us / MICROS:.2f} s",
        each.product or "",
        each.outcome or "",
        _cost(each),
        "error" if each.error else "",
    )
    console.print(
        Text.assemble((each.trace_id.hex, "cyan"), "  ", ", ".join(fact for fact in facts if fact)),
        soft_wrap=True,
    )
    console.print(Text(f"  {each.question or each.name}", style="dim"), soft_wrap=True)


def _cost(each: TraceSummary) -> str:
    if each.cost_micros is None:
        return ""
    return f"{each.cost_micros / MICROS:.4f} {each.currency or 'USD'}"


def _print_trace(console: Console, trace: Trace) -> None:
    summary = trace.summary
    console.print(Text(summary.question or summary.name, style="bold"))
    facts = [
        f"{summary.started_at:%Y-%m-%d %H:%M:%S} UTC",
        f"{summary.duration_us / MICROS:.3f} s",
        *(each for each in (summary.product, summary.outcome, _cost(summary)) if each),
        f"{summary.span_count} spans",
    ]
    console.print(Text(", ".join(facts), style="dim"))
    for step in list_steps(trace.spans):
        _print_step(console, step.span, depth=step.depth, start=step.start, share=step.share)
    if trace.feedback:
        given = trace.feedback
        said = [each for each in (given.comment, given.correction) if each]
        console.print(Text(f"Feedback: {given.rating}. {' / '.join(said)}", style="yellow"))


def _print_step(console: Console, span: Span, *, depth: int, start: float, share: float) -> None:
    width = max(1, round(share * BAR_WIDTH))
    offset = min(round(start * BAR_WIDTH), BAR_WIDTH - width)
    bar = " " * offset + "━" * width
    name = f"{'  ' * depth}{span.name}"
    console.print(
        Text.assemble(
            (f"{name:<36.36} ", "red" if span.error else "bold"),
            (f"{bar:<{BAR_WIDTH}} ", "cyan"),
            f"{span.duration_us / 1000:9.1f} ms",
        )
    )
    indent = "  " * depth + "    "
    for key, value in span.attributes.items():
        console.print(Text(f"{indent}{key}: {_cut(value)}", style="dim"), soft_wrap=True)
    for event in span.events:
        told = {key: value for key, value in event.items() if key != "name"}
        console.print(Text(f"{indent}{event['name']} {_cut(told)}", style="dim"), soft_wrap=True)
    if span.error:
        console.print(Text(f"{indent}{span.error}", style="red"))


def _cut(value: object) -> str:
    shown = " ".join(str(value).split())
    return shown if len(shown) <= SHOWN_VALUE else shown[:SHOWN_VALUE] + "…"
