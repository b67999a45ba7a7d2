"""Questions in two steps, by rules: what is described is found first, then what is asked of it."""

from dataclasses import replace

import pytest
from filling import fill
from hits import make_hit, rank

from kefu.answering import Outcome, answer
from kefu.answering.hops import name_described, split_hop
from kefu.db import Database
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import RoutingSettings, Settings
from kefu.viewer import ANONYMOUS, DataClass

PLANS = {
    "Support plans": "| | Basic | Premium |\n|---|---|---|\n| Named manager | no | yes |\n"
    "| Telephone | no | no |\n",
    "Terms": "Premium has a minimum term of three months.\n\nBasic ends on any day.",
    "Regions": "- xy-1 is the region we recommend for India.\n- zz-9 is our oldest region.",
    "Prices": "| Region | Price of a server |\n|---|---|\n| xy-1 | 40 euros |\n| zz-9 | 90 euros |",
    "云盘 Alpha": "单块云盘最大容量为 6 TB。默认端口为 3306。",
    "云盘 Beta": "单块云盘最大容量为 4 TB。默认端口为 5432。",
}


@pytest.fixture
async def plans(database: Database) -> Resources:
    resources = Resources(settings=Settings(), database=database, embedder=FakeEmbedder())
    await fill(resources, PLANS, embed=False)
    return resources


@pytest.mark.parametrize(
    ("question", "what", "rest"),
    [
        (
            "For the plan that includes a named manager, how long is the minimum term?",
            "the plan that includes a named manager",
            "how long is the minimum term?",
        ),
        (
            "The region that you recommend: what does a server cost there?",
            "The region that you recommend",
            "what does a server cost?",
        ),
        (
            "How long is an address blocked in the region that was opened in May 2025?",
            "the region that was opened in May 2025",
            "How long is an address blocked",
        ),
        ("最大 6 TB 的那个数据库，默认端口是多少？", "最大 6 TB 的那个数据库", "默认端口是多少？"),
        ("支持夜间备份的套餐，它的价格是多少？", "支持夜间备份的套餐", "价格是多少？"),
    ],
)
def test_the_two_steps_of_a_question_are_told_apart(question: str, what: str, rest: str) -> None:
    hop = split_hop(question)
    assert hop is not None
    assert (hop.what, hop.rest) == (what, rest)


@pytest.mark.parametrize(
    "question",
    [
        "How long does a refund take?",
        "What does the plan that includes a manager cost",
        "I lost the phone that I sign in with, and now I am locked out.",
        "公司账号绑验证器的手机丢了，恢复码也没存，要交什么材料？",
        "我的服务器，多久能修好？",
        "the plan that " + "includes " * 60 + ": what?",
        "",
    ],
)
def test_a_question_of_one_step_stays_whole(question: str) -> None:
    assert split_hop(question) is None


@pytest.mark.parametrize(
    ("what", "text", "names"),
    [
        (
            "the plan that includes a named manager",
            "| | Basic | Premium |\n|---|---|---|\n| Named manager | no | yes |",
            ["Premium", "退款政策"],
        ),
        (
            "the region opened in May 2025",
            "| Code | City | Opened |\n|---|---|---|\n| eu-1 | Ulm | May 2025 |",
            ["eu-1", "Ulm", "退款政策"],
        ),
        (
            "the region that you recommend for India",
            "sg-1 is the region that we recommend for India.",
            ["sg-1", "退款政策"],
        ),
        ("不需要备案的地域", "部署在香港地域的网站不需要备案。", ["香港", "退款政策"]),
        ("最快的云盘", "退款需要七天。", []),
    ],
)
def test_a_text_names_what_it_describes(what: str, text: str, names: list[str]) -> None:
    ranked = rank(what, make_hit(text, heading_path=[]))
    assert [name for name, _ in name_described(what, ranked, f"{what}: how much?")] == names


async def test_the_second_search_asks_of_what_the_first_one_named(plans: Resources) -> None:
    question = "For the plan that includes a named manager, how long is the minimum term?"
    given = await answer(plans, question, viewer=ANONYMOUS)
    assert given.outcome is Outcome.ANSWERED
    first, second = given.citations[:2]
    assert (first.title, second.title) == ("Support plans", "Terms")
    assert given.answer.index("Named manager") < given.answer.index("three months")


async def test_steps_lead_from_one_document_to_another(plans: Resources) -> None:
    question = "The region that you recommend for India: what is the price of a server there?"
    given = await answer(plans, question, viewer=ANONYMOUS)
    assert [each.title for each in given.citations] == ["Regions", "Prices"]
    assert "40 euros" in given.answer
    assert "90 euros" not in given.answer


async def test_steps_stay_in_the_document_whose_title_names_the_thing(plans: Resources) -> None:
    given = await answer(plans, "最大 6 TB 的那个云盘，默认端口是多少？", viewer=ANONYMOUS)
    assert "3306" in given.answer
    assert "5432" not in given.answer


async def test_a_name_above_the_class_of_conversations_is_not_searched_for(
    plans: Resources,
) -> None:
    routing = RoutingSettings(conversation_class=DataClass.PUBLIC)
    settings = plans.settings.model_copy(update={"routing": routing})
    question = "For the plan that includes a named manager, how long is the minimum term?"
    given = await answer(replace(plans, settings=settings), question, viewer=ANONYMOUS)
    assert "Support plans" not in [each.title for each in given.citations[:1]]


async def test_what_nothing_describes_is_not_answered(plans: Resources) -> None:
    question = "For the pizzeria that serves Hawaiian penguins, how long is the minimum term?"
    given = await answer(plans, question, viewer=ANONYMOUS)
    assert "Named manager" not in given.answer
