"""The gateway to PostgreSQL: embedded or given server, connections, migrations."""

from kefu.db.connection import Connection, Database, configure, open_database
from kefu.db.embedded import EmbeddedServer, back_up, run_embedded
from kefu.db.health import ServerFacts, inspect_server
from kefu.db.migrations import migrate

__all__ = [
    "Connection",
    "Database",
    "EmbeddedServer",
    "ServerFacts",
    "back_up",
    "configure",
    "inspect_server",
    "migrate",
    "open_database",
    "run_embedded",
]
