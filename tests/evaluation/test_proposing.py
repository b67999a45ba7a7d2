"""Cases that conversations, feedback and documents propose, and what reviewers make of them."""

from typing import Any

import pytest
from filling import fill
from psycopg import AsyncConnection

from kefu.conversations import record_answer, record_question, start_conversation
from kefu.db import Database
from kefu.errors import BadInput
from kefu.evaluation import (
    Behaviour,
    list_datasets,
    load_cases,
    read_lines,
    read_version,
    save_version,
)
from kefu.evaluation.proposing import (
    find_facts,
    propose_from_conversations,
    propose_from_feedback,
    propose_from_knowledge,
)
from kefu.evaluation.reviewing import review
from kefu.evaluation.store.proposals import list_proposals
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings
from kefu.tracing import replace_feedback


async def talk(conn: AsyncConnection, *exchanges: tuple[str, str, str], base: str = "main") -> Any:
    """Questions, answers and outcomes as messages; the last answer."""
    conversation = await start_conversation(conn, exchanges[0][0], base=base)
    message = None
    for question, text, outcome in exchanges:
        await record_question(conn, question, conversation_id=conversation.id)
        citations = [{"uri": "/d/refunds.md", "id": None}] if outcome == "answered" else []
        answer = {"outcome": outcome, "citations": citations}
        message = await record_answer(conn, text, conversation_id=conversation.id, answer=answer)
    return message


async def propose(conn: AsyncConnection, **given: Any) -> int:
    return await propose_from_conversations(conn, "shop", count=10, days=1, seed=1, **given)


async def test_a_conversation_becomes_a_case_without_personal_data(conn: AsyncConnection) -> None:
    await talk(
        conn,
        ("I am ada@example.org. Is there a refund?", "Yes, dear ada@example.org.", "answered"),
        ("And how fast, call +86 138 1234 5678?", "Within 7 days.", "answered"),
    )
    assert await propose(conn) == 1
    assert await propose(conn) == 0
    (proposal,) = await list_proposals(conn, "shop")
    case = proposal.case
    assert case.question == "And how fast, call [phone]?"
    assert case.history[0].question == "I am [email]. Is there a refund?"
    assert case.history[0].answer == "Yes, dear [email]."
    assert case.behaviour is Behaviour.ANSWER
    assert case.citations == (("/d/refunds.md",),)


async def test_conversations_about_another_base_propose_nothing(conn: AsyncConnection) -> None:
    await talk(conn, ("How fast is a refund?", "7 days.", "answered"))
    other = await talk(conn, ("How long is the warranty?", "2 years.", "answered"), base="product")
    await replace_feedback(conn, other.id, rating="up", comment=None)
    assert await propose(conn) == 1
    assert await propose_from_feedback(conn, "shop", count=10, days=1) == 0
    assert await propose_from_conversations(
        conn, "product", count=10, days=1, seed=1, base="product"
    ) == 1  # fmt: skip
    (dataset,) = [each for each in await list_datasets(conn) if each.name == "product"]
    assert dataset.base == "product"


async def test_an_abstention_is_proposed_as_one(conn: AsyncConnection) -> None:
    await talk(conn, ("Who won the match?", "Sorry.", "abstained"))
    await propose(conn)
    (proposal,) = await list_proposals(conn, "shop")
    assert proposal.case.behaviour is Behaviour.ABSTAIN
    assert proposal.case.citations == ()


async def test_a_sample_is_the_same_for_the_same_seed(conn: AsyncConnection) -> None:
    for number in range(12):
        await talk(conn, (f"Question {number}?", "Yes.", "answered"))
    for dataset in ("one", "two"):
        await propose_from_conversations(conn, dataset, count=4, days=1, seed=5)
    drawn = [
        {each.case.question for each in await list_proposals(conn, dataset)}
        for dataset in ("one", "two")
    ]
    assert drawn[0] == drawn[1]
    assert len(drawn[0]) == 4


