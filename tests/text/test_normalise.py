import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.text import clean_text, fold_text, simplify_text


@pytest.mark.parametrize(
    ("text", "cleaned"),
    [
        ("ze\u200bro\ufeff wi\u00addth", "zero width"),
        ("a\x00b\x07c", "abc"),
        ("a\u00a0b\u3000c", "a b c"),
        ("one\r\ntwo\rthree\u2028four", "one\ntwo\nthree\nfour"),
        ("half \ud83d pair", "half  pair"),
        ("kept\ttab\n\fpage", "kept\ttab\n\fpage"),
        ("ＡＢＣ，雲端", "ＡＢＣ，雲端"),
    ],
)
def test_cleaning_drops_only_what_cannot_be_seen(text: str, cleaned: str) -> None:
    assert clean_text(text) == cleaned


def test_index_text_is_half_width_and_simplified_and_keeps_case() -> None:
    assert simplify_text("ＥＣＳ　雲伺服器（備案）５％") == "ECS 云伺服器(备案)5%"


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("ＣＤＮ 加速", "cdn　 加速"),
        ("  退款\n政策 ", "退款 政策"),
        ("網路連線", "网络连线".replace("络", "路")),
        ("Straße", "STRASSE"),
    ],
)
def test_spellings_of_one_text_have_one_key(left: str, right: str) -> None:
    assert fold_text(left) == fold_text(right)


@given(st.text())
def test_cleaning_twice_changes_nothing(text: str) -> None:
    assert clean_text(clean_text(text)) == clean_text(text)


@given(st.text())
def test_any_text_can_be_folded_and_stored(text: str) -> None:
    fold_text(text).encode("utf-8")
