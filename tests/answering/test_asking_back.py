"""Asking back: only when several texts answer as well, with choices that lead to an answer."""

from dataclasses import replace

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
    before = Turn(question=WIDE, answer=asked.answer, outcome=asked.outcome, choices=asked.choices)
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


PRICED = {
    "Chairs": "# Price\n\nA chair costs 40 EUR.",
    "Desks": "# Price\n\nA desk costs 300 EUR, or 25 EUR for each month.",
    "Delivery": "Parcels come within 3 days.",
    "椅子": "# 价格\n\n一把椅子 40 元。",
    "桌子": "# 价格\n\n一张桌子 300 元。",
    "灯具": "# 价格\n\n| 型号 | 元 |\n|---|---|\n| 台灯 | 80 |\n| 落地灯 | 160 |",
}


@pytest.fixture
async def priced(database: Database) -> Resources:
    resources = Resources(settings=Settings(), database=database, embedder=FakeEmbedder())
    await fill(resources, PRICED, embed=False)
    return resources


@pytest.mark.parametrize(
    ("question", "choices"),
    [
        ("How much is it?", {"Chairs", "Desks"}),
        ("what are your prices", {"Chairs", "Desks"}),
        ("多少钱？", {"椅子", "桌子", "灯具"}),
        ("请问你们怎么收费的呀", {"椅子", "桌子", "灯具"}),
    ],
)
async def test_who_asks_for_prices_and_names_nothing_is_asked_back(
    priced: Resources, question: str, choices: set[str]
) -> None:
    given = await ask(priced, question)
    assert given.outcome is Outcome.ASKED_BACK
    assert set(given.choices) == choices
    before = Turn(
        question=question, answer=given.answer, outcome=given.outcome, choices=given.choices
    )
    for choice in choices:
        chosen = await ask(priced, choice, before)
        assert chosen.outcome is Outcome.ANSWERED
        assert {each.title for each in chosen.citations} == {choice}


@pytest.mark.parametrize(
    "question",
    ["How much is a desk?", "桌子多少钱？", "delivery cost", "台灯的价格", "贵司产品怎么样"],
)
async def test_who_names_something_is_not_asked_for_all_prices(
    priced: Resources, question: str
) -> None:
    given = await ask(priced, question)
    assert given.outcome is not Outcome.ASKED_BACK


async def test_a_question_for_a_price_in_a_conversation_leans_on_it(priced: Resources) -> None:
    before = Turn(question="Is there a desk?", answer="Yes, a desk.", titles=("Desks",))
    given = await ask(priced, "How much is it?", before)
    assert given.outcome is not Outcome.ASKED_BACK


@pytest.mark.parametrize("chosen", ["Which parcels come when?", " which parcels come when "])
async def test_a_choice_that_asks_something_itself_is_what_the_question_is_about(
    database: Database, chosen: str
) -> None:
    resources = Resources(settings=Settings(), database=database, embedder=FakeEmbedder())
    parcels = "Parcels come on Mondays.\n\nThe price of a parcel is 5 EUR."
    await fill(resources, PRICED | {"Which parcels come when?": parcels}, embed=False)
    asked = await ask(resources, "price")
    assert "Which parcels come when?" in asked.choices
    before = Turn(
        question="price", answer=asked.answer, outcome=asked.outcome, choices=asked.choices
    )
    assert "5 EUR" in (await ask(resources, chosen, before)).answer.split("[1]")[0]
    alone = await ask(resources, chosen, replace(before, choices=()))
    assert "5 EUR" not in alone.answer.split("[1]")[0]


async def test_prices_of_one_thing_alone_are_told_at_once(database: Database) -> None:
    resources = Resources(settings=Settings(), database=database, embedder=FakeEmbedder())
    others = {"退货": "七天内可以退货。", "送货": "三天内送到。", "保养": "每年上一次油。"}
    await fill(resources, {"椅子": PRICED["椅子"]} | others, embed=False)
    given = await ask(resources, "多少钱")
    assert given.outcome is Outcome.ANSWERED
    assert "40 元" in given.answer
