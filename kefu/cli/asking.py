"""kefu search, and kefu ask."""

from kefu.answering.commands import ask_command
from kefu.cli.loading import CommandTable
from kefu.retrieval.commands import search_command

COMMANDS: CommandTable = {"search": search_command, "ask": ask_command}
