"""kefu evaluation tune-retrieval, calibrate: what was found may become a release that waits."""

import json
from collections.abc import Mapping
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

from kefu.audit import this_operator
from kefu.errors import BadInput
from kefu.evaluation import (
    CONCURRENCY,
    FOLDS,
    NEAR_PRECISION,
    PRECISION,
    RISK,
    SEED,
    TRIALS,
    Aim,
    Candidate,
    Plan,
    TuningPlan,
    Wish,
    calibrate,
    read_begun,
    read_version,
    tune_retrieval,
    write_calibration_markdown,
    write_tuning_markdown,
)
from kefu.releases import Release, SettingValue, find_live
from kefu.resources import Resources, open_resources
from kefu.rollout.beginning import begin
from kefu.rollout.proposing import Changes, propose
from kefu.settings import load_settings

DatasetOption = Annotated[
    str, typer.Option("--dataset", help="Its name, as demo, or a version, as demo@2.")
]
BaseOption = Annotated[
    str | None, typer.Option("--base", help="Knowledge base; else that of the dataset.")
]
CandidateOption = Annotated[
    bool, typer.Option("--candidate", help="Make a release of what is recommended; it waits.")
]
MarkdownOption = Annotated[Path | None, typer.Option(help="Write Markdown to this file.")]
JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
SeedOption = Annotated[int, typer.Option(help="Of folds, samples and intervals.")]
AimOption = Annotated[Aim, typer.Option(help="What confidence is to say.")]
PrecisionOption = Annotated[
    float, typer.Option(min=0.01, max=0.999, help="Share of the answers shown that are right.")
]
NearPrecisionOption = Annotated[
    float, typer.Option(min=0.01, max=0.999, help="The same of documents that are named.")
]
RiskOption = Annotated[
    float, typer.Option(min=0.001, max=0.5, help="That a threshold breaks its promise.")
]
EndpointOption = Annotated[str | None, typer.Option(help="The endpoint that writes, or `none`.")]
ConcurrencyOption = Annotated[
    int, typer.Option(min=1, max=64, help="Cases asked at the same time.")
]


async def tune_retrieval_command(  # noqa: PLR0913 - one parameter an option
    *,
    dataset: DatasetOption,
    base: BaseOption = None,
    unreviewed: Annotated[
        bool, typer.Option("--unreviewed", help="Count proposed cases too.")
    ] = False,
    folds: Annotated[int, typer.Option(min=2, max=50, help="Parts, each held out once.")] = FOLDS,
    trials: Annotated[int, typer.Option(min=2, max=1000, help="Settings to try.")] = TRIALS,
    seed: SeedOption = SEED,
    candidate: CandidateOption = False,
    markdown: MarkdownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Try settings of search on your own cases, and say whether a change holds on others.

    Cases of the test split are not read. Nothing is changed.
    """
    async with open_resources(load_settings()) as resources:
        async with resources.database.connection() as conn:
            version = await (read_begun if unreviewed else read_version)(conn, dataset)
        plan = TuningPlan(
            version=version, base=base, with_proposed=unreviewed, folds=folds, trials=trials,
            seed=seed,
        )  # fmt: skip
        with show_cases(is_shown=not as_json) as bar:
            task = bar.add_task("Cases", total=None)
            tuning = await tune_retrieval(
                resources,
                plan,
                on_progress=lambda done, count: bar.update(task, completed=done, total=count),
            )
        is_wanted = candidate and tuning.is_recommended
        note = f"Search tuned on {tuning.dataset}."
        release = await make_candidate(resources, tuning.chosen, note) if is_wanted else None
    text = write_tuning_markdown(tuning)
    record = asdict(tuning) | {"is_recommended": tuning.is_recommended}
    print_found(text, record, release, markdown=markdown, as_json=as_json)


async def calibrate_command(  # noqa: PLR0913 - one parameter an option
    *,
    dataset: DatasetOption,
    base: BaseOption = None,
    aim: AimOption = Aim.RIGHT,
    precision: PrecisionOption = PRECISION,
    near_precision: NearPrecisionOption = NEAR_PRECISION,
    risk: RiskOption = RISK,
    endpoint: EndpointOption = None,
    concurrency: ConcurrencyOption = CONCURRENCY,
    seed: SeedOption = SEED,
    candidate: CandidateOption = False,
    markdown: MarkdownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say how far confidence can be trusted, and which thresholds keep a wanted precision.

    Every case outside of the test split is answered, whatever its confidence; stopped, the same
    command goes on. Nothing is changed.
    """
    wish = Wish(aim=aim, precision=precision, near_precision=near_precision, risk=risk)
    async with open_resources(load_settings()) as resources:
        async with resources.database.connection() as conn:
            version = await read_version(conn, dataset)
        plan = Plan(
            version=version, author=this_operator(), candidate=Candidate(endpoint=endpoint),
            base=base, seed=seed, concurrency=concurrency,
        )  # fmt: skip
        with show_cases(is_shown=not as_json) as bar:
            task = bar.add_task("Cases", total=None)
            found, changes = await calibrate(
                resources,
                plan,
                wish,
                on_progress=lambda done, count: bar.update(task, completed=done, total=count),
            )
        note = f"Confidence calibrated on {found.dataset}."
        release = await make_candidate(resources, changes, note) if candidate and changes else None
    text = write_calibration_markdown(found, changes)
    record = asdict(found) | {"changes": changes}
    print_found(text, record, release, markdown=markdown, as_json=as_json)


def show_cases(*, is_shown: bool) -> Progress:
    """Cases done, on standard error."""
    return Progress(
        TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
        console=Console(stderr=True), disable=not is_shown,
    )  # fmt: skip


async def make_candidate(
    resources: Resources, settings: Mapping[str, SettingValue], note: str
) -> Release:
    """A release that is the live one but for these settings."""
    author = this_operator()
    async with resources.database.transaction() as conn:
        if await find_live(conn) is None:
            await begin(conn, resources)
        return await propose(conn, resources, Changes(settings=settings), author=author, note=note)


def print_found(
    text: str,
    record: Mapping[str, object],
    release: Release | None,
    *,
    markdown: Path | None,
    as_json: bool,
) -> None:
    """What was found, and which release came of it."""
    if markdown is not None:
        try:
            markdown.expanduser().write_text(text, encoding="utf-8")
        except OSError as error:
            raise BadInput(f"{markdown} cannot be written: {error.strerror}.") from error
    if as_json:
        number = release.id if release else None
        typer.echo(json.dumps({**record, "release": number}, ensure_ascii=False, default=str))
        return
    Console().print(Markdown(text))
    if release is not None:
        typer.echo(f"Release {release.id} waits: kefu releases evaluate {release.id}")
