"""JSON with mistakes of form is read; what was cut off or is something else is not made up."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.llm import Unreadable, find_object
from kefu.llm.loose_json import tighten

WANTED = {"parts": ["a", "it's b"], "first": ""}


@pytest.mark.parametrize(
    "written",
    [
        '{"parts": ["a", "it\'s b",], "first": "",}',
        "{'parts': ['a', \"it's b\"], 'first': ''}",
        "{'parts': ['a', 'it\\'s b'], 'first': ''}",
        '{"parts": ["a", "it\'s b"], // two\n "first": "" /* none */}',
        '{"parts": ["a", "it\'s b"], "first": ""',
        "{“parts”：[“a”，“it's b”]，“first”：“”}",
        'Sure: {"parts": ["a", "it\'s b"], "first": "",} Anything else?',
    ],
)
def test_mistakes_of_form_are_read_over(written: str) -> None:
    assert find_object(written) == WANTED


@pytest.mark.parametrize(
    "written", ['{"parts": ["a", "it', "{'parts': ['a', 'it", "no object", "", "[1, 2", "{a: b}"]
)
def test_what_was_cut_off_is_not_made_up(written: str) -> None:
    with pytest.raises(Unreadable):
        find_object(written)


def test_marks_inside_of_strings_stay() -> None:
    assert find_object('{"a": "x, ] // y", "b": "：，",}') == {"a": "x, ] // y", "b": "：，"}


@given(st.text(alphabet="{}[]\"'“”:,，/* \\a", max_size=80))
def test_any_text_is_taken(text: str) -> None:
    assert isinstance(tighten(text), str)
