"""kefu evaluation, as people and pipelines meet it."""

import re
from functools import partial
from itertools import product
from pathlib import Path
from typing import Any
from xml.etree import ElementTree

import pytest
from shop import TEXT

from kefu.errors import BadInput, KefuError, NotFound


@pytest.fixture
def run(command: Any) -> Any:
    return partial(command, "evaluation")


@pytest.fixture
def file(tmp_path: Path) -> Path:
    (tmp_path / "shop.jsonl").write_text(TEXT)
    return tmp_path / "shop.jsonl"


@pytest.mark.usefixtures("committed_database")
def test_cases_come_in_and_go_out(run: Any, file: Path, tmp_path: Path) -> None:
    assert "shop@1: 6 cases about the base docs, which there is not yet." in run(
        "import", str(file), "--dataset", "shop", "--base", "docs"
    )
    assert len(run("export", "--dataset", "shop").splitlines()) == 6
    run("export", "--dataset", "shop@1", "--file", str(tmp_path / "out.jsonl"))
    again = run("import", str(tmp_path / "out.jsonl"), "--dataset", "shop", "--json")
    assert again["number"] == 1
    listed = run("list", "--json")
    assert [each["case_count"] for each in listed["datasets"]] == [6]
    assert "shop" in run("list")


@pytest.mark.usefixtures("committed_database")
def test_a_bad_line_leaves_nothing_behind(run: Any, file: Path) -> None:
    file.write_text(TEXT + '\n{"question": ""}\n')
    with pytest.raises(BadInput, match="Line 7 has a bad question"):
        run("import", str(file), "--dataset", "shop")
    assert run("list", "--json")["datasets"] == []


@pytest.mark.usefixtures("committed_database")
def test_a_run_needs_a_dataset_and_a_base(run: Any, file: Path) -> None:
    with pytest.raises(KefuError, match="There is no dataset 'shop'"):
        run("run", "--dataset", "shop")
    run("import", str(file), "--dataset", "shop")
    with pytest.raises(KefuError, match="There is no knowledge base 'main'"):
        run("run", "--dataset", "shop")
    with pytest.raises(BadInput, match="write KEY=VALUE"):
        run("run", "--dataset", "shop", "--set", "top_k")


@pytest.mark.usefixtures("committed_database")
def test_a_dataset_about_a_base_that_there_is_not_moves_to_one_that_there_is(
    run: Any, command: Any, file: Path, documents: Path
) -> None:
    told = run("import", str(file), "--dataset", "shop")
    assert "about the base main, which there is not yet." in told
    with pytest.raises(BadInput, match="about the base 'main', not 'docs'"):
        run("import", str(file), "--dataset", "shop", "--base", "docs")
    command("ingest", str(documents), "--base", "docs")
    told = run("import", str(file), "--dataset", "shop", "--base", "docs")
    assert told.strip() == "shop@1: 6 cases about the base docs."


@pytest.mark.usefixtures("committed_database")
def test_a_file_that_begins_with_a_byte_order_mark_comes_in(run: Any, file: Path) -> None:
    file.write_text(TEXT, encoding="utf-8-sig")
    assert "shop@1: 6 cases" in run("import", str(file), "--dataset", "shop")


@pytest.fixture
def documents(tmp_path: Path) -> Path:
    folder = tmp_path / "docs"
    folder.mkdir()
    (folder / "Refunds.md").write_text(
        "# Refunds\n\nA refund is paid within 7 days of the purchase. Refunds cost no fee.\n"
    )
    (folder / "Invoices.md").write_text(
        "# Invoices\n\nAn invoice is sent by e-mail within 3 working days.\n"
    )
    return folder


def look_at_coverage(run: Any, documents: Path) -> None:
    """What no case asks is listed, and proposed when it changes."""
    covered = run("coverage", "--json", "--document", "Refunds.md")
    assert (covered[0]["statement_count"], covered[0]["asked_count"]) == (2, 1)
    assert "Refunds cost no fee." in run("coverage", "--document", "Refunds.md")
    assert "2 of 3 statements are asked." in run("coverage")
    refunds = documents / "Refunds.md"
    refunds.write_text(refunds.read_text().replace("no fee", "a fee of 9 yuan"))
    tried = run("affected", str(documents), "--propose", "shop", "--json", code=1)
    assert [each["doubt"] for each in tried["unproven"]] == ["changed"]
    assert [each["case"]["facts"] for each in run("review", "--dataset", "shop", "--json")] == [
        ["9 yuan"]
    ]
    assert [each["dataset"] for each in run("review", "--json")] == ["shop"]
    assert re.search(r"^\d+ +shop +knowledge +", run("review"), re.MULTILINE)
    with pytest.raises(BadInput, match="--dataset"):
        run("review", "--accept", "1")


