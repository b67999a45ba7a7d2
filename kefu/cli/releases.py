"""kefu releases."""

from kefu.cli.loading import CommandTable
from kefu.rollout import commands

COMMANDS: CommandTable = {
    "list": commands.list_command,
    "show": commands.show_command,
    "compare": commands.compare_command,
    "propose": commands.propose_command,
    "evaluate": commands.evaluate_command,
    "promote": commands.promote_command,
    "override": commands.override_command,
    "rollback": commands.rollback_command,
    "try": commands.try_command,
    "arms": commands.arms_command,
    "shadows": commands.shadows_command,
    "end": commands.end_command,
}
