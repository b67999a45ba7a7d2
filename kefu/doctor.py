"""kefu doctor: is everything there that Kefu needs, and if not, how is it mended?"""

import shutil
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack
from dataclasses import dataclass
from pathlib import Path

from kefu.db import inspect_server, open_database
from kefu.errors import BadInput, BadSettings, KefuError
from kefu.evaluation import GATES_FILE, load_gates
from kefu.knowledge import Base, check_index, list_bases, require_same_embedder
from kefu.llm import check_embedder, check_endpoint, open_embedder, open_endpoints
from kefu.resources import open_resources
from kefu.settings import Settings, load_settings

LEAST_FREE_GB = 2.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """The result of one check.

    Attributes:
        how_to_mend: empty when all is well.
    """

    name: str
    is_fine: bool
    detail: str
    how_to_mend: str = ""


async def examine() -> AsyncIterator[Finding]:
    """Check settings, gates, disk, database, embedder, index and model endpoint in this order."""
    try:
        settings = load_settings()
    except BadSettings as error:
        yield Finding(name="settings", is_fine=False, detail=str(error), how_to_mend="Change it.")
        return
    yield Finding(name="settings", is_fine=True, detail=f"data folder {settings.data_dir}")
    yield _check_gates()
    yield _check_disk(settings)
    for check in (_check_database, _check_embedder, _check_index, _check_model):
        try:
            yield await check(settings)
        except KefuError as error:
            name = check.__name__.removeprefix("_check_")
            yield Finding(name=name, is_fine=False, detail=str(error), how_to_mend="As it says.")


def _check_gates() -> Finding:
    file = GATES_FILE.absolute()
    is_there = file.exists()
    try:
        gates = load_gates(file if is_there else None)
    except BadInput as error:
        return Finding(
            name="gates",
            is_fine=False,
            detail=str(error),
            how_to_mend="Mend the file; until then no release is held against it or goes live.",
        )
    where = str(file) if is_there else f"no {file}, so the defaults"
    return Finding(name="gates", is_fine=True, detail=f"{where}: {gates}")


def _check_disk(settings: Settings) -> Finding:
    existing = next(path for path in _with_parents(settings.data_dir) if path.exists())
    free = shutil.disk_usage(existing).free / 1e9
    return Finding(
        name="disk",
        is_fine=free >= LEAST_FREE_GB,
        detail=f"{free:.1f} GB free at {existing}",
        how_to_mend="" if free >= LEAST_FREE_GB else "Free some space or set KEFU_DATA_DIR.",
    )


async def _check_database(settings: Settings) -> Finding:
    async with open_database(settings) as database, database.connection() as conn:
        facts = await inspect_server(conn)
    kind = "given" if settings.database_url else "embedded"
    return Finding(
        name="database",
        is_fine=True,
        detail=f"{kind} PostgreSQL {facts.version}, pgvector {facts.vector}, "
        f"{facts.size_bytes / 1e6:.0f} MB",
    )


async def _check_embedder(settings: Settings) -> Finding:
    async with AsyncExitStack() as stack:
        bases: list[Base] = []
        endpoints = None
        if settings.embedding.endpoint:  # it may be one that was entered on the page
            database = await stack.enter_async_context(open_database(settings))
            endpoints = await stack.enter_async_context(
                open_endpoints(settings, connect=database.connection)
            )
            async with database.connection() as conn:
                bases = await list_bases(conn)
        embedder = await stack.enter_async_context(
            open_embedder(settings.embedding, endpoints=endpoints)
        )
        for base in bases:
            require_same_embedder(base, embedder)
        check = await check_embedder(embedder)
    return Finding(
        name="embedder", is_fine=check.is_ok, detail=check.detail, how_to_mend=check.how_to_mend
    )


async def _check_index(settings: Settings) -> Finding:
    async with open_resources(settings) as resources, resources.database.connection() as conn:
        bases = await list_bases(conn)
        reports = [await check_index(conn, base, resources.embedder) for base in bases]
    damaged = [str(each) for each in reports if each.damage]
    return Finding(
        name="index",
        is_fine=not damaged,
        detail=" ".join(damaged) or _say_sound(len(bases)),
        how_to_mend="Restore a backup, or withdraw what is damaged and take it in again."
        if damaged
        else "",
    )


def _say_sound(count: int) -> str:
    if count == 1:
        return "1 base holds what its documents say"
    return f"{count} bases hold what their documents say"


async def _check_model(settings: Settings) -> Finding:
    async with open_endpoints(settings) as endpoints:
        check = await check_endpoint(endpoints if endpoints.has_chat else None)
    return Finding(
        name="model", is_fine=check.is_ok, detail=check.detail, how_to_mend=check.how_to_mend
    )


def _with_parents(path: Path) -> tuple[Path, ...]:
    absolute = path.expanduser().absolute()
    return (absolute, *absolute.parents)
