"""kefu prompts: list, show, lint, diff, save, restore, label, render, import, export."""

import json
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.table import Table
from rich.text import Text

from kefu.audit import this_operator
from kefu.db import open_database
from kefu.errors import BadInput
from kefu.prompts.differences import Change, DiffLine, list_differences
from kefu.prompts.files import export_prompts, import_prompts
from kefu.prompts.lint import has_errors
from kefu.prompts.records import Finding, Label, Severity, Specification, Version
from kefu.prompts.references import (
    Reference,
    is_file,
    load_text,
    parse_reference,
    read_reference,
)
from kefu.prompts.rendering import list_examples, read_values, render
from kefu.prompts.specification import parse_specification, tidy
from kefu.prompts.versions import (
    label_version,
    lint_specification,
    list_history,
    list_prompts,
    restore_version,
    save_prompt,
)
from kefu.settings import load_settings

SHOWN_DIGEST = 12
STYLES = {Change.ADDED: ("+", "green"), Change.REMOVED: ("-", "red"), Change.SAME: (" ", "dim")}

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
AuthorOption = Annotated[
    str | None, typer.Option(help="Who does it; else the system user.", show_default=False)
]
NoteOption = Annotated[str, typer.Option(help="Why, in a few words.")]
ReferenceArgument = Annotated[
    str,
    typer.Argument(
        help="A version: answer, answer.zh, answer@3, answer@candidate, answer@shipped.",
        show_default=False,
    ),
]
EitherArgument = Annotated[
    str, typer.Argument(help="A version, or a file that ends in .md.", show_default=False)
]


async def list_command(*, as_json: JsonOption = False) -> None:
    """Show every prompt with its labels."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        summaries = await list_prompts(conn)
    if as_json:
        _print_json([asdict(each) for each in summaries])
        return
    table = Table(box=None, pad_edge=False)
    for heading in ("prompt", "live", "candidate", "draft", "versions", "purpose"):
        table.add_column(heading, overflow="fold")
    for each in summaries:
        labels = [_show_number(each.labels.get(label)) for label in reversed(Label)]
        table.add_row(str(each.key), *labels, str(each.version_count), Text(each.purpose))
    Console().print(table)


async def show_command(
    reference: ReferenceArgument,
    *,
    history: Annotated[bool, typer.Option("--history", help="List its versions instead.")] = False,
    as_json: JsonOption = False,
) -> None:
    """Show the text of a version, or the versions of a prompt."""
    named = parse_reference(reference)
    async with open_database(load_settings()) as database, database.connection() as conn:
        versions = (
            await list_history(conn, named.key) if history else [await read_reference(conn, named)]
        )
    if as_json:
        _print_json([asdict(each) for each in versions] if history else asdict(versions[0]))
    elif history:
        for each in versions:
            Console().print(_describe(each), soft_wrap=True)
    else:
        typer.echo(versions[0].text, nl=False)


async def lint_command(
    prompts: Annotated[
        list[str] | None,
        typer.Argument(help="Versions or files; without any, all live versions."),
    ] = None,
    *,
    as_json: JsonOption = False,
) -> None:
    """Say what is wrong with prompts, why it matters and how to mend it.

    Ends with code 1 when an error is found; warnings do not count.
    """
    findings = {
        name: lint_specification(specification)
        for name, specification in (await _read_named(prompts)).items()
    }
    if as_json:
        _print_json({name: [asdict(each) for each in found] for name, found in findings.items()})
    else:
        for name, found in findings.items():
            _print_findings(Console(), name, found)
    if any(has_errors(found) for found in findings.values()):
        raise typer.Exit(code=1)


async def diff_command(
    left: EitherArgument, right: EitherArgument, *, as_json: JsonOption = False
) -> None:
    """Show what changed between two versions or files."""
    lines = list_differences(await _read_text(left), await _read_text(right))
    if as_json:
        _print_json([asdict(each) for each in lines])
    elif not lines:
        typer.echo("Both are the same.")
    else:
        for line in lines:
            Console().print(_show_line(line), soft_wrap=True)


async def save_command(
    file: Annotated[Path, typer.Argument(help="A specification.", show_default=False)],
    *,
    note: NoteOption = "",
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Keep a file as the draft of the prompt that its front matter names."""
    text = load_text(file)
    async with open_database(load_settings()) as database, database.transaction() as conn:
        version = await save_prompt(conn, text, author=_sign(author), note=note)
    _print_version(version, as_json=as_json)


