"""The command line: every area's commands, and the one place where an event loop is started."""

import asyncio
import functools
import logging
import sys
from collections.abc import Awaitable, Callable
from pathlib import Path
from typing import Annotated, ParamSpec

import typer
from rich.console import Console
from rich.markup import escape

from kefu import __version__
from kefu.answering.commands import ask_command
from kefu.db import back_up, open_database
from kefu.demo.commands import demo_command
from kefu.doctor import examine
from kefu.errors import BadInput, KefuError
from kefu.knowledge.commands import embed_command, ingest_command, status_command
from kefu.retrieval.commands import search_command
from kefu.server import serve as serve_forever
from kefu.settings import load_settings

P = ParamSpec("P")

app = typer.Typer(
    name="kefu",
    help="Customer service with large language models, self-hosted.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)
knowledge = typer.Typer(help="What the company knows.", no_args_is_help=True)
app.add_typer(knowledge, name="knowledge")


def run_async(command: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Make an asynchronous command one that Typer can call."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def main() -> None:
            await command(*args, **kwargs)

        asyncio.run(main())

    return run


for group in (app, knowledge):
    group.command("ingest")(run_async(ingest_command))
    group.command("status")(run_async(status_command))
    group.command("embed")(run_async(embed_command))
app.command("search")(run_async(search_command))
app.command("ask")(run_async(ask_command))
app.command("demo")(run_async(demo_command))


@app.command()
@run_async
async def serve() -> None:
    """Serve the chat page and the API."""
    settings = load_settings()
    typer.echo(
        f"Chat page: http://{settings.server.host}:{settings.server.port}/  (Ctrl-C ends it)"
    )
    await serve_forever(settings)


@app.command()
@run_async
async def doctor() -> None:
    """Check database, embedder, model endpoint and disk, and say how to mend what fails."""
    console, is_fine = Console(), True
    async for finding in examine():
        mark = "[green]✓[/]" if finding.is_fine else "[red]✗[/]"
        console.print(f"{mark} [bold]{finding.name:<9}[/] {escape(finding.detail)}")
        if finding.how_to_mend:
            console.print(f"            {escape(finding.how_to_mend)}")
        is_fine = is_fine and finding.is_fine
    if not is_fine:
        raise typer.Exit(code=1)


@app.command()
@run_async
async def backup(
    file: Annotated[Path, typer.Argument(help="File to write.", show_default=False)],
) -> None:
    """Write everything Kefu keeps to one file; pg_restore reads it back."""
    if not file.expanduser().absolute().parent.is_dir():
        raise BadInput(f"The folder of {file} does not exist.")
    async with open_database(load_settings()) as database:
        await asyncio.to_thread(back_up, database.url, file.expanduser())
    typer.echo(f"{file}: {file.expanduser().stat().st_size / 1e6:.1f} MB")


@app.callback(invoke_without_command=True)
def options(
    *, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False
) -> None:
    """Customer service with large language models, self-hosted."""
    if version:
        typer.echo(f"kefu {__version__}")
        raise typer.Exit


def main() -> None:
    """Run a command; what goes wrong on purpose ends as one sentence on standard error."""
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s %(name)s: %(message)s")
    try:
        app()
    except KefuError as error:
        Console(stderr=True).print(f"[red]kefu:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(2 if isinstance(error, BadInput) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
