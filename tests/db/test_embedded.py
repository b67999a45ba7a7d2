"""The server in the data folder: shared by processes, and whole after whatever killed one."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import psutil
import psycopg
import pytest

from kefu.db import EmbeddedServer, run_embedded
from kefu.errors import DatabaseUnavailable

HOLD = """
import sys
from pathlib import Path
from kefu.db import run_embedded
with run_embedded(Path(sys.argv[1])):
    print("ready", flush=True)
    sys.stdin.read()
"""


@pytest.fixture(scope="module")
def template(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder in which the server was started once from nothing."""
    data_dir = tmp_path_factory.mktemp("template")
    with run_embedded(data_dir):
        pass
    return data_dir


@pytest.fixture
def data_dir(template: Path, tmp_path: Path) -> Path:
    return copied(template, tmp_path / "data")


def copied(template: Path, target: Path) -> Path:
    subprocess.run(["cp", "-a", template, target], check=True)
    for folder in (target, *target.parents):
        if folder.stat().st_uid == os.geteuid() and not folder.stat().st_mode & 1:
            folder.chmod(0o711)
    return target


@contextmanager
def holder(data_dir: Path) -> Iterator[subprocess.Popen[str]]:
    """Another process that uses the server."""
    with subprocess.Popen(
        [sys.executable, "-c", HOLD, data_dir],
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stdout is not None
        assert process.stdout.readline() == "ready\n"
        try:
            yield process
        finally:
            process.kill()


def leave(process: subprocess.Popen[str]) -> None:
    assert process.stdin is not None
    process.stdin.close()
    assert process.wait() == 0


def count_ones(server: EmbeddedServer) -> int:
    with psycopg.connect(server.url) as conn:
        row = conn.execute("select count(*) from generate_series(1, 3)").fetchone()
    assert row is not None
    return int(row[0])


def postmaster(data_dir: Path) -> int | None:
    """The number of the running server, None when none runs."""
    pid_file = data_dir / "postgres" / "postmaster.pid"
    lines = pid_file.read_text().split() if pid_file.exists() else []
    if not lines:  # made, and not written yet
        return None
    pid = int(lines[0])
    try:
        is_alive = psutil.Process(pid).status() != psutil.STATUS_ZOMBIE
    except psutil.NoSuchProcess:
        return None
    return pid if is_alive else None


def await_end(pid: int) -> None:
    while psutil.pid_exists(pid) and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
        time.sleep(0.02)


def test_starts_from_nothing_and_the_only_user_stops_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "not" / "there"
    with run_embedded(data_dir) as server:
        assert count_ones(server) == 3
        assert postmaster(data_dir)
    assert postmaster(data_dir) is None


def test_processes_share_it_and_the_last_one_stops_it(data_dir: Path) -> None:
    with holder(data_dir) as other:
        running = postmaster(data_dir)
        with run_embedded(data_dir) as server:
            assert count_ones(server) == 3
        assert postmaster(data_dir) == running
        leave(other)
    assert postmaster(data_dir) is None


def test_first_process_leaves_it_to_the_other(data_dir: Path) -> None:
    with holder(data_dir) as first, run_embedded(data_dir) as server:
        leave(first)
        assert count_ones(server) == 3
    assert postmaster(data_dir) is None


def test_command_works_beside_a_process_that_holds_it(data_dir: Path) -> None:
    environment = {"KEFU_DATA_DIR": str(data_dir), "PATH": "/usr/bin:/bin"}
    command = [sys.executable, "-m", "kefu", "status", "--json"]
    with holder(data_dir) as other:
        result = subprocess.run(
            command, check=False, env=environment, capture_output=True, text=True
        )
        assert (result.returncode, result.stdout) == (0, "[]\n"), result.stderr
        assert other.poll() is None
        assert postmaster(data_dir)


def test_killed_user_leaves_nothing_locked(data_dir: Path) -> None:
    with holder(data_dir) as other:
        other.kill()
        other.wait()
    assert postmaster(data_dir)
    with run_embedded(data_dir) as server:
        assert count_ones(server) == 3
    assert postmaster(data_dir) is None


def test_killed_server_is_started_again(data_dir: Path) -> None:
    with run_embedded(data_dir) as server, psycopg.connect(server.url, autocommit=True) as conn:
        conn.execute("create table kept (n int)")
        conn.execute("insert into kept values (7)")
        killed = postmaster(data_dir)
        assert killed
        os.kill(killed, signal.SIGKILL)
        await_end(killed)
        with run_embedded(data_dir) as again, psycopg.connect(again.url) as other:
            assert other.execute("select n from kept").fetchone() == (7,)
    assert postmaster(data_dir) is None


def test_kill_while_the_folder_is_first_filled_leaves_no_half_of_it(tmp_path: Path) -> None:
    data_dir = tmp_path / "data"
    process = subprocess.Popen([sys.executable, "-c", HOLD, data_dir], stdout=subprocess.PIPE)
    while not (data_dir / "postgres.new" / "PG_VERSION").exists():
        time.sleep(0.01)
    process.kill()
    process.communicate()
    with run_embedded(data_dir) as server:
        assert count_ones(server) == 3
    assert not (data_dir / "postgres.new").exists()


def test_kill_while_the_server_starts_is_waited_out(data_dir: Path) -> None:
    process = subprocess.Popen([sys.executable, "-c", HOLD, data_dir], stdout=subprocess.PIPE)
    while postmaster(data_dir) is None:
        time.sleep(0.001)
    process.kill()
    process.communicate()
    with run_embedded(data_dir) as server:
        assert count_ones(server) == 3
    assert postmaster(data_dir) is None


def test_number_of_a_crashed_server_that_another_program_has_is_no_hindrance(
    data_dir: Path,
) -> None:
    folder = data_dir / "postgres"
    user = folder.stat().st_uid
    with subprocess.Popen(["sleep", "600"], user=user if os.geteuid() == 0 else None) as foreign:
        for lock in ("postmaster.pid", ".s.PGSQL.5432.lock"):
            (folder / lock).write_text(f"{foreign.pid}\n{folder}\n1\n5432\n{folder}\n\n")
        with run_embedded(data_dir) as server:
            assert count_ones(server) == 3
        assert foreign.poll() is None
        foreign.kill()


def test_folder_that_cannot_be_written_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")
    with (
        pytest.raises(DatabaseUnavailable, match=r"cannot be used: .* Set KEFU_DATA_DIR"),
        run_embedded(tmp_path / "file" / "data"),
    ):
        pass


def test_folder_that_is_not_made_is_one_sentence(tmp_path: Path) -> None:
    (tmp_path / "data").mkdir()
    (tmp_path / "data" / "postgres.new").write_text("in the way")
    with (
        pytest.raises(DatabaseUnavailable, match="cannot be used"),
        run_embedded(tmp_path / "data"),
    ):
        pass


def test_folder_of_something_else_is_not_overwritten(tmp_path: Path) -> None:
    own = tmp_path / "data" / "postgres" / "diary.txt"
    own.parent.mkdir(parents=True)
    own.write_text("mine")
    with pytest.raises(DatabaseUnavailable), run_embedded(tmp_path / "data"):
        pass
    assert own.read_text() == "mine"


@pytest.mark.parametrize(
    "name",
    ["long" * 30, "two  blanks", "it's", 'say "so"', "客服，数据", "$HOME`x`\\", "a,b;c=d"],
    ids=["long", "blanks", "quote", "quotes", "chinese", "shell", "separators"],
)
def test_any_path_will_do(template: Path, tmp_path: Path, name: str) -> None:
    data_dir = copied(template, tmp_path / name)
    with run_embedded(data_dir) as server:
        assert count_ones(server) == 3
        with holder(data_dir) as other:
            leave(other)
        assert count_ones(server) == 3
    assert postmaster(data_dir) is None


def test_listening_folder_of_somebody_else_is_refused(template: Path, tmp_path: Path) -> None:
    data_dir = copied(template, tmp_path / "two blanks  ")
    with run_embedded(data_dir) as server:
        sockets = Path(str(psycopg.conninfo.conninfo_to_dict(server.url)["host"]))
    sockets.rmdir()
    sockets.symlink_to(tmp_path)
    try:
        with pytest.raises(DatabaseUnavailable, match="another user"), run_embedded(data_dir):
            pass
    finally:
        sockets.unlink()


def test_server_listens_on_no_network(data_dir: Path) -> None:
    with run_embedded(data_dir) as server, psycopg.connect(server.url) as conn:
        assert conn.execute("show listen_addresses").fetchone() == ("",)
        assert conn.execute("show server_encoding").fetchone() == ("UTF8",)
