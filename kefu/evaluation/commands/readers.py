"""kefu evaluation try-reader, and what the gate tells of those who read."""

from collections import Counter
from dataclasses import asdict
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
    table = build_table("language", "changed", "the same, recognised", "of")
    for language, skill in trial.skills.items():
        recognised = Counter(each.kind for each in skill.outcomes if skill.recognises(each))
        for kind, count in Counter(each.kind for each in skill.outcomes).items():
            table.add_row(language, kind, str(recognised[kind]), str(count))
    Console().print(table)
    for language, skill in trial.skills.items():
        kappa = skill.kappa
        typer.echo(
            f"{language}: above log-odds of {skill.threshold:.2f} are {skill.recognised_count} of"
            f" {len(skill.outcomes)} that say the same (kappa {kappa.mean:.2f}, 95 % interval"
            f" {kappa.low:.2f} to {kappa.high:.2f}) and none that does not; with 95 % confidence at"
            f" most {skill.most_missed:.1%} of such."
        )
    typer.echo(f"Without a readable answer: {trial.unread_count} of {2 * len(trial.outcomes)}.")
    for problem in trial.problems:
        typer.echo(f"{trial.endpoint}, not used: {problem}.")
    if trial.thresholds:
        typer.echo(f"{trial.endpoint} may clear doubts: {', '.join(trial.thresholds)}.")


def _as_json(trial: ReaderTrial) -> dict[str, object]:
    skills = {
        language: {
            "threshold": skill.threshold,
            "count": len(skill.outcomes),
            "recognised_count": skill.recognised_count,
            "kappa": asdict(skill.kappa),
            "most_missed": skill.most_missed,
            "problems": skill.problems,
        }
        for language, skill in trial.skills.items()
    }
    return {
        "is_trusted": bool(trial.thresholds),
        "languages": skills,
        "unread_count": trial.unread_count,
        **asdict(trial),
    }
