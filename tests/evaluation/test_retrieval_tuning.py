"""Settings of search are chosen by cases, and only what holds on others is recommended."""

import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from filling import SilentEmbedder, fill
from typer.testing import CliRunner

from kefu.cli import app
from kefu.db import Database
from kefu.errors import BadInput, NotFound, Unavailable
from kefu.evaluation import (
    DatasetVersion,
    Tuning,
    TuningPlan,
    read_begun,
    read_lines,
    read_version,
    save_version,
    tune_retrieval,
    write_tuning_markdown,
)
from kefu.evaluation.judged import list_judged_cases
from kefu.evaluation.proposing import keep_proposal, propose_from_knowledge
from kefu.evaluation.records import Origin
from kefu.evaluation.tuning import choose, draw_trials
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings

CODES = {f"Note {number}": f"Sign XK-{number} stands for a blown fuse." for number in range(40, 70)}
DECOYS = {
    f"Advice {number}": f"What shall I do when my machine number {number} shows something odd?"
    for number in range(14)
}
"""They share more words with a question than the note that answers it."""

WORDS_IGNORED = {"lexical_weight": 0.0, "literal_weight": 0.0}


def write_questions(*, split: str = "train") -> str:
    return "\n".join(
        json.dumps(
            {
                "question": f"What shall I do when my machine shows XK-{number}?",
                "citations": [f"Note {number}.md"],
                "split": "test" if number >= 65 else split,
            }
        )
        for number in range(40, 70)
    )


@pytest.fixture
async def signs(committed_database: Database) -> Resources:
    settings = Settings(database_url=committed_database.url)
    resources = Resources(settings=settings, database=committed_database, embedder=FakeEmbedder())
    await fill(resources, CODES | DECOYS)
    return resources


async def save(resources: Resources, text: str, name: str = "signs") -> DatasetVersion:
    async with resources.database.transaction() as conn:
        return await save_version(conn, name, read_lines(text), author="li", base="main")


def with_retrieval(resources: Resources, **values: float) -> Resources:
    retrieval = resources.settings.retrieval.model_copy(update=values)
    settings = resources.settings.model_copy(update={"retrieval": retrieval})
    return replace(resources, settings=settings)


async def tune(resources: Resources, version: DatasetVersion, **given: Any) -> Tuning:
    return await tune_retrieval(resources, TuningPlan(version=version, trials=12, **given))


async def test_settings_that_do_not_fit_are_found_out(signs: Resources) -> None:
    version = await save(signs, write_questions())
    shown: list[tuple[int, int]] = []
    tuning = await tune_retrieval(
        with_retrieval(signs, **WORDS_IGNORED),
        TuningPlan(version=version, trials=12),
        on_progress=lambda done, count: shown.append((done, count)),
    )
    assert shown == [(number, 25) for number in range(26)]
    assert tuning.case_count == 25  # the five test cases are not read
    assert tuning.is_recommended
    assert set(tuning.chosen) <= {"retrieval.lexical_weight", "retrieval.literal_weight"}
    assert tuning.ndcg.difference.low > 0
    assert tuning.ndcg.after - tuning.ndcg.before == pytest.approx(tuning.ndcg.difference.mean)
    assert sum(fold.case_count for fold in tuning.folds) == 25
    assert len(tuning.trials) == 12
    text = write_tuning_markdown(tuning)
    key, value = next(iter(tuning.chosen.items()))
    assert f"kefu releases propose --set {key}={value}" in text
    assert f"{key.partition('.')[2]} = {value}" in text
    assert await tune(with_retrieval(signs, **WORDS_IGNORED), version) == tuning


async def test_settings_that_fit_are_kept(signs: Resources) -> None:
    tuning = await tune(signs, await save(signs, write_questions()))
    assert tuning.chosen == {}
    assert not tuning.is_recommended
    assert tuning.ndcg.difference.mean == 0
    assert "Keep what is live" in write_tuning_markdown(tuning)


async def test_judgments_without_sense_recommend_nothing(signs: Resources) -> None:
    lines = [json.loads(line) for line in write_questions().splitlines()]
    for place, line in enumerate(lines):
        line["citations"] = [f"Note {40 + (place * 7 + 3) % 30}.md"]
    tuning = await tune(signs, await save(signs, "\n".join(map(json.dumps, lines))))
    assert not tuning.is_recommended


async def test_few_cases_and_few_conversations_are_refused(signs: Resources) -> None:
    few = await save(signs, "\n".join(write_questions().splitlines()[:19]))
    with pytest.raises(BadInput, match="signs@1 has 19 cases outside of its test split"):
        await tune(signs, few)
    told = [{"question": "Hello?", "answer": "Hello."}]
    lines = [json.loads(line) | {"history": told} for line in write_questions().splitlines()]
    one = await save(signs, "\n".join(map(json.dumps, lines)), "talk")
    with pytest.raises(BadInput, match="Cases of 1 conversations cannot be dealt into 5 folds"):
        await tune(signs, one)


