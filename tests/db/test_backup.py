"""Back-ups: whole or not there, and back again whole or not at all."""

import subprocess
from pathlib import Path

import psycopg
import pytest
from psycopg.conninfo import make_conninfo

from kefu.db import back_up, restore, run_embedded
from kefu.db.embedded import BINARIES
from kefu.errors import BadInput, DatabaseUnavailable


@pytest.fixture
def url(migrated_url: str, worker_id: str) -> str:
    """A database of its own, with one row and the schema."""
    name = f"backup_{worker_id}"
    with psycopg.connect(migrated_url, autocommit=True) as conn:
        template = conn.info.dbname
    admin = make_conninfo(migrated_url, dbname="postgres")
    with psycopg.connect(admin, autocommit=True) as conn:
        conn.execute(f"drop database if exists {name} with (force)")
        conn.execute(f"create database {name} template {template}")
    own = make_conninfo(migrated_url, dbname=name)
    with psycopg.connect(own) as conn:
        conn.execute("insert into knowledge_bases (name) values ('first')")
    return own


def bases(url: str) -> list[str]:
    with psycopg.connect(url) as conn:
        return [name for (name,) in conn.execute("select name from knowledge_bases order by id")]


def add_base(url: str, name: str) -> None:
    with psycopg.connect(url) as conn:
        row = conn.execute(
            "insert into knowledge_bases (name) values (%s) returning id", [name]
        ).fetchone()
        assert row is not None
        conn.execute(f"create table chunks_{row[0]} partition of chunks for values in ({row[0]})")


def test_pg_restore_reads_a_back_up(url: str, tmp_path: Path) -> None:
    back_up(url, tmp_path / "kefu.backup")
    command = [str(BINARIES / "pg_restore"), "--list", str(tmp_path / "kefu.backup")]
    contents = subprocess.run(command, check=True, capture_output=True, text=True).stdout
    assert "TABLE DATA public knowledge_bases" in contents
    assert [path.name for path in tmp_path.iterdir()] == ["kefu.backup"]


def test_back_up_replaces_the_one_before(url: str, tmp_path: Path) -> None:
    (tmp_path / "kefu.backup").write_text("old")
    back_up(url, tmp_path / "kefu.backup")
    assert (tmp_path / "kefu.backup").stat().st_size > 1000


def test_only_its_owner_reads_a_back_up(url: str, tmp_path: Path) -> None:
    back_up(url, tmp_path / "kefu.backup")
    assert (tmp_path / "kefu.backup").stat().st_mode & 0o777 == 0o600


def test_back_up_that_fails_leaves_nothing(url: str, tmp_path: Path) -> None:
    (tmp_path / "kefu.backup").write_text("old")
    with pytest.raises(DatabaseUnavailable, match=r"The back-up failed: .*does not exist"):
        back_up(make_conninfo(url, dbname="not_there"), tmp_path / "kefu.backup")
    assert [path.name for path in tmp_path.iterdir()] == ["kefu.backup"]
    assert (tmp_path / "kefu.backup").read_text() == "old"


@pytest.mark.parametrize("name", [".", "not/there"])
def test_back_up_needs_the_name_of_a_file(url: str, tmp_path: Path, name: str) -> None:
    with pytest.raises(BadInput, match="name a file"):
        back_up(url, tmp_path / name)
    assert not list(tmp_path.iterdir())


def test_restore_puts_the_back_up_in_the_place_of_everything(url: str, tmp_path: Path) -> None:
    add_base(url, "second")
    back_up(url, tmp_path / "kefu.backup")
    with psycopg.connect(url) as conn:
        conn.execute("delete from knowledge_bases where name = 'first'")
    add_base(url, "later")
    restore(url, tmp_path / "kefu.backup")
    assert bases(url) == ["first", "second"]


def test_restore_into_a_server_that_was_never_used(url: str, tmp_path: Path) -> None:
    back_up(url, tmp_path / "kefu.backup")
    with run_embedded(tmp_path / "data") as server:
        restore(server.url, tmp_path / "kefu.backup")
        assert bases(server.url) == ["first"]


def test_password_is_not_among_the_arguments_and_still_used(url: str, tmp_path: Path) -> None:
    back_up(make_conninfo(url, password="a:b\\c"), tmp_path / "kefu.backup")
    assert (tmp_path / "kefu.backup").exists()


@pytest.mark.parametrize(
    "damage",
    [
        lambda whole: b"",
        lambda whole: b"garbage" * 1000,
        lambda whole: whole[:100],
        lambda whole: whole[: len(whole) // 2],
    ],
    ids=["empty", "garbage", "head only", "half"],
)
def test_damaged_file_is_refused_and_changes_nothing(url: str, tmp_path: Path, damage) -> None:  # type: ignore[no-untyped-def]
    back_up(url, tmp_path / "kefu.backup")
    (tmp_path / "kefu.backup").write_bytes(damage((tmp_path / "kefu.backup").read_bytes()))
    with pytest.raises((BadInput, DatabaseUnavailable)) as caught:
        restore(url, tmp_path / "kefu.backup")
    assert "\n" not in str(caught.value)
    assert bases(url) == ["first"]


def test_data_damaged_in_the_middle_changes_nothing(url: str, tmp_path: Path) -> None:
    with psycopg.connect(url) as conn:
        conn.execute(
            "insert into knowledge_bases (name) select md5(n::text) from generate_series(1, 9999) n"
        )
    back_up(url, tmp_path / "kefu.backup")
    data = bytearray((tmp_path / "kefu.backup").read_bytes())
    middle = len(data) // 2
    data[middle : middle + 200] = bytes(200)
    (tmp_path / "kefu.backup").write_bytes(data)
    with pytest.raises((BadInput, DatabaseUnavailable)):
        restore(url, tmp_path / "kefu.backup")
    assert len(bases(url)) == 10_000


def test_back_up_of_another_program_is_refused(url: str, tmp_path: Path) -> None:
    foreign = make_conninfo(url, dbname="postgres")
    back_up(foreign, tmp_path / "foreign.backup")
    with pytest.raises(BadInput, match="not a back-up of Kefu"):
        restore(url, tmp_path / "foreign.backup")
    assert bases(url) == ["first"]


def test_back_up_of_a_newer_kefu_is_refused(url: str, tmp_path: Path) -> None:
    with psycopg.connect(url) as conn:
        conn.execute("insert into schema_migrations values (9999, '9999_later.sql', 'x')")
    back_up(url, tmp_path / "newer.backup")
    with pytest.raises(BadInput, match="newer Kefu"):
        restore(url, tmp_path / "newer.backup")


def test_file_that_is_not_there_is_named(url: str, tmp_path: Path) -> None:
    with pytest.raises(BadInput, match=r"kefu\.backup does not exist"):
        restore(url, tmp_path / "kefu.backup")
