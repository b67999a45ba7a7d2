"""kefu webhooks."""

from kefu.chatbot.webhooks import commands
from kefu.cli.loading import CommandTable

COMMANDS: CommandTable = {
    "add": commands.add_command,
    "list": commands.list_command,
    "test": commands.test_command,
    "deliveries": commands.list_deliveries_command,
    "redeliver": commands.redeliver_command,
    "move": commands.move_command,
    "rotate": commands.rotate_command,
    "switch": commands.switch_command,
    "remove": commands.remove_command,
}
