"""kefu doctor."""

import json
from dataclasses import asdict
from typing import Annotated

import typer
from rich.console import Console
from rich.markup import escape

from kefu.cli.loading import CommandTable
from kefu.doctor import Finding, examine

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


async def doctor_command(*, as_json: JsonOption = False) -> None:
    """Check settings, gates, database, embedder and model, and say how to mend what fails.

    Ends with code 1 when something fails.
    """
    console, findings = Console(), []
    async for finding in examine():
        findings.append(finding)
        if not as_json:
            _print_finding(console, finding)
    if as_json:
        typer.echo(json.dumps([asdict(each) for each in findings], ensure_ascii=False))
    if not all(finding.is_fine for finding in findings):
        raise typer.Exit(code=1)


def _print_finding(console: Console, finding: Finding) -> None:
    mark = "[green]✓[/]" if finding.is_fine else "[red]✗[/]"
    console.print(f"{mark} [bold]{finding.name:<9}[/] {escape(finding.detail)}", soft_wrap=True)
    if finding.how_to_mend:
        console.print(f"            {escape(finding.how_to_mend)}", soft_wrap=True)


COMMANDS: CommandTable = {"doctor": doctor_command}
