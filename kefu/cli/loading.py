"""Commands of which only the name and a line of help is known until one of them is run."""

import asyncio
import functools
from collections.abc import Awaitable, Callable, Mapping
from importlib import import_module
from typing import Any, ParamSpec

import typer
from typer.core import TyperCommand, TyperGroup
from typer.main import get_group

P = ParamSpec("P")
CommandTable = Mapping[str, Callable[..., Awaitable[None]]]


class Later(TyperCommand):
    """A command or group that is loaded when it is run."""

    def __init__(self, name: str, help: str) -> None:
        """Take what help shows of it."""
        super().__init__(name, help=help)
        self.called = name

    def load(self) -> TyperCommand | TyperGroup:
        """The command itself."""
        raise NotImplementedError

    def make_context(self, *given: Any, **named: Any) -> Any:
        """Read the words behind its name as the command itself does."""
        return self.load().make_context(*given, **named)


class LaterGroup(Later):
    """A group; its commands stand in the module of its name, in `COMMANDS`."""

    def load(self) -> TyperGroup:
        """The group with its commands."""
        return _build(self.called, self.called, help=self.help)


class LaterCommand(Later):
    """A command that stands beside others in `COMMANDS` of a module."""

    def __init__(self, name: str, module: str, help: str) -> None:
        """Take where it stands."""
        super().__init__(name, help)
        self._module = module

    def load(self) -> TyperCommand:
        """The command."""
        command = _build(self.called, self._module, help=None).commands[self.called]
        assert isinstance(command, TyperCommand)
        return command


def run_async(command: Callable[P, Awaitable[None]]) -> Callable[P, None]:
    """Make an asynchronous command one that Typer can call."""

    @functools.wraps(command)
    def run(*args: P.args, **kwargs: P.kwargs) -> None:
        async def main() -> None:
            await command(*args, **kwargs)

        asyncio.run(main())

    return run


def _build(name: str, module: str, *, help: str | None) -> TyperGroup:
    group = typer.Typer(name=name, help=help, no_args_is_help=True, add_completion=False)
    table: CommandTable = import_module(f"kefu.cli.{module}").COMMANDS
    for each, command in table.items():
        group.command(each)(run_async(command))
    return get_group(group)
