"""Several questions in one message, and comparisons: taken apart, answered part by part."""

from dataclasses import replace

import pytest
from filling import fill

from kefu.answering import Outcome, answer
from kefu.answering.comparisons import split_comparison
from kefu.answering.parts import split_parts
from kefu.db import Database
from kefu.llm import FakeEmbedder, ScriptedEndpoint
from kefu.resources import Resources
from kefu.settings import Settings
from kefu.viewer import ANONYMOUS

SHOP = {
    "Refunds": "A refund to a bank card takes five working days.",
    "Invoices": "An invoice is issued three days after the payment.",
    "发票": "电子发票在付款后三天内开具。",
    "云主机": "云主机最多可以挂载十六块数据盘。",
    "Basic plan": "The Basic plan keeps backups for seven days.",
    "Large plan": "The Large plan keeps backups for thirty days.",
}


@pytest.fixture
async def shop(database: Database) -> Resources:
    resources = Resources(settings=Settings(), database=database, embedder=FakeEmbedder())
    await fill(resources, SHOP, embed=False)
    return resources


@pytest.mark.parametrize(
    ("message", "parts"),
    [
        (
            "How long does a refund take? When is the invoice issued?",
            ["How long does a refund take?", "When is the invoice issued?"],
        ),
        (
            "发票怎么开？另外，云主机最多挂几块数据盘？",
            ["发票怎么开？", "云主机最多挂几块数据盘？"],
        ),
        (
            "How long does a refund take and when is the invoice issued?",
            ["How long does a refund take", "when is the invoice issued?"],
        ),
    ],
)
def test_questions_that_stand_alone_are_told_apart(message: str, parts: list[str]) -> None:
    assert split_parts(message) == parts


@pytest.mark.parametrize(
    "message",
    [
        "How long does a refund take?",
        "I see LH-4031. What does it mean? Where do I fix it?",
        "香港的 IP 被打的话，顶多扛多少 G？ 超了要黑多久？",
        "Returned a server in May. When will the money be back on my card?",
        "退款和发票怎么办？",
        "What is it?" + "?" * 2000,
        "",
    ],
)
def test_what_belongs_together_stays_together(message: str) -> None:
    assert split_parts(message) == [message]


def test_of_many_questions_the_last_ones_stay_together() -> None:
    asked = [f"How much does plan number {n} cost per month?" for n in range(6)]
    parts = split_parts(" ".join(asked))
    assert parts == [*asked[:3], " ".join(asked[3:])]


@pytest.mark.parametrize(
    ("question", "sides"),
    [
        ("MySQL 和 PostgreSQL 的备份有什么不同？", ("MySQL的备份", "PostgreSQL的备份")),
        ("包月和包年有什么区别？", ("包月", "包年")),
        ("What is the difference between Basic and Large?", ("Basic", "Large")),
        (
            "What is the difference in backups between Basic and Large?",
            ("Basic backups", "Large backups"),
        ),
        ("Basic vs Large?", ("Basic", "Large")),
        ("How do I compare prices?", ()),
        ("和的" * 1000, ()),
        ("甲和" + "乙的" * 98, ()),
        ("退款和发票怎么办？", ()),
    ],
)
def test_both_sides_of_a_comparison_are_found(question: str, sides: tuple[str, ...]) -> None:
    assert split_comparison(question) == sides


async def test_each_question_of_a_message_is_answered_with_its_source(shop: Resources) -> None:
    message = "How long does a refund to a bank card take? When is an invoice issued?"
    given = await answer(shop, message, viewer=ANONYMOUS)
    assert given.outcome is Outcome.ANSWERED
    assert [citation.title for citation in given.citations] == ["Refunds", "Invoices"]
    refund, invoice = given.answer.split("\n\n")
    assert "five working days. [1]" in refund
    assert "three days after the payment. [2]" in invoice


async def test_what_was_not_found_is_named_once(shop: Resources) -> None:
    message = "电子发票多久开具？另外，罗马哪家披萨店最好吃？"
    given = await answer(shop, message, viewer=ANONYMOUS)
    assert "三天内开具" in given.answer
    assert given.answer.count("没有找到") == 1
    assert "“罗马哪家披萨店最好吃”" in given.answer


async def test_a_message_of_which_nothing_is_known_is_not_answered(shop: Resources) -> None:
    message = "Which pizzeria is best in Rome? Who trains the Berlin zebras?"
    assert (await answer(shop, message, viewer=ANONYMOUS)).outcome is Outcome.ABSTAINED


async def test_a_comparison_tells_of_both_sides(shop: Resources) -> None:
    question = "What is the difference in backups between the Basic plan and the Large plan?"
    given = await answer(shop, question, viewer=ANONYMOUS)
    assert "seven days" in given.answer
    assert "thirty days" in given.answer
    assert {citation.title for citation in given.citations} == {"Basic plan", "Large plan"}


async def test_a_model_writes_part_by_part(shop: Resources) -> None:
    endpoint = ScriptedEndpoint(["A refund to a bank card takes five working days [1]. "])
    message = "How long does a refund to a bank card take? When is an invoice issued?"
    given = await answer(replace(shop, endpoint=endpoint), message, viewer=ANONYMOUS)
    asked = [prompt for _, prompt in endpoint.prompts]
    planning, *writing = asked
    assert message in planning
    assert len(writing) == 2
    assert "When is an invoice" not in writing[0]
    assert "How long does a refund" not in writing[1]
    assert given.mode == endpoint.name
