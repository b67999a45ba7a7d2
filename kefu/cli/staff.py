"""kefu staff."""

from kefu.accounts.commands import (
    add_staff_command,
    disable_staff_command,
    list_staff_command,
    reset_link_command,
)
from kefu.cli.loading import CommandTable

COMMANDS: CommandTable = {
    "add": add_staff_command,
    "list": list_staff_command,
    "disable": disable_staff_command,
    "reset-link": reset_link_command,
}
