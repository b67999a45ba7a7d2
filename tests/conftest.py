"""A real PostgreSQL for every test: one server, a database a worker, a rollback a test."""

import json
import os
import shutil
import tempfile
from collections import Counter
from collections.abc import AsyncIterator, Iterator
from functools import partial
from pathlib import Path
from typing import Any

import psycopg
import pytest
from browsing import launch_chromium
from fastapi import FastAPI
from httpx import ASGITransport, AsyncClient
from playwright.async_api import Browser
from psycopg import AsyncConnection
from rolling_back import RolledBackDatabase, roll_back
from typer.testing import CliRunner

from kefu.cli import app as cli
from kefu.db import Database, migrate, open_database, run_embedded
from kefu.errors import KefuError
from kefu.llm import BuiltInEmbedder, FakeEmbedder
from kefu.resources import Resources
from kefu.server import attach, create_app
from kefu.settings import Settings


@pytest.hookimpl(tryfirst=True)
def pytest_configure(config: pytest.Config) -> None:
    """A folder of its own for each run.

    Pytest's own will not do: another run of the same user bars it to the system user that runs
    PostgreSQL.
    """
    if not hasattr(config, "workerinput") and config.option.basetemp is None:
        config.option.basetemp = tempfile.mkdtemp(prefix="kefu-tests-")
        config.add_cleanup(partial(shutil.rmtree, config.option.basetemp, ignore_errors=True))


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Of two tests of one name xdist runs the first alone, and says nothing."""
    repeated = [name for name, count in Counter(each.nodeid for each in items).items() if count > 1]
    if repeated:
        raise pytest.UsageError(f"Tests of one name: {', '.join(repeated)}")


@pytest.fixture(scope="session")
def server_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """URL of an empty database of this worker on a server that all workers share."""
    folder = tmp_path_factory.getbasetemp()
    if worker_id != "master":
        folder = folder.parent
    with run_embedded(folder / "kefu") as server:
        name = f"test_{worker_id}"
        with psycopg.connect(server.url, autocommit=True) as conn:
            for guard in ("fsync", "synchronous_commit", "full_page_writes"):
                conn.execute(f"alter system set {guard} = off")  # nothing here outlives the machine
            conn.execute("select pg_reload_conf()")
            conn.execute(f"drop database if exists {name}")
            conn.execute(f"create database {name}")
        yield server.url.replace("dbname=kefu", f"dbname={name}")


@pytest.fixture(scope="session")
async def migrated_url(server_url: str) -> str:
    async with await AsyncConnection.connect(server_url, autocommit=True) as conn:
        await migrate(conn)
    return server_url


@pytest.fixture
async def conn(migrated_url: str) -> AsyncIterator[AsyncConnection]:
    """A connection inside a transaction that is rolled back after the test."""
    async with roll_back(migrated_url, Settings()) as conn:
        yield conn


@pytest.fixture
def database(conn: AsyncConnection, migrated_url: str) -> Database:
    """For code that takes connections itself, one after another; rolled back after the test."""
    return RolledBackDatabase(conn, url=migrated_url)


@pytest.fixture
async def committed_database(migrated_url: str) -> AsyncIterator[Database]:
    """For code that needs several connections at once; emptied after the test."""
    settings = Settings(database_url=migrated_url)
    async with open_database(settings) as database:
        yield database
        async with database.connection() as conn:
            await conn.execute(
                "do $$ declare t text; begin"
                " set local session_replication_role = replica;"  # so that nothing refuses
                " for t in select inhrelid::regclass from pg_inherits"
                " where inhparent = 'chunks'::regclass loop execute 'drop table ' || t; end loop;"
                " for t in select tablename from pg_tables where schemaname = 'public'"
                " and tablename not in ('schema_migrations', 'audit_head', 'queues') loop"
                " execute format('delete from %I', t); end loop;"  # truncate takes a second
                " delete from queues; insert into queues (id, name, is_default)"
                " overriding system value values (1, 'General', true);"
                " update audit_head set number = 0, entry_seal = '', key_id = '', seal = '';"
                " end $$"
            )


@pytest.fixture
def settings() -> Settings:
    return Settings()


@pytest.fixture
def resources(settings: Settings, database: Database) -> Resources:
    return Resources(settings=settings, database=database, embedder=FakeEmbedder())


@pytest.fixture(scope="session")
def built_in_embedder() -> BuiltInEmbedder:
    """The real one, which remembers what it has embedded for the tests before."""
    return BuiltInEmbedder()


@pytest.fixture(scope="session")
def built_app() -> FastAPI:
    """The whole application without what its routes work with: a tenth of a second to warm up."""
    return create_app(Settings())


@pytest.fixture
def app(built_app: FastAPI, resources: Resources) -> FastAPI:
    """The whole application."""
    attach(built_app, resources)
    return built_app


@pytest.fixture
async def client(app: FastAPI) -> AsyncIterator[AsyncClient]:
    async with AsyncClient(transport=ASGITransport(app), base_url="http://kefu") as client:
        yield client


@pytest.fixture
def command(migrated_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Any:
    """Runs a command on the database of the tests and gives its output, or JSON."""
    monkeypatch.setenv("KEFU_DATABASE_URL", migrated_url)
    monkeypatch.setenv("KEFU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")

    def run(*arguments: str, code: int = 0) -> Any:
        result = CliRunner().invoke(cli, arguments)
        if isinstance(result.exception, KefuError):
            raise result.exception
        assert result.exit_code == code, result.output
        return json.loads(result.stdout) if "--json" in arguments else result.stdout

    return run


@pytest.fixture(scope="session")
async def browser() -> AsyncIterator[Browser]:
    """One Chromium for all tests of a worker; each takes a context of its own."""
    async with launch_chromium() as browser:
        yield browser


@pytest.fixture(autouse=True)
def _only_own_settings(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """No KEFU_* variable and no kefu.toml of the machine reaches a test."""
    for name in [name for name in os.environ if name.startswith("KEFU_")]:  # noqa: TID251
        monkeypatch.delenv(name)
    monkeypatch.setenv("XDG_DATA_HOME", str(tmp_path / "share"))  # the folder when none is set
    monkeypatch.chdir(tmp_path)
