"""Handing over: whoever asks for a person, and whoever was told nothing again and again."""

from dataclasses import replace

import pytest
from filling import fill

from kefu.answering import Answer, Outcome, Turn, answer
from kefu.answering.handing_over import asks_for_person
from kefu.db import Database
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import AnsweringSettings, Settings
from kefu.viewer import ANONYMOUS

CONTACT = "service@example.org"
UNKNOWN = "Do you ship whales to the moon?"
FAILED = Turn(question="Whales?", answer="Sorry.", outcome=Outcome.ABSTAINED)
HELPED = Turn(question="Refunds?", answer="Five days [1].")


@pytest.fixture
async def shop(database: Database) -> Resources:
    settings = Settings(answering={"staff_contact": CONTACT})
    resources = Resources(settings=settings, database=database, embedder=FakeEmbedder())
    await fill(
        resources,
        {"Refunds": "A refund to a bank card takes five working days."},
        embed=False,
    )
    return resources


def change(resources: Resources, **answering: object) -> Resources:
    given = AnsweringSettings(**answering)
    return replace(resources, settings=resources.settings.model_copy(update={"answering": given}))


async def ask(resources: Resources, question: str, *history: Turn) -> Answer:
    return await answer(resources, question, viewer=ANONYMOUS, history=history)


@pytest.mark.parametrize(
    "message",
    [
        "转人工",
        "人工客服！",
        "我要转人工客服",
        "轉人工",
        "能不能帮我转接一下人工？",
        "怎么转人工",
        "我要找你们经理",
        "我想跟你们主管谈",
        "别再让机器人回答我了",
        "有人工吗",
        "我的订单三天没发货了，给我换真人来说",
        "agent",
        "Human, please",
        "I want to speak to a manager.",
        "Can I talk to a real person?",
        "please connect me to a human agent",
        "Is there someone I can talk to?",
        "I don't want to talk to a bot",
        "transfer me to your support staff",
        "I need a human, not a machine",
        "My order is late. Let me speak with somebody!",
    ],
)
def test_a_wish_for_a_person_is_heard(message: str) -> None:
    assert asks_for_person(message)


@pytest.mark.parametrize(
    "message",
    [
        "人工客服几点上班？",
        "人工客服电话是多少",
        "人工智能产品有哪些",
        "不用转人工，我只想知道退款多久到账",
        "转人工审核需要多久",
        "可以联系人工客服的工作时间是什么",
        "客服机器人怎么收费",
        "店长和经理的权限有什么区别？",
        "报销需要经理签字吗",
        "怎么换负责人？",
        "联系负责人的电话是多少",
        "How do I install the monitoring agent?",
        "How do I connect the agent to my server?",
        "Can I talk to the API with curl?",
        "When are your staff available?",
        "I don't want to talk to a person, just tell me the price",
        "How can I chat with someone in my team?",
        "Can one person own two accounts?",
        "How do I transfer my domain to another person?",
        "How many people can share a plan?",
        "Can I chat with my colleagues in the app?",
        "I want a person to be removed from my account",
        "How do I stop the chatbot from opening on my page?",
        "Which manager role may see invoices?",
        "",
    ],
)
def test_a_question_about_staff_is_no_wish(message: str) -> None:
    assert not asks_for_person(message)


@pytest.mark.parametrize(("message", "said"), [("转人工", "人工客服"), ("agent please", "staff")])
async def test_who_asks_for_a_person_is_told_where(
    shop: Resources, message: str, said: str
) -> None:
    given = await ask(shop, message)
    assert given.outcome is Outcome.HANDED_OVER
    assert CONTACT in given.answer
    assert said in given.answer
    assert given.citations == ()


async def test_without_staff_nothing_is_promised(shop: Resources) -> None:
    given = await ask(change(shop), "转人工")
    assert given.outcome is Outcome.REPLIED
    assert "暂时没有人工客服" in given.answer


async def test_a_second_failure_in_a_row_hands_over(shop: Resources) -> None:
    assert (await ask(shop, UNKNOWN)).outcome is Outcome.ABSTAINED
    assert (await ask(shop, UNKNOWN, FAILED, HELPED)).outcome is Outcome.ABSTAINED
    given = await ask(shop, UNKNOWN, HELPED, FAILED)
    assert given.outcome is Outcome.HANDED_OVER
    assert CONTACT in given.answer


async def test_what_is_known_is_answered_after_failures(shop: Resources) -> None:
    given = await ask(shop, "How long does a refund to a bank card take?", FAILED, FAILED)
    assert given.outcome is Outcome.ANSWERED


@pytest.mark.parametrize(
    ("after", "failures", "hands_over"), [(0, 5, False), (1, 0, True), (3, 1, False), (3, 2, True)]
)
async def test_how_many_failures_is_a_setting(
    shop: Resources, after: int, failures: int, *, hands_over: bool
) -> None:
    shop = change(shop, staff_contact=CONTACT, hand_over_after=after)
    given = await ask(shop, UNKNOWN, *[FAILED] * failures)
    assert (given.outcome is Outcome.HANDED_OVER) == hands_over
