from math import log

import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.retrieval.fusion import fuse, literal_share

SCORES = st.floats(min_value=0, max_value=1000, allow_subnormal=False)
SIMILARITIES = st.none() | st.floats(min_value=-1, max_value=1, allow_subnormal=False)


def order(scores: list[float]) -> list[int]:
    return sorted(range(len(scores)), key=lambda n: -scores[n])


def test_best_in_both_halves_comes_first() -> None:
    assert order(fuse([3.0, 9.0, 1.0], [0.80, 0.90, 0.85]))[0] == 1


def test_without_vectors_the_order_is_lexical() -> None:
    assert order(fuse([3.0, 9.0, 1.0], [None, None, None])) == [1, 0, 2]


def test_without_common_words_the_order_is_dense() -> None:
    assert order(fuse([0.0, 0.0, 0.0], [0.80, 0.90, 0.85])) == [1, 2, 0]


def test_words_lift_a_chunk_over_a_slightly_nearer_one() -> None:
    assert order(fuse([9.0, 0.0, 0.0], [0.88, 0.90, 0.80]))[0] == 0


def test_words_do_not_lift_a_chunk_over_a_much_nearer_one() -> None:
    assert order(fuse([9.0, 0.0, 0.0], [0.81, 0.90, 0.80]))[0] == 1


def test_chunk_waiting_for_its_vector_can_come_first_by_its_words() -> None:
    assert order(fuse([9.0, 2.0, 0.5], [None, 0.90, 0.80]))[0] == 0


def test_chunk_without_vector_and_with_few_words_does_not_come_first() -> None:
    assert order(fuse([2.0, 9.0, 0.5], [None, 0.90, 0.80]))[0] == 1


def test_rare_code_outweighs_nearness() -> None:
    rare = literal_share(log(1 + 999.5 / 1.5), code_count=1, chunk_count=1000)
    assert rare == pytest.approx(1.0)
    assert order(fuse([9.0, 2.0], [0.80, 0.90], [rare, 0.0]))[0] == 0


def test_common_code_does_not_outweigh_nearness() -> None:
    common = literal_share(0.2, code_count=1, chunk_count=1000)
    assert order(fuse([9.0, 2.0], [0.80, 0.90], [common, 0.0]))[0] == 1


@pytest.mark.parametrize(("code_count", "chunk_count"), [(0, 1000), (0, 0), (1, 0)])
def test_no_code_or_no_chunk_has_no_share(code_count: int, chunk_count: int) -> None:
    assert literal_share(0.0, code_count=code_count, chunk_count=chunk_count) == 0


def test_one_of_two_codes_counts_half() -> None:
    one = literal_share(5.0, code_count=1, chunk_count=100)
    assert literal_share(5.0, code_count=2, chunk_count=100) == pytest.approx(one / 2)


def test_scale_of_the_embedder_does_not_matter() -> None:
    narrow = fuse([1.0, 2.0, 0.0], [0.80, 0.85, 0.90])
    wide = fuse([1.0, 2.0, 0.0], [-0.5, 0.0, 0.5])
    assert narrow == pytest.approx(wide)


def test_equal_similarities_leave_the_order_to_words() -> None:
    assert order(fuse([1.0, 2.0], [0.5, 0.5])) == [1, 0]


def test_nothing_gives_nothing() -> None:
    assert fuse([], []) == []


@given(st.lists(st.tuples(SCORES, SIMILARITIES)))
def test_score_is_a_share(pairs: list[tuple[float, float | None]]) -> None:
    scores = fuse([pair[0] for pair in pairs], [pair[1] for pair in pairs])
    assert all(0 <= score <= 1 for score in scores)


@given(st.lists(st.tuples(SCORES, SIMILARITIES), min_size=1), SCORES)
def test_more_words_never_lower_a_candidate(
    pairs: list[tuple[float, float | None]], more: float
) -> None:
    lexical, dense = [pair[0] for pair in pairs], [pair[1] for pair in pairs]
    before = fuse(lexical, dense)
    after = fuse([lexical[0] + more, *lexical[1:]], dense)
    assert after[0] >= before[0] - 1e-9
