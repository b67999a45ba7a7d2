"""kefu traces."""

from kefu.cli.loading import CommandTable
from kefu.tracing.commands import list_traces_command, prune_traces_command, show_trace_command

COMMANDS: CommandTable = {
    "list": list_traces_command,
    "show": show_trace_command,
    "prune": prune_traces_command,
}
