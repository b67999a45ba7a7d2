"""What staff wrote in another tone or language."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from talks import with_model

from kefu.copilot import Rewriting, Tone, rewrite
from kefu.copilot.rewriting import keeps_denial, keeps_facts, rewrite_by_rules
from kefu.db import Database
from kefu.errors import BadInput
from kefu.llm import FakeEmbedder
from kefu.resources import Resources
from kefu.settings import Settings

DRAFT = "You can't return it. The limit is 14 days and your order LH-4711 is at 20 days."


@pytest.fixture
def bare(database: Database) -> Resources:
    return Resources(settings=Settings(), database=database, embedder=FakeEmbedder())


async def test_a_model_writes_it_again(bare: Resources) -> None:
    text = (
        "I am sorry, but you cannot return it: the limit is 14 days and your order LH-4711"
        " is at 20 days."
    )
    writing, endpoint = with_model(bare, text)
    rewritten = await rewrite(writing, DRAFT, Tone.FRIENDLY)
    assert (rewritten.text, rewritten.how) == (text, Rewriting.MODEL)
    assert DRAFT in endpoint.prompts[0][1]


@pytest.mark.parametrize(
    "text",
    [
        "You cannot return it. The limit is 15 days and your order LH-4711 is at 20 days.",
        "You cannot return it. The limit is 14 days and your order LH-4712 is at 20 days.",
        "You cannot return it. The limit is 14 days.",
        "You can return it! The limit is 14 days and your order LH-4711 is at 20 days.",
        "您不能退货。期限为 14 天，您的订单 LH-4711 已经 20 天了。",
        "",
    ],
)
async def test_a_model_that_says_something_else_is_not_followed(bare: Resources, text: str) -> None:
    writing, _ = with_model(bare, text or " ")
    rewritten = await rewrite(writing, DRAFT, Tone.FORMAL)
    assert rewritten.reason == "facts"
    assert rewritten.text.startswith("You cannot return it. The limit is 14 days")


async def test_a_translation_keeps_figures_and_codes(bare: Resources) -> None:
    text = "您不能退货。期限为 14 天，您的订单 LH-4711 已经 20 天了。"
    writing, _ = with_model(bare, text)
    assert (await rewrite(writing, DRAFT, Tone.CHINESE)).text == text


@pytest.mark.parametrize("tone", [Tone.CHINESE, Tone.ENGLISH])
async def test_without_a_model_nothing_is_translated(bare: Resources, tone: Tone) -> None:
    rewritten = await rewrite(bare, DRAFT, tone)
    assert (rewritten.text, rewritten.how) == (DRAFT, Rewriting.UNCHANGED)
    assert rewritten.reason == "needs_model"


def test_rules_open_and_close_a_message() -> None:
    text = rewrite_by_rules("The parcel comes on Monday.", Tone.FRIENDLY).text
    assert text.startswith("Hello,\nThe parcel comes on Monday.")
    assert rewrite_by_rules(text, Tone.FRIENDLY).how is Rewriting.UNCHANGED


def test_rules_write_formally() -> None:
    assert rewrite_by_rules("We can't do that, it's too late.", Tone.FORMAL).text == (
        "We cannot do that, it is too late."
    )
    assert rewrite_by_rules("你可以退货，你们都可以。", Tone.FORMAL).text == (
        "您可以退货，你们都可以。"
    )


def test_what_is_shorter_keeps_what_can_be_wrong() -> None:
    text = (
        "Thank you for your patience with us. We looked at it together with the team."
        " The refund of 40 EUR comes within 7 days. We do not refund the shipping."
        " It is always nice to hear from you."
    )
    shorter = rewrite_by_rules(text, Tone.SHORTER).text
    assert "40 EUR comes within 7 days" in shorter
    assert "do not refund the shipping" in shorter
    assert len(shorter) < len(text)


@given(st.text(max_size=300))
def test_no_rule_changes_a_fact(text: str) -> None:
    for tone in Tone:
        assert keeps_facts(text, rewrite_by_rules(text, tone).text)


@pytest.mark.parametrize(
    ("before", "after", "is_kept"),
    [
        ("It takes 3 days.", "It will take three days.", True),
        ("It takes 3 days.", "It takes 3 hours.", False),
        ("It takes 3 days.", "It takes 3 days and costs 5 EUR.", False),
        ("订单 LH-4711 三天内送达。", "Your order LH-4711 arrives within 3 days.", True),
    ],
)
def test_facts_are_compared_in_both_directions(before: str, after: str, *, is_kept: bool) -> None:
    assert keeps_facts(before, after) is is_kept


def test_a_no_stays_a_no() -> None:
    assert keeps_denial("We do not refund it.", "Unfortunately this cannot be refunded.")
    assert not keeps_denial("We do not refund it.", "We refund it.")


@pytest.mark.parametrize("text", ["", "  ", "a" * 9000])
async def test_nothing_and_too_much_are_refused(bare: Resources, text: str) -> None:
    with pytest.raises(BadInput):
        await rewrite(bare, text, Tone.SHORTER)
