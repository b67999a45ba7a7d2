"""kefu evaluation: run, show, compare, gate, label."""

from dataclasses import asdict, replace
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn
from rich.text import Text

from kefu.audit import this_operator
from kefu.db import open_database
from kefu.errors import BadInput
from kefu.evaluation.acknowledging import read_unproven, record_acknowledged
from kefu.evaluation.cases import as_line
from kefu.evaluation.commands.printing import (
    DatasetOption,
    JsonOption,
    print_json,
    require_writable,
    write_if,
)
from kefu.evaluation.comparison import compare_experiments
from kefu.evaluation.datasets import load_cases, read_version
from kefu.evaluation.experiments import (
    CONCURRENCY,
    SEED,
    Plan,
    find_experiment,
    require_name,
    run_experiment,
)
from kefu.evaluation.gate import judge_candidate
from kefu.evaluation.gates import load_gates
from kefu.evaluation.labelling import label_reply
from kefu.evaluation.records import WITHOUT_EFFECT, Candidate, Split
from kefu.evaluation.reports import Report, build_report
from kefu.evaluation.summaries import (
    write_comparison_markdown,
    write_gate_junit,
    write_gate_markdown,
    write_report_junit,
    write_report_markdown,
)
from kefu.resources import Resources, open_resources
from kefu.settings import load_settings

ExperimentArgument = Annotated[
    str,
    typer.Argument(help="A number, the name of its latest, or `latest`.", show_default=False),
]
JunitOption = Annotated[Path | None, typer.Option(help="Write JUnit XML to this file.")]
MarkdownOption = Annotated[Path | None, typer.Option(help="Write Markdown to this file.")]
AskedBaseOption = Annotated[
    str | None, typer.Option("--base", help="Knowledge base; else that of the dataset.")
]
SplitOption = Annotated[
    list[Split] | None, typer.Option(help="Only cases of this split; may be repeated.")
]
PromptOption = Annotated[
    list[str] | None, typer.Option(help="A version or file of the prompt `answer`.")
]
EndpointOption = Annotated[str | None, typer.Option(help="The endpoint that writes, or `none`.")]
ChangeOption = Annotated[
    list[str] | None, typer.Option("--set", help="KEY=VALUE, as answering.min_confidence=0.4.")
]
BaseExperimentOption = Annotated[
    str | None, typer.Option("--base", help="The experiment to hold it against.")
]


async def show_command(
    experiment: ExperimentArgument,
    *,
    case: Annotated[str | None, typer.Option(help="Show this case with its reply.")] = None,
    as_json: JsonOption = False,
) -> None:
    """Show an experiment's figures, or one of its cases."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        report = await build_report(conn, await find_experiment(conn, experiment))
        version = await read_version(
            conn, f"{report.experiment.dataset}@{report.experiment.version}"
        )
        cases = {each.id: each for each in await load_cases(conn, version)}
    if case is None:
        _print_report(report, as_json=as_json, with_results=True)
        return
    found = next((each for each in report.results if each.case_id == case), None)
    if found is None:
        raise BadInput(
            f"{report.experiment} shows no case {case!r}; single results of test cases are sealed."
        )
    if as_json:
        print_json({"case": as_line(cases[case]), "result": asdict(found)})
        return
    console = Console()
    console.print(Text(cases[case].question, style="bold"))
    console.print(Text(found.reply.answer))
    for name, grade in found.grades.items():
        console.print(Text.assemble((f"{name} {grade.value:.3f} ", "bold"), str(grade)))


async def run_command(  # noqa: PLR0913 - one parameter an option
    *,
    dataset: DatasetOption,
    name: Annotated[str, typer.Option(help="What to call the experiment.")] = "",
    base: AskedBaseOption = None,
    split: SplitOption = None,
    prompt: PromptOption = None,
    endpoint: EndpointOption = None,
    change: ChangeOption = None,
    judge: Annotated[str | None, typer.Option(help="The endpoint that judges.")] = None,
    sample: Annotated[int | None, typer.Option(min=1, help="So many cases.")] = None,
    seed: Annotated[int, typer.Option(help="Of samples and intervals.")] = SEED,
    concurrency: Annotated[
        int, typer.Option(min=1, max=64, help="Cases asked at the same time.")
    ] = CONCURRENCY,
    fresh: Annotated[bool, typer.Option("--fresh", help="Ask again what is known.")] = False,
    junit: JunitOption = None,
    markdown: MarkdownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Put a dataset to a candidate, grade every reply, and keep the results.

    Killed or stopped, the same command goes on where it was.
    """
    require_name(name)
    require_writable(junit, markdown)
    settings = dict(map(_split_change, change or ()))
    for key in WITHOUT_EFFECT & settings.keys():
        typer.echo(f"{key} does not act on answers: nothing will differ by it.", err=True)
    candidate = Candidate(prompts=tuple(prompt or ()), endpoint=endpoint, settings=settings)
    async with open_resources(load_settings()) as resources:
        async with resources.database.connection() as conn:
            version = await read_version(conn, dataset)
        plan = Plan(
            version=version, author=this_operator(), candidate=candidate, name=name, base=base,
            splits=split or tuple(Split), sample=sample, seed=seed, judge=judge,
            concurrency=concurrency, is_fresh=fresh,
        )  # fmt: skip
        report = await _run(resources, plan, is_shown=not as_json)
    write_if(junit, write_report_junit(report))
    write_if(markdown, write_report_markdown(report))
    _print_report(report, as_json=as_json, with_results=False)


