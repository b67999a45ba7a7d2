"""kefu copilot."""

from kefu.cli.loading import CommandTable
from kefu.copilot import commands

COMMANDS: CommandTable = {
    "figures": commands.figures_command,
    "export": commands.export_command,
    "articles": commands.articles_command,
}
