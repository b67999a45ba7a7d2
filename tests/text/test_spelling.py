"""British and American spellings are one word."""

import pytest

from kefu.text import one_spelling, stem_word


@pytest.mark.parametrize(
    ("british", "american"),
    [
        ("authorise", "authorize"),
        ("fibre", "fiber"),
        ("licence", "license"),
        ("colour", "color"),
        ("cancelled", "canceled"),
        ("analyse", "analyze"),
        ("programme", "program"),
        ("catalogue", "catalog"),
    ],
)
def test_both_spellings_have_one_form(british: str, american: str) -> None:
    assert one_spelling(stem_word(british)) == one_spelling(stem_word(american))


@pytest.mark.parametrize(
    ("one", "other"),
    [("buyer", "buy"), ("price", "prize"), ("tenant", "ten"), ("later", "late"), ("退款", "退货")],
)
def test_other_words_stay_apart(one: str, other: str) -> None:
    assert one_spelling(stem_word(one)) != one_spelling(stem_word(other))
