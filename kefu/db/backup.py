"""Back-up of the whole database to one file, and the way back."""

import re
import shutil
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from psycopg.conninfo import conninfo_to_dict, make_conninfo

from kefu.db.embedded import BINARIES
from kefu.db.migrations import list_migrations
from kefu.errors import BadInput, DatabaseUnavailable

LOCK_TIMEOUT = "30s"  # a restore gives up rather than wait for somebody who holds a table
AS_SCRIPT = ("--no-owner", "--no-comments", "--no-privileges")
QUIETLY = ("--no-psqlrc", "--quiet", "--no-password", "--set=ON_ERROR_STOP=1")
_ENTRY = re.compile(r"^\d+; \d+ \d+ (TABLE|SEQUENCE|FUNCTION) public (\w+)\b", re.MULTILINE)
_CREATED = re.compile(r"^create (?:or replace )?(table|sequence|function) (\w+)", re.MULTILINE)
_MIGRATION = re.compile(r"^(\d+)\t\d{4}_\w+\.sql\t", re.MULTILINE)


def back_up(url: str, target: Path) -> None:
    """Write the whole database to one file in PostgreSQL's custom format, for its owner alone.

    Raises:
        BadInput: there is no such folder, or the target is one.
        DatabaseUnavailable: pg_dump says why it could not.
    """
    if target.is_dir() or not target.absolute().parent.is_dir():
        raise BadInput(f"{target} cannot be written: name a file in a folder that exists.")
    partial = target.with_name(target.name + ".part")
    try:
        partial.unlink(missing_ok=True)
        partial.touch(mode=0o600)
        with _connectable(url) as database:
            _run("pg_dump", "--format=custom", f"--file={partial}", f"--dbname={database}")
        partial.replace(target)
    except OSError as error:
        raise BadInput(f"{target} cannot be written: {error.strerror}.") from error
    except _ProgramFailed as error:
        raise DatabaseUnavailable(f"The back-up failed: {error}") from error
    finally:
        partial.unlink(missing_ok=True)


def restore(url: str, file: Path) -> None:
    """Put what `back_up` wrote in the place of everything in the database, or change nothing.

    Raises:
        BadInput: the file is no back-up of Kefu, is damaged, or was made by a newer Kefu.
        DatabaseUnavailable: the database does not answer or is in use.
    """
    _check(file)
    try:
        with _connectable(url, options=f"-c lock_timeout={LOCK_TIMEOUT}") as database:
            _replay(file, database, first=f"begin;\n{_drops(file)}\n", last="commit;\n")
    except _ProgramFailed as error:
        raise DatabaseUnavailable(
            f"The back-up was not restored and nothing was changed: {error}"
        ) from error


def _replay(file: Path, database: str, *, first: str, last: str) -> None:
    """Pipe the file into psql; without `last`, sent when all else was, nothing is committed.

    `pg_restore --clean` cannot drop a partitioned table, so it only writes the script.
    """
    with tempfile.TemporaryFile("w+") as complaints:
        reader = subprocess.Popen(  # noqa: S603 - fixed programs
            [BINARIES / "pg_restore", *AS_SCRIPT, "--file=-", str(file.absolute())],
            stdout=subprocess.PIPE,
            stderr=complaints,
        )
        writer = subprocess.Popen(  # noqa: S603
            [BINARIES / "psql", *QUIETLY, f"--dbname={database}"],
            stdin=subprocess.PIPE,
            stdout=subprocess.DEVNULL,
            stderr=complaints,
        )
        with reader, writer, suppress(BrokenPipeError):
            assert reader.stdout is not None
            assert writer.stdin is not None
            writer.stdin.write(first.encode())
            shutil.copyfileobj(reader.stdout, writer.stdin)
            if reader.wait() == 0:
                writer.stdin.write(last.encode())
        if reader.returncode or writer.returncode:
            complaints.seek(0)
            raise _ProgramFailed(_reason(complaints.read()))


def _drops(file: Path) -> str:
    """SQL that drops what the file brings and what this Kefu has besides; tables come first."""
    found = set(_ENTRY.findall(_run("pg_restore", "--list", str(file.absolute()))))
    for migration in list_migrations():
        found |= {(kind.upper(), name) for kind, name in _CREATED.findall(migration.sql)}
    return "\n".join(
        f'drop {kind} if exists "{name}" cascade;' for kind, name in sorted(found, reverse=True)
    )


class _ProgramFailed(Exception):
    """A program of PostgreSQL ended with an error; the text is what it said about it."""


def _check(file: Path) -> None:
    if not file.is_file():
        raise BadInput(f"{file} does not exist or is not a file.")
    history = ("--data-only", "--table=schema_migrations", "--file=-")
    try:
        text = _run("pg_restore", *history, str(file.absolute()))
    except _ProgramFailed as error:
        raise BadInput(f"{file} is not a back-up of Kefu, or is damaged: {error}") from error
    numbers = [int(number) for number in _MIGRATION.findall(text)]
    if not numbers:
        raise BadInput(f"{file} is not a back-up of Kefu.")
    if max(numbers) > max(migration.number for migration in list_migrations()):
        raise BadInput(f"{file} was written by a newer Kefu. Upgrade Kefu first.")


@contextmanager
def _connectable(url: str, **others: str) -> Iterator[str]:
    """The URL for a program's arguments, where others must not see a password."""
    parts = {key: str(value) for key, value in conninfo_to_dict(url).items()}
    with tempfile.NamedTemporaryFile("w", encoding="utf-8") as passwords:
        password = parts.pop("password", None)
        if password is not None:
            escaped = password.replace("\\", "\\\\").replace(":", "\\:")
            passwords.write(f"*:*:*:*:{escaped}\n")
            passwords.flush()
            parts["passfile"] = passwords.name
        yield make_conninfo(**parts | others)


def _run(program: str, *arguments: str) -> str:
    result = subprocess.run(  # noqa: S603 - fixed programs
        [BINARIES / program, *arguments], capture_output=True, text=True, check=False
    )
    if result.returncode:
        raise _ProgramFailed(_reason(result.stderr))
    return result.stdout


def _reason(stderr: str) -> str:
    lines = [line.strip() for line in stderr.splitlines() if line.strip()]
    error = next((line for line in lines if "error" in line.lower()), "no message.")
    return re.split(r"(?i)error: +", error)[-1].rstrip(".") + "."
