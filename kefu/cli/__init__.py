"""The command line: what there is, and the one place where an event loop is started.

The commands of an area are loaded when one of them is run, so that help and mistakes are told at
once.
"""

import io
import logging
import sys
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.console import Console
from rich.markup import escape
from typer.core import TyperGroup

from kefu import __version__
from kefu.cli.loading import LaterCommand, LaterGroup
from kefu.errors import BadInput, KefuError
from kefu.processes import LOG_FORMAT

EXIT_CODES = (
    "Ends with 0 when all went well, 1 when something Kefu needs fails, 2 when what was given "
    "cannot be used, 3 when some files could not be taken in, 130 after Ctrl-C."
)
LATER = (
    LaterCommand(
        "ingest", "knowledge", "Bring a knowledge base up to date with files and folders."
    ),
    LaterCommand("status", "knowledge", "Show what every knowledge base holds and what waits."),
    LaterCommand(
        "embed",
        "knowledge",
        "Give the chunks that wait their vectors; may run on several machines at once.",
    ),
    LaterCommand(
        "search", "asking", "Show the chunks that a question finds, with the parts of their scores."
    ),
    LaterCommand(
        "ask",
        "asking",
        "Answer a question from the knowledge as customers are answered, with citations.",
    ),
    LaterCommand("serve", "serving", "Serve the chat page and the API."),
    LaterCommand(
        "demo",
        "showing",
        "Load the invented company Lanhe Cloud, ask it two questions, and serve the chat page.",
    ),
    LaterCommand(
        "mcp",
        "connecting",
        "Serve the Model Context Protocol on standard input and output, for one client.",
    ),
    LaterCommand(
        "doctor",
        "examining",
        "Check settings, gates, database, embedder and model, and say how to mend what fails.",
    ),
    LaterCommand(
        "backup",
        "keeping",
        "Write everything Kefu keeps to one file; `kefu restore` reads it back.",
    ),
    LaterCommand(
        "restore",
        "keeping",
        "Put a back-up in the place of everything in the database, wholly or not at all.",
    ),
    LaterGroup("knowledge", "What the company knows."),
    LaterGroup("prompts", "What language models are told."),
    LaterGroup("evaluation", "Whether answers hold."),
    LaterGroup("releases", "What answers customers."),
    LaterGroup("conversations", "What customers wrote and who served them."),
    LaterGroup("copilot", "What helps staff serve customers."),
    LaterGroup("channels", "Web sites on which the chatbot stands."),
    LaterGroup("webhooks", "Other systems that hear of conversations."),
    LaterGroup("llm", "Model endpoints."),
    LaterGroup("traces", "How answers came about."),
    LaterGroup("staff", "Who works here."),
    LaterGroup("audit", "Who did what, and the proof of it."),
)


class Commands(TyperGroup):
    """All commands, none of them loaded."""

    def __init__(self, **given: Any) -> None:
        """Take what Typer gives a group, and know the commands."""
        super().__init__(**given)
        self.commands = {each.called: each for each in LATER}


app = typer.Typer(
    name="kefu",
    cls=Commands,
    help="Customer service with large language models, self-hosted.",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
)


@app.callback(invoke_without_command=True)
def options(
    *, version: Annotated[bool, typer.Option("--version", help="Show the version.")] = False
) -> None:
    """Customer service with large language models, self-hosted."""
    if version:
        typer.echo(f"kefu {__version__}")
        raise typer.Exit


def refuse_unreadable(arguments: Sequence[str]) -> None:
    """Refuse what the terminal sent in another encoding; a file may be called anything.

    Raises:
        BadInput: an argument is no text, and no file is called so.
    """
    for each in arguments:
        is_text = each.encode("utf-8", "replace").decode("utf-8") == each
        if not is_text and not _is_file(each):
            raise BadInput(f"The argument {each} is not UTF-8 text: set the terminal to UTF-8.")


def _is_file(name: str) -> bool:
    try:
        return Path(name).exists()
    except OSError:  # a name too long for any file
        return False


def main() -> None:
    """Run a command; what goes wrong on purpose ends as one sentence on standard error."""
    for stream in (sys.stdout, sys.stderr):
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")  # terminals that lack a letter
    logging.basicConfig(level=logging.WARNING, format=LOG_FORMAT)
    try:
        refuse_unreadable(sys.argv[1:])
        app()
    except KefuError as error:
        Console(stderr=True).print(f"[red]kefu:[/] {escape(str(error))}", soft_wrap=True)
        sys.exit(2 if isinstance(error, BadInput) else 1)
    except KeyboardInterrupt:
        sys.exit(130)
