import pytest
from hypothesis import given
from hypothesis import strategies as st

from kefu.retrieval.highlighting import find_matches


def marked(query: str, text: str) -> list[str]:
    return [text[start:end] for start, end in find_matches(query, text)]


@pytest.mark.parametrize(
    ("query", "text", "expected"),
    [
        ("refund", "Refunds are paid. We refund.", ["Refunds", "refund"]),
        ("实例", "ECS实例的费用", ["实例"]),
        ("ECS", "ECS实例的费用", ["ECS"]),
        ("ECS 费用", "ECS实例的费用", ["ECS", "费用"]),
        ("LH-4031", "Error LH-4031: see LH-4032.", ["LH-4031", "LH-4032"]),
        ("InvalidParameter.NotFound", "(InvalidParameter.NotFound)", ["InvalidParameter.NotFound"]),
        ("退款", "申請退款", ["退款"]),
        ("申请", "申請退款", ["申請"]),
        ("café", "The café opens.", ["café"]),
        ("ecs", "ＥＣＳ 实例", ["ＥＣＳ"]),
        ("10.0.0.1", "Ping 10.0.0.1.", ["10.0.0.1"]),
        ("(", "a ( b", []),
        ("", "nothing", []),
    ],
)
def test_words_of_the_query_are_marked(query: str, text: str, expected: list[str]) -> None:
    assert marked(query, text) == expected


TEXT = st.text(st.sampled_from("refund ECS-4031退款實例的.(\n") | st.characters(), max_size=40)


@given(TEXT, TEXT)
def test_matches_ascend_without_overlap(query: str, text: str) -> None:
    spans = find_matches(query, text)
    edges = [edge for span in spans for edge in span]
    assert edges == sorted(edges)
    assert all(0 <= start < end <= len(text) for start, end in spans)
