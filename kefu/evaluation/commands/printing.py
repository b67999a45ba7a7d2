"""What the commands share: options, tables, files, JSON."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer
from rich.table import Table

from kefu.errors import BadInput

JsonOption = Annotated[bool, typer.Option("--json", help="Print JSON for machines.")]
DatasetOption = Annotated[
    str, typer.Option("--dataset", help="Its name, as demo, or a version, as demo@2.")
]


def build_table(*headings: str) -> Table:
    """A table without lines."""
    table = Table(box=None, pad_edge=False)
    for heading in headings:
        table.add_column(heading, overflow="fold")
    return table


def require_writable(*paths: Path | None) -> None:
    """Refuse a file that could not be written later, before anything takes time.

    Raises:
        BadInput: its folder is not there, it is a folder itself, or it may not be written.
    """
    for path in filter(None, paths):
        target = path.expanduser().resolve()
        try:
            if not target.exists():
                target.touch()
                target.unlink()
            elif target.is_file() or target.is_dir():  # a pipe would be at its end
                target.open("a").close()
        except OSError as error:
            raise _refuse(path, error) from error


def write_if(path: Path | None, text: str) -> None:
    """Write a file that may not be wanted."""
    if path is not None:
        write(path, text)


def write(path: Path, text: str) -> None:
    """Write a file.

    Raises:
        BadInput: it cannot be written.
    """
    try:
        path.expanduser().write_text(text, encoding="utf-8")
    except OSError as error:
        raise _refuse(path, error) from error


def _refuse(path: Path, error: OSError) -> BadInput:
    return BadInput(f"{path} cannot be written: {error.strerror}.")


def print_json(value: Any) -> None:
    """What a program reads."""
    typer.echo(json.dumps(value, ensure_ascii=False, default=str))
