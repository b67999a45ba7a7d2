"""Of several versions of a document the one answers that holds on the day asked about."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest

from kefu.answering import answer
from kefu.answering.asked_day import find_day
from kefu.db import Database
from kefu.knowledge import Handling, ingest
from kefu.llm import FakeEmbedder, ScriptedEndpoint
from kefu.resources import Resources
from kefu.settings import AnsweringSettings, IngestSettings, Settings
from kefu.viewer import ANONYMOUS

QUESTION = "How many days do I have to send goods back?"
OLD = "# Returns policy 2023\n\nEffective 1 June 2023\n\nYou have 14 days to send goods back.\n"
CURRENT = (
    "# Returns policy 2025\n\nEffective 1 June 2025\n\n"
    "Goods may be returned for 30 days after their delivery.\n"
)


@pytest.fixture
def resources(committed_database: Database) -> Resources:
    settings = Settings(
        ingest=IngestSettings(workers=1), answering=AnsweringSettings(min_confidence=0)
    )
    return Resources(settings=settings, database=committed_database, embedder=FakeEmbedder())


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    return tmp_path / "documents"


async def ask(
    resources: Resources, folder: Path, texts: Mapping[str, str], question: str = QUESTION
) -> str:
    await take_in(resources, folder, texts)
    return (await answer(resources, question, viewer=ANONYMOUS)).answer


async def take_in(
    resources: Resources, folder: Path, texts: Mapping[str, str], **handling: str
) -> None:
    write(folder, texts)
    await ingest(resources, [folder], handling=Handling(**handling))


def write(folder: Path, texts: Mapping[str, str]) -> None:
    folder.mkdir()
    for name, text in texts.items():
        (folder / name).write_text(text, encoding="utf-8")


def matter(text: str, **fields: object) -> str:
    lines = "".join(f"{key}: {value}\n" for key, value in fields.items())
    return f"---\n{lines}---\n\n{text}\n"


async def test_the_current_version_answers_though_the_old_one_fits_better(
    resources: Resources, folder: Path
) -> None:
    said = await ask(resources, folder, {"old.md": OLD, "current.md": CURRENT})
    assert "30 days" in said
    assert "14 days" not in said


async def test_what_held_then_answers_about_a_day_that_is_named(
    resources: Resources, folder: Path
) -> None:
    said = await ask(
        resources,
        folder,
        {"old.md": OLD, "current.md": CURRENT},
        "In March 2024, how many days did I have to send goods back?",
    )
    assert "14 days" in said
    assert "30 days" not in said
    assert "“Returns policy 2023” (2023-06-01 to 2025-05-31)" in said


async def test_a_version_does_not_answer_before_its_day(resources: Resources, folder: Path) -> None:
    tomorrow = datetime.now(UTC).date() + timedelta(days=1)
    texts = {
        "old.md": matter("You have 14 days to send goods back.", title="Returns"),
        "next.md": matter(
            "You have 30 days to send goods back.", title="Returns (new)", effective=tomorrow
        ),
    }
    said = await ask(resources, folder, texts)
    assert "14 days" in said
    assert "30 days" not in said


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"expires": "2025-01-31"}, "“Returns” (until 2025-01-31), which is out of date"),
        ({"status": "Archived"}, "“Returns” (undated), which is out of date"),
        ({"effective": "2099-01-01"}, "“Returns” (from 2099-01-01), which does not apply yet"),
    ],
)
async def test_an_answer_says_that_all_it_cites_does_not_hold(
    resources: Resources, folder: Path, fields: dict[str, str], said: str
) -> None:
    text = matter("You have 14 days to send goods back.", title="Returns", **fields)
    given = await ask(resources, folder, {"returns.md": text})
    assert "14 days" in given
    assert said in given


async def test_what_a_model_writes_is_dated_too(resources: Resources, folder: Path) -> None:
    endpoint = ScriptedEndpoint(["You have 14 days to send goods back. [1]"])
    text = matter("You have 14 days to send goods back.", title="Returns", expires="2025-01-31")
    given = await ask(replace(resources, endpoint=endpoint), folder, {"returns.md": text})
    assert given.startswith("You have 14 days to send goods back.")
    assert "out of date" in given
    assert "[1] Returns (no longer valid)" in endpoint.prompts[0][1]


async def test_a_named_version_answers_where_dates_do_not_tell(
    resources: Resources, folder: Path
) -> None:
    texts = {
        "v1.md": matter("An order has at most 5 items.", title="Orders v1", status="superseded"),
        "v2.md": matter("An order has at most 9 items.", title="Orders v2"),
    }
    said = await ask(resources, folder, texts, "How many items has an order at most in v1?")
    assert "5 items" in said
    assert "9 items" not in said


async def test_a_document_under_another_name_takes_the_place_that_it_names(
    resources: Resources, folder: Path
) -> None:
    texts = {
        "old.md": matter("You have 14 days to send goods back.", title="Sending goods back"),
        "new.md": matter(
            "You have 30 days to send goods back.",
            title="Customer rights",
            supersedes="Sending goods back",
            updated="2025-01-01",
        ),
    }
    said = await ask(resources, folder, texts)
    assert "30 days" in said
    assert "14 days" not in said


async def test_documents_of_one_name_about_different_things_are_no_versions(
    resources: Resources, folder: Path
) -> None:
    texts = {
        "boat.md": matter(
            "A boat costs 80 euros a day, fuel is extra, and a licence is needed on the lake.",
            title="Prices",
            effective="2023-01-01",
        ),
        "tent.md": matter(
            "Tents with two rooms are let from Friday; sleeping bags cost 4 euros.",
            title="Prices",
            effective="2025-01-01",
        ),
    }
    said = await ask(resources, folder, texts, "What does a boat cost a day?")
    assert "80 euros" in said
    assert "out of date" not in said


async def test_a_version_that_the_viewer_may_not_read_replaces_nothing(
    resources: Resources, tmp_path: Path
) -> None:
    await take_in(resources, tmp_path / "public", {"old.md": OLD})
    await take_in(resources, tmp_path / "staff", {"current.md": CURRENT}, audience="staff")
    given = await answer(resources, QUESTION, viewer=ANONYMOUS)
    assert "14 days" in given.answer
    assert "out of date" not in given.answer
    assert "2025" not in given.answer


async def test_sources_that_contradict_each_other_are_shown_with_their_dates(
    resources: Resources, folder: Path
) -> None:
    texts = {
        "policy.md": matter(
            "You have 14 days to send goods back.", title="Returns policy", effective="2025-01-01"
        ),
        "faq.md": matter(
            "You have 30 days to send goods back.", title="Returns FAQ", updated="2025-05-01"
        ),
    }
    said = await ask(resources, folder, texts)
    assert "different figures" in said
    assert "“Returns policy” (from 2025-01-01)" in said
    assert "“Returns FAQ” (updated 2025-05-01)" in said
    assert "14 days" in said
    assert "30 days" in said


@pytest.mark.parametrize(
    ("title", "text", "fields"),
    [
        ("Returns FAQ", "You have 14 days to send goods back to us.", {}),
        ("Returns FAQ", "You have 30 days to send goods back.", {"expires": "2025-01-31"}),
        ("Rented tents", "You have 30 days to send goods back.", {}),
    ],
)
async def test_the_same_figure_an_expired_one_and_another_subject_are_no_conflict(
    resources: Resources, folder: Path, title: str, text: str, fields: dict[str, str]
) -> None:
    texts = {
        "policy.md": matter("You have 14 days to send goods back.", title="Returns policy"),
        "other.md": matter(text, title=title, **fields),
    }
    assert "different figures" not in await ask(resources, folder, texts)


@pytest.mark.parametrize(
    ("question", "day"),
    [
        ("2024年的退款政策是什么？", date(2024, 12, 31)),
        ("我 2026 年 1 月底付的款", date(2026, 1, 31)),
        ("2026 年 3 月 1 日之前支付的订单", date(2026, 2, 28)),
        ("去年的价格", date(2025, 12, 31)),
        ("I paid on 10 February 2026.", date(2026, 2, 10)),
        ("What did it cost before March 2026?", date(2026, 2, 28)),
        ("Prices in 2025?", date(2025, 12, 31)),
        ("What holds in 2026?", date(2026, 11, 1)),
        ("Windows Server 2022 镜像", None),
        ("Do you support Ubuntu 2024 in 2 days?", None),
        ("10 年内可以退吗", None),
    ],
)
def test_the_day_that_a_question_names(question: str, day: date | None) -> None:
    assert find_day(question, today=date(2026, 11, 1)) == day
