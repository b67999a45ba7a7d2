import pytest

from kefu.text import list_spellings
from kefu.text.misspelling import Slip


@pytest.mark.parametrize(
    ("typed", "meant", "slip"),
    [
        ("refnud", "refund", Slip.SWAPPED),
        ("reffund", "refund", Slip.DOUBLED),
        ("regund", "refund", Slip.NEXT_KEY),
        ("refxund", "refund", Slip.TOO_MANY),
        ("refud", "refund", Slip.MISSING_LETTER),
        ("resetpassword", "reset password", Slip.NO_SPACE),
        ("rezund", "refund", Slip.OTHER_LETTER),
    ],
)
def test_a_word_is_one_slip_away(typed: str, meant: str, slip: Slip) -> None:
    assert slip in {found for spelling, found in list_spellings(typed) if spelling == meant}


def test_two_slips_are_too_many() -> None:
    assert "refund" not in {spelling for spelling, _ in list_spellings("rnefud")}
