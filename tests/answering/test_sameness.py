"""Questions that ask the same, and those that only look like it."""

import pytest

from kefu.answering import read_sense


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("How do I split a conversation?", "Is it possible to split conversations?"),
        ("Is phone support open on Sunday?", "is your phone support open on Sundays"),
        ("How do I move from Starter to Business?", "How can I move from Starter to Business?"),
        ("如何申请退款？", "请问怎么申请退款"),
        ("如何申请退款？", "退款怎么申请？"),
        ("电话客服周日几点下班？", "请问你们电话客服周日几点下班呀？"),
    ],
)
def test_the_way_of_asking_changes_no_question(one: str, other: str) -> None:
    assert read_sense(one) is not None
    assert read_sense(one) == read_sense(other)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Is the refund paid in 5 days?", "Is the refund paid in 15 days?"),
        ("Can I cancel an order?", "Can I not cancel an order?"),
        ("Can I cancel an order?", "Can I cancel an order after shipping?"),
        ("How do I cancel an order?", "When do I cancel an order?"),
        ("Is the Pro plan monthly?", "Is the Team plan monthly?"),
        ("Can I move from Pro to Team?", "Can I move from Team to Pro?"),
        ("Which plans include SSO?", "Which plans exclude SSO?"),
        ("Can I get a card in the US?", "Can I get a card?"),
        ("Can I get it with a receipt?", "Can I get it without a receipt?"),
        ("个人账号怎么转为企业账号？", "企业账号怎么转为个人账号？"),
        ("云盘最大可以扩到多少？", "云盘最小可以扩到多少？"),
        ("7 天内可以退款吗？", "7 天后可以退款吗？"),
        ("专业版每月多少钱？", "专业版每年多少钱？"),
        ("如何申请退款？", "如何取消退款申请？"),
    ],
)
def test_a_near_miss_asks_something_else(one: str, other: str) -> None:
    assert read_sense(one) != read_sense(other)


@pytest.mark.parametrize("question", ["How?", "Refund?", "怎么退款"[:2], "Can you help me?"])
def test_of_a_word_or_two_nothing_can_be_told(question: str) -> None:
    assert read_sense(question) is None
