"""kefu evaluation."""

from kefu.cli.loading import CommandTable
from kefu.evaluation import commands
from kefu.rollout import commands as rollout

COMMANDS: CommandTable = {
    "import": commands.import_command,
    "export": commands.export_command,
    "list": commands.list_command,
    "show": commands.show_command,
    "remove": commands.remove_command,
    "unseal": commands.unseal_command,
    "run": commands.run_command,
    "compare": commands.compare_command,
    "gate": commands.gate_command,
    "coverage": commands.coverage_command,
    "affected": commands.affected_command,
    "try-reader": commands.try_reader_command,
    "propose": commands.propose_command,
    "review": commands.review_command,
    "label": commands.label_command,
    "preferences": commands.preferences_command,
    "tune-retrieval": rollout.tune_retrieval_command,
    "calibrate": rollout.calibrate_command,
    "monitor": rollout.monitor_command,
}
