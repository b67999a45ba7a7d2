"""One site for all tests of this folder."""

from collections.abc import AsyncIterator

import pytest
from filled_site import Site, open_site
from playwright.async_api import Browser


@pytest.fixture(scope="session")
async def site(
    server_url: str, browser: Browser, tmp_path_factory: pytest.TempPathFactory
) -> AsyncIterator[Site]:
    async with open_site(server_url, browser, tmp_path_factory.mktemp("admin")) as site:
        yield site