async def test_nothing_is_compared_while_the_embedder_is_silent(signs: Resources) -> None:
    version = await save(signs, write_questions())
    with pytest.raises(Unavailable, match="cannot be compared without the embedder"):
        await tune(replace(signs, embedder=SilentEmbedder()), version)


async def test_proposed_cases_count_when_they_are_wanted(resources: Resources) -> None:
    async with resources.database.transaction() as conn:
        lines = '{"question": "Is it free?", "split": "train", "citations": ["Refunds.md"]}'
        version = await save_version(conn, "mined", read_lines(lines), author="li", base="main")
        await propose_from_knowledge(conn, "mined", base="main", count=50, seed=1)
        without = await list_judged_cases(conn, version, with_proposed=False)
        counted = await list_judged_cases(conn, version, with_proposed=True)
    assert [each.question for each in without] == ["Is it free?"]
    assert len(counted) > 1
    assert {each.split for each in counted} <= {"train", "validation"}


async def test_cases_that_nobody_reviewed_are_enough_to_tune(signs: Resources) -> None:
    async with signs.database.transaction() as conn:
        for case in read_lines(write_questions()):
            await keep_proposal(conn, "begun", case, Origin.KNOWLEDGE, case.id, base="main")
        with pytest.raises(NotFound, match="'begun' has no case yet: accept what waits"):
            await read_version(conn, "begun")
        version = await read_begun(conn, "begun")
        with pytest.raises(NotFound, match="There is no dataset 'none'"):
            await read_begun(conn, "none")
    tuning = await tune(signs, version, with_proposed=True)
    assert (tuning.dataset, tuning.case_count) == ("begun@0", 25)


def test_a_better_trial_has_to_be_better_by_more_than_its_error() -> None:
    draw = np.random.default_rng(3)
    live = draw.uniform(size=50)
    alike = live + draw.normal(scale=0.2, size=50)
    better = live + draw.normal(0.3, scale=0.2, size=50)
    trials = [{}, {"retrieval.candidates": 50}, {"retrieval.candidates": 200}]
    assert choose(trials[:2], np.array([live, alike - alike.mean() + live.mean()])) == 0
    assert choose(trials, np.array([live, alike, better])) == 2


def test_of_equal_trials_the_one_that_changes_least_is_chosen() -> None:
    row = np.array([0.1, 0.9, 0.4])
    both = {"retrieval.candidates": 50, "retrieval.lexical_weight": 1.0}
    trials = [{}, both, {"retrieval.lexical_weight": 1.0}]
    assert choose(trials, np.array([row - 0.05, row, row])) == 2


def test_trials_begin_with_every_single_change_and_never_repeat() -> None:
    grid = {"a": [1, 2, 3], "b": [0.5, 1.0]}
    assert draw_trials(grid, count=4, seed=1) == [{}, {"a": 2}, {"a": 3}, {"b": 1.0}]
    drawn = draw_trials(grid, count=50, seed=1)
    assert len(drawn) == 6
    assert len({json.dumps(each, sort_keys=True) for each in drawn}) == 6
    assert draw_trials(grid, count=2, seed=1) == [{}, {"a": 2}]


@pytest.mark.usefixtures("committed_database")
def test_one_option_makes_a_candidate_that_waits(
    migrated_url: str, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("KEFU_DATABASE_URL", migrated_url)
    monkeypatch.setenv("KEFU_DATA_DIR", str(tmp_path / "data"))
    monkeypatch.setenv("KEFU_RETRIEVAL__LEXICAL_WEIGHT", "0")
    monkeypatch.setenv("KEFU_RETRIEVAL__LITERAL_WEIGHT", "0")
    monkeypatch.setenv("COLUMNS", "200")
    folder = tmp_path / "docs"
    folder.mkdir()
    for title, text in (CODES | DECOYS).items():
        (folder / f"{title}.md").write_text(f"# {title}\n\n{text}\n")
    (tmp_path / "signs.jsonl").write_text(write_questions())
    markdown = tmp_path / "tuning.md"
    invoke("ingest", str(folder))
    invoke("evaluation", "import", str(tmp_path / "signs.jsonl"), "--dataset", "signs")
    tune = ("evaluation", "tune-retrieval", "--dataset", "signs", "--trials", "10", "--candidate")
    found = json.loads(invoke(*tune, "--json", "--markdown", str(markdown)))
    assert found["is_recommended"]
    assert "**Change it:**" in markdown.read_text()
    release = json.loads(invoke("releases", "show", str(found["release"]), "--json"))
    assert {key: release["content"]["settings"][key] for key in found["chosen"]} == found["chosen"]
    listed = json.loads(invoke("releases", "list", "--json"))
    assert listed["live"] != found["release"]
    assert f"Release {found['release']} waits" in invoke(*tune)


def invoke(*arguments: str) -> str:
    result = CliRunner().invoke(app, list(arguments))
    assert result.exit_code == 0, result.output
    return result.stdout
