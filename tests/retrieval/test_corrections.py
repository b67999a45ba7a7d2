"""Questions with typing errors, over a small base."""

from dataclasses import replace

import pytest
from filling import fill, main_base

from kefu.llm import BuiltInEmbedder
from kefu.resources import Resources
from kefu.retrieval import ask_corrected, correct, search
from kefu.viewer import ANONYMOUS, OPERATOR

TEXTS = {
    "退款": "退款多久到账？退款在 7 个工作日内到账。退款原路退回。",
    "账号": "账号登录失败时，请重置密码。账号被锁定时，请联系客服。",
    "会议室": "会议室预订需要提前一天。会议室可容纳 12 人。",
    "Refunds": "A refund is paid within 7 working days. Refunds go to the card. Refund rules.",
    "Kubernetes": "The instance restarts. Each instance has a snapshot. Stop the instance first.",
    "Images": "An image of an instance is kept until the instance is deleted. A gigabyte is free.",
    "Transfers": "One gigabyte is free. Separate bills cost, separate letters do not.",
    "Parcels": "A lost parcel is paid. Tell us its type and where it was lost. A gigabyte is none.",
    "Codes": "LH-4031 says that the snapshot is locked. LH-4032 says that it is closed.",
}


@pytest.fixture
async def base(resources: Resources) -> Resources:
    await fill(resources, TEXTS)
    await fill(
        resources,
        {
            "Merger": "The quadrilateral deal is secret. Quadrilateral. " * 3,
            "Talks": "A quadrilateral table.",
            "More": "The quadrilateral talks.",
        },
        audience="staff",
    )
    return replace(resources, embedder=BuiltInEmbedder())


async def read(resources: Resources, question: str) -> str | None:
    base = await main_base(resources)
    corrected = await correct(resources, question, viewer=ANONYMOUS, base=base)
    return None if corrected is None else corrected.text


@pytest.mark.parametrize(
    ("typed", "meant"),
    [
        ("退宽多久到账", "退款多久到账"),
        ("帐号登录失败", "账号登录失败"),
        ("tuikuan duojiu daozhang", "退款多久到账"),
        ("tuikuan多久到账", "退款多久到账"),
        ("tuikuan duojiu daozang", "退款多久到账"),
        ("zhanghao denglu shibai zenmeban", "账号登录失败怎么办"),
        ("how do I stop the instnace?", "how do I stop the instance?"),
        ("how do I stop theinstance?", "how do I stop the instance?"),
        ("do you send seperate bills?", "do you send separate bills?"),
        ("WHERE IS THE SNAPSHTO?", "where is the snapshot?"),
    ],
)
async def test_what_the_base_does_not_hold_is_read_as_what_it_does(
    base: Resources, typed: str, meant: str
) -> None:
    assert await read(base, typed) == meant


@pytest.mark.parametrize(
    "question",
    [
        "退款多久到账？",
        "包年訂單退款",
        "健身房几点开门？",
        "How do I stop the instance?",
        "Can I bring my bread?",
        "What does LH-4033 mean?",
        "Does Instnace work with it?",
        "Is one gigabit free?",
        "Do I lose the parcel?",
        "Where is the typo?",
        "a" * 2000,
        "",
        "\ud800",
    ],
)
async def test_what_is_no_error_is_taken_as_it_stands(base: Resources, question: str) -> None:
    assert await read(base, question) is None


async def test_a_word_that_the_viewer_may_not_read_is_not_offered(base: Resources) -> None:
    typed = "what is quadrilatreal about?"
    assert await read(base, typed) is None
    for_staff = await correct(base, typed, viewer=OPERATOR, base=await main_base(base))
    assert for_staff is not None
    assert for_staff.typed == ("quadrilatreal",)


async def test_a_corrected_question_finds_what_was_meant(resources: Resources) -> None:
    await fill(resources, TEXTS)
    typed = "tuikuan duojiu daozhang"
    base = await main_base(resources)
    corrected = await correct(resources, typed, viewer=ANONYMOUS, base=base)
    query, carried = ask_corrected(typed, corrected)
    hits = await search(resources, query, viewer=ANONYMOUS, carried=carried)
    assert hits[0].title == "退款"
    assert carried.texts.keys() == {typed}
    assert "退款" in carried.corrected
