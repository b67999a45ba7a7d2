"""A small shop with something live, its gates, and a release that waits to pass them."""

from pathlib import Path

import pytest
from released import AUTHOR, OPEN, open_shop, propose_setting

from kefu.db import Database
from kefu.evaluation import read_lines, save_version
from kefu.releases import Release
from kefu.resources import Resources


@pytest.fixture
async def resources(committed_database: Database, tmp_path: Path) -> Resources:
    return await open_shop(committed_database, tmp_path)


@pytest.fixture
async def waiting(resources: Resources) -> Release:
    async with resources.database.transaction() as conn:
        await save_version(conn, "shop", read_lines(OPEN), author=AUTHOR, base="main")
        return await propose_setting(conn, resources, top_k=9)
