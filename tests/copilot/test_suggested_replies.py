"""What is suggested to staff as a reply."""

from dataclasses import replace

import pytest
from talks import STAFF, talk, with_model

from kefu.copilot import Reply, Style, suggest_reply
from kefu.copilot.typed import go_on
from kefu.llm import ScriptedEndpoint
from kefu.resources import Resources

REFUND = "C: How many days does a refund take?"
GREETING, CLOSING = "Hello,", "Please let me know if there is anything else."


async def suggest(
    resources: Resources, *texts: str, typed: str = "", style: Style | None = None
) -> Reply:
    return await suggest_reply(
        resources, talk(*texts), viewer=STAFF, base="main", typed=typed, style=style or Style()
    )


async def test_the_knowledge_is_said_in_house_style_and_cited(resources: Resources) -> None:
    reply = await suggest(resources, REFUND, style=Style(name="Ada"))
    assert reply.text == f"Hello Ada,\nA refund takes 7 working days. {CLOSING}"
    assert [each.title for each in reply.citations] == ["Refunds"]
    assert reply.is_grounded
    assert reply.mode == "extractive"


async def test_a_customer_is_answered_in_their_language(resources: Resources) -> None:
    reply = await suggest(resources, "C: 退款多久到账？")
    assert reply.language == "zh"
    assert reply.text.startswith("您好，")
    assert "退款需要 7 个工作日到账" in reply.text


async def test_who_was_greeted_is_not_greeted_again(resources: Resources) -> None:
    reply = await suggest(resources, "C: Hello", "S: Hello Ada, what is it?", REFUND)
    assert reply.text.startswith("A refund takes 7 working days.")


async def test_a_call_for_a_person_asks_what_was_asked_before_it(resources: Resources) -> None:
    reply = await suggest(
        resources, REFUND, "B: Sorry, I do not know that.", "C: Let me talk to a human"
    )
    assert "7 working days" in reply.text


async def test_a_reply_goes_on_from_what_was_typed(resources: Resources) -> None:
    typed = "Hi Ada, I looked it up for you.\n"
    reply = await suggest(resources, "C: Hi", "S: Hello!", REFUND, typed=typed)
    assert reply.text == f"{typed}A refund takes 7 working days. {CLOSING}"


@pytest.mark.parametrize(
    ("typed", "beginning"),
    [
        ("I looked it up.", "I looked it up. A refund takes"),
        ("Hel", "Hello,\nA refund takes"),
        ("Hi Ada,\n", "Hi Ada,\nA refund takes"),
    ],
)
async def test_behind_what_is_typed_nobody_is_greeted(
    resources: Resources, typed: str, beginning: str
) -> None:
    assert (await suggest(resources, REFUND, typed=typed)).text.startswith(beginning)


async def test_an_unfinished_sentence_is_finished(resources: Resources) -> None:
    reply = await suggest(resources, "C: Hi", "S: Hello!", REFUND, typed="a refund ta")
    assert reply.text.startswith("a refund takes 7 working days.")


@pytest.mark.parametrize(
    ("typed", "expected"),
    [
        ("", "One. Two."),
        ("One.", "One. Two."),
        ("Well then.", "Well then. One. Two."),
        ("Well then. ", "Well then. One. Two."),
        ("好的。", "好的。One. Two."),
    ],
)
def test_what_is_typed_stays_and_is_not_said_twice(typed: str, expected: str) -> None:
    assert go_on(typed, ["One.", "Two."]) == expected


async def test_what_only_staff_may_read_is_named(resources: Resources) -> None:
    reply = await suggest(resources, "C: Who grants a goodwill voucher?")
    assert reply.internal_titles == ("Goodwill",)
    assert (await suggest(resources, REFUND)).internal_titles == ()


async def test_a_missing_order_number_is_asked_for(resources: Resources) -> None:
    reply = await suggest(resources, "C: Where is my parcel?")
    assert not reply.is_grounded
    assert "order number" in reply.text
    given = await suggest(resources, "C: Where is my parcel LH-20391?")
    assert "order number" not in given.text


async def test_thanks_want_no_knowledge(resources: Resources) -> None:
    reply = await suggest(resources, REFUND, "S: 7 working days.", "C: Thank you!")
    assert (reply.question, reply.citations) == ("", ())
    assert reply.text.startswith("You are welcome")


async def test_of_what_a_model_writes_only_what_holds_is_kept(resources: Resources) -> None:
    drafting, endpoint = with_model(
        resources, "A refund takes 7 working days. [1] ", "It takes 3 days with a credit card. [1]"
    )
    reply = await suggest(drafting, REFUND, typed="I checked this.")
    assert "A refund takes 7 working days." in reply.text
    assert "3 days" not in reply.text
    assert "[1]" not in reply.text
    assert reply.dropped_count == 1
    assert reply.mode == "scripted"
    assert "I checked this." in endpoint.prompts[0][1]


async def test_what_a_model_writes_in_circles_is_said_once(resources: Resources) -> None:
    circle = ["A refund takes 7 working days. [1] ", "Gift cards are kept. [1] "]
    drafting, _ = with_model(resources, *circle * 3)
    reply = await suggest(drafting, REFUND)
    assert reply.text.count("7 working days") == reply.text.count("Gift cards are kept") == 1
    assert (reply.mode, reply.dropped_count) == ("scripted", 0)


async def test_a_model_that_goes_on_with_the_transcript_says_only_its_own_words(
    resources: Resources,
) -> None:
    written = "Staff: A refund takes 7 working days. [1]\nCustomer: Gift cards are kept. [1]\nFine."
    drafting, _ = with_model(resources, *written)
    reply = await suggest(drafting, REFUND)
    assert "7 working days" in reply.text
    assert reply.mode == "scripted"
    assert not any(each in reply.text for each in ("Staff", "Customer", "Gift cards", "Fine"))


async def test_a_place_left_open_stays_for_staff_to_fill_in(resources: Resources) -> None:
    drafting, _ = with_model(resources, "A refund takes 7 working days: [[day of the return]]. [1]")
    reply = await suggest(drafting, REFUND)
    assert "[[day of the return]]" in reply.text


@pytest.mark.parametrize("draft", ["NO_DRAFT", "A refund takes 3 days. [1]"])
async def test_where_a_model_finds_nothing_the_knowledge_is_quoted(
    resources: Resources, draft: str
) -> None:
    drafting, _ = with_model(resources, draft)
    reply = await suggest(drafting, REFUND)
    assert "A refund takes 7 working days." in reply.text
    assert reply.mode == "extractive"


async def test_a_model_that_fails_leaves_the_extract(resources: Resources) -> None:
    failing = ScriptedEndpoint(["A refund takes 7"], fails_after=1)
    reply = await suggest(replace(resources, endpoint=failing), REFUND)
    assert "7 working days" in reply.text
    assert reply.mode == "extractive"
    assert len(failing.prompts) == 1


async def test_a_model_hears_the_class_of_the_conversation(resources: Resources) -> None:
    drafting, endpoint = with_model(resources, "A refund takes 7 working days. [1]")
    await suggest(drafting, REFUND)
    assert endpoint.data_classes == [resources.settings.routing.conversation_class]
