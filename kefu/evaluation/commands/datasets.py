"""kefu evaluation: import, export, list, propose, review, remove, unseal."""

from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.text import Text

from kefu.audit import this_operator
from kefu.db import open_database
from kefu.errors import BadInput
from kefu.evaluation.cases import as_line, read_lines, write_lines
from kefu.evaluation.commands.printing import (
    DatasetOption,
    JsonOption,
    build_table,
    print_json,
    write,
)
from kefu.evaluation.datasets import (
    load_cases,
    read_version,
    remove_dataset,
    save_version,
    unseal,
)
from kefu.evaluation.experiments import SEED
from kefu.evaluation.proposing import (
    propose_from_conversations,
    propose_from_feedback,
    propose_from_knowledge,
)
from kefu.evaluation.records import Origin, Proposal
from kefu.evaluation.reviewing import review
from kefu.evaluation.store.datasets import get_dataset, list_datasets
from kefu.evaluation.store.experiments import list_experiments
from kefu.evaluation.store.proposals import list_proposals
from kefu.evaluation.tickets import Ticket, propose_from_tickets, read_tickets
from kefu.knowledge import DEFAULT_BASE, find_base
from kefu.prompts import load_text
from kefu.settings import load_settings


async def import_command(
    file: Annotated[Path, typer.Argument(help="JSON Lines.", show_default=False)],
    *,
    dataset: DatasetOption,
    base: Annotated[
        str | None, typer.Option("--base", help="Knowledge base it is about; else main.")
    ] = None,
    note: Annotated[str, typer.Option(help="Why, in a few words.")] = "",
    as_json: JsonOption = False,
) -> None:
    """Make a file the latest version of a dataset, all of it or nothing."""
    cases = read_lines(load_text(file))
    async with open_database(load_settings()) as database, database.transaction() as conn:
        version = await save_version(
            conn, dataset, cases, author=this_operator(), base=base, note=note
        )
        is_there = await find_base(conn, version.base) is not None
    if as_json:
        print_json(asdict(version))
    else:
        which = "" if is_there else ", which there is not yet"
        typer.echo(f"{version}: {version.case_count} cases about the base {version.base}{which}.")


async def export_command(
    *,
    dataset: DatasetOption,
    file: Annotated[
        Path | None, typer.Option("--file", help="Where it goes; else standard output.")
    ] = None,
) -> None:
    """Write the cases of a dataset as JSON Lines."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        text = write_lines(await load_cases(conn, await read_version(conn, dataset)))
    if file is None:
        typer.echo(text, nl=False)
    else:
        write(file, text)


async def list_command(*, as_json: JsonOption = False) -> None:
    """Show the datasets and the latest experiments."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        datasets = await list_datasets(conn)
        experiments = await list_experiments(conn, limit=20)
    if as_json:
        print_json(
            {
                "datasets": [asdict(each) for each in datasets],
                "experiments": [asdict(each) for each in experiments],
            }
        )
        return
    table = build_table("dataset", "base", "versions", "cases", "to review")
    for each in datasets:
        counts = (each.version_count, each.case_count, each.proposal_count)
        table.add_row(Text(each.name), Text(each.base), *map(str, counts))
    Console().print(table)
    table = build_table("experiment", "name", "dataset", "results", "started")
    for one in experiments:
        results = f"{one.result_count} of {one.case_count}"
        started = f"{one.started_at:%Y-%m-%d %H:%M} UTC"
        version = f"{one.dataset}@{one.version}"
        table.add_row(str(one.id), Text(one.name), version, results, started)
    Console().print(table)


