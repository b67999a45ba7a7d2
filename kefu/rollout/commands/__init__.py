"""kefu releases, and what kefu evaluation does that may end in a release."""

from kefu.rollout.commands.releases import (
    compare_command,
    evaluate_command,
    list_command,
    monitor_command,
    override_command,
    promote_command,
    propose_command,
    rollback_command,
    show_command,
)
from kefu.rollout.commands.trials import arms_command, end_command, shadows_command, try_command
from kefu.rollout.commands.tuning import calibrate_command, tune_retrieval_command

__all__ = [
    "arms_command",
    "calibrate_command",
    "compare_command",
    "end_command",
    "evaluate_command",
    "list_command",
    "monitor_command",
    "override_command",
    "promote_command",
    "propose_command",
    "rollback_command",
    "shadows_command",
    "show_command",
    "try_command",
    "tune_retrieval_command",
]
