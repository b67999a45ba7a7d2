"""What is sent to a model."""

import re

import pytest
from hypothesis import given
from hypothesis import strategies as st
from specifications import GOOD, spoil

from kefu.errors import BadInput
from kefu.prompts import Specification, Value, list_shipped, parse_specification, render
from kefu.prompts.rendering import list_examples, make_fence, read_values

OPENING = re.compile(r"^<(\w+) (data-[0-9a-f]{10})>$", re.MULTILINE)


def with_variable(yaml: str, *, name: str = "extra") -> Specification:
    return spoil(
        ("variables:\n", f"variables:\n  {name}: {yaml}\n"),
        ("\n$letter\n", f"\n[${name}]\n$letter\n"),
    )


@pytest.mark.parametrize("shipped", list_shipped(), ids=lambda each: str(each.key))
def test_every_shipped_prompt_is_filled_in_with_its_texts_fenced(shipped: Specification) -> None:
    sent = render(shipped, list_examples(shipped))
    assert "$" not in sent.instructions + sent.message
    fenced = dict(OPENING.findall(sent.message))
    assert fenced.keys() == {each.name for each in shipped.variables if each.is_foreign}
    (fence,) = set(fenced.values())
    assert fence in sent.instructions or sent.message.splitlines()[0].endswith(fence)


@given(st.text(), st.text())
def test_no_text_closes_its_own_fence_or_fills_in_another(one: str, other: str) -> None:
    answer = next(each for each in list_shipped() if each.key.name == "answer")
    values = {"excerpts": f"x{one}", "question": f"x{other} $language ${{fence}}", "language": "zh"}
    message = render(answer, values).message
    fence = OPENING.findall(message)[0][1]
    assert fence not in one + other
    assert message.count(f"</excerpts {fence}>") == message.count(f"</question {fence}>") == 1
    assert "$language ${fence}" in message


def test_a_fence_is_never_in_the_text_it_surrounds() -> None:
    guess = make_fence(["x"])
    assert make_fence(["x", guess]) not in f"x\n{guess}"
    assert make_fence(["a"]) != make_fence(["b"])


def test_a_company_cannot_take_the_fence_off_a_shipped_variable() -> None:
    answer = next(each for each in list_shipped() if each.key.name == "answer")
    trusting = parse_specification(answer.text.replace("origin: customer", "origin: kefu"))
    assert "<question data-" in render(trusting, list_examples(trusting)).message


@pytest.mark.parametrize(
    ("yaml", "value", "shown"),
    [
        ("{type: line}", "two\nlines", "[two lines]"),
        ("{type: number}", 3, "[3]"),
        ("{type: list}", ["one", "two\nlines"], "[- one\n- two lines]"),
        ("{type: choice, choices: [a, b]}", "b", "[b]"),
        ("{type: language}", "zh", "[Chinese (简体中文)]"),
        ("{type: text, optional: true}", None, "[]"),
        ("{type: text, origin: staff, optional: true}", "", "[]"),
    ],
)
def test_a_value_is_written_by_its_type(yaml: str, value: Value, shown: str) -> None:
    assert shown in render(with_variable(yaml), {"letter": "L", "extra": value}).message


@pytest.mark.parametrize(
    ("yaml", "value"),
    [
        ("{type: text}", None),
        ("{type: text}", ""),
        ("{type: text}", 3),
        ("{type: number}", "three"),
        ("{type: list}", "one"),
        ("{type: choice, choices: [a, b]}", "c"),
        ("{type: language}", "fr"),
    ],
)
def test_a_value_of_another_type_is_refused(yaml: str, value: Value) -> None:
    with pytest.raises(BadInput, match="extra"):
        render(with_variable(yaml), {"letter": "L", "extra": value})


@pytest.mark.parametrize("broken", ["Costs $5.", "Costs $price."])
def test_a_prompt_that_cannot_be_filled_in_says_so(broken: str) -> None:
    with pytest.raises(BadInput, match=r"\$|price"):
        render(spoil(("One word for a program.", broken)), {"letter": "L"})


def test_a_value_that_is_not_asked_for_is_left_out_but_a_misspelt_name_is_not() -> None:
    good = parse_specification(GOOD)
    assert "secret" not in render(good, {"letter": "L", "more": "secret"}).message
    with pytest.raises(BadInput, match="has no variable lettre; it has letter"):
        read_values(good, {"lettre": "L"})


def test_values_of_a_file_are_read_by_their_type() -> None:
    listed = with_variable("{type: list}")
    assert read_values(listed, {"extra": "a\nb"}) == {"extra": ["a", "b"]}
    assert read_values(listed, {"extra": ["a", 1]}) == {"extra": ["a", "1"]}
    assert read_values(with_variable("{type: number}"), {"extra": "3"}) == {"extra": 3.0}