async def test_what_a_customer_says_of_an_answer_stands_in_the_note(conn: AsyncConnection) -> None:
    wrong = await talk(conn, ("How fast?", "Within 9 days.", "answered"))
    await replace_feedback(
        conn, wrong.id, rating="down", comment="Ask ada@example.org", correction="7 days."
    )
    right = await talk(conn, ("How dear?", "No fee.", "answered"))
    await replace_feedback(conn, right.id, rating="up", comment=None)
    assert await propose_from_feedback(conn, "shop", count=10, days=1) == 2
    found = {each.case.question: each.case for each in await list_proposals(conn, "shop")}
    assert found["How fast?"].note == "Ask [email]\n7 days."
    assert found["How fast?"].citations == ()
    assert found["How fast?"].tags == ("feedback", "thumbs-down")
    assert found["How dear?"].citations == (("/d/refunds.md",),)


async def test_sections_with_figures_are_asked_about(database: Database) -> None:
    resources = Resources(settings=Settings(), database=database, embedder=FakeEmbedder())
    await fill(
        resources,
        {
            "Refunds": "## How long does it take?\n\nA refund takes 7 days.",
            "Plans": "## Prices\n\nThe large plan costs 1,200 yuan a year.",
            "退款": "## 期限\n\n包年订单 15 天内可以退款。",
            "Words": "## Nothing\n\nHere is no number at all.",
        },
    )
    async with database.connection() as conn:
        count = await propose_from_knowledge(conn, "shop", base="main", count=20, seed=1)
        cases = {each.case.question: each.case for each in await list_proposals(conn, "shop")}
    assert count == 3
    assert cases["How long does it take?"].facts == (("7 days",),)
    assert cases["How long does it take?"].citations == (("/public/Refunds.md",),)
    assert cases["What does “Plans” say about “Prices”?"].facts == (("1,200 yuan",),)
    zh = cases["关于“退款”中的“期限”，具体是怎么规定的？"]
    assert (zh.language, zh.facts) == ("zh", (("15 天",),))


async def test_only_what_a_reviewer_accepts_is_asked(conn: AsyncConnection) -> None:
    before = read_lines('{"id": "old", "question": "Old?"}')
    await save_version(conn, "shop", before, author="li")
    for number in range(3):
        await talk(conn, (f"Question {number}?", "Yes.", "answered"))
    await propose(conn)
    first, second, third = [each.id for each in await list_proposals(conn, "shop")]
    with pytest.raises(BadInput, match="no proposal 999"):
        await review(conn, "shop", accepted=[999], rejected=[], reviewer="wu")
    with pytest.raises(BadInput, match="either accepted or rejected"):
        await review(conn, "shop", accepted=[first], rejected=[first], reviewer="wu")
    version = await review(conn, "shop", accepted=[first], rejected=[second], reviewer="wu")
    assert version == await read_version(conn, "shop@2")
    assert len(await load_cases(conn, version)) == 2
    assert [each.id for each in await list_proposals(conn, "shop")] == [third]
    assert await review(conn, "shop", accepted=[], rejected=[third], reviewer="wu") is None
    assert await propose(conn) == 0


@pytest.mark.parametrize(
    ("text", "facts"),
    [
        ("A refund takes 5 working days.", ["5 working days"]),
        ("请在30天内退货，满99元包邮。", ["30天", "99元"]),
        ("工作日 16:00 前付款的订单当天发货。", ["16:00"]),
        ("营业时间为9：00至18：00。", ["9：00", "18：00"]),
        ("It holds from 2026-11-22.", ["2026-11-22"]),
        ("Version v2.3 has 10 GB.", ["10 GB"]),
        ("出现错误码E1001。", []),
    ],
)
def test_figures_are_found_in_both_languages(text: str, facts: list[str]) -> None:
    assert find_facts(text) == facts
