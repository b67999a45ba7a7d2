import pytest
from hits import make_hit, make_parts, rank
from hypothesis import given
from hypothesis import strategies as st

from kefu.answering.confidence import LITERAL_CONFIDENCE, confidence

HEIGHTS = st.floats(min_value=-2, max_value=2)


def sure(*heights: float | None, literal: float = 0.0, unsaid: float = 0.0) -> float:
    hits = [
        make_hit("七天。", parts=make_parts(above_noise=each, literal=literal)) for each in heights
    ]
    return confidence("RT-204", hits, [], unsaid=unsaid)


def test_nothing_found_is_no_answer() -> None:
    assert confidence("RT-204", [], []) == 0


@given(st.lists(HEIGHTS, min_size=1, max_size=5))
def test_it_is_a_probability_of_the_nearest_hit(heights: list[float]) -> None:
    assert 0 <= sure(*heights) <= 1
    assert sure(*heights) == sure(max(heights))


def test_noise_is_no_answer_and_far_above_it_is_one() -> None:
    assert sure(0.0, unsaid=0.6) < 0.2
    assert sure(0.1) > 0.85
    assert sure(-2.0) == pytest.approx(0)


def test_what_the_best_sentences_do_not_say_makes_it_less_sure() -> None:
    assert sure(0.05, unsaid=0.9) < 0.5 < sure(0.05)


def test_the_chunk_of_the_best_sentence_counts_not_the_nearest() -> None:
    best = make_hit("押金原路退回。", parts=make_parts(above_noise=0.0))
    near = make_hit("完全无关。", chunk_id=2, parts=make_parts(above_noise=0.06))
    units = rank("押金原路退回", best)
    assert confidence("押金原路退回", [near, best], units) == sure(0.0)


def test_a_rare_code_that_a_hit_holds_is_as_good_as_certain() -> None:
    assert sure(-0.1, literal=1.0) == LITERAL_CONFIDENCE
    assert sure(None, literal=1.0) == LITERAL_CONFIDENCE


def test_a_code_makes_less_certain_what_else_is_asked_and_left_unsaid() -> None:
    assert sure(-0.1, literal=0.6, unsaid=0.1) > 0.5 > sure(-0.1, literal=0.6, unsaid=0.5)
    assert sure(-0.1, literal=1.0, unsaid=0.6) > 0.5


def test_hits_without_vectors_do_not_count_beside_those_with() -> None:
    assert sure(None, 0.05) == sure(0.05)


@pytest.mark.parametrize(
    ("text", "expected"),
    [("押金原路退回。", 1.0), ("完全无关。", 0.0)],
)
def test_without_vectors_the_words_in_common_have_to_do(text: str, expected: float) -> None:
    hit = make_hit(text, title="", heading_path=[])
    assert confidence("押金原路退回", [hit], rank("押金原路退回", hit)) == expected
