"""kefu releases: list, show, compare, propose, evaluate, promote, override, rollback."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn
from rich.table import Table
from rich.text import Text

from kefu.audit import this_operator
from kefu.db import open_database
from kefu.errors import BadInput
from kefu.releases import (
    Move,
    SettingValue,
    find_live,
    find_trial,
    get_live,
    get_release,
    list_moves,
    list_releases,
)
from kefu.resources import open_resources
from kefu.rollout.beginning import begin
from kefu.rollout.differences import Difference, list_changes
from kefu.rollout.gating import evaluate_release, promote
from kefu.rollout.monitoring import deliver, read_monitors, watch
from kefu.rollout.moving import override, roll_back
from kefu.rollout.proposing import Changes, propose
from kefu.rollout.records import Watched
from kefu.rollout.store import list_alerts
from kefu.rollout.verdicts import ReleaseVerdict
from kefu.settings import load_settings

LIVE = "live"
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
AuthorOption = Annotated[
    str | None, typer.Option(help="Who does it; else the system user.", show_default=False)
]
ReleaseArgument = Annotated[int, typer.Argument(help="Its number.", show_default=False)]
EitherArgument = Annotated[
    str, typer.Argument(help="A number, or `live`.", show_default=False, metavar="RELEASE")
]


async def list_command(*, as_json: JsonOption = False) -> None:
    """Show the releases, and who released what when."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        releases, moves = await list_releases(conn), await list_moves(conn)
        live, trial = await find_live(conn), await find_trial(conn)
    if as_json:
        print_json(
            {
                "live": live.id if live else None,
                "trial": asdict(trial) if trial else None,
                "releases": [asdict(each) for each in releases],
                "moves": [asdict(each) for each in moves],
            }
        )
        return
    table = build_table("release", "", "made", "by", "note")
    for each in releases:
        state = LIVE if live and each.id == live.id else ""
        if trial and each.id == trial.release_id:
            state = f"{trial.kind} {trial.share:.0%}"
        made = f"{each.created_at:%Y-%m-%d %H:%M} UTC"
        table.add_row(str(each.id), state, made, Text(each.author), Text(each.note))
    Console().print(table)
    table = build_table("went live", "release", "how", "by", "reason")
    for move in moves:
        when = f"{move.created_at:%Y-%m-%d %H:%M} UTC"
        row = (when, str(move.release_id), move.kind, Text(move.author), Text(move.reason))
        table.add_row(*row)
    Console().print(table)


async def show_command(release: EitherArgument, *, as_json: JsonOption = False) -> None:
    """Show what a release holds, and what differs from the live one."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        live = await get_live(conn)
        shown = live if release == LIVE else await get_release(conn, _read_number(release))
    changes = list_changes(live.content, shown.content)
    if as_json:
        print_json(asdict(shown) | {"differences": [asdict(each) for each in changes]})
        return
    console = Console()
    console.print(Text.assemble((f"Release {shown.id}", "bold"), f"  {shown.note}"))
    for key, pin in shown.content.prompts.items():
        console.print(Text(f"  {key}@{pin.number or 'shipped'}  {pin.digest[:12]}"))
    names = ", ".join(f"{each.name} ({each.model})" for each in shown.content.endpoints)
    console.print(Text(f"  endpoints  {names or 'none: answers are extracted'}"))
    for name, value in sorted(shown.content.settings.items()):
        console.print(Text(f"  {name} = {value}"))
    for name, digest in shown.knowledge.items():
        console.print(Text(f"  knowledge {name}  {digest[:12]}"))
    if shown.id != live.id:
        _print_changes(console, f"Differs from release {live.id}, which is live:", changes)


async def compare_command(
    left: EitherArgument, right: EitherArgument, *, as_json: JsonOption = False
) -> None:
    """Show what changes from one release to another."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        live = await get_live(conn)
        both = [
            live if each == LIVE else await get_release(conn, _read_number(each))
            for each in (left, right)
        ]
    changes = list_changes(both[0].content, both[1].content)
    if as_json:
        print_json([asdict(each) for each in changes])
    else:
        _print_changes(Console(), f"From release {both[0].id} to {both[1].id}:", changes)


