"""kefu prompts."""

from kefu.answering.commands import compare_prompts_command
from kefu.cli.loading import CommandTable
from kefu.prompts import commands

COMMANDS: CommandTable = {
    "list": commands.list_command,
    "show": commands.show_command,
    "lint": commands.lint_command,
    "diff": commands.diff_command,
    "save": commands.save_command,
    "restore": commands.restore_command,
    "label": commands.label_command,
    "render": commands.render_command,
    "import": commands.import_command,
    "export": commands.export_command,
    "compare": compare_prompts_command,
}
