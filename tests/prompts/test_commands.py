"""kefu prompts, as people and scripts meet it."""

from functools import partial
from pathlib import Path
from typing import Any

import pytest
from specifications import GOOD

from kefu.audit import this_operator
from kefu.errors import BadInput


@pytest.fixture
def run(command: Any) -> Any:
    return partial(command, "prompts")


@pytest.mark.usefixtures("committed_database")
def test_a_prompt_goes_from_a_file_to_live_and_back(run: Any, tmp_path: Path) -> None:
    (tmp_path / "sort.md").write_text(GOOD)
    assert "✓ " in run("lint", str(tmp_path / "sort.md"))
    saved = run("save", str(tmp_path / "sort.md"), "--note", "First.", "--author", "li", "--json")
    assert (saved["number"], saved["note"]) == (1, "First.")
    assert saved["author"] == f"li ({this_operator()})"
    (tmp_path / "sort.md").write_text(GOOD.replace("One word", "A word"))
    assert [each["is_saved"] for each in run("import", str(tmp_path / "sort.md"), "--json")] == [
        True
    ]
    assert "- One word for a program." in run("diff", "sort@1", "sort@2")
    assert "the same" in run("diff", "sort@2", str(tmp_path / "sort.md"))
    assert "sort.en@2 is live now" in run("label", "sort@2", "live")
    restored = run("restore", "sort@1", "--json")
    assert (restored["number"], restored["note"]) == (3, "Restored from sort.en@1.")
    assert "A word for a program." in run("show", "sort")
    assert [each["number"] for each in run("show", "sort", "--history", "--json")] == [3, 2, 1]
    (listed,) = [each for each in run("list", "--json") if each["key"]["name"] == "sort"]
    assert listed["labels"] == {"draft": 3, "live": 2}
    run("export", str(tmp_path / "out"))
    assert "A word" in (tmp_path / "out" / "sort.en.md").read_text()


def test_what_would_be_sent_is_shown(run: Any, tmp_path: Path) -> None:
    (tmp_path / "sort.md").write_text(GOOD)
    (tmp_path / "values.json").write_text('{"letter": "From a file."}')
    named = str(tmp_path / "sort.md")
    assert "I want my money back." in run("render", named)
    assert "Hello = you" in run("render", named, "--value", "letter=Hello = you")
    sent = run("render", named, "--values", str(tmp_path / "values.json"), "--json")
    assert "From a file." in sent["message"]


@pytest.mark.usefixtures("committed_database")
def test_lint_of_everything_live_is_clean_and_an_error_ends_with_1(
    run: Any, tmp_path: Path
) -> None:
    assert all(found == [] for found in run("lint", "--json").values())
    (tmp_path / "bad.md").write_text(GOOD.replace("the $fence marks", "the marks"))
    shown = run("lint", str(tmp_path / "bad.md"), code=1)
    assert "fence-unexplained" in shown
    assert "Say in the safety section" in shown


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("render", "answer", "--values", "broken.json"), "no JSON object"),
        (("render", "answer", "--value", "question"), "NAME=VALUE"),
        (("save", "nothing.md"), "cannot be read"),
        (("import", "empty"), "holds no"),
    ],
)
def test_what_cannot_be_used_is_said(
    run: Any, tmp_path: Path, arguments: tuple[str, ...], said: str
) -> None:
    (tmp_path / "broken.json").write_text("[1]")
    (tmp_path / "empty").mkdir()
    with pytest.raises(BadInput, match=said):
        run(*arguments)
