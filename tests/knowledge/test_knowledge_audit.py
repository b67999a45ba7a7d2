"""What takes knowledge away, or shows it to others, stands in the audit log."""

from pathlib import Path
from typing import Any

import pytest
from taken_in import take_in

from kefu.audit import AuditFilter, list_entries, this_operator
from kefu.knowledge import Handling
from kefu.knowledge.withdraw import withdraw
from kefu.resources import Resources
from kefu.viewer import DataClass


@pytest.fixture
def docs(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    for name in ("refund", "delivery", "returns"):
        (folder / f"{name}.md").write_text(f"# {name}\n\nAll about {name}.\n")
    return folder


async def list_deeds(resources: Resources) -> list[tuple[str, str, dict[str, Any]]]:
    async with resources.database.connection() as conn:
        entries = await list_entries(conn, AuditFilter(action="knowledge"), limit=100)
    assert {each.actor for each in entries} <= {this_operator()}
    return [(each.action, each.subject, each.facts) for each in reversed(entries)]


async def test_withdrawals_are_recorded_by_name_and_by_vanishing(
    resources: Resources, docs: Path
) -> None:
    await take_in(resources, docs)
    assert await list_deeds(resources) == []
    (docs / "refund.md").unlink()
    await take_in(resources, docs)
    await take_in(resources, docs)
    await withdraw(resources.database, docs, base_name="main")
    assert await list_deeds(resources) == [
        ("knowledge.withdrawn", str(docs), {"base": "main", "documents": 1}),
        ("knowledge.withdrawn", str(docs), {"base": "main", "documents": 2}),
    ]


async def test_another_audience_or_data_class_is_recorded_with_the_one_before(
    resources: Resources, docs: Path
) -> None:
    await take_in(resources, docs)
    await take_in(resources, docs, handling=Handling(audience="staff"))
    await take_in(resources, docs, handling=Handling(audience="staff"))
    restricted = Handling(data_class=DataClass.RESTRICTED)
    await take_in(resources, docs / "refund.md", handling=restricted)
    changes = [
        (subject, facts["audience_before"], facts["audience"], facts["data_class"])
        for action, subject, facts in await list_deeds(resources)
        if action == "knowledge.handling_changed"
    ]
    assert changes == [
        (str(docs), "public", "staff", "internal"),
        (str(docs / "refund.md"), "staff", "staff", "restricted"),
    ]