async def restore_command(
    reference: ReferenceArgument,
    *,
    note: NoteOption = "",
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make the text of an earlier version the draft again, as a version of its own."""
    named = parse_reference(reference)
    async with open_database(load_settings()) as database, database.transaction() as conn:
        earlier = await read_reference(conn, named)
        version = await restore_version(
            conn, named.key, earlier.number, author=_sign(author), note=note
        )
    _print_version(version, as_json=as_json)


async def label_command(
    reference: ReferenceArgument,
    label: Annotated[Label, typer.Argument(help="What it is for.", show_default=False)],
    *,
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Make a version the draft, the candidate or the live one.

    A version in which lint finds an error cannot go live. `answer@shipped live` goes back to
    what comes with Kefu.
    """
    named = parse_reference(reference)
    async with open_database(load_settings()) as database, database.transaction() as conn:
        version = await read_reference(conn, named)
        labelling = await label_version(
            conn, named.key, version.number, label, author=_sign(author)
        )
    if as_json:
        _print_json(asdict(labelling))
    else:
        typer.echo(f"{version} is {label} now.")


async def render_command(
    prompt: EitherArgument,
    *,
    value: Annotated[
        list[str] | None, typer.Option(help="NAME=VALUE, as often as there are variables.")
    ] = None,
    values: Annotated[
        Path | None, typer.Option(help="A JSON file with an object of values.")
    ] = None,
    as_json: JsonOption = False,
) -> None:
    """Show what would be sent to a model; what is not given stands as its example."""
    specification = parse_specification(await _read_text(prompt))
    given = (_load_values(values) if values else {}) | dict(map(_split_value, value or ()))
    rendered = render(
        specification, list_examples(specification) | read_values(specification, given)
    )
    if as_json:
        _print_json(asdict(rendered))
    else:
        typer.echo(f"{rendered.instructions}\n\n{'-' * 20}\n\n{rendered.message}")


async def import_command(
    path: Annotated[Path, typer.Argument(help="A folder or a file.", show_default=False)],
    *,
    note: NoteOption = "",
    author: AuthorOption = None,
    as_json: JsonOption = False,
) -> None:
    """Save every .md file of a folder as a draft, all of them or none; known texts are left."""
    async with open_database(load_settings()) as database, database.transaction() as conn:
        imported = await import_prompts(conn, path.expanduser(), author=_sign(author), note=note)
    if as_json:
        _print_json([asdict(each) for each in imported])
        return
    for each in imported:
        state = "saved as" if each.is_saved else "is known as"
        Console().print(f"{each.path.name} {state} {each.version}", highlight=False)


async def export_command(
    folder: Annotated[Path, typer.Argument(help="Where the files go.", show_default=False)],
    *,
    label: Annotated[Label, typer.Option(help="Which version of each.")] = Label.LIVE,
    as_json: JsonOption = False,
) -> None:
    """Write every prompt to a file of its own; existing files are replaced."""
    async with open_database(load_settings()) as database, database.connection() as conn:
        written = await export_prompts(conn, folder.expanduser(), label=label)
    if as_json:
        _print_json([{"path": path, "version": str(version)} for path, version in written])
        return
    for path, version in written:
        Console().print(f"{path}: {version}", soft_wrap=True, highlight=False)


def _sign(author: str | None) -> str:
    """Whoever wrote it, and whoever says so."""
    return f"{author} ({this_operator()})" if author else this_operator()


def _load_values(path: Path) -> dict[str, Any]:
    try:
        values = json.loads(load_text(path))
    except ValueError as error:
        raise BadInput(f"{path} is not valid JSON: {error}.") from error
    if not isinstance(values, dict):
        raise BadInput(f"{path} holds no JSON object of values by name.")
    return values


def _split_value(given: str) -> tuple[str, str]:
    name, sign, value = given.partition("=")
    if not sign:
        raise BadInput(f"{given!r} is no value: write NAME=VALUE.")
    return name, value


async def _read_named(prompts: Sequence[str] | None) -> dict[str, Specification]:
    """Specifications by what they were named as."""
    if prompts:
        return {each: parse_specification(await _read_text(each)) for each in prompts}
    async with open_database(load_settings()) as database, database.connection() as conn:
        live = [
            await read_reference(conn, Reference(key=each.key, version=Label.LIVE))
            for each in await list_prompts(conn)
            if Label.LIVE in each.labels
        ]
    return {str(each): parse_specification(each.text) for each in live}


async def _read_text(named: str) -> str:
    if is_file(named):
        return tidy(load_text(Path(named)))
    reference = parse_reference(named)
    async with open_database(load_settings()) as database, database.connection() as conn:
        return (await read_reference(conn, reference)).text


def _print_findings(console: Console, name: str, findings: Sequence[Finding]) -> None:
    if not findings:
        console.print(Text.assemble(("✓ ", "green"), (name, "bold")))
        return
    console.print(Text(name, style="bold"))
    for each in findings:
        style = "red" if each.severity is Severity.ERROR else "yellow"
        console.print(Text.assemble(("  ", ""), (each.check, style), f": {each.where}"))
        console.print(Text(f"      {each.reason} {each.mend}", style="dim"))


def _print_version(version: Version, *, as_json: bool) -> None:
    if as_json:
        _print_json(asdict(version))
    else:
        Console().print(_describe(version), soft_wrap=True)


def _describe(version: Version) -> Text:
    when = f"{version.created_at:%Y-%m-%d %H:%M} UTC  " if version.created_at else ""
    return Text.assemble(
        (f"{version}", "bold"),
        (f"  {version.digest[:SHOWN_DIGEST]}  {when}{version.author}  {version.note}", "dim"),
    )


def _show_line(line: DiffLine) -> Text:
    if line.change is Change.GAP:
        return Text("…", style="dim")
    mark, style = STYLES[line.change]
    return Text(f"{mark} {line.text}", style=style)


def _show_number(number: int | None) -> str:
    return "" if number is None else f"@{number or 'shipped'}"


def _print_json(value: Any) -> None:
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))
