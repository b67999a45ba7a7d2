"""kefu conversations."""

from kefu.cli.loading import CommandTable
from kefu.conversations import commands

COMMANDS: CommandTable = {
    "list": commands.list_command,
    "show": commands.show_command,
    "metrics": commands.metrics_command,
}
