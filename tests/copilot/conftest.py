"""What the copilot works with: a small base, some of it for staff alone, and a fake embedder."""

from pathlib import Path

import pytest

from kefu.db import Database
from kefu.knowledge import Handling, ingest
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import AnsweringSettings, IngestSettings, Settings
from kefu.viewer import DataClass

TEXTS = {
    "public/refunds.md": "# Refunds\n\nA refund takes 7 working days. Gift cards are kept.\n",
    "public/printer.md": (
        "# Set up the printer\n\nTo set up the printer:\n\n1. Plug in the cable.\n"
        "2. Press the green button.\n3. Choose the network.\n"
    ),
    "public/退款.md": "# 退款\n\n退款需要 7 个工作日到账。\n",
    "staff/goodwill.md": "# Goodwill\n\nA goodwill voucher of 20 EUR is granted by team leaders.\n",
}


@pytest.fixture
async def resources(committed_database: Database, tmp_path: Path) -> Resources:
    for name, text in TEXTS.items():
        (tmp_path / name).parent.mkdir(exist_ok=True)
        (tmp_path / name).write_text(text, encoding="utf-8")
    settings = Settings(
        ingest=IngestSettings(workers=1), answering=AnsweringSettings(min_confidence=0.05)
    )
    resources = Resources(settings=settings, database=committed_database, embedder=FakeEmbedder())
    for audience in ("public", "staff"):
        handling = Handling(audience=audience, data_class=DataClass.PUBLIC)
        await ingest(resources, [tmp_path / audience], handling=handling)
    return resources
