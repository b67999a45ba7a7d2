"""kefu releases: try, end, arms, shadows; a release is tried beside the live one."""

from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from kefu.audit import this_operator
from kefu.db import open_database
from kefu.errors import BadInput
from kefu.releases import (
    TrialKind,
    end_trial,
    get_release,
    list_shadow_answers,
    list_trials,
    start_trial,
)
from kefu.resources import open_resources
from kefu.rollout.arms import SURE, ArmDifference, Decision, compare_arms
from kefu.rollout.commands.releases import (
    AuthorOption,
    JsonOption,
    ReleaseArgument,
    build_table,
    print_json,
)
from kefu.rollout.trying import require_tryable
from kefu.settings import load_settings

SAID = {
    Decision.GO_ON: "nothing is certain yet, go on.",
    Decision.BETTER: "it is better, stop and promote it.",
    Decision.WORSE: "it is worse in something, stop and end it.",
}


async def try_command(
    release: ReleaseArgument,
    kind: Annotated[TrialKind, typer.Option("--as", help="How.")] = TrialKind.CANARY,
    *,
    share: Annotated[
        float, typer.Option(min=0.0001, max=1.0, help="Of the conversations, as 0.1.")
    ] = 0.1,
    override: Annotated[
        str | None, typer.Option(help="Why it may although it has not passed the gate.")
    ] = None,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Have a release answer a share of the conversations that begin from now on.

    A canary and a comparison are shown to customers, always in the same conversations; a shadow
    is not. Only what has passed the gate is shown to them, or goes with a reason that the audit
    log keeps. A trial that runs gets another share.
    """
    async with (
        open_resources(load_settings()) as resources,
        resources.database.transaction() as conn,
    ):
        reason = await require_tryable(conn, resources, release, kind, reason=override)
        trial = await start_trial(
            conn, release, kind, share=share, author=author or this_operator(), reason=reason
        )
    if as_json:
        print_json(asdict(trial))
    else:
        typer.echo(f"Release {release} is tried as a {kind} on {share:.1%} of conversations.")


async def arms_command(*, as_json: JsonOption = False) -> None:
    """Compare the release that is tried with the live one, as often as you like.

    Of a trial that has ended the last one is shown.
    """
    async with open_database(load_settings()) as database, database.connection() as conn:
        trials = await list_trials(conn, limit=1)
        if not trials:
            raise BadInput("No release was tried yet.")
        arms = await compare_arms(conn, trials[0])
    if as_json:
        print_json(asdict(arms))
        return
    sure = f"difference, {SURE:.0%} sure"
    table = build_table("metric", "live", "tried", sure, "p, always valid", "conversations")
    for each in arms.differences:
        shown = ["–" if value is None else f"{value:.4g}" for value in (each.live, each.tried)]
        counts = f"{each.live_count} / {each.tried_count}"
        table.add_row(each.metric, *shown, _show_interval(each), f"{each.p_value:.3g}", counts)
    Console().print(table)
    typer.echo(
        f"Release {trials[0].release_id} beside release {trials[0].live_id}: {SAID[arms.decision]}"
    )


async def shadows_command(
    release: ReleaseArgument,
    *,
    limit: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 20,
    as_json: JsonOption = False,
) -> None:
    """Show what a release would have answered as a shadow, the latest first."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        await get_release(conn, release)
        shadows = await list_shadow_answers(conn, release, limit=limit)
    if as_json:
        print_json([asdict(each) for each in shadows])
        return
    if not shadows:
        typer.echo(f"Release {release} has answered nothing as a shadow.")
    console = Console()
    for each in shadows:
        given = "the same" if each.given == each.shown else each.given
        for heading, text in (
            (f"{each.created_at:%Y-%m-%d %H:%M} UTC", each.question),
            (f"shown ({each.shown_outcome})", each.shown),
            (f"release {release} ({each.outcome})", given),
        ):
            console.print(Text.assemble((f"{heading}: ", "bold"), text))
        typer.echo()


def _show_interval(difference: ArmDifference) -> str:
    low, high = difference.low, difference.high
    if low is None or high is None:
        return "too few"
    if difference.is_ratio:
        return f"× {low:.3g} to × {high:.3g}"
    return f"{low:+.3g} to {high:+.3g}"


async def end_command(
    *,
    reason: Annotated[str, typer.Option(help="Why.", show_default=False)],
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """End the trial: all conversations get the live release."""
    async with open_database(load_settings()) as database, database.transaction() as conn:
        trial = await end_trial(conn, author=author or this_operator(), reason=reason)
    if as_json:
        print_json(asdict(trial))
    else:
        typer.echo(f"The {trial.kind} of release {trial.release_id} has ended.")
