"""kefu serve."""

from typing import Annotated

import typer

from kefu import server
from kefu.cli.loading import CommandTable
from kefu.settings import load_settings


async def serve_command(
    *,
    processes: Annotated[
        int, typer.Option(min=1, max=64, help="How many answer behind the one port.")
    ] = 1,
) -> None:
    """Serve the chat page and the API."""
    settings = load_settings()
    with server.open_port(settings.server) as port:
        typer.echo(f"Chat page: {settings.server.url}/  (Ctrl-C ends it)")
        if processes == 1:
            await server.serve(settings, port, tell=typer.echo)
        else:
            await server.serve_together(settings, port, count=processes, tell=typer.echo)


COMMANDS: CommandTable = {"serve": serve_command}
