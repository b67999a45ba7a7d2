"""Forward-only schema migrations: numbered SQL files, each applied once, in one transaction."""

import hashlib
from dataclasses import dataclass
from importlib import resources

from psycopg import AsyncConnection

from kefu.errors import DatabaseUnavailable

LOCK = 0x4B454655  # "KEFU"; one process migrates, the others wait
LOCK_TIMEOUT = "10s"  # a migration gives up rather than block running traffic


@dataclass(frozen=True, slots=True, kw_only=True)
class Migration:
    """One numbered SQL file."""

    number: int
    name: str
    sql: str

    @property
    def checksum(self) -> str:
        """Of the text, so that an edited file that was applied is noticed."""
        return hashlib.sha256(self.sql.encode()).hexdigest()


def list_migrations() -> list[Migration]:
    """All migrations of this version of Kefu, in order."""
    folder = resources.files("kefu.db") / "migrations"
    return sorted(
        (
            Migration(
                number=int(file.name[:4]), name=file.name, sql=file.read_text(encoding="utf-8")
            )
            for file in folder.iterdir()
            if file.name.endswith(".sql")
        ),
        key=lambda migration: migration.number,
    )


async def migrate(conn: AsyncConnection) -> list[str]:
    """Bring the schema up to date and return the names of what was applied.

    Raises:
        DatabaseUnavailable: the database is newer than this Kefu or its history differs.
    """
    await conn.execute("select pg_advisory_lock(%s)", [LOCK])
    try:
        applied = await _read_applied(conn)
        _check_history(applied)
        missing = [each for each in list_migrations() if each.number not in applied]
        for migration in missing:
            await _apply(conn, migration)
        return [migration.name for migration in missing]
    finally:
        await conn.execute("select pg_advisory_unlock(%s)", [LOCK])


async def _read_applied(conn: AsyncConnection) -> dict[int, str]:
    await conn.execute(
        "create table if not exists schema_migrations ("
        " number int primary key, name text not null, checksum text not null,"
        " applied_at timestamptz not null default now())"
    )
    cursor = await conn.execute("select number, checksum from schema_migrations")
    return dict(await cursor.fetchall())


def _check_history(applied: dict[int, str]) -> None:
    known = {migration.number: migration for migration in list_migrations()}
    for number, checksum in sorted(applied.items()):
        if number not in known:
            raise DatabaseUnavailable(
                f"The database has schema {number:04}, made by a newer Kefu. Upgrade Kefu, "
                "or point KEFU_DATABASE_URL or KEFU_DATA_DIR to another database."
            )
        if known[number].checksum != checksum:
            raise DatabaseUnavailable(
                f"Migration {known[number].name} differs from what this database was made with."
            )


async def _apply(conn: AsyncConnection, migration: Migration) -> None:
    async with conn.transaction():
        await conn.execute(f"set local lock_timeout = '{LOCK_TIMEOUT}'")
        await conn.execute(migration.sql.encode())
        await conn.execute(
            "insert into schema_migrations (number, name, checksum) values (%s, %s, %s)",
            [migration.number, migration.name, migration.checksum],
        )
