"""Calibration on a small base, from cases to a release that waits, and its page."""

import json
from collections.abc import AsyncIterator
from dataclasses import replace
from pathlib import Path

import pytest
from filling import fill
from httpx import ASGITransport, AsyncClient
from selectolax.lexbor import LexborHTMLParser
from signing_in import sign_in
from typer.testing import CliRunner

from kefu.answering import answer
from kefu.cli import app as cli
from kefu.evaluation import (
    DatasetVersion,
    Plan,
    Wish,
    calibrate,
    list_experiments,
    read_lines,
    run_experiment,
    save_version,
    write_calibration_markdown,
)
from kefu.resources import Resources
from kefu.server import attach, create_app
from kefu.viewer import ANONYMOUS

WISH = Wish(precision=0.8)
SIGNS = {f"Sign {number}": f"Sign XK-{number} means fuse {number}." for number in range(40, 100)}


def write_questions() -> str:
    known = [
        {"question": f"What does XK-{number} mean?", "facts": [f"fuse {number}"], "split": "train"}
        for number in range(40, 95)
    ]
    unknown = [
        {"question": f"What does QB-{number} mean?", "behaviour": "abstain", "split": "validation"}
        for number in range(10, 25)
    ]
    sealed = [{"question": "What does XK-99 mean?", "facts": ["fuse 99"], "split": "test"}]
    return "\n".join(map(json.dumps, [*known, *unknown, *sealed]))


@pytest.fixture
async def signs(resources: Resources) -> tuple[Resources, DatasetVersion]:
    await fill(resources, SIGNS)
    async with resources.database.transaction() as conn:
        cases = read_lines(write_questions())
        return resources, await save_version(conn, "signs", cases, author="li", base="main")


@pytest.fixture
async def client(resources: Resources) -> AsyncIterator[AsyncClient]:
    app = create_app(resources.settings)
    attach(app, resources)
    headers = {"accept": "text/html", "accept-language": "en"}
    transport = ASGITransport(app)
    async with AsyncClient(transport=transport, base_url="http://kefu", headers=headers) as client:
        await sign_in(client, resources.database, "editor")
        yield client


async def test_every_case_is_answered_and_a_threshold_tells_them_apart(
    signs: tuple[Resources, DatasetVersion], client: AsyncClient
) -> None:
    resources, version = signs
    found, changes = await calibrate(resources, Plan(version=version, author="li"), WISH)
    assert found.case_count == 70  # the test case is not asked
    assert found.answer_count > 55
    assert found.threshold is not None
    assert found.kept.precision is not None
    assert found.kept.precision >= 0.8
    text = write_calibration_markdown(found, changes)
    assert f"**Answered from {found.threshold:g} up**" in text
    assert all(f"--set {key}={value}" in text for key, value in changes.items())
    async with resources.database.connection() as conn:
        (experiment,) = await list_experiments(conn, name="calibration")
    assert experiment.candidate["settings"]["answering.min_confidence"] == 0.0  # type: ignore[index]

    again, same = await calibrate(resources, Plan(version=version, author="li"), WISH)
    assert (replace(again, experiment_id=found.experiment_id), same) == (found, changes)

    page = await client.get(f"/admin/evaluation/experiments/{experiment.id}/calibration")
    shown = LexborHTMLParser(page.text)
    assert len(shown.css("svg.reliability")) == 2
    assert len(shown.css("circle.dot")) == len(found.before.bins) + len(found.curve)
    assert "chosen" in shown.css_first("main").text()
    strict = f"/admin/evaluation/experiments/{experiment.id}/calibration?precision=0.999"
    assert "No threshold keeps" in (await client.get(strict)).text
    client.headers["accept-language"] = "zh"
    assert "可靠性" in (await client.get(strict)).text


async def test_the_page_of_few_answers_says_what_to_do(
    resources: Resources, version: DatasetVersion, client: AsyncClient
) -> None:
    experiment = await run_experiment(resources, Plan(version=version, author="li"))
    page = await client.get(f"/admin/evaluation/experiments/{experiment.id}/calibration")
    assert "kefu evaluation calibrate --dataset shop" in page.text


async def test_a_scale_and_thresholds_decide_what_is_answered(resources: Resources) -> None:
    asked = "Within how many days is a refund paid?"
    plain = await answer(resources, asked, viewer=ANONYMOUS)
    assert plain.outcome == "answered"
    doubting = with_answering(resources, calibration_intercept=-6.0)
    doubted = await answer(doubting, asked, viewer=ANONYMOUS)
    assert doubted.outcome == "abstained"
    assert doubted.confidence < plain.confidence
    bold = with_answering(resources, calibration_intercept=-6.0, min_confidence=0.0)
    assert (await answer(bold, asked, viewer=ANONYMOUS)).outcome == "answered"


async def test_an_abstention_names_the_nearest_document_from_its_threshold_up(
    resources: Resources,
) -> None:
    asked = "Within how many days is a refund paid?"
    strict = with_answering(resources, min_confidence=1.0, near_confidence=0.0)
    assert "Refunds" in (await answer(strict, asked, viewer=ANONYMOUS)).answer
    silent = with_answering(resources, min_confidence=1.0, near_confidence=1.0)
    assert "Refunds" not in (await answer(silent, asked, viewer=ANONYMOUS)).answer


def with_answering(resources: Resources, **values: float) -> Resources:
    answering = resources.settings.answering.model_copy(update=values)
    settings = resources.settings.model_copy(update={"answering": answering})
    return replace(resources, settings=settings)


@pytest.mark.usefixtures("committed_database")
def test_the_command_makes_a_candidate_that_waits(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KEFU_DATABASE_URL", migrated_url)
    monkeypatch.setenv("KEFU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("COLUMNS", "200")
    folder = tmp_path / "docs"
    folder.mkdir()
    for title, text in SIGNS.items():
        (folder / f"{title}.md").write_text(f"# {title}\n\n{text}\n")
    (tmp_path / "signs.jsonl").write_text(write_questions())
    invoke("ingest", str(folder))
    invoke("evaluation", "import", str(tmp_path / "signs.jsonl"), "--dataset", "signs")
    calibrating = ("evaluation", "calibrate", "--dataset", "signs", "--precision", "0.8")
    found = json.loads(invoke(*calibrating, "--candidate", "--json"))
    assert found["changes"]
    release = json.loads(invoke("releases", "show", str(found["release"]), "--json"))
    held = release["content"]["settings"]
    assert {key: held[key] for key in found["changes"]} == found["changes"]
    assert "ECE" in invoke(*calibrating)


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(cli, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout
