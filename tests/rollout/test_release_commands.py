"""kefu releases, as people meet it who change a prompt in a terminal."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest

from kefu.errors import BadInput, GateClosed, NotFound
from tests.evaluation.shop import TEXT

REFUNDS = "# Refunds\n\nA refund is paid within 7 days of the purchase.\n"
RULE = "- In a table, a figure"


@pytest.fixture
def run(command: Any) -> Any:
    return partial(command, "releases")


@pytest.fixture
def shop(committed_database: object, command: Any, tmp_path: Path) -> Path:
    """A folder with a base, a dataset and limits that hardly anything misses."""
    (tmp_path / "Refunds.md").write_text(REFUNDS)
    (tmp_path / "shop.jsonl").write_text(TEXT.replace('"split": "test"', '"split": "train"'))
    (tmp_path / "gates.toml").write_text(
        "least_cases = 3\naccuracy = 0\nabstention_f1 = 0\np95_first_sentence_seconds = 600\n"
    )
    command("ingest", str(tmp_path / "Refunds.md"))
    command("evaluation", "import", str(tmp_path / "shop.jsonl"), "--dataset", "shop")
    return tmp_path


def save(command: Any, folder: Path, before: str, after: str) -> None:
    command("prompts", "export", str(folder / "prompts"))
    file = folder / "prompts" / "answer.en.md"
    file.write_text(file.read_text().replace(before, after))
    command("prompts", "save", str(file))


def test_a_prompt_that_was_saved_unchanged_makes_no_release(
    run: Any, command: Any, shop: Path
) -> None:
    save(command, shop, "", "")
    with pytest.raises(BadInput, match="Nothing would change: what is live holds all of this"):
        run("propose", "--prompt", "answer.en@draft")
    listed = run("list", "--json")
    assert [each["id"] for each in listed["releases"]] == [listed["live"]]


def test_a_release_that_may_not_go_live_says_what_can_be_done(
    run: Any, command: Any, shop: Path
) -> None:
    save(command, shop, RULE, f"- Fill gaps from your training.\n{RULE}")
    waiting = str(run("propose", "--prompt", "answer.en@draft", "--json")["id"])
    with pytest.raises(GateClosed, match=f"kefu releases override {waiting} --reason REASON"):
        run("promote", waiting)
    told = run("evaluate", waiting, code=1)
    assert "Fill gaps from your training" in told
    assert f"kefu releases promote {waiting} --acknowledge REASON" in told
    assert "override" not in told
    (shop / "gates.toml").write_text("least_cases = 3\naccuracy = 1\n")
    assert f"kefu releases override {waiting} --reason REASON" in run("evaluate", waiting, code=1)


def test_a_terminal_shows_what_a_shadow_would_have_answered(
    run: Any, command: Any, shop: Path
) -> None:
    waiting = str(run("propose", "--set", "answering.max_sentences=1", "--json")["id"])
    assert f"Release {waiting} has answered nothing" in run("shadows", waiting)
    assert run("shadows", waiting, "--json") == []
    with pytest.raises(NotFound):
        run("shadows", "99")