@pytest.mark.usefixtures("committed_database")
def test_a_dataset_is_removed_and_what_it_is_kept_as_is_said(run: Any, file: Path) -> None:
    run("import", str(file), "--dataset", "shop")
    assert "kept as shop.removed-1" in run("remove", "--dataset", "shop")
    assert run("list", "--json")["datasets"] == []
    assert len(run("export", "--dataset", "shop.removed-1").splitlines()) == 6
    with pytest.raises(NotFound, match="There is no dataset 'shop'"):
        run("remove", "--dataset", "shop")


@pytest.mark.usefixtures("committed_database")
def test_a_review_of_a_dataset_that_there_is_not_ends_with_a_sentence(run: Any, file: Path) -> None:
    for decision in ((), ("--accept", "1")):
        with pytest.raises(NotFound, match="There is no dataset 'nope'"):
            run("review", "--dataset", "nope", *decision)
    run("import", str(file), "--dataset", "shop")
    assert run("review", "--dataset", "shop") == "Nothing waits for a review.\n"


def test_a_report_that_cannot_be_written_is_refused_before_anything_is_asked(
    run: Any, tmp_path: Path
) -> None:
    begun = (("run", "--dataset", "shop"), ("gate", "live"), ("affected",))
    for path, why in ((tmp_path / "none" / "run.xml", "No such file"), (tmp_path, "Is a dir")):
        for command, option in product(begun, ("--junit", "--markdown")):
            with pytest.raises(BadInput, match=f"cannot be written: {why}"):
                run(*command, option, str(path))
    (tmp_path / "kept.xml").write_text("earlier")
    for name in ("kept.xml", "other.xml"):
        with pytest.raises(NotFound, match="There is no dataset 'shop'"):
            run("run", "--dataset", "shop", "--junit", str(tmp_path / name))
    assert (tmp_path / "kept.xml").read_text() == "earlier"
    assert not (tmp_path / "other.xml").exists()


@pytest.mark.usefixtures("committed_database")
def test_a_pipeline_runs_compares_and_is_stopped_at_the_gate(
    command: Any, run: Any, file: Path, documents: Path, tmp_path: Path
) -> None:
    command("ingest", str(documents))
    run("import", str(file), "--dataset", "shop")
    junit, markdown = tmp_path / "run.xml", tmp_path / "run.md"
    report = run(
        "run", "--dataset", "shop", "--name", "live", "--json", "--split", "validation",
        "--split", "train", "--junit", str(junit), "--markdown", str(markdown),
    )  # fmt: skip
    assert report["experiment"]["result_count"] == 4
    assert report["results"] == []
    suite = ElementTree.parse(junit).getroot()
    assert (suite.get("tests"), suite.get("failures")) == ("4", "1")  # a2 asks of no document
    assert "| accuracy | 0.750 |" in markdown.read_text()
    assert "| a2 | " in markdown.read_text()

    strict = ["--set", "answering.min_confidence=1", "--split", "validation", "--split", "train"]
    run("run", "--dataset", "shop", "--name", "strict", *strict)
    compared = run("compare", "live", "strict", "--json")
    assert {each["case_id"] for each in compared["losses"]} == {"a1", "a3"}
    assert "answering.min_confidence" in run("compare", "live", "strict")

    (tmp_path / "gates.toml").write_text(
        "least_cases = 4\naccuracy = 0.7\nleast_slice = 4\nabstention_f1 = 0.6\n"
        "p95_first_sentence_seconds = 600\n"
    )
    assert "The gate is passed" in run("gate", "live")
    out = run("gate", "strict", "--base", "live", "--json", "--junit", str(junit), code=1)
    assert not out["is_passed"]
    assert "accuracy" in {each["name"] for each in out["checks"] if not each["is_passed"]}
    assert int(ElementTree.parse(junit).getroot().get("failures") or 0) >= 1

    look_at_coverage(run, documents)
    assert "7 days" in run("show", "live", "--case", "a1")
    with pytest.raises(BadInput, match="shows no case 'a4'"):
        run("show", "live", "--case", "a4")
    assert "a1: good." in run("label", "live", "a1", "--good")
    assert "unsealed" in run("unseal", "--dataset", "shop", "--reason", "Looked at by all.")
