import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.text import TERM_IDS, content_digest, term_id


def test_digest_is_sha256_of_the_bytes() -> None:
    assert content_digest("abc") == content_digest(b"abc")
    assert content_digest("abc").startswith("ba7816bf8f01cfea")
    assert content_digest("退款") != content_digest("退 款")


@pytest.mark.parametrize(
    ("base_id", "term", "number"),
    [(1, "refund", 391514512), (2, "refund", 636378971), (1, "退款", 381529493)],
)
def test_term_keeps_its_number_on_every_machine(base_id: int, term: str, number: int) -> None:
    assert term_id(base_id, term) == number


@given(st.integers(min_value=0, max_value=2**31), st.text())
def test_term_numbers_fit_the_sparse_vector(base_id: int, term: str) -> None:
    assert 1 <= term_id(base_id, term) <= TERM_IDS < 2**30


def test_bases_number_their_terms_apart() -> None:
    words = [f"word{n}" for n in range(2000)]
    assert not {term_id(1, word) for word in words} & {term_id(2, word) for word in words}
