"""kefu demo."""

from kefu.cli.loading import CommandTable
from kefu.demo.commands import demo_command

COMMANDS: CommandTable = {"demo": demo_command}
