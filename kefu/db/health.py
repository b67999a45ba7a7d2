"""Does the server have what Kefu needs?"""

from dataclasses import dataclass

from psycopg import AsyncConnection

from kefu.errors import DatabaseUnavailable

OLDEST_SERVER = 160000  # PostgreSQL 16
OLDEST_VECTOR = (0, 8)  # iterative index scans


@dataclass(frozen=True, slots=True, kw_only=True)
class ServerFacts:
    """What the server is.

    Attributes:
        vector: version of pgvector in the database, or else on offer; None without it.
        size_bytes: of the database.
    """

    version: str
    version_number: int
    vector: str | None
    size_bytes: int


async def inspect_server(conn: AsyncConnection) -> ServerFacts:
    """Read versions and size."""
    cursor = await conn.execute(
        "select current_setting('server_version'), current_setting('server_version_num')::int,"
        " (select coalesce(installed_version, default_version)"
        "  from pg_available_extensions where name = 'vector'),"
        " pg_database_size(current_database())"
    )
    row = await cursor.fetchone()
    assert row is not None
    version, number, vector, size = row
    return ServerFacts(version=version, version_number=number, vector=vector, size_bytes=size)


def require_fit(facts: ServerFacts) -> None:
    """Refuse a server that is too old.

    Raises:
        DatabaseUnavailable: saying what is there and what is needed.
    """
    if facts.version_number < OLDEST_SERVER:
        raise DatabaseUnavailable(
            f"PostgreSQL {facts.version} is too old: Kefu needs 16 or later. "
            "Upgrade it, or leave KEFU_DATABASE_URL empty to use the embedded server."
        )
    if facts.vector is None:
        raise DatabaseUnavailable(
            "The PostgreSQL server has no pgvector: install the extension package "
            "(on Debian: postgresql-NN-pgvector), version 0.8 or later."
        )
    if tuple(int(part) for part in facts.vector.split(".")[:2]) < OLDEST_VECTOR:
        raise DatabaseUnavailable(
            f"pgvector {facts.vector} is too old: Kefu needs 0.8 or later. Upgrade the package, "
            "then run `alter extension vector update` in the database."
        )
