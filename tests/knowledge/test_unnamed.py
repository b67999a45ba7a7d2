"""Which base is meant when none is named."""

from pathlib import Path
from typing import Any

import pytest

from kefu.errors import NotFound

ASKED = "When is a refund paid?"


def take_in(command: Any, folder: Path, base: str, text: str) -> None:
    (folder / f"{base}.md").write_text(text)
    command("ingest", str(folder / f"{base}.md"), "--base", base)


@pytest.mark.usefixtures("committed_database")
def test_the_only_base_is_searched_and_asked_and_one_of_two_must_be_named(
    command: Any, tmp_path: Path
) -> None:
    take_in(command, tmp_path, "shop", "# Refunds\n\nA refund is paid within 7 days.\n")
    assert command("search", ASKED, "--json")[0]["title"] == "Refunds"
    assert "7 days" in command("ask", ASKED, "--json")["answer"]
    take_in(command, tmp_path, "bank", "# Refunds\n\nA refund is paid within 9 days.\n")
    for name in ("search", "ask"):
        with pytest.raises(NotFound, match="There is no knowledge base 'main'"):
            command(name, ASKED)
    assert "9 days" in command("ask", ASKED, "--base", "bank", "--json")["answer"]
    take_in(command, tmp_path, "main", "# Refunds\n\nA refund is paid within 8 days.\n")
    assert "8 days" in command("ask", ASKED, "--json")["answer"]
