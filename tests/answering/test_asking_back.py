"""Asking back: only when several texts answer as well, with choices that lead to an answer."""

import pytest
from filling import fill

from kefu.answering import Answer, Outcome, Turn, answer
from kefu.db import Database
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings
from kefu.viewer import ANONYMOUS

PLANS = {
    "Site Basic": "# Backups\n\nBackups are kept for 7 days.",
    "Site Large": "# Backups\n\nBackups are kept for 30 days, on two disks.",
    "云数据库甲": "# 备份\n\n备份默认保留七天。",
    "云数据库乙": "# 备份\n\n备份默认保留九十天，存放在两个机房。",
    "Refunds": "A refund to a bank card takes five working days.",
}
WIDE = "How are backups kept?"


@pytest.fixture
async def plans(database: Database) -> Resources:
    resources = Resources(settings=Settings(), database=database, embedder=FakeEmbedder())
    await fill(resources, PLANS, embed=False)
    return resources


async def ask(resources: Resources, question: str, *history: Turn) -> Answer:
    return await answer(resources, question, viewer=ANONYMOUS, history=history)


@pytest.mark.parametrize(
    ("question", "choices"),
    [(WIDE, {"Site Basic", "Site Large"}), ("备份默认保留多少天？", {"云数据库甲", "云数据库乙"})],
)
async def test_a_question_too_wide_is_asked_back(
    plans: Resources, question: str, choices: set[str]
) -> None:
    given = await ask(plans, question)
    assert given.outcome is Outcome.ASKED_BACK
    assert set(given.choices) == choices
    assert given.answer
    assert given.citations == ()


@pytest.mark.parametrize(("choice", "fact"), [("Site Basic", "7 days"), ("Site Large", "30 days")])
async def test_the_choice_resolves_it(plans: Resources, choice: str, fact: str) -> None:
    asked = await ask(plans, WIDE)
    before = Turn(question=WIDE, answer=asked.answer, outcome=asked.outcome)
    given = await ask(plans, choice, before)
    assert given.outcome is Outcome.ANSWERED
    assert fact in given.answer.split("[1]")[0]
    assert given.citations[0].title == choice


@pytest.mark.parametrize(
    "question",
    [
        "How long are backups kept on Site Large?",
        "How long does a refund to a bank card take?",
        "Which backups are kept for how long?",
    ],
)
async def test_who_can_be_answered_is_not_asked_back(plans: Resources, question: str) -> None:
    given = await ask(plans, question)
    assert given.outcome is Outcome.ANSWERED
    assert given.choices == ()


async def test_nobody_is_asked_twice(plans: Resources) -> None:
    before = Turn(question="Backups?", answer="Which?", outcome=Outcome.ASKED_BACK)
    assert (await ask(plans, WIDE, before)).outcome is Outcome.ANSWERED


async def test_two_documents_that_say_the_same_are_no_choice(plans: Resources) -> None:
    said = "# Reports\n\nReports are sent on Monday."
    await fill(plans, {"Twin": said, "Copy": said}, embed=False)
    assert (await ask(plans, "When are reports sent?")).outcome is Outcome.ANSWERED


async def test_documents_about_different_things_are_no_choice(plans: Resources) -> None:
    said = {
        "Orders": "# Cancel\n\nParcels are kept for 9 days.",
        "Depot": "# Opening hours\n\nParcels are kept on two floors for 40 days.",
    }
    await fill(plans, said, embed=False)
    assert (await ask(plans, "How long are parcels kept?")).outcome is Outcome.ANSWERED
