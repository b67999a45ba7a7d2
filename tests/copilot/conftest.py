"""What the copilot works with: a small base, some of it for staff alone, and a fake embedder."""

import pytest
from filling import fill

from kefu.db import Database
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import AnsweringSettings, Settings

PUBLIC = {
    "Refunds": "# Refunds\n\nA refund takes 7 working days. Gift cards are kept.\n",
    "Set up the printer": (
        "# Set up the printer\n\nTo set up the printer:\n\n1. Plug in the cable.\n"
        "2. Press the green button.\n3. Choose the network.\n"
    ),
    "退款": "# 退款\n\n退款需要 7 个工作日到账。\n",
}
STAFF = {
    "Goodwill": "# Goodwill\n\nA goodwill voucher of 20 EUR is granted by team leaders.\n",
}


@pytest.fixture
async def resources(committed_database: Database) -> Resources:
    resources = Resources(
        settings=Settings(answering=AnsweringSettings(min_confidence=0.05)),
        database=committed_database,
        embedder=FakeEmbedder(),
    )
    await fill(resources, PUBLIC)
    await fill(resources, STAFF, audience="staff")
    return resources
