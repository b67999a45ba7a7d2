"""kefu evaluation try-reader, and what the gate tells of those who read."""

from collections import Counter
from dataclasses import asdict
from math import isinf
from typing import Annotated

import typer
from rich.console import Console

from kefu.audit import this_operator
from kefu.evaluation.commands.experiments import Bar
from kefu.evaluation.commands.printing import JsonOption, build_table, print_json
from kefu.evaluation.knowledge_check import KnowledgeCheck
from kefu.evaluation.readers import ReaderTrial
from kefu.evaluation.reading import try_reader
from kefu.evaluation.summaries import list_read
from kefu.resources import open_resources
from kefu.settings import load_settings


async def try_reader_command(
    endpoint: Annotated[
        str, typer.Argument(help="The endpoint that is to read.", show_default=False)
    ],
    *,
    as_json: JsonOption = False,
) -> None:
    """Ask a model about sentences of which it is known whether they say the same.

    Where it is surer that two texts say the same than it was of any that do not, it clears doubts
    of the gate about what was only written anew. Ends with code 1 when it is believed in no
    language.
    """
    async with open_resources(load_settings()) as resources:
        with Bar(is_shown=not as_json) as bar:
            trial = await try_reader(
                resources, endpoint, author=this_operator(), on_progress=bar.show
            )
    if as_json:
        print_json(_as_json(trial))
    else:
        _print(trial)
    if not trial.thresholds:
        raise typer.Exit(code=1)


def tell_read(check: KnowledgeCheck) -> None:
    """Print what a model cleared, on standard error."""
    for line in list_read(check):
        typer.echo(line, err=True)


def _print(trial: ReaderTrial) -> None:
    table = build_table("language", "changed", "the same, recognised", "not the same, missed", "of")
    for language, skill in trial.skills.items():
        recognised = Counter(each.kind for each in skill.outcomes if skill.recognises(each))
        missed = Counter(each.kind for each in skill.outcomes if skill.misses(each))
        for kind, count in Counter(each.kind for each in skill.outcomes).items():
            table.add_row(language, kind, str(recognised[kind]), str(missed[kind]), str(count))
    Console().print(table)
    for language, skill in trial.skills.items():
        if isinf(skill.threshold):
            continue
        kappa, count = skill.kappa, len(skill.outcomes)
        typer.echo(
            f"{language}: believed above log-odds of {skill.threshold:.2f}, where"
            f" {skill.recognised_count} of {count} say the same and {skill.missed_count} of {count}"
            f" do not; kappa {kappa.mean:.2f}, 95 % interval {kappa.low:.2f} to {kappa.high:.2f}."
        )
    typer.echo(
        f"Of what does not say the same at most {trial.most_missed:.1%} pass, with 95 % confidence."
        f" Without a readable answer: {trial.unread_count} of {2 * len(trial.outcomes)}."
    )
    for problem in trial.problems:
        typer.echo(f"{trial.endpoint}, not used: {problem}.")
    if trial.thresholds:
        typer.echo(f"{trial.endpoint} may clear doubts: {', '.join(trial.thresholds)}.")


def _as_json(trial: ReaderTrial) -> dict[str, object]:
    skills = {
        language: {
            "threshold": None if isinf(skill.threshold) else skill.threshold,
            "count": len(skill.outcomes),
            "recognised_count": skill.recognised_count,
            "missed_count": skill.missed_count,
            "kappa": asdict(skill.kappa),
        }
        for language, skill in trial.skills.items()
    }
    return {
        "is_trusted": bool(trial.thresholds),
        "problems": trial.problems,
        "languages": skills,
        "most_missed": trial.most_missed,
        "unread_count": trial.unread_count,
        **asdict(trial),
    }