async def propose_command(
    *,
    prompt: Annotated[
        list[str] | None, typer.Option(help="A version, as answer.en@3; as often as needed.")
    ] = None,
    endpoint: Annotated[
        list[str] | None,
        typer.Option(help="All that write, in the order they are asked; none: no model."),
    ] = None,
    set_values: Annotated[
        list[str] | None, typer.Option("--set", help="KEY=VALUE, as retrieval.top_k=8.")
    ] = None,
    note: Annotated[str, typer.Option(help="Why, in a few words.")] = "",
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a release that is the live one but for these changes; nothing goes live."""
    changes = Changes(
        prompts=prompt or (),
        endpoints=endpoint or (),
        settings=dict(map(_read_setting, set_values or ())),
    )
    settings = load_settings()
    async with open_resources(settings) as resources:
        async with resources.database.transaction() as conn:
            live = await find_live(conn) or (await begin(conn, resources)).live
        async with resources.database.transaction() as conn:
            release = await propose(
                conn, resources, changes, author=author or this_operator(), note=note
            )
    if as_json:
        print_json(asdict(release))
        return
    found = list_changes(live.content, release.content)
    _print_changes(Console(), f"Release {release.id} waits. It changes:", found)


async def evaluate_command(release: ReleaseArgument, *, as_json: JsonOption = False) -> None:
    """Put every dataset to the live release and to this one, and hold them against the gates.

    Ends with code 1 when it does not pass.
    """
    with Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), disable=as_json
    ) as bar:
        task = bar.add_task("cases", total=None)
        async with open_resources(load_settings()) as resources:
            verdict = await evaluate_release(
                resources,
                release,
                author=this_operator(),
                on_progress=lambda done, count: bar.update(task, completed=done, total=count),
            )
    _print_verdict(verdict, as_json=as_json)
    if not verdict.is_passed:
        raise typer.Exit(code=1)


async def promote_command(
    release: ReleaseArgument,
    *,
    acknowledge: Annotated[
        str | None, typer.Option(help="Why its prompts are right in what no case shows.")
    ] = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a release live that has passed the gate; one that has not is refused with reasons."""
    async with (
        open_resources(load_settings()) as resources,
        resources.database.transaction() as conn,
    ):
        move = await promote(
            conn, resources, release, author=author or this_operator(), acknowledge=acknowledge
        )
    _print_move(move, as_json=as_json)


async def override_command(
    release: ReleaseArgument,
    *,
    reason: Annotated[str, typer.Option(help="Why the gate is passed by.", show_default=False)],
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a release live whatever the gate says; the audit log keeps the reason."""
    async with open_database(load_settings()) as database, database.transaction() as conn:
        move = await override(conn, release, author=author or this_operator(), reason=reason)
    _print_move(move, as_json=as_json)


async def rollback_command(
    *,
    reason: Annotated[str, typer.Option(help="What is wrong.", show_default=False)],
    to: Annotated[int | None, typer.Option(help="An earlier release; else the one before.")] = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Go back to the release that was live before; the next answer is written by it."""
    async with open_database(load_settings()) as database, database.transaction() as conn:
        move = await roll_back(conn, author=author or this_operator(), reason=reason, to=to)
    _print_move(move, as_json=as_json)


async def monitor_command(*, as_json: JsonOption = False) -> None:
    """Read the monitors of live answers once, raise alerts, and take back what breaches.

    Ends with code 1 when a limit is breached.
    """
    async with open_resources(load_settings()) as resources:
        await watch(resources)
        await deliver(resources)
        async with resources.database.connection() as conn:
            watched = await read_monitors(conn, resources)
            alerts = await list_alerts(conn, is_open=True)
    if as_json:
        print_json(
            {
                "watched": [asdict(each) for each in watched],
                "alerts": [asdict(each) for each in alerts],
            }
        )
    else:
        _print_readings(watched)
    if any(reading.is_breached for each in watched for reading in each.readings):
        raise typer.Exit(code=1)


def _read_number(text: str) -> int:
    if not text.isascii() or not text.isdigit() or len(text) > 9:
        raise BadInput(f"{text!r} is no release: write its number, or {LIVE}.")
    return int(text)


def _read_setting(given: str) -> tuple[str, SettingValue]:
    key, sign, value = given.partition("=")
    if not sign:
        raise BadInput(f"{given!r} is no setting: write KEY=VALUE.")
    return key, value


def _print_readings(watched: Sequence[Watched]) -> None:
    table = build_table("release", "monitor", "value", "limit", "of", "")
    for each in watched:
        for reading in each.readings:
            value = "–" if reading.value is None else f"{reading.value:.3g}"
            state = "breached" if reading.is_breached else ""
            row = (str(each.release_id), reading.monitor, value, f"{reading.limit:g}")
            table.add_row(*row, str(reading.sample_count), Text(f"{state} {reading.detail}"))
    Console().print(table)


def _print_verdict(verdict: ReleaseVerdict, *, as_json: bool) -> None:
    if as_json:
        print_json(verdict.as_record())
        return
    console = Console()
    for each in verdict.datasets:
        which = f"experiment {each.experiment_id} against {each.baseline_id}"
        title = str(each.missing) if each.missing else f"{each.dataset}: {which}"
        console.print(Text(title, style="bold"))
        for check in each.checks:
            mark = "✓" if check.is_passed else "✗" if check.counts else "–"
            style = "green" if check.is_passed else "red" if check.counts else "dim"
            console.print(Text.assemble((f"  {mark} ", style), check.reason), soft_wrap=True)
    if verdict.is_passed:
        number = verdict.release_id
        console.print(f"Release {number} may go live: kefu releases promote {number}")
        return
    console.print(Text(f"Release {verdict.release_id} may not go live.", style="red"))
    for problem in (*verdict.problems, *verdict.unproven):
        console.print(Text(f"  {problem}"), soft_wrap=True)
    console.print(Text(str(verdict.way_out)), soft_wrap=True)


def _print_move(move: Move, *, as_json: bool) -> None:
    if as_json:
        print_json(asdict(move))
    else:
        typer.echo(f"Release {move.release_id} is live now, in place of {move.replaced_id}.")


def _print_changes(console: Console, heading: str, changes: Sequence[Difference]) -> None:
    console.print(Text(heading if changes else "Both are the same.", style="bold"))
    for each in changes:
        console.print(Text(f"  {each}"), soft_wrap=True)


def build_table(*headings: str) -> Table:
    """A table without lines, whose cells fold."""
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def print_json(value: Any) -> None:
    """Show it to a program."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))
