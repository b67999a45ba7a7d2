"""kefu evaluation: preferences."""

from dataclasses import asdict

from rich.console import Console
from rich.text import Text

from kefu.db import open_database
from kefu.evaluation.commands.printing import DatasetOption, JsonOption, build_table, print_json
from kefu.evaluation.datasets import read_version
from kefu.evaluation.preferences import rank_experiments
from kefu.settings import load_settings

TOO_FEW = "too few choices"


async def preferences_command(*, dataset: DatasetOption, as_json: JsonOption = False) -> None:
    """Show the experiments on a dataset in the order in which people prefer their answers."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        version = await read_version(conn, dataset)
        ranking = await rank_experiments(conn, version.dataset)
    if as_json:
        print_json(asdict(ranking))
        return
    table = build_table("experiment", "chance", "95 % interval", "won", "of")
    for each in ranking.ranked:
        standing = each.standing
        interval = "{:.2f} to {:.2f}".format(*standing.interval) if standing.interval else TOO_FEW
        table.add_row(
            Text(str(each.experiment)), f"{standing.chance:.2f}", interval, f"{standing.won:g}",
            str(standing.count),
        )  # fmt: skip
    console = Console()
    console.print(table)
    console.print(
        f"{ranking.judgment_count} choices of {ranking.people_count} people; by"
        f" {ranking.neither_count} of them neither answer is good."
    )
    if ranking.has_too_few:
        console.print(
            f"An interval takes choices about at least {ranking.least_cases} cases of a candidate;"
            " until then the order is a first impression."
        )