async def _run(resources: Resources, plan: Plan, *, is_shown: bool) -> Report:
    with Bar(is_shown=is_shown) as bar:
        experiment = await run_experiment(resources, plan, on_progress=bar.show)
    async with resources.database.connection() as conn:
        return await build_report(conn, experiment)


async def compare_command(
    left: ExperimentArgument,
    right: ExperimentArgument,
    *,
    markdown: MarkdownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Hold an experiment against another one, grade by grade and case by case."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        comparison = await compare_experiments(
            conn, await find_experiment(conn, left), await find_experiment(conn, right)
        )
    text = write_comparison_markdown(comparison)
    write_if(markdown, text)
    if as_json:
        print_json(asdict(comparison))
    else:
        Console().print(Markdown(text))


async def gate_command(  # noqa: PLR0913 - one parameter an option
    experiment: ExperimentArgument,
    *,
    base: BaseExperimentOption = None,
    gates: Annotated[
        Path | None, typer.Option(help="Limits; else gates.toml here, else the defaults.")
    ] = None,
    acknowledge: Annotated[
        str | None,
        typer.Option(
            help="Why its prompts are right in what no case shows; the audit log keeps it."
        ),
    ] = None,
    junit: JunitOption = None,
    markdown: MarkdownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Say whether an experiment reaches every limit, and why.

    Ends with code 1 when it does not.
    """
    require_writable(junit, markdown)
    limits = load_gates(gates)
    async with open_database(load_settings()) as database, database.transaction() as conn:
        candidate = await find_experiment(conn, experiment)
        report = await build_report(conn, candidate)
        against = await find_experiment(conn, base) if base else None
        comparison = await compare_experiments(conn, against, candidate) if against else None
        verdict = judge_candidate(
            report,
            limits,
            comparison=comparison,
            unproven=read_unproven(candidate),
            is_acknowledged=acknowledge is not None,
        )
        if acknowledge is not None and verdict.unproven:
            await record_acknowledged(
                conn, str(candidate), verdict.unproven, author=this_operator(), reason=acknowledge
            )
    text = write_gate_markdown(verdict)
    write_if(junit, write_gate_junit(report, verdict))
    write_if(markdown, text)
    if as_json:
        print_json({"is_passed": verdict.is_passed, **asdict(verdict)})
    else:
        Console().print(Markdown(text))
    if not verdict.is_passed:
        raise typer.Exit(code=1)


async def label_command(
    experiment: ExperimentArgument,
    case: Annotated[str, typer.Argument(help="Id of the case.", show_default=False)],
    *,
    good: Annotated[bool, typer.Option("--good/--bad", help="Your verdict on the reply.")],
) -> None:
    """Say whether a reply is good, so that the judge's agreement with people can be told."""
    async with open_database(load_settings()) as database, database.transaction() as conn:
        found = await find_experiment(conn, experiment)
        await label_reply(conn, found, case, author=this_operator(), is_good=good)
    typer.echo(f"{found}, {case}: {'good' if good else 'bad'}.")


class Bar:
    """Cases done, on standard error."""

    def __init__(self, *, is_shown: bool) -> None:
        """Nothing is drawn before it is entered."""
        self._progress = Progress(
            TextColumn("Cases"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn(),
            console=Console(stderr=True), disable=not is_shown,
        )  # fmt: skip
        self._task = self._progress.add_task("Cases", total=None)

    def __enter__(self) -> "Bar":
        self._progress.start()
        return self

    def __exit__(self, *_: object) -> None:
        self._progress.stop()

    def show(self, done: int, count: int) -> None:
        """Draw how many of them are done."""
        self._progress.update(self._task, total=count, completed=done)


def _print_report(report: Report, *, as_json: bool, with_results: bool) -> None:
    if as_json:
        print_json(asdict(report if with_results else replace(report, results=[])))
    else:
        Console().print(Markdown(write_report_markdown(report)))


def _split_change(given: str) -> tuple[str, str]:
    key, sign, value = given.partition("=")
    if not sign:
        raise BadInput(f"{given!r} changes nothing: write KEY=VALUE.")
    return key, value