async def propose_command(  # noqa: PLR0913 - one parameter an option
    *,
    dataset: DatasetOption,
    origin: Annotated[Origin, typer.Option("--from", help="Where the cases come from.")],
    count: Annotated[int, typer.Option(min=1, max=1000, help="At most so many.")] = 50,
    days: Annotated[
        int, typer.Option(min=1, max=3650, help="How far back conversations and feedback go.")
    ] = 30,
    base: Annotated[str, typer.Option("--base", help="Knowledge base.")] = DEFAULT_BASE,
    seed: Annotated[int, typer.Option(help="Of the sample.")] = SEED,
    file: Annotated[
        Path | None, typer.Option(help="Old tickets: CSV or JSON Lines, for `ticket`.")
    ] = None,
) -> None:
    """Propose cases from what there is or a file of old tickets, personal data masked."""
    tickets = _load_tickets(origin, file)
    async with open_database(load_settings()) as database, database.transaction() as conn:
        if origin is Origin.CONVERSATION:
            found = await propose_from_conversations(
                conn, dataset, count=count, days=days, seed=seed, base=base
            )
        elif origin is Origin.FEEDBACK:
            found = await propose_from_feedback(conn, dataset, count=count, days=days, base=base)
        elif origin is Origin.TICKET:
            found = await propose_from_tickets(conn, dataset, tickets, base=base, count=count)
        else:
            found = await propose_from_knowledge(conn, dataset, base=base, count=count, seed=seed)
    typer.echo(
        f"Newly proposed: {found}. All that waits: kefu evaluation review --dataset {dataset}"
    )


def _load_tickets(origin: Origin, file: Path | None) -> Sequence[Ticket]:
    if (origin is Origin.TICKET) != (file is not None):
        raise BadInput("Tickets come from a file: write --from ticket --file tickets.csv.")
    if file is None:
        return ()
    return read_tickets(load_text(file), is_csv=file.suffix.lower() == ".csv")


async def review_command(
    *,
    dataset: Annotated[
        str | None, typer.Option(help="Name of the dataset; else all that wait are shown.")
    ] = None,
    accept: Annotated[list[int] | None, typer.Option(help="Number of a good case.")] = None,
    reject: Annotated[list[int] | None, typer.Option(help="Number of a bad one.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show the proposed cases, or make a version of those that are accepted."""
    decides = bool(accept or reject)
    if decides and dataset is None:
        raise BadInput("Name the dataset by --dataset; the list says which one a case is for.")
    async with open_database(load_settings()) as database, database.transaction() as conn:
        if dataset is not None:
            await get_dataset(conn, dataset)
        if dataset is not None and decides:
            version = await review(
                conn, dataset, accepted=accept or (), rejected=reject or (),
                reviewer=this_operator(),
            )  # fmt: skip
            typer.echo(str(version or dataset))
            return
        waiting = await list_proposals(conn, dataset)
    _print_proposals(waiting, as_json=as_json)


def _print_proposals(waiting: Sequence[Proposal], *, as_json: bool) -> None:
    if as_json:
        print_json(
            [
                {
                    "number": each.id,
                    "dataset": each.dataset,
                    "origin": each.origin,
                    "case": as_line(each.case),
                }
                for each in waiting
            ]
        )
        return
    if not waiting:
        typer.echo("Nothing waits for a review.")
        return
    table = build_table("number", "dataset", "from", "question", "expected", "facts", "note")
    for each in waiting:
        case = each.case
        facts = "; ".join(group[0] for group in case.facts)
        told = (each.dataset, each.origin, case.question, case.behaviour, facts, case.note)
        table.add_row(str(each.id), *map(Text, told))
    Console().print(table)


async def remove_command(
    *,
    dataset: Annotated[str, typer.Option("--dataset", help="Its name.")],
    reason: Annotated[str, typer.Option(help="Why; needed where releases were proven on it.")] = "",
) -> None:
    """Have a dataset asked no more; what was measured with it can still be read."""
    async with open_database(load_settings()) as database, database.transaction() as conn:
        kept_as = await remove_dataset(conn, dataset, author=this_operator(), reason=reason)
    typer.echo(f"{dataset} is asked no more. What was measured with it is kept as {kept_as}.")


async def unseal_command(
    *,
    dataset: DatasetOption,
    reason: Annotated[str, typer.Option(help="Why; it stands in the audit log.")],
) -> None:
    """Have the single results of a version's test cases shown, for ever."""
    async with open_database(load_settings()) as database, database.transaction() as conn:
        version = await read_version(conn, dataset)
        await unseal(conn, version, author=this_operator(), reason=reason)
    typer.echo(f"The test cases of {version} are unsealed.")
