"""kefu channels."""

from kefu.chatbot.widget import commands
from kefu.cli.loading import CommandTable

COMMANDS: CommandTable = {
    "add": commands.add_command,
    "allow": commands.allow_command,
    "list": commands.list_command,
    "show-snippet": commands.show_snippet_command,
    "rotate-secret": commands.rotate_secret_command,
    "remove": commands.remove_command,
}
