import pytest

from kefu.answering.understand import (
    asks_for_number,
    asks_for_steps,
)


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
