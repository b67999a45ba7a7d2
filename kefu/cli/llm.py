"""kefu llm: list, check, compare, transcribe."""

import asyncio
import json
from pathlib import Path
from typing import Annotated

import typer

from kefu.answering.commands import compare_endpoints_command
from kefu.cli.loading import CommandTable
from kefu.db import open_database
from kefu.endpoints.commands import check_endpoints_command, list_endpoints_command
from kefu.errors import BadInput
from kefu.llm import Recording, open_endpoints
from kefu.settings import load_settings
from kefu.viewer import DataClass

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]


async def transcribe_command(
    file: Annotated[Path, typer.Argument(help="Sound: wav, mp3, m4a, ...", show_default=False)],
    *,
    language: Annotated[
        str | None, typer.Option(help="Of what is said, as in zh; else the model finds out.")
    ] = None,
    data_class: Annotated[
        DataClass,
        typer.Option(help="How sensitive it is: only model endpoints of that class hear it."),
    ] = DataClass.RESTRICTED,
    as_json: JsonOption = False,
) -> None:
    """Write down what is said in a file."""
    settings = load_settings()
    try:
        sound = await asyncio.to_thread(file.expanduser().read_bytes)
    except OSError as error:
        raise BadInput(f"{file} cannot be read: {error.strerror}.") from error
    recording = Recording(sound=sound, name=file.name, language=language)
    async with (
        open_database(settings) as database,
        open_endpoints(settings, connect=database.connection) as endpoints,
    ):
        text = await endpoints.transcribe(recording, data_class=data_class)
    typer.echo(json.dumps({"text": text}, ensure_ascii=False) if as_json else text)


COMMANDS: CommandTable = {
    "list": list_endpoints_command,
    "check": check_endpoints_command,
    "compare": compare_endpoints_command,
    "transcribe": transcribe_command,
}
