import pytest

from kefu.answering import Turn
from kefu.answering.understand import (
    LONGEST_ASKED,
    asks_for_number,
    asks_for_steps,
    stand_alone,
)

STARTER = "How much does the Starter plan cost?"


def turns(*questions: str) -> list[Turn]:
    return [Turn(question=question, answer="An answer.") for question in questions]


@pytest.mark.parametrize(
    "question",
    [
        "退款多久到账？",
        "什么时候到账？",
        "最多可以创建几台？",
        "How long does it take?",
        "When will I be paid?",
        "Tell me, when is it due?",
        "What is the price of a region?",
    ],
)
def test_number_is_asked_for(question: str) -> None:
    assert asks_for_number(question)
    assert not asks_for_steps(question)


@pytest.mark.parametrize(
    "question",
    [
        "怎么申请退款？",
        "如何备案",
        "How do I return a parcel?",
        "What are the steps to migrate?",
        "How do I get a refund when the order is annual?",
    ],
)
def test_steps_are_asked_for(question: str) -> None:
    assert asks_for_steps(question)
    assert not asks_for_number(question)


@pytest.mark.parametrize("question", ["可以退款吗？", "Is the console free?"])
def test_neither_is_asked_for(question: str) -> None:
    assert not asks_for_number(question)
    assert not asks_for_steps(question)


@pytest.mark.parametrize(
    "question",
    [
        "And for the Pro plan?",
        "How long?",
        "Pro?",
        "那企业版呢？",
        "它支持快照吗？",
        "Is that all?",
    ],
)
def test_follow_up_gets_the_question_before(question: str) -> None:
    assert stand_alone(question, turns("发票", STARTER)) == f"{STARTER} {question}"


@pytest.mark.parametrize(
    "question",
    [
        "How do I reset my password?",
        "Is there a free trial of the database?",
        "How many replicas can one instance have?",
        "我应该怎么申请退款？",
        "云数据库支持自动备份吗？",
    ],
)
def test_whole_question_stands_alone(question: str) -> None:
    assert stand_alone(question, turns(STARTER)) == question


def test_chain_of_follow_ups_reaches_back_to_what_it_is_about() -> None:
    asked = stand_alone("And for Business?", turns("Other?", STARTER, "And for the Pro plan?"))
    assert asked == f"{STARTER} And for the Pro plan? And for Business?"


def test_first_question_stands_alone() -> None:
    assert stand_alone("它多少钱？", []) == "它多少钱？"


def test_long_question_before_does_not_make_a_follow_up_too_long() -> None:
    question = "And that?"
    assert stand_alone(question, turns("a" * LONGEST_ASKED)) == question
