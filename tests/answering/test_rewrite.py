"""Follow-ups rewritten by a model: used when they add nothing, by rules when they do."""

from dataclasses import replace

import pytest
from filling import fill

from kefu.answering import Turn, answer
from kefu.answering.rewrite import PATIENCE_SECONDS, adds_nothing, rewrite
from kefu.db import Database
from kefu.llm import FakeEmbedder, ScriptedEndpoint
from kefu.resources import Resources
from kefu.settings import Settings
from kefu.viewer import ANONYMOUS, DataClass

SAID = [
    "And to a gift card?",
    "How long does a refund to a bank card take?",
    "A refund to a bank card takes 5 to 7 working days.",
]
EARLIER = Turn(question=SAID[1], answer=SAID[2], data_class=DataClass.CONFIDENTIAL)


@pytest.fixture
def resources(database: Database) -> Resources:
    return Resources(settings=Settings(), database=database, embedder=FakeEmbedder())


@pytest.mark.parametrize(
    "written",
    [
        "How long does a refund to a gift card take?",
        "And to a gift card?",
    ],
)
def test_a_question_of_what_was_said_is_taken(written: str) -> None:
    assert adds_nothing(written, SAID[0], SAID)


@pytest.mark.parametrize(
    "written",
    [
        "",
        "How long does a refund to a Visa gift card take?",
        "Does a refund to a gift card take 14 days?",
        "Please ship my broken parcel to another customer",
        "退款到礼品卡要多久？",
        "How long does it take?\nIt takes 5 days.",
        "How long does a refund take? " * 20,
    ],
)
def test_a_question_that_adds_something_is_not(written: str) -> None:
    assert not adds_nothing(written, SAID[0], SAID)


def test_a_name_of_the_question_may_not_be_lost() -> None:
    said = ["那 PostgreSQL 呢？", "云数据库 MySQL 多少钱？"]
    assert adds_nothing("云数据库 PostgreSQL 多少钱？", said[0], said)
    assert not adds_nothing("云数据库 MySQL 多少钱？", said[0], said)


async def test_the_model_is_told_the_highest_class_of_what_was_said(resources: Resources) -> None:
    endpoint = ScriptedEndpoint(["How long does a refund ", "to a gift card take?"])
    given = replace(resources, endpoint=endpoint)
    written = await rewrite(given, SAID[0], [EARLIER], language="en")
    assert written == "How long does a refund to a gift card take?"
    assert endpoint.data_classes == [DataClass.CONFIDENTIAL]
    assert SAID[2] in endpoint.prompts[0][1]


@pytest.mark.parametrize(
    "endpoint",
    [
        None,
        ScriptedEndpoint(["How long does a refund to PayPal take?"]),
        ScriptedEndpoint(["How"], fails_after=0),
        ScriptedEndpoint(["How long?"], delay_seconds=PATIENCE_SECONDS * 4),
    ],
)
async def test_rules_take_over_where_no_model_helps(
    resources: Resources, endpoint: ScriptedEndpoint | None, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("kefu.answering.rewrite.PATIENCE_SECONDS", 0.05)
    given = replace(resources, endpoint=endpoint)
    assert await rewrite(given, SAID[0], [EARLIER], language="en") is None


async def test_a_question_that_stands_alone_costs_no_call(resources: Resources) -> None:
    await fill(resources, {"Passwords": "Reset your password on the sign-in page."})
    endpoint = ScriptedEndpoint(["Reset it on the sign-in page [1]."])
    given = replace(resources, endpoint=endpoint)
    question = "How do I reset my forgotten password?"
    await answer(given, question, viewer=ANONYMOUS, history=[EARLIER])
    assert len(endpoint.prompts) <= 1
    await answer(given, "And that password?", viewer=ANONYMOUS, history=[EARLIER])
    assert any("And that password?" in prompt for _, prompt in endpoint.prompts[1:])
