"""kefu audit."""

from kefu.audit.commands import export_command, list_command, verify_command
from kefu.cli.loading import CommandTable

COMMANDS: CommandTable = {
    "list": list_command,
    "verify": verify_command,
    "export": export_command,
}
