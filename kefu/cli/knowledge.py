"""kefu knowledge: ingest, status, embed, withdraw."""

from functools import partial

from kefu.cli.loading import CommandTable
from kefu.evaluation import choose_judge
from kefu.evaluation.commands import tell_read
from kefu.knowledge.commands import (
    build_ingest_command,
    build_withdraw_command,
    embed_command,
    status_command,
)

choose_telling_judge = partial(choose_judge, on_check=tell_read)

COMMANDS: CommandTable = {
    "ingest": build_ingest_command(choose_telling_judge),
    "status": status_command,
    "embed": embed_command,
    "withdraw": build_withdraw_command(choose_telling_judge),
}
