"""The whole application on a real database."""

import pytest
from people import IDENTITY_KEY

from kefu.knowledge import ensure_base
from kefu.resources import Resources
from kefu.settings import Settings


@pytest.fixture
def settings() -> Settings:
    return Settings(customers={"identity_key": IDENTITY_KEY})


@pytest.fixture
async def main_base(resources: Resources) -> None:
    """A knowledge base to ask, without documents."""
    await ensure_base(resources, "main")
