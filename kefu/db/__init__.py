"""The gateway to PostgreSQL: embedded or given server, connections, migrations."""

from kefu.db.backup import back_up, restore
from kefu.db.connection import (
    Connection,
    Database,
    OneTransaction,
    configure,
    open_database,
    prepare,
)
from kefu.db.embedded import EmbeddedServer, run_embedded
from kefu.db.health import ServerFacts, inspect_server
from kefu.db.listening import listen
from kefu.db.locks import is_locked
from kefu.db.migrations import migrate
from kefu.db.sealing import SealingKey, sealing_keys, use_keys_of
from kefu.db.vectors import HalfVector

__all__ = [
    "Connection",
    "Database",
    "EmbeddedServer",
    "HalfVector",
    "OneTransaction",
    "SealingKey",
    "ServerFacts",
    "back_up",
    "configure",
    "inspect_server",
    "is_locked",
    "listen",
    "migrate",
    "open_database",
    "prepare",
    "restore",
    "run_embedded",
    "sealing_keys",
    "use_keys_of",
]
