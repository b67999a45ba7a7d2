"""kefu evaluation: datasets, experiments, comparisons, the gate, and what people decide."""

from kefu.evaluation.commands.affected import affected_command
from kefu.evaluation.commands.coverage import coverage_command
from kefu.evaluation.commands.datasets import (
    export_command,
    import_command,
    list_command,
    propose_command,
    remove_command,
    review_command,
    unseal_command,
)
from kefu.evaluation.commands.experiments import (
    compare_command,
    gate_command,
    label_command,
    run_command,
    show_command,
)
from kefu.evaluation.commands.preferences import preferences_command
from kefu.evaluation.commands.readers import tell_read, try_reader_command

__all__ = [
    "affected_command",
    "compare_command",
    "coverage_command",
    "export_command",
    "gate_command",
    "import_command",
    "label_command",
    "list_command",
    "preferences_command",
    "propose_command",
    "remove_command",
    "review_command",
    "run_command",
    "show_command",
    "tell_read",
    "try_reader_command",
    "unseal_command",
]
