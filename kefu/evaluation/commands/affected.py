"""kefu evaluation affected."""

from dataclasses import asdict
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from rich.console import Console
from rich.markdown import Markdown

from kefu.evaluation.commands.experiments import JunitOption, MarkdownOption
from kefu.evaluation.commands.printing import JsonOption, print_json, require_writable, write_if
from kefu.evaluation.gates import load_gates
from kefu.evaluation.knowledge_check import KnowledgeCheck
from kefu.evaluation.knowledge_gate import check_since, try_change
from kefu.evaluation.proposing import propose_unproven
from kefu.evaluation.summaries import write_check_junit, write_check_markdown
from kefu.knowledge import DEFAULT_BASE
from kefu.resources import open_resources
from kefu.settings import load_settings


async def affected_command(  # noqa: PLR0913 - one parameter an option
    paths: Annotated[
        list[Path] | None,
        typer.Argument(help="Files and folders to try; nothing of them stays.", show_default=False),
    ] = None,
    *,
    base: Annotated[str, typer.Option("--base", help="Knowledge base.")] = DEFAULT_BASE,
    since: Annotated[
        datetime | None,
        typer.Option(help="UTC; else since the last experiment about the base began."),
    ] = None,
    propose: Annotated[
        str | None,
        typer.Option(help="Dataset for which cases of what no case asks are proposed."),
    ] = None,
    gates: Annotated[
        Path | None, typer.Option(help="Limits; else gates.toml here, else the defaults.")
    ] = None,
    junit: JunitOption = None,
    markdown: MarkdownOption = None,
    as_json: JsonOption = False,
) -> None:
    """Ask the cases again that a change of the knowledge touches, and list what became worse.

    With paths, statements that would change and that no case asks are listed too. Ends with code 1
    when more became worse, or is asked by no case, than may.
    """
    require_writable(junit, markdown)
    limits = load_gates(gates).knowledge
    moment = since.replace(tzinfo=UTC) if since else None
    async with open_resources(load_settings()) as resources:
        if paths:
            check = await try_change(resources, paths, base, limits)
        else:
            check = await check_since(resources, base, limits, since=moment)
        if propose is not None:
            async with resources.database.transaction() as conn:
                count = await propose_unproven(conn, propose, check.unproven, base=base)
            review = f"kefu evaluation review --dataset {propose}"
            typer.echo(f"Newly proposed: {count}. All that waits: {review}", err=True)
    text = write_check_markdown(check)
    write_if(junit, write_check_junit(check))
    write_if(markdown, text)
    if as_json:
        print_json(_as_json(check))
    else:
        Console().print(Markdown(text))
    if not check.is_passed:
        raise typer.Exit(code=1)


def _as_json(check: KnowledgeCheck) -> dict[str, object]:
    """Sealed cases count and are not named."""
    return {
        "is_passed": check.is_passed,
        "base": check.base,
        "documents": [asdict(each) for each in check.changes],
        "case_count": check.case_count,
        "affected_count": len(check.affected),
        "loss_count": check.loss_count,
        "most_losses": check.most_losses,
        "better_count": check.better_count,
        "unknown_count": check.unknown_count,
        "most_unproven": check.most_unproven,
        "unproven": [asdict(each) for each in check.unproven],
        "cleared": [asdict(each) for each in check.cleared],
        "notes": check.notes,
        "seconds": check.seconds,
        "worse": [
            {
                "case": str(each.affected.posed),
                "question": each.affected.posed.case.question,
                "loss": each.loss,
                "why": each.why,
                "reason": each.affected.reason,
                "counts": each.counts,
                "before": each.before.answer,
                "after": each.after.answer,
            }
            for each in check.shown
        ],
    }
