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

    One that is never wrong about those that do not, and seldom about the others, clears doubts of
    the gate about what was only written anew. Ends with code 1 when it is not believed.
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
    if not trial.is_trusted:
        raise typer.Exit(code=1)


def tell_read(check: KnowledgeCheck) -> None:
    """Print what a model cleared, on standard error."""
    for line in list_read(check):
        typer.echo(line, err=True)


def _print(trial: ReaderTrial) -> None:
    count, kappa = len(trial.outcomes), trial.kappa
    table = build_table("changed", "the same, recognised", "not the same, missed", "of each")
    recognised = Counter(each.kind for each in trial.outcomes if each.is_same)
    missed = Counter(each.kind for each in trial.outcomes if each.is_other)
    for kind, of in Counter(each.kind for each in trial.outcomes).items():
        table.add_row(kind, str(recognised[kind]), str(missed[kind]), str(of))
    Console().print(table)
    typer.echo(
        f"Agreement with the labels: kappa {kappa.mean:.2f}, 95 % interval {kappa.low:.2f} to"
        f" {kappa.high:.2f}.\n"
        f"Not the same, and taken for it: {trial.missed_count} of {count}; with 95 % confidence at"
        f" most {trial.most_missed:.1%}.\n"
        f"The same, and taken for it: {trial.recognised_count} of {count}."
        f" Without a readable answer: {trial.unread_count} of {2 * count}."
    )
    verdict = (
        "it may clear doubts" if trial.is_trusted else f"not used: {'; '.join(trial.problems)}"
    )
    typer.echo(f"{trial.endpoint}: {verdict}.")


def _as_json(trial: ReaderTrial) -> dict[str, object]:
    return {
        "is_trusted": trial.is_trusted,
        "problems": trial.problems,
        "kappa": asdict(trial.kappa),
        "recognised_count": trial.recognised_count,
        "missed_count": trial.missed_count,
        "most_missed": trial.most_missed,
        "unread_count": trial.unread_count,
        **asdict(trial),
    }
