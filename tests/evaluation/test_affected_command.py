"""The gate of knowledge, as people and pipelines meet it."""

from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from shop import TEXT

from kefu.errors import GateClosed

REFUNDS = "# Refunds\n\nA refund is paid within 7 days of the purchase. Refunds cost no fee.\n"


@pytest.mark.usefixtures("committed_database")
def test_a_pipeline_tries_an_edit_and_the_gate_keeps_it_out(command: Any, tmp_path: Path) -> None:
    docs = tmp_path / "docs"
    docs.mkdir()
    (docs / "Refunds.md").write_text(REFUNDS)
    (tmp_path / "shop.jsonl").write_text(TEXT)
    command("ingest", str(docs))
    command("evaluation", "import", str(tmp_path / "shop.jsonl"), "--dataset", "shop")
    (docs / "Refunds.md").write_text(REFUNDS.replace("7 days", "14 days"))

    junit, markdown = tmp_path / "affected.xml", tmp_path / "affected.md"
    files = ("--junit", str(junit), "--markdown", str(markdown))
    tried = command("evaluation", "affected", str(docs), "--json", *files, code=1)
    assert not tried["is_passed"]
    (worse,) = [each for each in tried["worse"] if each["case"] == "shop@1/a1"]
    assert (worse["loss"], worse["reason"]) == ("wrong", "named")
    assert "7 days" in worse["before"]
    assert "14 days" in worse["after"]
    assert "| shop@1/a1 | Within how many days is a refund paid? |" in markdown.read_text()
    suite = ElementTree.parse(junit).getroot()
    assert suite.find("./testcase[@name='shop@1/a1']/failure") is not None

    with pytest.raises(GateClosed, match="shop@1/a1: wrong"):
        command("ingest", str(docs), "--gate")
    (tmp_path / "gates.toml").write_text("[knowledge]\ngated = true\n")
    with pytest.raises(GateClosed, match="shop@1/a1: wrong"):
        command("ingest", str(docs))
    with pytest.raises(GateClosed, match="shop@1/a1"):
        command("knowledge", "withdraw", str(docs))
    assert "7 days" in command("ask", "Within how many days is a refund paid?")
    command("ingest", str(docs), "--override", "The law changed.")
    assert "14 days" in command("ask", "Within how many days is a refund paid?")
